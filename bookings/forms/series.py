"""What organisers choose and type about a series as a whole."""

from collections.abc import Sequence
from copy import copy
from datetime import timedelta
from typing import Any

from django import forms
from django.db.models import Q
from django.http import QueryDict

from accounts.fields import NOT_SHOWN
from bookings.forms.planning import BY_MONTH, BY_WEEKS, HOW_OFTEN, ONCE, PatternForm
from bookings.series_moves import Which
from bookings.services.series import FACTS
from organisation.fields import NumberField
from surgeries.fields import end_as_long
from surgeries.models import MOST_CUTOFF_MINUTES, Series, Surgery, Venue
from surgeries.services import slot_times, times_of
from surgeries.templatetags.times import clock, day_and_year, when_and_year

TICKED = "ticked"


class MeantForm(forms.Form):
    """Which surgeries of a series are meant, as it stands in the address: of those `coming`, in order of time.

    With a `first` one they can be that one alone, or that one and all later ones.
    """

    which = forms.ChoiceField(
        label="Which ones?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose which ones", **NOT_SHOWN},
    )
    surgery = forms.MultipleChoiceField(
        required=False,
        label="Those that are ticked here",
        help_text="They count only if you choose “Those that I tick” above.",
        widget=forms.CheckboxSelectMultiple,
        error_messages=NOT_SHOWN,
    )

    def __init__(self, data: Any, *, coming: Sequence[Surgery], first: Surgery | None) -> None:
        self.coming, self.first = coming, first
        super().__init__(data, initial={"which": Which.LATER if first else TICKED})
        everything = f"All {len(coming)} that are still to come" if len(coming) > 1 else "The only one still to come"
        choices = [(Which.ALL, everything), (TICKED, "Those that I tick")]
        if first:
            later = sum(each.starts_at >= first.starts_at for each in coming)
            choices = [
                (Which.THIS, f"Only {when_and_year(first)}"),
                (Which.LATER, f"That one and all later ones, {later} together"),
                *choices,
            ]
        for name, offered in (
            ("which", choices),
            ("surgery", [(each.reference, when_and_year(each)) for each in coming]),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = offered

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("which") == TICKED and not said.get("surgery") and not self.has_error("surgery"):
            self.add_error("surgery", "Tick at least one surgery")
        return said

    @property
    def meant(self) -> list[Surgery]:
        """Those that were chosen, in order of time. The form is valid."""
        which, ticked = self.cleaned_data["which"], set(self.cleaned_data["surgery"])
        if which == TICKED:
            return [each for each in self.coming if each.reference in ticked]
        if which == Which.ALL or self.first is None:
            return list(self.coming)
        if which == Which.THIS:
            return [self.first]
        return [each for each in self.coming if each.starts_at >= self.first.starts_at]


class SeriesForm(PatternForm):
    """What a series says about the surgeries that it makes from now on."""

    cutoff_minutes = NumberField(
        named="The minutes",
        least=0,
        most=MOST_CUTOFF_MINUTES,
        required=False,
        label="Minutes before the start when the waiting list stops (optional)",
        help_text="Leave it empty to do as the department says.",
    )

    def __init__(self, *args: Any, series: Series, **options: Any) -> None:
        super().__init__(*args, **options)
        self.known = series
        for name in ("ends_on", "times"):
            del self.fields[name]
        self._adapt()
        often = f"w{series.every_weeks}" if series.nth_in_month is None else f"m{series.nth_in_month}"
        self.initial = {
            **{name: getattr(series, name) for name in FACTS},
            "venue": series.venue_id, "begins": series.start_time, "ends": series.end_time, "often": often,
        }  # fmt: skip

    def _adapt(self) -> None:
        """Not everything is as in the form for a new one."""
        name, often, venue = (self.fields[name] for name in ("name", "often", "venue"))
        assert isinstance(often, forms.ChoiceField)
        assert isinstance(venue, forms.ModelChoiceField)
        name.required, name.label = True, "Name"
        name.error_messages["required"] = "Enter a name"
        often.choices = [(value, label) for value, label in HOW_OFTEN if value != ONCE]
        often.help_text = "The day of the week is that of the first date."
        here = Q(is_retired=False, office__is_retired=False) | Q(pk=self.known.venue_id)
        venue.queryset = Venue.objects.filter(here).select_related("office")
        venue.empty_label = None
        self.fields["starts_on"].label = "First date"
        self.order_fields(["name", "venue", "starts_on", "often", "begins", "ends", "slot_minutes", "seats_per_slot",
                           "hosts_wanted", "cutoff_minutes", "is_drop_in"])  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Whoever moves the start alone past the end means all of it. The end follows, to be looked at."""
        typed, end = self.cleaned_data, None
        if {"begins", "ends"} <= typed.keys():
            was = (self.known.start_time, self.known.end_time)
            end = end_as_long((typed["begins"], typed["ends"]), was)
        if end:
            assert isinstance(self.data, QueryDict)
            self.data = self.data.copy()
            self.data["ends"], typed["ends"] = clock(end), end
        said = super().clean()
        if end:
            self.add_error(
                "ends", f"With the new start it would end at {clock(end)}, to stay as long. Check it, and save"
            )
        return said

    def _make_pattern(self, said: dict[str, Any]) -> None:
        often = said["often"]
        self.series = series = copy(self.known)
        for name in FACTS:
            if name in said:
                setattr(series, name, said[name])
        series.start_time, series.end_time = said["begins"], said["ends"]
        series.every_weeks, series.nth_in_month = BY_WEEKS.get(often, 1), BY_MONTH.get(often)
        (times,) = times_of(series, [series.starts_on])
        if not slot_times(*times, series.slot_minutes):
            self.add_error("slot_minutes", "A slot cannot be longer than the surgery")
        if series.ends_on and series.ends_on < series.starts_on:
            self.add_error("starts_on", f"It has to come before the last date, {day_and_year(series.ends_on)}")
        elif series.nth_in_month is not None:
            # By the month, the first date is the first such day and not the day that was typed.
            series.starts_on = next(series.dates(until=series.starts_on + timedelta(weeks=10)), series.starts_on)

    def facts(self) -> dict[str, Any]:
        """What the service is to be told, once the form is valid."""
        return {name: getattr(self.series, name) for name in FACTS}
