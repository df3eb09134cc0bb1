"""The room: who is here, who sits with whom, and who could sit down with whom next. For its hosts, as it is now.

Read with the same few queries however many people come, into plain values: two readings that are equal look the same.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from hashlib import blake2b
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.text import get_text_list

from accounts.models import User
from bookings.briefs import hosting
from bookings.matching import Host, Person, worth
from bookings.models import DOORS_OPEN_BEFORE, Booking, Help, Outcome, Visit
from bookings.outcomes import last_next_step
from bookings.reasons import in_a_few_words
from bookings.register import by_attendee, folded
from bookings.services.attending import end_of_day
from surgeries.models import Shift, Surgery

# How long somebody is sat with, as far as the suggestion is concerned.
A_WHILE = timedelta(minutes=20)
# After any other moment.
LATEST = datetime.max.replace(tzinfo=UTC)
# The end of a shift is no part of it.
MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Champion:
    """Somebody who hosts here now: with which shift, and whom they sit with."""

    shift: int
    champion: int
    name: str
    is_me: bool
    sits_with: tuple[str, ...] = ()
    # Short enough for a button: the first name, unless another host has the same.
    called: str = ""

    @property
    def is_free(self) -> bool:
        return not self.sits_with


@dataclass(frozen=True)
class Sitting:
    """A champion sat with somebody, from when to when, or still does."""

    id: int
    champion: int
    name: str
    is_me: bool
    starts_at: datetime
    ends_at: datetime | None
    # Whether they host here still: if not, nobody is handed back to them.
    is_hosting: bool = True


@dataclass(frozen=True)
class Suggested:
    """Who could sit down with somebody, and why, in a few words."""

    host: Champion
    why: str
    # Whether they could do it now.
    is_free: bool


@dataclass(frozen=True)
class Guest:
    """Somebody who has booked or is here. `visit` is None as long as they are not."""

    key: str
    name: str
    booking: int | None
    visit: int | None
    # When it is their turn: in order of these.
    due_at: datetime | None
    arrived_at: datetime | None = None
    left_at: datetime | None = None
    is_walk_in: bool = False
    is_late: bool = False
    topics: tuple[str, ...] = ()
    is_curious: bool = False
    symptoms: tuple[str, ...] = ()
    is_unsure: bool = False
    question: str = ""
    adjustments: str = ""
    last_next_step: str = ""
    sittings: tuple[Sitting, ...] = ()
    has_outcome: bool = False
    # Of the visit: a press says of which.
    version: int = 0
    # Who has booked, has the same name, and is not here yet: perhaps the address was mistyped at the door.
    namesake: "Guest | None" = None
    suggested: Suggested | None = None

    @property
    def sits_with(self) -> Sitting | None:
        """Who helps them at the moment."""
        return next((each for each in self.sittings if each.ends_at is None), None)

    @property
    def sat_with(self) -> Sitting | None:
        """Who helped them last, and does no more."""
        return next((each for each in reversed(self.sittings) if each.ends_at), None)

    @property
    def passed_on(self) -> tuple[int, int] | None:
        """Which champion passed them on to which, if the first could sit with them again."""
        last, now = self.sat_with, self.sits_with
        can_return = last and now and last.ends_at == now.starts_at and last.is_hosting
        return (last.champion, now.champion) if last and now and can_return else None

    @property
    def lacks_outcome(self) -> bool:
        """Whether they are done, and nobody has said yet what came of it."""
        return bool(self.left_at and self.sittings and not self.has_outcome)

    @property
    def has_words(self) -> bool:
        """Whether there is more to read of them than their topics."""
        return bool(self.symptoms or self.question or self.adjustments or self.last_next_step)


@dataclass(frozen=True)
class Room:
    """Everybody, by how it is with them."""

    hosts: tuple[Champion, ...]
    next: tuple[Guest, ...]
    helped: tuple[Guest, ...]
    expected: tuple[Guest, ...]
    on_list: tuple[Guest, ...]
    done: tuple[Guest, ...]
    is_over: bool

    @cached_property
    def version(self) -> str:
        """The same as long as the page would look the same."""
        return blake2b(repr(self).encode(), digest_size=9).hexdigest()

    @property
    def free(self) -> list[Champion]:
        return [host for host in self.hosts if host.is_free]

    @property
    def does_user_help(self) -> bool:
        """Whether whoever looks sits with somebody: then these come first, so that Done is at hand."""
        return any(host.is_me and not host.is_free for host in self.hosts)

    @property
    def everybody(self) -> Iterator[Guest]:
        for guests in (self.next, self.helped, self.expected, self.on_list, self.done):
            yield from guests

    def find(self, key: str) -> Guest | None:
        """The guest of that key."""
        return next((guest for guest in self.everybody if guest.key == key), None)

    def swapped_with(self, guest: Guest) -> Guest | None:
        """Whose champion changed places with the guest's, if that is how it is still."""
        places = guest.passed_on
        return next((other for other in self.helped if places and other.passed_on == places[::-1]), None)


