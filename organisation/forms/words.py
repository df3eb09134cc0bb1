"""Words of the department's own: its guidelines, and paragraphs in emails."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from organisation.fields import DayField, LineField, TextField
from organisation.models import EmailParagraph, Guidelines


class GuidelinesForm(forms.ModelForm):
    """One version of the guidelines: words, or a link to where they are."""

    title = LineField(
        named="The title", missing="Enter a title", max_length=120, initial="Social media guidelines", label="Title"
    )
    version = LineField(
        named="The version", missing="Enter the version", max_length=20, label="Version",
        help_text="As people speak of it, such as 2 or 2026.1.",
    )  # fmt: skip
    published_on = DayField(
        named="The day of publication", initial=timezone.localdate, label="Published on",
        help_text="From that day on everybody reads this version. It may be a day to come.",
    )  # fmt: skip
    link = forms.URLField(
        required=False,
        max_length=500,
        assume_scheme="https",
        label="Where they are (optional)",
        help_text="The address of a page, if they are on your intranet. Otherwise write them below.",
        error_messages={
            "invalid": "Enter the whole address of the page, such as https://intranet.example.gov.uk/guidelines",
            "max_length": "The address has to be 500 characters or fewer",
        },
        widget=forms.URLInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    body = TextField(
        rows=8,
        is_a_page=True,
        named="The text",
        max_length=30_000,
        required=False,
        label="The guidelines (optional)",
        help_text="Leave an empty line between paragraphs. Begin a line with ## for a heading, with - for a bullet "
        "point, with 1. for a numbered step. Write **bold**, and a link as [its words](https://…).",
    )

    class Meta:
        model = Guidelines
        fields = ("title", "version", "published_on", "link", "body")

    def clean_link(self) -> str:
        """An address that everybody may follow."""
        link = self.cleaned_data["link"]
        if link and not link.lower().startswith(("https://", "http://")):
            raise ValidationError(self.fields["link"].error_messages["invalid"])
        return link

    def clean_version(self) -> str:
        """Each once."""
        version = self.cleaned_data["version"]
        if Guidelines.objects.exclude(pk=self.instance.pk).filter(version__iexact=version).exists():
            raise ValidationError(f"There is a version {version} already")
        return version

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if {"link", "body"} <= said.keys() and bool(said["link"]) == bool(said["body"]):
            both = "Leave out either the address or the words: it is one of them that people read"
            self.add_error("link", both if said["link"] else "Enter the address of the guidelines, or write them below")
        return said


class ParagraphForm(forms.Form):
    """A paragraph of the department's own in one kind of email."""

    words = TextField(
        rows=5,
        named="The paragraph",
        max_length=EmailParagraph.LONGEST,
        required=False,
        label="The paragraph (optional)",
        help_text="Plain text. An address of a page becomes a link. Left empty, the email has no paragraph of yours.",
    )
