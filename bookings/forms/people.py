"""Whom an organiser looks for, and what they choose and type for somebody."""

from django import forms

from accounts.fields import TheirEmailField
from organisation.addresses import check_work_email


class FindForm(forms.Form):
    """A name, an address or a team, or parts of them. It is sent, so that it stands in no address of a page."""

    who = forms.CharField(
        max_length=100,
        label="Name, email address or team",
        help_text="As far as you know it. A slip in the spelling does no harm.",
        error_messages={
            "required": "Enter a name, an email address or a team",
            "max_length": "Enter %(limit_value)d characters or fewer",
        },
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class AddressForm(forms.Form):
    """The address of a champion of whom a name alone is known."""

    email = TheirEmailField(help_text="Make sure that it is theirs.")

    def clean_email(self) -> str:
        return check_work_email(self.cleaned_data["email"], whose="their")
