"""What somebody can choose from at a surgery: its times, each with its seats, and its waiting list."""

import re
from copy import copy
from datetime import datetime
from functools import cached_property
from typing import Any

from bookings.statements import seats_per_slot
from surgeries.models import Slot, Surgery

ID = re.compile(r"[0-9]{1,18}")


class Offer:
    """Of a surgery at a moment. Looked up once, and only if it is shown: taking a booking needs none of it.

    `held` is the slot that somebody who would like another one has already.
    """

    def __init__(self, surgery: Surgery, *, now: datetime, held: Slot | None = None) -> None:
        self.surgery = surgery
        self.now = now
        self.held = held

    @cached_property
    def every_slot(self) -> list[Slot]:
        """All that the surgery has, without a look at the seats: those that have begun as well."""
        return list(self.surgery.slots.all())

    def find(self, pk: str) -> Slot | None:
        """The slot of the surgery with this id, which may be any text: one that was added just now as well."""
        slot = next((slot for slot in self.every_slot if str(slot.pk) == pk), None)
        return slot or (self.surgery.slots.filter(pk=pk).first() if ID.fullmatch(pk) else None)

    @cached_property
    def seats(self) -> dict[int, int]:
        """How many seats are left, by the slot's id."""
        return seats_per_slot(self.surgery)

    @cached_property
    def slots(self) -> list[Any]:
        """Those that have not begun, each with its `seats_left`, of which the type of a slot does not know."""
        # Copies: the surgery and its slots may be what everybody is shown for a while.
        slots: list[Any] = [copy(slot) for slot in self.every_slot if slot.starts_at > self.now]
        for slot in slots:
            slot.seats_left = self.seats.get(slot.pk, 0)
        return slots

    @cached_property
    def waiting(self) -> int:
        """How many are on the waiting list."""
        return self.surgery.bookings.waiting().count()

    @property
    def free(self) -> list[Any]:
        return [slot for slot in self.slots if slot.seats_left and slot != self.held]

    @property
    def full(self) -> list[Any]:
        return [slot for slot in self.slots if not slot.seats_left]

    @property
    def is_full(self) -> bool:
        """Every seat that could still be booked is taken."""
        return bool(self.slots) and not self.free

    @property
    def can_wait(self) -> bool:
        """Something is full, and it is early enough that a seat which comes free goes to the first in line."""
        return bool(self.full) and self.now < self.surgery.cutoff_at

    @property
    def can_choose(self) -> bool:
        """There is a seat to take, or a waiting list to join."""
        return bool(self.free) or self.can_wait
