"""What a change of a surgery would come to, before it is made: what changes, who is told, and whom it double-books.

Only looks. `bookings.services.moving` looks again under the lock, and does it if it still comes to the same.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from hashlib import sha256

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q
from django.utils import timezone
from django.utils.text import get_text_list

from bookings.consequences import in_numbers
from bookings.elsewhere import Clash, Elsewhere, Times, shifts_around
from bookings.facts import Change, Facts, changes_of
from bookings.models import DOORS_OPEN_BEFORE, Booking
from organisation.working_days import bank_holidays
from surgeries.models import Shift, Slot, Surgery
from surgeries.templatetags.times import Timed, clock, day, span, when


@dataclass(frozen=True)
class Problem:
    """Why it cannot be done, in words, and the field that says so."""

    field: str
    words: str


@dataclass(frozen=True)
class Seated:
    """Somebody with a seat: when it would be, and what of theirs is in the way then, if anything is."""

    booking: Booking
    times: Times
    clash: Clash | None = None


@dataclass(frozen=True)
class Hindered:
    """Somebody who waits, and can have no seat: at every time that suits them they would be elsewhere."""

    booking: Booking
    clash: Clash


@dataclass(frozen=True)
class Hosting:
    """A shift: when it would be, and what is in the way of it, if anything is."""

    shift: Shift
    times: Times
    clash: Clash | None = None

    @property
    def moves(self) -> bool:
        return (self.times.starts_at, self.times.ends_at) != (self.shift.starts_at, self.shift.ends_at)


@dataclass(frozen=True, kw_only=True)
class Move:
    """What changing one surgery to these facts comes to."""

    surgery: Surgery
    facts: Facts
    now: datetime
    slots: tuple[Slot, ...]
    seated: tuple[Seated, ...]
    waiting: tuple[Booking, ...]
    hindered: tuple[Hindered, ...] = ()
    shifts: tuple[Hosting, ...]
    problems: tuple[Problem, ...] = ()
    venue_is_taken: str = ""
    notices: tuple[str, ...] = ()

    @property
    def by(self) -> timedelta:
        """By how much the start moves, and everything with it."""
        return self.facts.starts_at - self.surgery.starts_at

    @property
    def is_elsewhere(self) -> bool:
        return self.facts.venue != self.surgery.venue

    @property
    def is_at_another_time(self) -> bool:
        return (self.facts.starts_at, self.facts.ends_at) != (self.surgery.starts_at, self.surgery.ends_at)

    @property
    def tells_attendees(self) -> bool:
        """Whether those who booked have to be somewhere else, or at another time."""
        return self.is_elsewhere or bool(self.by)

    @property
    def released(self) -> list[Seated]:
        """Who would be double-booked, and loses the seat."""
        return [each for each in self.seated if each.clash]

    @property
    def seats_go_on(self) -> bool:
        """Whether the seats of those who lose them go to who waits: somebody does, and the line goes on until then."""
        stops_at = self.facts.starts_at - timedelta(minutes=self.facts.cutoff_minutes)
        return bool(self.released and self.waiting) and self.now < stops_at

    @property
    def hosts_released(self) -> list[Hosting]:
        """The shifts that would end."""
        return [each for each in self.shifts if each.clash]

    @property
    def told(self) -> list[Seated]:
        """Who keeps the seat, and is told where and when it is."""
        coming = [each for each in self.seated if not each.clash and each.times.starts_at > self.now]
        return coming if self.tells_attendees else []

    @property
    def waiting_told(self) -> tuple[Booking, ...]:
        return self.waiting if self.tells_attendees else ()

    @property
    def hosts_told(self) -> list[Hosting]:
        """Whose shift goes on elsewhere, or at another time. Nobody is told of a draft."""
        return [each for each in self.shifts if not each.clash and (each.moves or self.is_elsewhere)]

    @property
    def tells_anybody(self) -> bool:
        return bool(self.told or self.waiting_told or self.hosts_told or self.released or self.hosts_released)

    @property
    def numbers_told(self) -> str:
        """Who keeps what they have, and is told: such as "3 booked and 2 hosts". Empty for nobody."""
        return in_numbers(len(self.told), len(self.waiting_told), len(self.hosts_told))

    @property
    def number_released(self) -> int:
        return len(self.released) + len(self.hosts_released)

    @property
    def without_email(self) -> str:
        """The names of those who ought to be told, and have no address."""
        booked = [*(each.booking for each in [*self.told, *self.released]), *self.waiting_told]
        names = [booking.name for booking in booked if not booking.attendee.email]
        hosts = [each.shift.champion for each in [*self.hosts_told, *self.hosts_released]]
        return get_text_list([*names, *(host.name for host in hosts if host.user is None)], "and")

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        return tuple(changes_of(self.surgery, self.facts))

    @property
    def is_draft(self) -> bool:
        return self.surgery.state == Surgery.State.DRAFT

    @property
    def version(self) -> str:
        """Another one as soon as it comes to something else: somebody booked meanwhile, or somebody changed it."""
        told = [*self.released, *self.told]
        seen = (
            self.surgery.pk, str(self.surgery.state), self.surgery.changed_at.isoformat(), self.changes, self.problems,
            [(each.booking.pk, each.times, each.clash) for each in told],
            [booking.pk for booking in self.waiting_told], [(each.booking.pk, each.clash) for each in self.hindered],
            [(each.shift.pk, each.times, each.clash) for each in [*self.hosts_released, *self.hosts_told]],
        )  # fmt: skip
        return sha256(repr(seen).encode()).hexdigest()[:32]


def moves_of(wanted: Mapping[Surgery, Facts], *, now: datetime) -> list[Move]:
    """What changing these surgeries comes to, in their order: the same few statements, however many people."""
    live = Booking.objects.live().filter(surgery__in=wanted).select_related("attendee", "slot")
    suits: ArrayAgg = ArrayAgg("suits", filter=Q(suits__isnull=False), default=[])
    bookings = list(live.annotate(suit_ids=suits).order_by("slot__starts_at", "position", "name"))
    people = [booking.attendee for booking in bookings]
    start = min(facts.starts_at for facts in wanted.values())
    end = max(facts.ends_at for facts in wanted.values())
    shifts = shifts_around(wanted, people=people, start=start, end=end)
    moves = _as_booked(wanted, bookings, shifts, now)
    if any(move.is_at_another_time for move in moves):
        elsewhere = Elsewhere.of(people=people, shifts=shifts, start=start, end=end)
        chosen = {booking.pk: set(booking.suit_ids) for booking in bookings}
        moves = [_with_clashes(move, elsewhere, chosen) if move.is_at_another_time else move for move in moves]
    others = _others(moves)
    return [
        replace(
            move,
            problems=tuple(_problems(move, others[move.surgery.pk], now)),
            venue_is_taken=_venue_is_taken(move, others[move.surgery.pk]),
            notices=tuple(_notices(move)),
        )
        for move in moves
    ]


def _as_booked(
    wanted: Mapping[Surgery, Facts], bookings: Iterable[Booking], shifts: Iterable[Shift], now: datetime
) -> list[Move]:
    """With whoever has booked, waits and hosts there."""
    slots: dict[int, list[Slot]] = defaultdict(list)
    for slot in Slot.objects.filter(surgery__in=wanted):
        slots[slot.surgery_id].append(slot)
    booked: dict[int, list[Booking]] = defaultdict(list)
    for booking in bookings:
        booked[booking.surgery_id].append(booking)
    hosting: dict[int, list[Shift]] = defaultdict(list)
    for shift in shifts:
        hosting[shift.surgery_id].append(shift)
    return [
        Move(
            surgery=surgery,
            facts=facts,
            now=now,
            slots=tuple(slots[surgery.pk]),
            seated=tuple(
                Seated(booking, _later(booking.slot, facts.starts_at - surgery.starts_at))
                for booking in booked[surgery.pk]
                if booking.slot
            ),
            waiting=tuple(booking for booking in booked[surgery.pk] if booking.is_waiting),
            shifts=tuple(Hosting(shift, _follows(shift, surgery, facts)) for shift in hosting[surgery.pk]),
        )
        for surgery, facts in wanted.items()
    ]


def _others(moves: Sequence[Move]) -> dict[int, list[Surgery]]:
    """By surgery, the others that are at its venue then, and what its series has at that very moment."""
    going = [move for move in moves if move.tells_attendees]
    found: dict[int, list[Surgery]] = {move.surgery.pk: [] for move in moves}
    if not going:
        return found
    wanted = Q(pk=None)
    for move in going:
        facts = move.facts
        wanted |= Q(venue=facts.venue, starts_at__lt=facts.ends_at, ends_at__gt=facts.starts_at)
        if move.surgery.series_id:
            wanted |= Q(series=move.surgery.series_id, starts_at=facts.starts_at)
    there = list(Surgery.objects.filter(wanted))
    for move in going:
        times = Times(move.facts.starts_at, move.facts.ends_at)
        found[move.surgery.pk] = [each for each in there if each.pk != move.surgery.pk and times.overlaps(each)]
    return found


def _later(thing: Timed, by: timedelta) -> Times:
    return Times(thing.starts_at + by, thing.ends_at + by)


def _follows(shift: Shift, surgery: Surgery, facts: Facts) -> Times:
    """When the shift would be: moved with the surgery, to its end if it went to its end, and never outside."""
    moved = _later(shift, facts.starts_at - surgery.starts_at)
    is_to_the_end = shift.ends_at >= surgery.ends_at
    return Times(moved.starts_at, facts.ends_at if is_to_the_end else min(moved.ends_at, facts.ends_at))


def _with_clashes(move: Move, elsewhere: Elsewhere, chosen: Mapping[int, set[int]]) -> Move:
    """With what everybody has elsewhere at the time to which it would move. By booking, the slots that were `chosen`
    by who waits; none stands for any."""
    here = move.surgery
    seated = tuple(replace(each, clash=_clash(each.booking, each.times, elsewhere)) for each in move.seated)
    shifts = []
    for host in move.shifts:
        champion = host.shift.champion
        email = champion.user.email if champion.user else None
        clash = elsewhere.shift_of(email, champion.pk, host.times, apart_from=here.pk)
        clash = clash or elsewhere.seat_of(email, None, host.times, apart_from=here.pk)
        if host.times.ends_at <= host.times.starts_at:
            clash = Clash("hosts when it would be over")
        shifts.append(replace(host, clash=clash))
    hindered = tuple(_hindered(move, elsewhere, chosen)) if move.by else ()
    return replace(move, seated=seated, shifts=tuple(shifts), hindered=hindered)


def _clash(booking: Booking, times: Times, elsewhere: Elsewhere) -> Clash | None:
    """What who booked has at another surgery then."""
    person = booking.attendee
    seat = elsewhere.seat_of(person.email, person.pk, times, apart_from=booking.surgery_id)
    return seat or elsewhere.shift_of(person.email, None, times, apart_from=booking.surgery_id)


def _hindered(move: Move, elsewhere: Elsewhere, chosen: Mapping[int, set[int]]) -> Iterable[Hindered]:
    """Who waits, and is elsewhere during every slot that suits them: promotion would pass over them each time."""
    for booking in move.waiting:
        suits = [slot for slot in move.slots if slot.pk in chosen[booking.pk]] or move.slots
        clashes = [_clash(booking, _later(slot, move.by), elsewhere) for slot in suits]
        if clashes and clashes[0] and all(clashes):
            yield Hindered(booking, clashes[0])


def _problems(move: Move, others: list[Surgery], now: datetime) -> Iterable[Problem]:
    surgery, facts = move.surgery, move.facts
    if surgery.is_called_off:
        yield Problem("on", "The surgery is called off")
    elif surgery.is_over(now):
        yield Problem("on", "The surgery is over")
    if facts.ends_at <= facts.starts_at:
        yield Problem("ends", "The end has to come after the start")
        return
    if timezone.localdate(facts.starts_at) != timezone.localdate(facts.ends_at):
        yield Problem("ends", "It has to end on the day on which it starts")
    elif facts.ends_at <= now:
        yield Problem("ends", "It would be over already")
    if move.by:
        yield from _problems_of_the_start(move, others, now)
    stray = [_later(slot, move.by) for slot in move.slots if slot.ends_at + move.by > facts.ends_at]
    if stray:
        booked = [each for each in move.seated if each.times.ends_at > facts.ends_at]
        if end := _end_as_long(move):
            last = "slot" if len(stray) == 1 else f"{len(stray)} slots"
            room = (
                f"make room first: {_names(booked)} would have to move" if booked else f"take its last {last} out first"
            )
            words = f"Everything moves with the start, so it would end at {end}. Enter {end}, or {room}"
        else:
            then = f"{_names(booked)} would have to move first" if booked else "Take them out first"
            words = f"Slots would be after the end: {', '.join(span(each) for each in stray)}. {then}"
        yield Problem("ends", words)


def _end_as_long(move: Move) -> str:
    """When it would end if it stayed as long as it is, for whoever made it start later and left its end: else empty."""
    start, end = (timezone.localtime(at) for at in (move.surgery.starts_at, move.surgery.ends_at))
    to, until = timezone.localtime(move.facts.starts_at), timezone.localtime(move.surgery.ends_at + move.by)
    is_start_alone = to.time() > start.time() and timezone.localtime(move.facts.ends_at).time() == end.time()
    return clock(until) if is_start_alone and until.date() == to.date() else ""


def _problems_of_the_start(move: Move, others: list[Surgery], now: datetime) -> Iterable[Problem]:
    surgery, start = move.surgery, move.facts.starts_at
    if surgery.starts_at <= now:
        yield Problem("begins", "It has begun, so its start stays")
    elif start <= now:
        yield Problem("begins", "That is in the past. Choose a time that is still to come")
    elif surgery.starts_at - DOORS_OPEN_BEFORE <= now and surgery.visits.exists():
        yield Problem("begins", "Somebody has arrived already, so its start stays")
    elif surgery.series_id and any((it.series_id, it.starts_at) == (surgery.series_id, start) for it in others):
        yield Problem("begins", "Its series has a surgery at that time already")


def _names(booked: Iterable[Seated]) -> str:
    return ", ".join(dict.fromkeys(each.booking.name for each in booked))


def _venue_is_taken(move: Move, others: list[Surgery]) -> str:
    """Which other surgery is at its venue then, in words; empty if none is."""
    venue = move.facts.venue
    there = [each for each in others if each.venue_id == venue.pk and not each.is_called_off]
    return f"Another surgery is at {venue} then: {when(there[0])}" if there else ""


def _notices(move: Move) -> Iterable[str]:
    """What is worth a second thought, and stands in the way of nothing."""
    facts = move.facts
    if move.tells_attendees:
        on = timezone.localdate(facts.starts_at)
        if holiday := bank_holidays(facts.venue.office.nation, on.year).get(on):
            yield f"{day(on)} is a bank holiday there: {holiday}."
    if move.slots and facts.ends_at > facts.starts_at:
        last = max(slot.ends_at for slot in move.slots) + move.by
        if last < facts.ends_at:
            yield f"Its slots go until {clock(last)}. Nobody can book the time from then until {clock(facts.ends_at)}."
