"""What holds for the programme as a whole."""

from typing import Any

from django import forms
from django.contrib.postgres.forms import SimpleArrayField
from django.core.validators import DomainNameValidator

from accounts.fields import WorkEmailField
from organisation.fields import LineField, NumberField
from organisation.models import Department


class DomainField(forms.CharField):
    """A domain, whether somebody writes it with an @, in capitals or with spaces around it."""

    default_validators = [DomainNameValidator(message="“%(value)s” is not a domain. Write it like example.gov.uk")]

    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").lower().lstrip("@.")


class DepartmentForm(forms.ModelForm):
    """What holds for the programme as a whole."""

    name = LineField(
        named="The name", missing="Enter the name of the department", max_length=120, label="Name of the department"
    )
    email_domains = SimpleArrayField(
        DomainField(max_length=253, error_messages={"required": "leave nothing empty between two commas"}),
        label="Email domains",
        help_text="Whose addresses may book. A domain stands for itself and everything under it. Put commas between "
        "several, as in example.gov.uk, example.org.",
        error_messages={
            "required": "Enter at least one email domain. Without one nobody could book",
            "item_invalid": "Domain %(nth)s:",
        },
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    contact_email = WorkEmailField(
        required=False,
        label="Where people can reach you (optional)",
        help_text="It stands in every email and on the page about privacy.",
    )
    cutoff_minutes = NumberField(
        named="The time when waiting lists stop", least=0, most=10_080,
        label="Waiting lists stop how many minutes before the start?",
        help_text="For new surgeries. From then on nobody is moved up, and free seats are open to all.",
    )  # fmt: skip
    reminder_hour = NumberField(
        named="The hour of reminders", least=0, most=23,
        label="At which hour do reminders go out?",
        help_text="On the working day before, from 0 to 23.",
    )  # fmt: skip

    class Meta:
        model = Department
        fields = ("name", "email_domains", "contact_email", "cutoff_minutes", "reminder_hour")
