"""What calling surgeries off comes to: who is told, and what they are offered."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.utils.text import get_text_list

from bookings.finding import Entry, nearest_to
from bookings.models import Booking
from surgeries.models import Shift, Surgery


@dataclass(frozen=True)
class Consequences:
    """For one of the surgeries: everybody whose booking or shift ends."""

    surgery: Surgery
    booked: tuple[Booking, ...]
    waiting: tuple[Booking, ...]
    shifts: tuple[Shift, ...]

    @property
    def names(self) -> list[str]:
        """Of the hosts, once each, whatever parts of the surgery they have."""
        return list(dict.fromkeys(shift.champion.name for shift in self.shifts))

    @property
    def concerns_somebody(self) -> bool:
        return bool(self.booked or self.waiting or self.shifts)

    @property
    def numbers(self) -> str:
        """Such as "12 booked, 4 waiting and 1 host"; of what there is none it says nothing."""
        return in_numbers(len(self.booked), len(self.waiting), len(self.names))

    @property
    def without_email(self) -> str:
        """The names of those who ought to be told, and have no address."""
        booked = [each.name for each in (*self.booked, *self.waiting) if not each.attendee.email]
        hosts = [shift.champion.name for shift in self.shifts if shift.champion.user is None]
        return get_text_list(list(dict.fromkeys([*booked, *hosts])), "and")

    @property
    def seen(self) -> tuple[object, ...]:
        """Differs as soon as it concerns somebody else, or somebody has changed the surgery."""
        return (
            self.surgery.pk, str(self.surgery.state), self.surgery.changed_at.isoformat(),
            sorted(booking.pk for booking in (*self.booked, *self.waiting)), sorted(shift.pk for shift in self.shifts),
        )  # fmt: skip


@dataclass(frozen=True)
class CallingOff:
    """Of calling these surgeries off, in their order, and the nearest others that have room for who had a place."""

    each: tuple[Consequences, ...]
    alternatives: tuple[Entry, ...]

    @property
    def one(self) -> Consequences:
        """Of the only one."""
        (one,) = self.each
        return one

    @property
    def tells_somebody(self) -> bool:
        return any(it.concerns_somebody for it in self.each)

    @property
    def booked(self) -> int:
        return sum(len(it.booked) for it in self.each)

    @property
    def waiting(self) -> int:
        return sum(len(it.waiting) for it in self.each)

    @property
    def hosts(self) -> int:
        return len({shift.champion_id for it in self.each for shift in it.shifts})

    @property
    def numbers(self) -> str:
        """Of all of them; somebody who hosts several is one host."""
        return in_numbers(self.booked, self.waiting, self.hosts)

    @property
    def version(self) -> str:
        """Of what is shown."""
        return version_of(self.each)


def in_numbers(booked: int, waiting: int, hosts: int) -> str:
    """Whom it concerns, in one line."""
    words = {"booked": booked, "waiting": waiting, "host" if hosts == 1 else "hosts": hosts}
    return get_text_list([f"{number} {word}" for word, number in words.items() if number], "and")


def version_of(each: Iterable[Consequences]) -> str:
    """Another one as soon as it concerns somebody else, or somebody has changed one of the surgeries."""
    return sha256(repr(sorted(it.seen for it in each)).encode()).hexdigest()[:32]


def of_calling_off(surgeries: Sequence[Surgery], *, now: datetime) -> CallingOff:
    """What calling these surgeries off comes to. They come with their venue, and are of one office or of one series."""
    each = concerned(surgeries)
    if not any(it.booked or it.waiting for it in each):
        return CallingOff(each, alternatives=())
    return CallingOff(each, alternatives=nearest_to(surgeries[0], now=now, apart_from=surgeries))


def concerned(surgeries: Collection[Surgery]) -> tuple[Consequences, ...]:
    """Whom it concerns at each of them: the same two statements, however many surgeries and people."""
    live = Booking.objects.live().filter(surgery__in=surgeries).select_related("attendee", "slot")
    booked: dict[int, list[Booking]] = defaultdict(list)
    for booking in live.order_by("slot__starts_at", "position", "pk"):
        booked[booking.surgery_id].append(booking)
    hosting: dict[int, list[Shift]] = defaultdict(list)
    shifts = Shift.objects.live().filter(surgery__in=surgeries).select_related("champion__user")
    for shift in shifts.order_by("champion__name", "pk"):
        hosting[shift.surgery_id].append(shift)
    return tuple(
        Consequences(
            surgery=surgery,
            booked=tuple(each for each in booked[surgery.pk] if each.is_confirmed),
            waiting=tuple(each for each in booked[surgery.pk] if each.is_waiting),
            shifts=tuple(hosting[surgery.pk]),
        )
        for surgery in surgeries
    )
