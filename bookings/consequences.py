"""What calling surgeries off comes to: who is told, and what they are offered."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from bookings.finding import Entry, Search, nearest
from bookings.models import Booking
from surgeries.models import Shift, Surgery


@dataclass(frozen=True)
class Consequences:
    """Of calling one surgery off: everybody whose booking or shift ends, and the nearest others that have room."""

    surgery: Surgery
    booked: tuple[Booking, ...]
    waiting: tuple[Booking, ...]
    shifts: tuple[Shift, ...]
    alternatives: tuple[Entry, ...]

    @property
    def names(self) -> list[str]:
        """Of the hosts, once each, whatever parts of the surgery they have."""
        return list(dict.fromkeys(shift.champion.name for shift in self.shifts))

    @property
    def version(self) -> str:
        """Another one as soon as it concerns somebody else, or somebody has changed the surgery."""
        seen = (
            self.surgery.pk, str(self.surgery.state), self.surgery.changed_at.isoformat(),
            sorted(booking.pk for booking in (*self.booked, *self.waiting)), [shift.pk for shift in self.shifts],
        )  # fmt: skip
        return sha256(repr(seen).encode()).hexdigest()[:32]


def of_calling_off(surgery: Surgery, *, now: datetime) -> Consequences:
    """Look at who is concerned, as it is now: the same few statements, whoever booked."""
    live = list(
        surgery.bookings.live().select_related("attendee", "slot").order_by("slot__starts_at", "position", "pk")
    )
    shifts = surgery.shifts.live().select_related("champion").order_by("champion__name", "pk")
    return Consequences(
        surgery=surgery,
        booked=tuple(booking for booking in live if booking.is_confirmed),
        waiting=tuple(booking for booking in live if booking.is_waiting),
        shifts=tuple(shifts),
        alternatives=nearest(Search(office=surgery.venue.office), now=now, apart_from=surgery),
    )


def version_of(all_of_them: Iterable[Consequences]) -> str:
    """Of several, called off at once."""
    return sha256("".join(each.version for each in all_of_them).encode()).hexdigest()[:32]
