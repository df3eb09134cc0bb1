"""What a host types about somebody who walks in."""

from django import forms

from accounts.fields import NOT_SHOWN, TheirNameField, WorkEmailField
from organisation.addresses import check_work_email
from organisation.models import Topic

LOST = "Part of the form got lost on the way. Please press the button once more"


class WalkInForm(forms.Form):
    """A name is enough."""

    request_id = forms.UUIDField(widget=forms.HiddenInput, error_messages=dict.fromkeys(("required", "invalid"), LOST))
    name = TheirNameField()
    email = WorkEmailField(
        required=False,
        label="Work email address (optional)",
        help_text="Then they hear from us afterwards.",
        widget=forms.EmailInput(attrs={"autocomplete": "off", "inputmode": "email", "spellcheck": "false"}),
    )
    topic = forms.ModelChoiceField(
        Topic.objects.current(),
        required=False,
        label="What it is about (optional)",
        empty_label="Not said",
        error_messages=NOT_SHOWN,
    )

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        return check_work_email(email, whose="their") if email else ""
