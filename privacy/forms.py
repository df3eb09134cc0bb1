"""Whose data it is about."""

from django import forms

from accounts.fields import WorkEmailField


class FindForm(forms.Form):
    """An address, which stays out of the page’s own."""

    email = WorkEmailField(
        label="Their work email address",
        help_text="Anybody who booked, came, hosts or signs in.",
        widget=forms.EmailInput(attrs={"autocomplete": "off", "inputmode": "email", "spellcheck": "false"}),
    )
