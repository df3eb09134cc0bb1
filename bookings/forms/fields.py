"""Fields that forgive what can be forgiven, and say kindly what cannot."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from copy import copy, deepcopy
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.text import capfirst

from accounts.fields import NOT_SHOWN
from organisation.models import Symptom, Team, Topic
from surgeries.models import Slot
from surgeries.templatetags.times import span

UNSURE = "unsure"


def renumbered(data: Any) -> QueryDict:
    """What was sent of a form, with a new number: sent once more, it is not taken for the form that it was."""
    anew: QueryDict = data.copy()
    anew["request_id"] = str(uuid4())
    return anew


class Label(str):
    """The words beside a choice, and what goes with them: see templates/govuk/field.html.

    What `is_closed` is shown, and cannot be chosen.
    """

    hint: str
    divider: str
    exclusive: bool
    is_closed: bool

    def __new__(
        cls, words: str, *, hint: str = "", divider: str = "", exclusive: bool = False, is_closed: bool = False
    ) -> "Label":
        label = super().__new__(cls, words)
        label.hint, label.divider, label.exclusive, label.is_closed = hint, divider, exclusive, is_closed
        return label


class Shared(dict[str, forms.Field]):
    """The fields of a class of forms, of which a form copies none but its `own`, those that it changes.

    Django copies every field for every form, and that takes longer than to check what was typed. Those that ask the
    database have to do so with `OwnRows`.
    """

    def __init__(self, fields: Mapping[str, forms.Field], *, own: Collection[str]) -> None:
        super().__init__(fields)
        self.own = own

    def __deepcopy__(self, memo: dict) -> dict[str, forms.Field]:
        return {name: _own(field) if name in self.own else field for name, field in self.items()}


def _own(field: forms.Field) -> forms.Field:
    """A copy to change. Its messages and validators stay as they are, and are shared."""
    own = copy(field)
    own.widget = deepcopy(field.widget)
    return own


class OwnRows(forms.models.ModelChoiceIterator):
    """Asks the database with a queryset of its own each time: two threads must not run one queryset at a time."""

    def __iter__(self) -> Iterator:
        asking = copy(self)
        asking.queryset = self.queryset.all()
        return super(OwnRows, asking).__iter__()


class RowsField(forms.ModelMultipleChoiceField):
    """Rows, or one choice that is none: its value and label are `otherwise`, and the form asks for it by itself.

    It comes last, or where `is_first` says so before them.
    """

    class Rows(OwnRows):
        field: "RowsField"

        def __iter__(self) -> Iterator:
            if self.field.is_first:
                yield self.field.otherwise
            yield from super().__iter__()
            if not self.field.is_first:
                yield self.field.otherwise

    iterator = Rows

    def __init__(self, rows: QuerySet, *, otherwise: tuple[str, Label], is_first: bool = False, **options: Any) -> None:
        self.otherwise, self.is_first = otherwise, is_first
        super().__init__(rows, error_messages=NOT_SHOWN, **options)

    def clean(self, value: Any) -> Any:
        return super().clean([chosen for chosen in value or () if chosen != self.otherwise[0]])


class TopicsField(forms.ModelMultipleChoiceField):
    """Topics that are offered now."""

    iterator = OwnRows

    def __init__(self, **options: Any) -> None:
        super().__init__(Topic.objects.current(), error_messages=NOT_SHOWN, **options)


class SymptomsField(RowsField):
    """Symptoms, or UNSURE."""

    def __init__(self, **options: Any) -> None:
        unsure = Label("Not sure yet, and that is fine", divider="or", exclusive=True)
        super().__init__(Symptom.objects.current(), otherwise=(UNSURE, unsure), **options)


class TeamSelect(forms.Select):
    """A plain select that JavaScript turns into a search, which looks through `data-also` as well."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"data-module": "team-search", **(attrs or {})})

    def create_option(self, name: str, value: Any, label: Any, *args: Any, **options: Any) -> dict[str, Any]:
        option = super().create_option(name, value, label, *args, **options)
        if (team := getattr(value, "instance", None)) and team.also_known_as:
            option["attrs"]["data-also"] = team.also_known_as
        return option


class TeamField(forms.ModelChoiceField):
    """The team where somebody works; the directorate tells apart those of one name."""

    widget = TeamSelect
    iterator = OwnRows

    def __init__(self, **options: Any) -> None:
        teams = Team.objects.current().select_related("directorate")
        super().__init__(teams, error_messages=NOT_SHOWN, **options)

    def label_from_instance(self, team: Team) -> str:
        return f"{team.name}, {team.directorate.name}"


def _suiting(slot: Slot) -> Label:
    """A slot to wait for. Of those that `bookings.offers` looked up, it says which need not be waited for."""
    return Label(capfirst(span(slot)), hint="A seat is free now" if getattr(slot, "seats_left", 0) else "")


class SlotsField(forms.MultipleChoiceField):
    """The slots that would suit somebody who waits; none of them means any."""

    slots: Callable[[], Iterable[Slot]]

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, error_messages=NOT_SHOWN, **options)

    def choose_from(
        self, slots: Callable[[], Iterable[Slot]], *, shown: Callable[[], Iterable[Slot]] | None = None
    ) -> None:
        """Take these slots, of which only some may be `shown`. They are looked up when they are needed."""
        self.slots = slots
        self.choices = lambda: [(slot.pk, _suiting(slot)) for slot in (shown or slots)()]

    def clean(self, value: Any) -> list[Slot]:
        chosen = self.to_python(value)
        if not chosen:
            return []
        known = {str(slot.pk): slot for slot in self.slots()}
        if not known.keys() >= set(chosen):
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
        return [known[pk] for pk in dict.fromkeys(chosen)]
