"""What organisers choose and type about a series as a whole."""

from collections.abc import Sequence
from typing import Any

from django import forms

from accounts.fields import NOT_SHOWN
from bookings.series_moves import Which
from surgeries.models import Surgery
from surgeries.templatetags.times import when

TICKED = "ticked"


class MeantForm(forms.Form):
    """Which surgeries of a series are meant, as it stands in the address: of those `coming`, in order of time.

    With a `first` one they can be that one alone, or that one and all later ones.
    """

    which = forms.ChoiceField(
        label="Which ones?",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose which ones", **NOT_SHOWN},
    )
    surgery = forms.MultipleChoiceField(
        required=False,
        label="Those that are ticked here",
        help_text="They count only if you choose “Those that I tick” above.",
        widget=forms.CheckboxSelectMultiple,
        error_messages=NOT_SHOWN,
    )

    def __init__(self, data: Any, *, coming: Sequence[Surgery], first: Surgery | None) -> None:
        self.coming, self.first = coming, first
        super().__init__(data, initial={"which": Which.LATER if first else TICKED})
        choices = [(Which.ALL, f"All {len(coming)} that are still to come"), (TICKED, "Those that I tick")]
        if first:
            later = sum(each.starts_at >= first.starts_at for each in coming)
            choices = [
                (Which.THIS, f"Only {when(first)}"),
                (Which.LATER, f"That one and all later ones, {later} together"),
                *choices,
            ]
        for name, offered in (("which", choices), ("surgery", [(each.reference, when(each)) for each in coming])):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = offered

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("which") == TICKED and not said.get("surgery") and not self.has_error("surgery"):
            self.add_error("surgery", "Tick at least one surgery")
        return said

    @property
    def meant(self) -> list[Surgery]:
        """Those that were chosen, in order of time. The form is valid."""
        which, ticked = self.cleaned_data["which"], set(self.cleaned_data["surgery"])
        if which == TICKED:
            return [each for each in self.coming if each.reference in ticked]
        if which == Which.ALL or self.first is None:
            return list(self.coming)
        if which == Which.THIS:
            return [self.first]
        return [each for each in self.coming if each.starts_at >= self.first.starts_at]
