"""What champions choose and type on the pages of their record."""

from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

from bookings.record import Period

EARLIEST, LATEST = date(2000, 1, 1), date(2099, 12, 31)


class DayField(forms.DateField):
    """A day, in the browser's own way to choose one."""

    def __init__(self, *, named: str, **options: Any) -> None:
        wrong = f"{named} has to be a date, such as 2026-04-01"
        super().__init__(
            widget=forms.DateInput({"type": "date", "class": "govuk-input--width-10"}, format="%Y-%m-%d"),
            input_formats=["%Y-%m-%d", "%d/%m/%Y"],
            error_messages={"required": wrong, "invalid": wrong},
            validators=[
                MinValueValidator(EARLIEST, f"{named} has to be in {EARLIEST.year} or later"),
                MaxValueValidator(LATEST, f"{named} has to be in {LATEST.year} or earlier"),
            ],
            **options,
        )


class PeriodForm(forms.Form):
    """Any two days, in the address."""

    since = DayField(named="The first day", label="From")
    until = DayField(named="The last day", label="To")

    def __init__(self, asked: Any, *, otherwise: Period) -> None:
        """Whoever names neither day means the period `otherwise`."""
        is_asked = "since" in asked or "until" in asked
        super().__init__(asked if is_asked else {"since": otherwise.first, "until": otherwise.last})

    def clean(self) -> dict[str, Any]:
        days = super().clean() or self.cleaned_data
        if not self.errors and days["until"] < days["since"]:
            self.add_error("until", "The last day has to come after the first one")
        return days

    @property
    def period(self) -> Period | None:
        """The period, if the days make one."""
        return Period(self.cleaned_data["since"], self.cleaned_data["until"]) if self.is_valid() else None
