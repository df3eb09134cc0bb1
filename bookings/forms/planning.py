"""What organisers say of a new surgery or series, in the address; and what they tick of its dates."""

from collections.abc import Sequence
from datetime import date, time, timedelta
from typing import Any
from uuid import uuid4

from django import forms
from django.http import QueryDict
from django.utils import dateformat, timezone
from django.utils.functional import cached_property

from accounts.fields import NOT_SHOWN
from bookings.forms.fields import renumbered
from organisation.fields import ComingDayField
from surgeries.fields import LocalTimeField
from surgeries.models import MOST_HOSTS, USUAL_HOSTS, PatternSlot, Series, Surgery, Venue
from surgeries.planning import MOST_DATES, Planned
from surgeries.services import (
    MOST_SEATS_PER_SLOT,
    SHORTEST_SLOT_MINUTES,
    WEEKS_AHEAD,
    own_slots,
    slot_times,
    slots_by_place,
    times_of,
    usual_slots,
)
from surgeries.templatetags.times import ORDINALS, day_of_month, rhythm, when

ONCE = "once"
BY_WEEKS = {f"w{weeks}": weeks for weeks in range(1, 13)}
BY_MONTH = {f"m{nth}": nth for nth in ORDINALS}
HOW_OFTEN = [
    (ONCE, "Once"),
    ("w1", "Every week"),
    ("w2", "Every second week"),
    *((name, f"Every {weeks} weeks") for name, weeks in BY_WEEKS.items() if weeks > 2),
    *((name, f"Every month, on the {ORDINALS[nth]} such day") for name, nth in BY_MONTH.items()),
]
PUBLISH, DRAFTS = "publish", "drafts"
NARROW = "govuk-input--width-4"


def _number(named: str, lowest: int, highest: int, **options: Any) -> forms.IntegerField:
    wrong = f"{named} has to be a number from {lowest} to {highest}"
    messages = dict.fromkeys(("required", "invalid", "min_value", "max_value"), wrong)
    widget = forms.TextInput({"class": NARROW, "inputmode": "numeric"})
    return forms.IntegerField(min_value=lowest, max_value=highest, error_messages=messages, widget=widget, **options)


def _time(named: str, **options: Any) -> LocalTimeField:
    wrong = f"{named} has to be a time, such as 10am, 10:30 or 2.15pm"
    widget = forms.TextInput({"class": "govuk-input--width-5"})
    field = LocalTimeField(error_messages={"required": wrong, "invalid": wrong}, widget=widget, **options)
    field.help_text = ""
    return field


