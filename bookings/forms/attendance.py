"""Which surgeries the attendance is asked for, in the address."""

from typing import Any

from django import forms

from accounts.fields import NOT_SHOWN
from bookings.attendance import NO_SERIES, Asked, By
from bookings.forms.recording import PeriodForm
from bookings.record import Period
from organisation.models import Office
from surgeries.models import Series


class AttendanceForm(PeriodForm):
    """Two days, an office, a series, and what each row is about. What nobody chose is anything."""

    office = forms.ChoiceField(required=False, label="Office", error_messages=NOT_SHOWN)
    series = forms.ChoiceField(required=False, label="Series", error_messages=NOT_SHOWN)
    by = forms.ChoiceField(choices=By.choices, label="A row for each", error_messages=NOT_SHOWN)

    def __init__(self, asked: Any, *, otherwise: Period) -> None:
        days = {"since": otherwise.first, "until": otherwise.last, "by": By.WEEK}
        forms.Form.__init__(self, days | asked.dict())
        self.names: dict[str, dict[str, str]] = {}
        self._choose("office", "All offices", dict(Office.objects.values_list("slug", "name")))
        of_series = dict(Series.objects.values_list("reference", "name"))
        self._choose("series", "All series", of_series | {NO_SERIES: "No series"})

    def _choose(self, name: str, everything: str, choices: dict[str, str]) -> None:
        self.names[name], field = choices, self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", everything), *choices.items()]

    @property
    def asked(self) -> Asked | None:
        """What is asked for, if that makes sense."""
        if not (period := self.period):
            return None
        chosen = self.cleaned_data
        return Asked(period, By(chosen["by"]), chosen["office"], chosen["series"])

    @property
    def words(self) -> str:
        """What is asked for, to read. The form is valid."""
        chosen = (self.names[name].get(self.cleaned_data[name]) for name in ("office", "series"))
        return ", ".join([str(self.period), *filter(None, chosen)])
