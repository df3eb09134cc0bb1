"""What champions choose and type about their shifts."""

from datetime import UTC, datetime
from typing import Any

from django import forms

from accounts.fields import NOT_SHOWN
from champions.forms import LineField
from surgeries.hosts import Gap
from surgeries.models import Surgery
from surgeries.templatetags.times import clock


def written(moment: datetime) -> str:
    """The moment as the value of a choice."""
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%MZ")


class GiveBackForm(forms.Form):
    """Why somebody cannot host after all. Organisers read it."""

    reason = LineField(
        named="The reason",
        missing="Say in a few words why",
        max_length=200,
        label="Why can you not come?",
        help_text="A few words for the organisers. No details that you would rather keep to yourself.",
    )


class TakeForm(forms.Form):
    """From when to when somebody hosts: between the beginnings and ends of slots at which hosts are lacking."""

    begins = forms.ChoiceField(label="From", error_messages={"required": "Choose from when", **NOT_SHOWN})
    ends = forms.ChoiceField(label="Until", error_messages={"required": "Choose until when", **NOT_SHOWN})

    def __init__(self, *args: Any, surgery: Surgery, gaps: tuple[Gap, ...], **options: Any) -> None:
        super().__init__(*args, **options)
        self.gaps = gaps
        moments = {edge for slot in surgery.slots.all() for edge in (slot.starts_at, slot.ends_at)}
        moments |= {edge for gap in gaps for edge in (gap.starts_at, gap.ends_at)}
        in_order = sorted(moments)
        self.moments = {written(each): each for each in moments}
        for name, choices in (("begins", in_order[:-1]), ("ends", in_order[1:])):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [(written(each), clock(each)) for each in choices]

    def propose(self, gap: Gap) -> None:
        """Choose this one, until somebody chooses otherwise."""
        self.initial = {"begins": written(gap.starts_at), "ends": written(gap.ends_at)}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if {"begins", "ends"} <= cleaned.keys():
            start, end = (self.moments[cleaned[name]] for name in ("begins", "ends"))
            if end <= start:
                self.add_error("ends", "The end has to come after the start")
            elif not any(gap.starts_at <= start and end <= gap.ends_at for gap in self.gaps):
                self.add_error("ends", "There are enough hosts in between. Choose one of the times that are missing")
        return cleaned

    def times(self) -> dict[str, datetime]:
        """What the service is to be told, once the form is valid."""
        return {
            f"{name}_at": self.moments[self.cleaned_data[key]] for key, name in (("begins", "starts"), ("ends", "ends"))
        }
