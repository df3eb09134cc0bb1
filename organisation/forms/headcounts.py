"""Headcounts, one by one and from a file."""

from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from organisation.fields import DayField, NumberField

MOST_PEOPLE = 1_000_000


class CountForm(forms.Form):
    """How many people there were on a day."""

    people = NumberField(named="The headcount", least=0, most=MOST_PEOPLE, label="Headcount")
    counted_on = DayField(named="The day of the headcount", initial=timezone.localdate, label="Counted on")

    def clean_counted_on(self) -> date:
        return not_to_come(self.cleaned_data["counted_on"])


def not_to_come(day: date) -> date:
    """The day, unless it is yet to come. Nobody has been counted then."""
    if day > timezone.localdate():
        raise ValidationError("The day of the headcount has to be today or earlier")
    return day


class ImportForm(forms.Form):
    """A file with headcounts, and the day on which people were counted."""

    file = forms.FileField(
        label="The file",
        error_messages={"required": "Choose a file", "empty": "The file is empty", "invalid": "Choose a file"},
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv", "class": "app-file"}),
    )
    counted_on = DayField(named="The day of the headcounts", initial=timezone.localdate, label="Counted on")

    def clean_counted_on(self) -> date:
        return not_to_come(self.cleaned_data["counted_on"])
