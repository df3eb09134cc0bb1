"""What organisers type into the department's own lists: fields that forgive what can be forgiven."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import dateformat, timezone

from accounts.fields import NOT_SHOWN, SentencesField
from organisation.days import NotADay, read_day

EARLIEST, LATEST = date(2000, 1, 1), date(2099, 12, 31)
MOST_YEARS_AHEAD = 10
NARROW = "govuk-input--width-4"


class DayField(forms.DateField):
    """A day, in the browser's own way to choose one."""

    is_coming = False

    def __init__(self, *, named: str, example: str = "27/3/2027", **options: Any) -> None:
        self.ask = f"Enter {named[0].lower()}{named[1:]}"
        self.example = example
        usual: dict[str, Any] = {
            "widget": forms.DateInput({"type": "date", "class": "govuk-input--width-10"}, format="%Y-%m-%d"),
            "error_messages": {"required": f"{self.ask}, such as {example}"},
            "validators": [
                MinValueValidator(EARLIEST, f"{named} has to be in {EARLIEST.year} or later"),
                MaxValueValidator(LATEST, f"{named} has to be in {LATEST.year} or earlier"),
            ],
        }
        super().__init__(**usual | options)

    def to_python(self, value: Any) -> date | None:
        """The day that was typed, however it is spelled. What is wrong with it is said with what is asked for."""
        if not isinstance(value, str) or not value.strip():
            return super().to_python(value)
        try:
            return read_day(value, from_day=timezone.localdate() if self.is_coming else None)
        except NotADay as why:
            reason = f"{why}. " if str(why) else ""
            raise ValidationError(f"{reason}{self.ask}, such as {self.example}", code="invalid") from None


class ComingDayField(DayField):
    """A day that is mostly still to come, to be typed: so it can be pasted, and need not have a year.

    Nobody plans a surgery in 45 years: 2072 was meant to be 2027.
    """

    is_coming = True

    def __init__(self, *, named: str, **options: Any) -> None:
        widget = forms.DateInput({"class": "govuk-input--width-10", "autocomplete": "off"}, format="%-d/%-m/%Y")
        usual: dict[str, Any] = {"widget": widget, "help_text": "Such as 27/3/2027, 27 March or Sat 27 March."}
        super().__init__(named=named, example="27/3/2027 or 27 March", **usual | options)

    def to_python(self, value: Any) -> date | None:
        """The day that was typed, if it is not so far away that it must be a slip."""
        day = super().to_python(value)
        if day and (years := day.year - timezone.localdate().year) > MOST_YEARS_AHEAD:
            written = f"{dateformat.format(day, 'j F Y')} is {years} years away"
            raise ValidationError(f"{written}. {self.ask}, such as {self.example}", code="invalid")
        return day


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
