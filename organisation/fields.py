"""What organisers type into the department's own lists: fields that forgive what can be forgiven."""

from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

from accounts.fields import NOT_SHOWN, SentencesField

EARLIEST, LATEST = date(2000, 1, 1), date(2099, 12, 31)
NARROW = "govuk-input--width-4"


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


class LineField(SentencesField):
    """Something in one line, however it was typed."""

    widget = forms.TextInput(attrs={"autocomplete": "off"})

    def to_python(self, value: Any) -> str:
        return " ".join(super().to_python(value).split())


class TextField(SentencesField):
    """Something in as many lines as it takes."""

    def __init__(self, *, rows: int, is_a_page: bool = False, **options: Any) -> None:
        attrs = {"rows": rows, **({"class": "app-whole-page"} if is_a_page else {})}
        super().__init__(widget=forms.Textarea(attrs=attrs), **options)


class NumberField(forms.IntegerField):
    """A whole number from `least` to `most`."""

    def __init__(self, *, named: str, least: int, most: int, **options: Any) -> None:
        wrong = f"{named} has to be a whole number from {least:,} to {most:,}"
        super().__init__(
            min_value=least,
            max_value=most,
            error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), wrong),
            widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": NARROW}),
            **options,
        )


class ChosenField(forms.ModelChoiceField):
    """One row of another list, from those that are offered."""

    def __init__(self, *, missing: str, **options: Any) -> None:
        super().__init__(error_messages={"required": missing, **NOT_SHOWN}, empty_label=missing, **options)
