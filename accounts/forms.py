"""The forms of signing in."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts.codes import DIGITS
from accounts.fields import NOT_SHOWN, TheirEmailField, TheirNameField, WorkEmailField
from accounts.models import User

RECOVERY_DIGITS = 8


class SignInForm(forms.Form):
    """By which address somebody is known."""

    email = WorkEmailField(
        label="Work email address",
        help_text="The one that the organisers know you by.",
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}),
    )


class RoleForm(forms.Form):
    """What somebody may do."""

    role = forms.ChoiceField(
        choices=User.Role.choices,
        label="They are",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what they are", **NOT_SHOWN},
    )


class LetInForm(RoleForm):
    """Somebody who is to run the programme."""

    name = TheirNameField()
    email = TheirEmailField(help_text="They are told there, and sign in with it. Make sure that it is theirs.")

    field_order = ("name", "email", "role")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        role: Any = self.fields["role"]
        role.choices = [(each.value, each.label) for each in (User.Role.ORGANISER, User.Role.ADMINISTRATOR)]


class DigitsField(forms.CharField):
    """A code of so many digits. Spaces and dashes are forgiven, since emails and phones show them."""

    widget = forms.TextInput(
        attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "class": "govuk-input--width-10"}
    )
    default_error_messages = {"required": "Enter the code"}

    def __init__(self, *lengths: int, wrong: str, **options: Any) -> None:
        self.lengths, self.wrong = lengths, wrong
        super().__init__(label="Code", **options)

    def to_python(self, value: Any) -> str:
        digits = re.sub(r"[\s\u2010-\u2015-]", "", super().to_python(value) or "")
        if digits and not (re.fullmatch("[0-9]+", digits) and len(digits) in self.lengths):
            raise ValidationError(self.wrong, code="digits")
        return digits


class CodeForm(forms.Form):
    """The code from the email, or of an app that is being added."""

    code = DigitsField(DIGITS, wrong=f"The code has {DIGITS} digits, like 204 816")


class SecondFactorForm(forms.Form):
    """A code of the app, or one of the recovery codes."""

    code = DigitsField(
        DIGITS,
        RECOVERY_DIGITS,
        wrong=f"A code of the app has {DIGITS} digits, a recovery code {RECOVERY_DIGITS}",
    )
