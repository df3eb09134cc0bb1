"""What organisers write to the people of a surgery, and to whom."""

from typing import Any

from django import forms

from accounts.fields import NOT_SHOWN, SentencesField
from bookings.forms.fields import Label
from bookings.models import Letter


class SubjectField(SentencesField):
    """One line."""

    def to_python(self, value: Any) -> str:
        return " ".join(super().to_python(value).split())


class LetterForm(forms.Form):
    """Groups of people, a subject and the words, in plain text."""

    request_id = forms.UUIDField(
        widget=forms.HiddenInput,
        error_messages=dict.fromkeys(
            ("required", "invalid"), "Part of the form got lost on the way. Please press the button once more"
        ),
    )
    groups = forms.MultipleChoiceField(
        label="To whom?",
        help_text="Whoever is in two of them gets it once.",
        widget=forms.CheckboxSelectMultiple(attrs={"class": "govuk-checkboxes--small"}),
        error_messages={"required": "Tick to whom it goes", **NOT_SHOWN},
    )
    subject = SubjectField(
        named="The subject", missing="Enter a subject", max_length=Letter.LONGEST_SUBJECT, label="Subject"
    )
    words = SentencesField(
        named="What you write",
        missing="Write something",
        max_length=Letter.LONGEST,
        label="What would you like to say?",
        help_text="Plain text. When and where it is stands above it.",
        widget=forms.Textarea(attrs={"rows": 8}),
    )

    def __init__(self, *args: Any, counts: dict[str, int], **options: Any) -> None:
        super().__init__(*args, **options)
        groups = self.fields["groups"]
        assert isinstance(groups, forms.MultipleChoiceField)
        groups.choices = [
            (group, Label(Letter.Group(group).label, hint=f"{count} {'person' if count == 1 else 'people'}"))
            for group, count in counts.items()
            if count
        ]
