"""The slots and seats of a surgery, as organisers set them."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.html import format_html
from django.utils.text import capfirst

from bookings.elsewhere import Times, overlap
from bookings.forms.managing import NARROW, WhichField
from bookings.managing import fewer_than_booked
from bookings.series_moves import Which
from bookings.series_slots import Wanted
from bookings.services.diary import overlapping
from surgeries.fields import LocalTimeField
from surgeries.models import Surgery, local_moment
from surgeries.services import MOST_SEATS_PER_SLOT, SHORTEST_SLOT_MINUTES, TOO_SHORT, Within
from surgeries.templatetags.times import span

SEATS = {"class": "govuk-input--width-3", "inputmode": "numeric"}
AS_A_NUMBER = {
    "required": "Enter how many seats, as a number",
    "invalid": "Enter how many seats, as a number",
    "min_value": "Enter 0 seats or more",
    "max_value": "A slot has at most %(limit_value)d seats",
}


class SlotsForm(forms.Form):
    """How many seats each slot has, which slots go, and one that is added; and at which surgeries of its series.

    `slots` have their `number_of_seats` and how many are `booked`. What each had when the page was made comes back
    with it: whatever somebody else has changed meanwhile is not changed back. A slot that was not on the page yet stays
    as it is, and what is so already is not done again: the same form may arrive twice.
    """

    begins = LocalTimeField(
        required=False,
        label="From",
        help_text="",
        widget=forms.TimeInput(attrs=NARROW),
        error_messages={"invalid": "Enter from when the new slot is, such as 10am, 10:30 or 2.15pm"},
    )
    ends = LocalTimeField(
        required=False,
        label="Until",
        help_text="",
        widget=forms.TimeInput(attrs=NARROW),
        error_messages={"invalid": "Enter until when the new slot is, such as 10:20am or 2.15pm"},
    )
    seats = forms.IntegerField(
        required=False,
        label="Seats",
        min_value=1,
        max_value=MOST_SEATS_PER_SLOT,
        widget=forms.TextInput(attrs=SEATS),
        error_messages=AS_A_NUMBER | {"min_value": "A new slot has at least one seat"},
    )

    which = WhichField(help_text="Those whose slots were changed by hand are left alone, and listed on the next page.")

    def __init__(self, data: QueryDict | None = None, *, surgery: Surgery, slots: Sequence[Any]) -> None:
        if data is not None:
            data = data.copy()
            for slot in slots:
                data.setdefault(f"seats_{slot.pk}", str(slot.number_of_seats))
        super().__init__(data)
        self.surgery, self.slots = surgery, slots
        self.initial["which"] = Which.THIS
        if not surgery.series_id:
            del self.fields["which"]
        for slot in slots:
            self.fields[f"seats_{slot.pk}"] = forms.IntegerField(
                label=f"Seats, {span(slot)}",
                min_value=0,
                max_value=MOST_SEATS_PER_SLOT,
                initial=slot.number_of_seats,
                widget=forms.TextInput(attrs=SEATS),
                error_messages=AS_A_NUMBER,
            )
            self.fields[f"was_{slot.pk}"] = forms.IntegerField(
                required=False, initial=slot.number_of_seats, widget=forms.HiddenInput
            )
            self.fields[f"remove_{slot.pk}"] = forms.BooleanField(
                required=False, label=_take_out(slot), widget=forms.CheckboxInput
            )

        self.order_fields([name for name in self.fields if name not in self.declared_fields])  # as on the page

    @property
    def rows(self) -> list[tuple[Any, Any, Any, Any]]:
        """Each slot with its fields, for the page."""
        return [
            (slot, self[f"seats_{slot.pk}"], self[f"was_{slot.pk}"], self[f"remove_{slot.pk}"]) for slot in self.slots
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for slot in self.slots:
            wanted, was = cleaned.get(f"seats_{slot.pk}"), cleaned.get(f"was_{slot.pk}")
            if was is not None and slot.number_of_seats not in {was, wanted}:
                self.add_error(
                    f"seats_{slot.pk}",
                    f"Somebody else has given it {slot.number_of_seats} seats meanwhile. Is that right?",
                )
                # From now on they know: pressed once more, it is what they want.
                assert isinstance(self.data, QueryDict)
                self.data[f"was_{slot.pk}"] = str(slot.number_of_seats)
            elif wanted is not None and wanted < slot.booked:
                self.add_error(f"seats_{slot.pk}", _too_few(slot, wanted))
            elif cleaned.get(f"remove_{slot.pk}") and slot.booked:
                self.add_error(f"seats_{slot.pk}", _too_few(slot, 0))  # nothing can be ticked any more
        self._clean_new(cleaned)
        return cleaned

    def _clean_new(self, cleaned: dict[str, Any]) -> None:
        """All of a new slot, or nothing."""
        names = ("begins", "ends", "seats")
        if any(self.has_error(name) for name in names):
            return
        typed = [name for name in names if cleaned.get(name) is not None]
        missing = {"begins": "Enter from when the new slot is", "ends": "Enter until when the new slot is",
                   "seats": "Enter how many seats the new slot has"}  # fmt: skip
        for name in names:
            if typed and name not in typed:
                self.add_error(name, missing[name])
        if len(typed) < len(names):
            return
        start, end = self.new["starts_at"], self.new["ends_at"]
        stay = [slot for slot in self.slots if not cleaned.get(f"remove_{slot.pk}")]
        there = next((slot for slot in stay if slot.starts_at == start), None)
        other = next((slot for slot in stay if overlap(slot, Times(start, end))), None)
        if end <= start:
            self.add_error("ends", "The end has to come after the start")
        elif start < self.surgery.starts_at or end > self.surgery.ends_at:
            self.add_error(
                "begins",
                f"The new slot has to lie within the surgery, {span(self.surgery)}. Make the surgery longer first",
            )
        elif there and (there.ends_at, there.number_of_seats) == (end, cleaned["seats"]):
            cleaned.update(dict.fromkeys(names))  # added already
        elif there:
            self.add_error("begins", "There is a slot that begins then already")
        elif other:
            self.add_error("begins", overlapping(other))
        elif end - start < timedelta(minutes=SHORTEST_SLOT_MINUTES):
            self.add_error("ends", TOO_SHORT)

    @property
    def new(self) -> dict[str, Any]:
        """The slot that is added, if one is: what the service is to be told."""
        said = self.cleaned_data
        if said.get("begins") is None:
            return {}
        on = timezone.localdate(self.surgery.starts_at)
        return {
            "starts_at": local_moment(on, said["begins"]), "ends_at": local_moment(on, said["ends"]),
            "seats": said["seats"],
        }  # fmt: skip

    def seats_wanted(self) -> dict[int, int]:
        """How many seats each slot is to have, by its id: those alone that change."""
        return {
            slot.pk: self.cleaned_data[f"seats_{slot.pk}"]
            for slot in self.slots
            if self.cleaned_data[f"seats_{slot.pk}"] != slot.number_of_seats
        }

    def removed(self) -> list[Any]:
        """The slots that go."""
        return [slot for slot in self.slots if self.cleaned_data[f"remove_{slot.pk}"]]

    @property
    def meant(self) -> str:
        """Which surgeries are meant. The form is valid."""
        return self.cleaned_data.get("which", Which.THIS)

    @property
    def wanted(self) -> Wanted:
        """The same for other surgeries: what changes, by where in the surgery it is."""
        seats, removed = self.seats_wanted(), self.removed()
        goes = {slot.pk for slot in removed}
        where = {slot.pk: Within.of(slot, self.surgery) for slot in self.slots}
        changed = [slot for slot in self.slots if slot.pk in seats.keys() - goes]
        new = self.new
        added = {}
        if new:
            begins_after = new["starts_at"] - self.surgery.starts_at, new["ends_at"] - new["starts_at"]
            added[Within(*(int(each.total_seconds()) // 60 for each in begins_after))] = new["seats"]
        return Wanted(
            seats={where[slot.pk]: seats[slot.pk] for slot in changed},
            was={where[slot.pk]: slot.number_of_seats for slot in changed},
            removed=frozenset(where[slot.pk] for slot in removed),
            added=added,
        )


def _take_out(slot: Any) -> str:
    """The same short words beside each slot; whoever hears them hears which."""
    return format_html('Take it out<span class="govuk-visually-hidden"> {}</span>', span(slot))


def _too_few(slot: Any, seats: int) -> str:
    """The slot is named, because a summary of errors stands far from it."""
    return f"{capfirst(span(slot))}: {fewer_than_booked(slot.booked, seats, slot.people)}"