class PatternForm(forms.Form):
    """A venue, a date and times; and how often it comes again, until when."""

    venue = forms.ModelChoiceField(
        Venue.objects.current().filter(office__is_retired=False).select_related("office"),
        label="Venue",
        empty_label="Choose a venue",
        error_messages={"required": "Choose a venue", **NOT_SHOWN},
    )
    starts_on = ComingDayField(named="The date", label="Date")
    begins = _time("The start", label="From", initial=time(10))
    ends = _time("The end", label="Until", initial=time(12))
    slot_minutes = _number(
        "Minutes per slot",
        SHORTEST_SLOT_MINUTES,
        24 * 60,
        label="Minutes per slot",
        initial=20,
        help_text="As long as the surgery makes it one long slot.",
    )
    seats_per_slot = _number("Seats per slot", 1, MOST_SEATS_PER_SLOT, label="Seats per slot", initial=3)
    hosts_wanted = _number(
        "Hosts wanted",
        1,
        MOST_HOSTS,
        label="Hosts wanted",
        initial=USUAL_HOSTS,
        help_text="Two make the best surgeries.",
    )
    is_drop_in = forms.BooleanField(label="People may drop in without a booking", required=False, initial=True)
    often = forms.ChoiceField(
        choices=HOW_OFTEN,
        label="How often",
        initial=ONCE,
        help_text="The day of the week is that of the date above.",
        error_messages={"required": "Choose how often", **NOT_SHOWN},
    )
    ends_on = ComingDayField(named="The last date", label="Last date (optional)", required=False, help_text="")
    times = _number("The number of surgeries", 1, MOST_DATES, label="Or how many surgeries (optional)", required=False)
    name = forms.CharField(
        label="Name of the series (optional)",
        required=False,
        max_length=100,
        help_text="For organisers, such as “Tuesday coffee morning”.",
        error_messages={"max_length": "The name has to be 100 characters or fewer"},
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.series = Series()
        self.days: list[date] = []
        self.until: date | None = None
        # Which surgery or series this one began like, if any: that stands in the address as well.
        self.like = str((self.data if self.is_bound else self.initial).get("of", "")).replace("\0", "")

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if {"begins", "ends"} <= said.keys() and said["ends"] <= said["begins"]:
            self.add_error("ends", "The end has to come after the start")
        if said.get("often") == ONCE:
            for name in ("ends_on", "times"):
                if said.get(name):
                    self.add_error("often", "Choose how often it comes, or leave the last date and the number empty")
                    break
            if "starts_on" in said and said["starts_on"] < timezone.localdate():
                self.add_error("starts_on", "The date has to be today or later")
        if said.get("ends_on") and said.get("times"):
            self.add_error("times", "Give either the last date or the number of surgeries")
        if said.get("ends_on") and said.get("starts_on") and said["ends_on"] < said["starts_on"]:
            self.add_error("ends_on", "The last date has to come after the first one")
        if not self.errors:
            self._make_pattern(said)
        return said

    def _make_pattern(self, said: dict[str, Any]) -> None:
        often = said["often"]
        facts = ("venue", "starts_on", "slot_minutes", "seats_per_slot", "hosts_wanted", "is_drop_in")
        self.series = series = Series(
            **{name: said[name] for name in facts},
            start_time=said["begins"],
            end_time=said["ends"],
            every_weeks=BY_WEEKS.get(often, 1),
            nth_in_month=BY_MONTH.get(often),
        )
        series.name = said["name"] or f"{rhythm(series)}, {said['venue'].office.name}"[:100]
        (times,) = times_of(series, [series.starts_on])
        if not slot_times(*times, series.slot_minutes):
            self.add_error("slot_minutes", "A slot cannot be longer than the surgery")
            return
        self._be_like(times[1] - times[0])
        if often == ONCE:
            self.days = [series.starts_on]
        else:
            self._choose_days(said)

    @cached_property
    def copied(self) -> Series | Surgery | None:
        """The surgery or the series that this one began like."""
        kind, _, reference = self.like.partition("-")
        if kind == "series":
            return Series.objects.select_related("venue__office").filter(reference=reference).first()
        if kind == "surgery":
            return Surgery.objects.select_related("venue__office").filter(reference=reference).first()
        return None

    @property
    def copied_in_words(self) -> str:
        """Such as “the series Tuesday coffee morning, …” and “Tuesday 3 March, 10am to midday, …”."""
        if isinstance(self.copied, Series):
            return f"the series “{self.copied.name}”, {self.copied.venue}"
        return f"{when(self.copied)}, {self.copied.venue}" if self.copied else ""

    def _be_like(self, length: timedelta) -> None:
        """What is not asked is as in the one that this began like: the cut-off, and slots that were set one by one.

        Those as long as it is as long, and nobody typed another length or number of seats of a slot.
        """
        known = self.copied
        if isinstance(known, Series):
            begin = self.like_series(known)
            (times,), slots = times_of(known, [known.starts_on]), own_slots(known)
        elif known:
            begin = self.like_surgery(known)
            times, slots = (known.starts_at, known.ends_at), slots_by_place(known)
        if known is None:
            return
        series = self.series
        series.cutoff_minutes = known.cutoff_minutes
        alike = all(begin.get(name) == getattr(series, name) for name in ("slot_minutes", "seats_per_slot"))
        if slots and alike and times[1] - times[0] == length and slots != usual_slots(series):
            series.slots_to_have = tuple(
                PatternSlot(begins_after=within.begins_after, minutes=within.minutes, seats=seats)
                for within, seats in sorted(slots.items())
            )

    def _choose_days(self, said: dict[str, Any]) -> None:
        """The dates of the series, as far as anybody can say by now."""
        series, today = self.series, timezone.localdate()
        until = said["ends_on"] or (date(2099, 12, 31) if said["times"] else today + timedelta(weeks=WEEKS_AHEAD))
        for day in series.dates(until=max(until, series.starts_on)):
            self.days.append(day)
            if len(self.days) == said["times"]:
                break
            if len(self.days) > MOST_DATES:
                self.add_error("ends_on", f"That is more than {MOST_DATES} surgeries. Choose an earlier last date")
                return
        if not self.days:
            self.add_error("ends_on", "There is no such day until then. Choose a later last date")
            return
        # By the month, the first date is the first such day and not the day that was typed.
        series.starts_on = self.days[0]
        if said["times"] or said["ends_on"]:
            series.ends_on = max(said["ends_on"] or self.days[-1], self.days[0])
        self.until = series.ends_on or max(until, self.days[-1])

    @classmethod
    def like_surgery(cls, surgery: Surgery) -> dict[str, Any]:
        """What to begin with for another one like this surgery: everything but its date."""
        slots = list(surgery.slots.all())
        first = slots[0] if slots else None
        minutes = int((first.ends_at - first.starts_at).total_seconds() // 60) if first else None
        return {
            "of": f"surgery-{surgery.reference}",
            "venue": surgery.venue_id,
            "begins": timezone.localtime(surgery.starts_at).time(),
            "ends": timezone.localtime(surgery.ends_at).time(),
            **({"slot_minutes": minutes, "seats_per_slot": first.seats.count()} if first else {}),
            "hosts_wanted": surgery.hosts_wanted,
            "is_drop_in": surgery.is_drop_in,
        }

    @classmethod
    def like_series(cls, series: Series) -> dict[str, Any]:
        """What to begin with for the same series elsewhere: everything but its venue and its first date."""
        often = f"w{series.every_weeks}" if series.nth_in_month is None else f"m{series.nth_in_month}"
        facts = ("slot_minutes", "seats_per_slot", "hosts_wanted", "is_drop_in", "ends_on")
        today = timezone.localdate()
        ahead = next((day for day in series.dates(until=today + timedelta(weeks=60)) if day > today), None)
        return {name: getattr(series, name) for name in facts} | {
            "of": f"series-{series.reference}",
            "often": often,
            "starts_on": ahead or "",
            "begins": series.start_time,
            "ends": series.end_time,
        }


class DatesForm(forms.Form):
    """Which of the dates are to be made, and whether everybody sees them at once."""

    days = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple,
        label="Dates",
        error_messages={"required": "Tick at least one date", **NOT_SHOWN},
    )
    publish = forms.ChoiceField(
        label="And then?",
        choices=[(DRAFTS, "Leave them as drafts, which only organisers see"), (PUBLISH, "Publish them at once")],
        initial=DRAFTS,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose whether they are published", **NOT_SHOWN},
    )
    request_id = forms.UUIDField(
        widget=forms.HiddenInput,
        error_messages=dict.fromkeys(("required", "invalid"), "This form is damaged. Load the page again"),
    )

    def __init__(self, data: QueryDict | None, *, planned: Sequence[Planned]) -> None:
        self.planned = [each for each in planned if not each.is_past]
        ticked = [each.day.isoformat() for each in self.planned if not each.speaks_against]
        super().__init__(data, initial={"days": ticked, "request_id": uuid4()})
        # The page sends back of which dates it said that something speaks against them.
        self.warned = [each.day.isoformat() for each in self.planned if each.speaks_against]
        field = self.fields["days"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(each.day.isoformat(), dateformat.format(each.day, "l j F Y")) for each in self.planned]

    def clean_days(self) -> list[date]:
        """What is ticked. Of what has come in between, people hear before it is made."""
        ticked = [date.fromisoformat(day) for day in self.cleaned_data["days"]]
        seen = self.data.get("warned", "").split()
        if unseen := [day for day in ticked if day.isoformat() in self.warned and day.isoformat() not in seen]:
            days = ", ".join(day_of_month(day) for day in unseen)
            raise forms.ValidationError(f"Something has changed since you looked at {days}: check what it says now")
        return ticked

    def renew(self) -> None:
        """Give the form that was sent a new number, so that sending it once more makes something anew."""
        self.data = renumbered(self.data)
        self.full_clean()

    @property
    def rows(self) -> list[tuple[Any, Planned]]:
        """Each box with what there is to know of its date."""
        return list(zip(self["days"].subwidgets, self.planned, strict=True))


class ExtendForm(forms.Form):
    """Until when a series is to have surgeries."""

    NONE = "It has a surgery for each of its dates until then"
    MANY = f"That is more than {MOST_DATES} surgeries. Choose an earlier date"

    until = ComingDayField(named="The date", label="Until when?")


class EndForm(forms.Form):
    """The last date of a series."""

    last = ComingDayField(named="The last date", label="Last date")
