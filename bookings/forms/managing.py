"""What organisers choose and type about one surgery."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.db.models import Q
from django.http import QueryDict
from django.utils import timezone

from accounts.fields import NOT_SHOWN, SentencesField
from bookings.facts import Facts
from bookings.forms.fields import Label
from bookings.forms.hosting import written
from bookings.moves import Problem
from bookings.series_moves import Which
from bookings.suggesting import Suggestion, has_then, with_what_they_have
from champions.forms import LineField
from champions.models import Champion
from organisation.fields import ComingDayField
from surgeries.fields import LocalTimeField, end_as_long
from surgeries.models import MOST_CUTOFF_MINUTES, MOST_HOSTS, Surgery, Venue, local_moment
from surgeries.templatetags.times import clock

LONGEST_NOTE = 2000
# So far ahead a diary is kept.
AHEAD = timedelta(days=3 * 366)
NARROW = {"class": "govuk-input--width-5"}


class WhichField(forms.ChoiceField):
    """Which surgeries of the series are meant."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            choices=Which.choices,
            label="Which surgeries of the series?",
            widget=forms.RadioSelect,
            error_messages={"required": "Choose which surgeries of the series", **NOT_SHOWN},
            **options,
        )


class EditSurgeryForm(forms.Form):
    """When, where and how a surgery is held."""

    on = ComingDayField(named="The day", label="Day")
    begins = LocalTimeField(
        label="From",
        help_text="",
        widget=forms.TimeInput(attrs=NARROW),
        error_messages=dict.fromkeys(("required", "invalid"), "Enter from when, such as 10am, 10:30 or 2.15pm"),
    )
    ends = LocalTimeField(
        label="Until",
        help_text="",
        widget=forms.TimeInput(attrs=NARROW),
        error_messages=dict.fromkeys(("required", "invalid"), "Enter until when, such as midday, 12:30 or 2.15pm"),
    )
    venue = forms.ModelChoiceField(
        Venue.objects.none(),
        label="Where",
        empty_label=None,
        error_messages={"required": "Choose the venue", **NOT_SHOWN},
    )
    hosts_wanted = forms.IntegerField(
        label="Hosts wanted at any time",
        help_text="Champions are asked until there are as many. Two make the best surgeries.",
        min_value=1,
        max_value=MOST_HOSTS,
        widget=forms.TextInput(attrs={"class": "govuk-input--width-3", "inputmode": "numeric"}),
        error_messages={
            "required": "Enter how many hosts are wanted",
            "invalid": "Enter how many hosts are wanted, as a number",
            "min_value": "At least one host is wanted",
            "max_value": "At most %(limit_value)d hosts can be wanted",
        },
    )
    cutoff_minutes = forms.IntegerField(
        label="Minutes before the start when the waiting list stops",
        help_text="From then on nobody moves up, and free seats are open to all.",
        min_value=0,
        max_value=MOST_CUTOFF_MINUTES,
        widget=forms.TextInput(attrs={"class": "govuk-input--width-5", "inputmode": "numeric"}),
        error_messages={
            "required": "Enter how many minutes before the start the waiting list stops",
            "invalid": "Enter the minutes as a number",
            "min_value": "Enter 0 minutes or more",
            "max_value": "The waiting list can stop a week before at most, which is %(limit_value)d minutes",
        },
    )
    is_drop_in = forms.BooleanField(required=False, label="People may drop in without a booking")
    note = SentencesField(
        named="The note",
        required=False,
        max_length=LONGEST_NOTE,
        label="Note for everybody (optional)",
        help_text="Anything worth knowing about this one, such as “Bring your laptop”.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    which = WhichField(help_text="Those that were changed by hand are left alone, and listed on the next page.")

    def __init__(self, *args: Any, surgery: Surgery, **options: Any) -> None:
        super().__init__(*args, **options)
        self.surgery = surgery
        self.new_end: time | None = None
        if not surgery.series_id:
            del self.fields["which"]
        start, end = timezone.localtime(surgery.starts_at), timezone.localtime(surgery.ends_at)
        self.initial = {
            "on": start.date(), "begins": start.time(), "ends": end.time(), "venue": surgery.venue_id,
            "hosts_wanted": surgery.hosts_wanted, "cutoff_minutes": surgery.cutoff_minutes,
            "is_drop_in": surgery.is_drop_in, "note": surgery.note, "which": Which.THIS,
        }  # fmt: skip
        venues = Venue.objects.filter(Q(is_retired=False) | Q(pk=surgery.venue_id)).select_related("office")
        venue = self.fields["venue"]
        assert isinstance(venue, forms.ModelChoiceField)
        venue.queryset = venues

    def clean_on(self) -> date:
        on, today = self.cleaned_data["on"], timezone.localdate()
        if not today <= on <= today + AHEAD:
            raise forms.ValidationError("The day has to be today or later, within the next three years")
        return on

    def clean(self) -> dict[str, Any]:
        """Whoever moves the start alone past the end means all of it. The next page says so: see `new_end`."""
        said = super().clean() or {}
        if not self.errors:
            was = (self.initial["begins"], self.initial["ends"])
            self.new_end = end_as_long((said["begins"], said["ends"]), was)
        if self.new_end:
            assert isinstance(self.data, QueryDict)
            self.data = self.data.copy()
            self.data["ends"], said["ends"] = clock(self.new_end), self.new_end  # what the next page sends
        return said

    def facts(self) -> Facts:
        """What services are to be told, once the form is valid."""
        said = self.cleaned_data
        return Facts(
            venue=said["venue"],
            starts_at=self._moment("begins"),
            ends_at=self._moment("ends"),
            **{name: said[name] for name in ("is_drop_in", "hosts_wanted", "cutoff_minutes", "note")},
        )

    @property
    def meant(self) -> str:
        """Which surgeries are meant. The form is valid."""
        return self.cleaned_data.get("which", Which.THIS)

    def _moment(self, name: str) -> datetime:
        return local_moment(self.cleaned_data["on"], self.cleaned_data[name])

    def refuse(self, problems: tuple[Problem, ...]) -> None:
        """Say beside the field what stands in the way."""
        for problem in problems:
            self.add_error(problem.field, problem.words)


class SuggestedField(forms.ModelChoiceField):
    """One of the champions `among` those suggested, or ELSE. Only of another the database is asked."""

    ELSE = "else"
    among: Mapping[str, Champion] = {}

    def to_python(self, value: Any) -> Any:
        return None if value == self.ELSE else self.among.get(str(value)) or super().to_python(value)


class EverybodyField(forms.ModelChoiceField):
    """Whoever hosts at present. What they have at the time of the surgery stands beside their names."""

    surgery: Surgery

    def label_from_instance(self, champion: Champion) -> str:
        has = has_then(champion, self.surgery)
        return f"{champion} ({has})" if has else str(champion)


class HostForm(forms.Form):
    """Which champion is put on, and from when to when. Those who fit best are offered first.

    Whoever was among them when the page was made may be chosen there: sent again, the form still says the same.
    """

    suggested = SuggestedField(
        Champion.objects.none(), required=False, label="Who fits best", widget=forms.RadioSelect,
        error_messages=NOT_SHOWN,
    )  # fmt: skip
    other = EverybodyField(
        Champion.objects.none(), required=False, label="Who else", empty_label="Choose", error_messages=NOT_SHOWN
    )
    begins = forms.ChoiceField(label="From", error_messages={"required": "Choose from when", **NOT_SHOWN})
    ends = forms.ChoiceField(label="Until", error_messages={"required": "Choose until when", **NOT_SHOWN})

    def __init__(self, *args: Any, surgery: Surgery, suggestions: Sequence[Suggestion], **options: Any) -> None:
        super().__init__(*args, **options)
        moments = {edge for slot in surgery.slots.all() for edge in (slot.starts_at, slot.ends_at)}
        in_order = sorted(moments | {surgery.starts_at, surgery.ends_at})
        self.moments = {written(each): each for each in in_order}
        for name, choices in (("begins", in_order[:-1]), ("ends", in_order[1:])):
            self._choose(name, [(written(each), clock(each)) for each in choices])
        self.initial = {"begins": written(surgery.starts_at), "ends": written(surgery.ends_at)}
        self.suggestions = suggestions
        suggested, other = self.fields["suggested"], self.fields["other"]
        assert isinstance(suggested, SuggestedField)
        assert isinstance(other, EverybodyField)
        active = Champion.objects.active().order_by("name")
        suggested.queryset, other.queryset = active, with_what_they_have(active, surgery)
        suggested.among, other.surgery = {str(each.champion.pk): each.champion for each in suggestions}, surgery
        offered = [(str(each.champion.pk), Label(each.champion.name, hint=each.why)) for each in suggestions]
        # Radios cannot be cleared, so there is one that takes the choice back.
        somebody_else = Label("Somebody else", hint="Choose them under “Who else”", divider="or")
        self._choose("suggested", [*offered, (suggested.ELSE, somebody_else)])
        if not suggestions:
            other.label = "Champion"

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        suggested, other = cleaned.get("suggested"), cleaned.get("other")
        if not self.suggestions and self.has_error("suggested"):
            del self.errors["suggested"]  # which the page does not show
            self.add_error("other", "They cannot host any more. Choose somebody else")
        if suggested and not other and suggested not in {each.champion for each in self.suggestions}:
            assert isinstance(self.data, QueryDict)
            self.data = self.data.copy()
            # Where the page shows them now.
            self.data["suggested"], self.data["other"] = SuggestedField.ELSE, str(suggested.pk)
        if self.has_error("suggested") or self.has_error("other"):
            pass  # which says enough about who
        elif suggested and other and suggested != other:
            both = f"You chose {suggested} and {other}"
            if self.suggestions:
                self.add_error("suggested", f"{both}. For {other} choose “Somebody else” here")
            else:
                self.add_error("other", f"{both}. Choose one of them")
        elif not (suggested or other):
            if self.data.get("suggested") == SuggestedField.ELSE or not self.suggestions:
                self.add_error("other", "Choose a champion")
            else:
                self.add_error("suggested", "Choose a champion, or “Somebody else”")
        if {"begins", "ends"} <= cleaned.keys() and self.moments[cleaned["ends"]] <= self.moments[cleaned["begins"]]:
            self.add_error("ends", "The end has to come after the start")
        return cleaned

    @property
    def champion(self) -> Champion:
        """Who was chosen. The form is valid."""
        return self.cleaned_data["other"] or self.cleaned_data["suggested"]

    def times(self) -> dict[str, datetime]:
        """What the service is to be told, once the form is valid."""
        said = self.cleaned_data
        return {"starts_at": self.moments[said["begins"]], "ends_at": self.moments[said["ends"]]}


class TakeOffForm(forms.Form):
    """Why a champion is taken off. They read it."""

    reason = LineField(
        named="The reason",
        missing="Say in a few words why",
        max_length=150,
        label="Why?",
        help_text="They read it in their email, so write it to them.",
    )


class CallOffForm(forms.Form):
    """Why a surgery is called off. Everybody reads it."""

    reason = LineField(
        named="The reason",
        missing="Say in a few words why it does not take place",
        max_length=200,
        label="Why does it not take place?",
        help_text="Everybody reads it in their email and on the page of the surgery, so write it to them.",
    )

    def __init__(self, *args: Any, number: int = 1, **options: Any) -> None:
        super().__init__(*args, **options)
        if number > 1:
            self.fields["reason"].label = "Why do they not take place?"
