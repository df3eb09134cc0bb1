"""Asking for a surgery."""

from typing import Any

from django import forms

from bookings.models import SurgeryRequest
from organisation.models import Office, Topic


class AskForm(forms.ModelForm):
    """An office, a topic or both, named as they are in addresses. Nothing about who asks."""

    office = forms.ModelChoiceField(
        Office.objects.current(), to_field_name="slug", required=False, empty_label="Choose an office"
    )
    topic = forms.ModelChoiceField(
        Topic.objects.current().order_by("name"),
        to_field_name="slug",
        required=False,
        label="What you would like help with",
        empty_label="Choose what it is about",
    )

    class Meta:
        model = SurgeryRequest
        fields = ("office", "topic")

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or self.cleaned_data
        if not self.errors and not (answers.get("office") or answers.get("topic")):
            self.add_error("office", "Choose an office, or what you would like help with, or both")
        return answers
