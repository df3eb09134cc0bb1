"""The forms of signing in."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts.codes import DIGITS
from accounts.fields import WorkEmailField


class SignInForm(forms.Form):
    """By which address somebody is known."""

    email = WorkEmailField(
        label="Work email address",
        help_text="The one that the organisers know you by.",
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
    )


class DigitsField(forms.CharField):
    """A code of six digits. Spaces and dashes are forgiven, since emails and phones show them."""

    default_error_messages = {
        "required": "Enter the code",
        "digits": f"The code has {DIGITS} digits, like 204 816",
    }

    def to_python(self, value: Any) -> str:
        digits = re.sub(r"[\s\u2010-\u2015-]", "", super().to_python(value) or "")
        if digits and not re.fullmatch(rf"[0-9]{{{DIGITS}}}", digits):
            raise ValidationError(self.error_messages["digits"], code="digits")
        return digits


class CodeForm(forms.Form):
    """The code from the email."""

    code = DigitsField(
        label="Code",
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "class": "govuk-input--width-5"}
        ),
    )
