"""Which part of the diary is asked for, in the address."""

from datetime import date
from typing import Any

from django import forms

from bookings.attendance import NO_SERIES
from bookings.diary import Asked, Which, month_of
from organisation.models import Office
from surgeries.models import Series


class DiaryForm(forms.Form):
    """A month, an office, a series and a state. What is not understood is anything."""

    month = forms.CharField(
        required=False,
        label="Month",
        widget=forms.DateInput({"type": "month", "class": "govuk-input--width-10"}),
    )
    office = forms.ChoiceField(required=False, label="Office")
    series = forms.ChoiceField(required=False, label="Series")
    state = forms.ChoiceField(required=False, label="State", choices=[("", "Any state"), *Which.choices])

    def __init__(self, asked: Any, *, today: date) -> None:
        said = {name: asked.get(name, "").replace("\0", "") for name in ("month", "office", "series", "state")}
        month = month_of(said["month"], otherwise=today)
        super().__init__(shown := said | {"month": f"{month:%Y-%m}"})
        self._choose("office", "All offices", Office.objects.values_list("slug", "name"))
        of_series = Series.objects.values_list("reference", "name")
        self._choose("series", "All surgeries", [*of_series, (NO_SERIES, "Those of no series")])
        known = {name: said[name] if self._is_offered(name, said[name]) else "" for name in shown if name != "month"}
        self.data = shown | known
        self.asked = Asked(month, known["office"], known["series"], known["state"], asked.get("as") == "list")

    def _choose(self, name: str, everything: str, choices: Any) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", everything), *choices]

    def _is_offered(self, name: str, value: str) -> bool:
        field = self.fields[name]
        return isinstance(field, forms.ChoiceField) and field.valid_value(value)
