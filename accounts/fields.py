"""The address under which somebody is known, as people type it."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator

from accounts.models import normalise_email

# What nobody types on purpose: control characters, marks that turn the direction of the text around them, and other
# characters without a shape. Joiners (U+200C, U+200D) stay: Persian and Indian names are written with them.
UNSEEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)


class AddressValidator(EmailValidator):
    """An address that every mail server takes: no quotes, nothing but ASCII, at most 254 characters (RFC 5321)."""

    def __call__(self, value: str | None) -> None:
        if not value or len(value) > 254 or not value.isascii() or '"' in value:
            raise ValidationError(self.message, code=self.code, params={"value": value})
        super().__call__(value)


class WorkEmailField(forms.EmailField):
    """An address in the spelling under which it is stored. Spaces and case are forgiven."""

    default_validators = [AddressValidator()]
    default_error_messages = {
        "required": "Enter your work email address",
        "invalid": "Enter an email address in the correct format, like name@example.gov.uk",
    }

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=None, **options)

    def to_python(self, value: Any) -> str:
        address = UNSEEN.sub("", super().to_python(value) or "")
        # Around the address and its @ only: without a space in the middle it might be somebody else's.
        return normalise_email("@".join(part.strip() for part in address.split("@")))