def is_open(surgery: Surgery, now: datetime) -> bool:
    """Whether there is a room: from when the doors open until midnight."""
    is_held = surgery.state == Surgery.State.PUBLISHED
    return is_held and surgery.starts_at - DOORS_OPEN_BEFORE <= now < end_of_day(surgery)


def room_of(surgery: Surgery, *, user: User, now: datetime) -> Room:
    """The room of the surgery as it is now, as this user sees it."""
    bookings: dict[int, Any] = {booking.pk: booking for booking in _booked(surgery)}
    theirs = by_attendee(bookings.values())
    sittings = _sittings(surgery, user)
    visits: list[Any] = list(
        surgery.visits.annotate(
            about=_names(Visit.topics.through, "visit", "topic__name"),
            has_outcome=Exists(Outcome.objects.filter(visit=OuterRef("pk"))),
            last_next_step=last_next_step(before=surgery.starts_at),
        )
    )
    here = {visit.attendee_id for visit in visits}
    absent = [booking for booking in bookings.values() if booking.is_live and booking.attendee_id not in here]
    expected = [_expected(booking, now) for booking in absent]
    came = [_visitor(visit, theirs.get(visit.attendee_id), sittings.get(visit.pk, ())) for visit in visits]
    came = [_named_alike(guest, expected) for guest in came]
    waiting = sorted((guest for guest in came if not guest.left_at and not guest.sits_with), key=_turn)
    helped = sorted((guest for guest in came if guest.sits_with), key=_mine_first)
    done = sorted((guest for guest in came if guest.left_at), key=lambda guest: (guest.left_at, guest.visit))
    at = _within(surgery, now)
    shifts = list(hosting(surgery))
    hosts = _there(shifts, helped, user=user, at=at)
    return Room(
        hosts=hosts,
        next=tuple(_suggesting(waiting, bookings, hosts, shifts, at)),
        helped=tuple(helped),
        expected=tuple(guest for guest in expected if guest.due_at),
        on_list=tuple(guest for guest in expected if not guest.due_at),
        done=tuple(reversed(done)),
        is_over=surgery.is_over(now),
    )


def _names(through: Any, of: str, name: str) -> ArraySubquery:
    """Names over a table that joins two others, as a list, so that they take no statement of their own."""
    rows = through.objects.filter(**{of: OuterRef("pk"), f"{name}__isnull": False})
    return ArraySubquery(rows.order_by(name).values(name).distinct())


def _booked(surgery: Surgery) -> QuerySet[Booking]:
    """What those have who have a seat or wait for one, and what those who came had before."""
    symptoms = Booking.symptoms.through
    return (
        surgery.bookings.filter(Q(state__in=Booking.LIVE) | Q(attendee__in=surgery.visits.values("attendee")))
        .select_related("slot", "pairing__shift")
        .annotate(
            about=_names(Booking.topics.through, "booking", "topic__name"),
            notices=_names(symptoms, "booking", "symptom__words"),
            points_to=_names(symptoms, "booking", "symptom__topics__name"),
        )
        .order_by("slot__starts_at", "position", "pk")
    )


def _sittings(surgery: Surgery, user: User) -> dict[int, tuple[Sitting, ...]]:
    """Who sat with whom so far, by visit."""
    sittings: dict[int, tuple[Sitting, ...]] = {}
    for each in Help.objects.filter(surgery=surgery).select_related("shift__champion"):
        champion = each.shift.champion
        is_me = champion.user_id == user.pk
        is_hosting = each.shift.ended_at is None
        sitting = Sitting(each.pk, champion.pk, champion.name, is_me, each.starts_at, each.ends_at, is_hosting)
        sittings[each.visit_id] = (*sittings.get(each.visit_id, ()), sitting)
    return sittings


def _visitor(visit: Any, booking: Any, sittings: tuple[Sitting, ...]) -> Guest:
    """Somebody who is here, or has been, with what they told us if they booked, whatever became of their seat."""
    seat = booking.slot if booking and booking.is_confirmed else None
    guest = _booker(booking) if booking else Guest("", "", None, None, None)
    return replace(
        guest,
        key=f"visit-{visit.pk}",
        name=guest.name or visit.name,
        visit=visit.pk,
        due_at=seat.starts_at if seat else visit.arrived_at,
        arrived_at=visit.arrived_at,
        left_at=visit.left_at,
        is_walk_in=seat is None,
        topics=tuple(dict.fromkeys((*guest.topics, *visit.about))),
        is_curious=visit.is_curious,
        sittings=sittings,
        has_outcome=visit.has_outcome,
        version=visit.version,
        last_next_step=visit.last_next_step or "",
    )


def _expected(booking: Any, now: datetime) -> Guest:
    """Somebody who is not here yet."""
    begun = booking.slot is not None and booking.slot.starts_at <= now
    return replace(_booker(booking), is_late=begun)


def _named_alike(guest: Guest, expected: Iterable[Guest]) -> Guest:
    """The guest with who may be the same person, if they are here without a booking."""
    if guest.booking:
        return guest
    alike = (other for other in expected if folded(other.name) == folded(guest.name))
    return replace(guest, namesake=next(alike, None))


