"""What people type about themselves: fields that forgive what can be forgiven, and say kindly what cannot."""

import re
import unicodedata
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
LINE_ENDS = re.compile("\r\n|[\r\x85\u2028\u2029]")
JOINERS = re.compile("[\u200c\u200d]")
# A mail program makes a link of anything like these, and a name reaches people by email.
LINK = re.compile(r"//|www[.。]|@|[.。][^\W\d_]{2}", re.IGNORECASE)
MARKUP = re.compile(r"[<>]")
# Only somebody who writes their own requests ever sees these.
NOT_SHOWN = dict.fromkeys(("invalid_choice", "invalid_pk_value", "invalid_list"), "Choose from what is shown here")


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


class NameField(forms.CharField):
    """What somebody is called: one line, without anything that a mail program would make a link of."""

    default_error_messages = {
        "required": "Enter your name",
        "max_length": "Your name has to be %(limit_value)d characters or fewer",
        "unseen": "Enter your name on one line, without special characters",
        "link": "Enter your name without a link or an email address. After a full stop, put a space",
        "markup": "Enter your name without the signs < and >",
        "no_letter": "Enter your name, with at least one letter",
    }

    def __init__(self, *, max_length: int = 100, **options: Any) -> None:
        super().__init__(max_length=max_length, **options)

    def to_python(self, value: Any) -> str:
        name = super().to_python(value) or ""
        if not name or len(name) > (self.max_length or 0):
            return name
        if "\n" in name or any(_is_unseen(letter) for letter in name):
            raise ValidationError(self.error_messages["unseen"], code="unseen")
        read = JOINERS.sub("", unicodedata.normalize("NFKC", name))
        for code, wrong in (("link", LINK), ("markup", MARKUP)):
            if wrong.search(read):
                raise ValidationError(self.error_messages[code], code=code)
        if not any(letter.isalpha() for letter in name):
            raise ValidationError(self.error_messages["no_letter"], code="no_letter")
        return unicodedata.normalize("NFC", " ".join(name.split()))


class TheirNameField(NameField):
    """What somebody else is called, of whom the field speaks."""

    default_error_messages = {
        code: words.replace("your name", "their name").replace("Your name", "Their name")
        for code, words in NameField.default_error_messages.items()
    }

    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})
        super().__init__(label="Their name", widget=widget, **options)


class TheirEmailField(WorkEmailField):
    """Somebody else's address, of whom the field speaks."""

    default_error_messages = {"required": "Enter their work email address"}

    def __init__(self, **options: Any) -> None:
        widget = forms.EmailInput(attrs={"autocomplete": "off", "inputmode": "email", "spellcheck": "false"})
        super().__init__(label="Their work email address", widget=widget, **options)


def _is_unseen(letter: str) -> bool:
    return unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} and not JOINERS.match(letter)


class SentencesField(forms.CharField):
    """Something in one's own words. Line ends are made plain, and characters that nobody can see are left out.

    `named` is how an error begins, which is read apart from the field as well; `missing` is said if nothing was typed.
    """

    def __init__(self, *, named: str, missing: str = "", **options: Any) -> None:
        too_long = f"{named} has to be %(limit_value)d characters or fewer"
        super().__init__(error_messages={"max_length": too_long, "required": missing}, **options)

    def to_python(self, value: Any) -> str:
        return UNSEEN.sub("", LINE_ENDS.sub("\n", super().to_python(value) or ""))
