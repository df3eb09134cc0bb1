"""What an organiser chooses when two records turn out to be one person."""

from typing import Any

from django import forms

from bookings.forms.people import FindForm
from privacy.merging import Merging


class SamePersonForm(FindForm):
    """Under what the same person may be known as well."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["who"].label = "Their other name, email address or team"


class MergeForm(forms.Form):
    """Which name and which address stay, each asked where there are two."""

    name = forms.ChoiceField(
        label="Which name stays?", widget=forms.RadioSelect, error_messages={"required": "Choose which name stays"}
    )
    email = forms.ChoiceField(
        label="Which email address stays?",
        help_text="What we send goes there from now on. We forget the other one.",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose which email address stays"},
    )

    def __init__(self, *args: Any, it: Merging, **options: Any) -> None:
        super().__init__(*args, **options)
        for name, choices in (("name", it.names), ("email", it.addresses)):
            field: Any = self.fields[name]
            # By number, so that what is sent names nobody who is not on the page.
            field.choices = [(str(number), each) for number, each in enumerate(choices)]
            if len(choices) < 2:
                del self.fields[name]
        self.it = it

    @property
    def chosen_name(self) -> str:
        """The name that stays."""
        return self.it.names[int(self.cleaned_data.get("name") or 0)]

    @property
    def chosen_email(self) -> str | None:
        """The address that stays: none, if neither has one."""
        return self.it.addresses[int(self.cleaned_data.get("email") or 0)] if self.it.addresses else None