def _booker(booking: Any) -> Guest:
    return Guest(
        key=f"booking-{booking.pk}",
        name=booking.name,
        booking=booking.pk,
        visit=None,
        due_at=booking.slot.starts_at if booking.slot else None,
        topics=tuple(booking.about),
        symptoms=tuple(booking.notices),
        is_unsure=booking.is_unsure,
        question=" ".join(booking.question.split()),
        adjustments=" ".join(booking.adjustments.split()),
    )


def _turn(guest: Guest) -> tuple[Any, ...]:
    """Whose turn is first: by slot, or by when they walked in; of two, who came first.

    Whoever was entered from paper goes after those who are known to wait: perhaps they have left long ago.
    """
    return guest.due_at or LATEST, guest.arrived_at or LATEST, guest.visit


def _mine_first(guest: Guest) -> tuple[Any, ...]:
    """Of those who are being helped, first whoever sits with the user."""
    return not (guest.sits_with and guest.sits_with.is_me), *_turn(guest)


def _within(surgery: Surgery, now: datetime) -> datetime:
    """Now or, before the surgery and after it, the nearest moment of it: who hosts then is there a little longer."""
    return max(surgery.starts_at, min(now, surgery.ends_at - MOMENT))


def _there(shifts: Iterable[Shift], helped: Sequence[Guest], *, user: User, at: datetime) -> tuple[Champion, ...]:
    """Who hosts now, and whoever sits with somebody still; whoever looks is there in any case. The free come first."""
    sits_with: dict[int, list[str]] = {}
    for guest in helped:
        assert guest.sits_with
        sits_with.setdefault(guest.sits_with.champion, []).append(guest.name)
    there: dict[int, Champion] = {}
    for shift in shifts:
        is_on, is_me = shift.starts_at <= at < shift.ends_at, shift.champion.user_id == user.pk
        names = tuple(sits_with.get(shift.champion_id, ()))
        # Of two shifts of one champion the one that is on.
        if (is_on or is_me or names) and (is_on or shift.champion_id not in there):
            there[shift.champion_id] = Champion(shift.pk, shift.champion_id, shift.champion.name, is_me, names)
    in_order = sorted(there.values(), key=lambda host: (not host.is_free, not host.is_me, host.name, host.champion))
    first_names = Counter(_first(host.name) for host in in_order)
    is_alone = {name for name, number in first_names.items() if number == 1}
    return tuple(
        replace(host, called=_first(host.name) if _first(host.name) in is_alone else host.name) for host in in_order
    )


def _first(name: str) -> str:
    return name.partition(" ")[0]


def _suggesting(
    waiting: Sequence[Guest],
    bookings: dict[int, Any],
    hosts: Sequence[Champion],
    shifts: Iterable[Shift],
    now: datetime,
) -> Iterator[Guest]:
    """The people who wait, each with whom we would let them sit: in their order, so that the first has the choice.

    Whoever sits with fewest people comes first, and of those who sits best with this person (`bookings.matching`).
    """
    knows = {
        shift.champion_id: {skill.topic.name: skill.level for skill in shift.champion.skills.all()} for shift in shifts
    }
    stays = {shift.pk: (shift.starts_at, shift.ends_at) for shift in shifts}
    known = [(host, Host(host.champion, host.name, (stays[host.shift],), knows[host.champion])) for host in hosts]
    load = {host.champion: len(host.sits_with) for host in hosts}
    occupied = {host.champion: f"with {get_text_list(list(host.sits_with), 'and')}" for host in hosts if host.sits_with}
    for guest in waiting:
        if not known:
            yield guest
            continue
        person = _person(guest, bookings.get(guest.booking or 0), now)
        chosen = [each for each in known if each[0].champion == person.chosen]
        host, fits = min(
            chosen or known, key=lambda each: (load[each[0].champion], -worth(person, each[1]), each[0].name)
        )
        does = f"{'You are' if host.is_me else f'{host.called} is'} {occupied.get(host.champion, 'free')}"
        why = in_a_few_words(person, fits, first=does, is_me=host.is_me, is_chosen=bool(chosen))
        yield replace(guest, suggested=Suggested(host, why, is_free=host.champion not in occupied))
        load[host.champion] += 1
        occupied[host.champion] = f"free after {guest.name}"


def _person(guest: Guest, booking: Any, now: datetime) -> Person:
    """The guest as the suggestion knows people: they would sit from now on, whatever slot they had."""
    pairing = getattr(booking, "pairing", None) if booking else None
    return Person(
        booking=guest.booking or 0,
        slot=0,
        starts_at=now,
        ends_at=now + A_WHILE,
        topics=guest.topics or (tuple(booking.points_to) if booking else ()),
        is_any_enough=not guest.topics,
        is_at_home=booking is not None and booking.feeling == Booking.Feeling.AT_HOME,
        chosen=pairing.shift.champion_id if pairing else None,
    )
