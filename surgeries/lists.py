"""Venues, among the department's own lists."""

from typing import Any

from organisation.fields import ChosenField, LineField, TextField
from organisation.forms.rows import RowForm
from organisation.lists import WHERE, OwnList, register
from organisation.models import Office
from surgeries.models import Venue

LONGEST = 1000


class VenueForm(RowForm):
    """A café or a room where surgeries are held."""

    keeps_chosen = ("office",)
    office = ChosenField(queryset=Office.objects.all(), missing="Choose the office", label="Office")
    name = LineField(
        named="The name",
        missing="Enter the name of the venue",
        max_length=100,
        label="Name",
        help_text="Such as “Ground floor café”.",
    )
    directions = TextField(
        rows=4,
        named="The directions",
        max_length=LONGEST,
        required=False,
        label="Directions (optional)",
        help_text="How to find the table from the front door, for somebody who has never been in the building.",
    )
    accessibility = TextField(
        rows=4,
        named="What there is to know about access",
        max_length=LONGEST,
        required=False,
        label="Getting in and around (optional)",
        help_text="Step-free access, hearing loop, quiet corners, toilets. As it is: people decide by it whether they "
        "can come.",
    )

    class Meta:
        model = Venue
        fields = ("office", "name", "directions", "accessibility")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and self.instance.surgeries.exists():
            # People would go to the wrong one.
            self.fields["office"].disabled = True
            self.fields["office"].help_text = "Surgeries were held here, so the venue stays at its office."

    def clean_name(self) -> str:
        return self.cleaned_data["name"]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if {"name", "office"} <= said.keys() and self.others().filter(
            name__iexact=said["name"], office=said["office"]
        ).exists():
            self.add_error("name", f"{said['office']} has a venue called “{said['name']}” already")
        return said


register(
    OwnList(
        slug="venues",
        one="venue",
        many="venues",
        section=WHERE,
        about="The cafés and rooms where surgeries are held. Directions and access are shown to everybody.",
        model=Venue,
        form=VenueForm,
        columns={"Office": lambda venue: venue.office},
        searched=("name", "office__name"),
        rows=lambda: Venue.objects.select_related("office"),
        gaps=lambda: {
            "without directions": Venue.objects.current().filter(directions=""),
            "that say nothing about access": Venue.objects.current().filter(accessibility=""),
        },
        on_retiring="Surgeries that are planned there stay, and can still be booked: move them or call them off first.",
    )
)
