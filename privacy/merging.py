"""What making one of two records of a person comes to, before it is done: what each has, what ends, what becomes one.

Only looks. `privacy.services.merge` looks again under the locks, and does it if it still comes to the same.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from hashlib import sha256

from django.db.models import Exists, OuterRef, Q
from django.utils.text import Truncator

from accounts.models import User
from bookings.elsewhere import overlap
from bookings.models import Attendee, Booking, Help, Visit
from bookings.people import REMOVED
from champions.models import Champion
from surgeries.models import Shift
from surgeries.templatetags.times import span

# Why a booking ended that somebody could not keep beside another one of theirs. They read it, with which one stays.
TWICE = "You had two bookings here."
SAME_TIME = "You have a seat elsewhere at that time, and keep it:"
HOSTS = "You host at that time."
IN_LINE = "You keep your place on the waiting list here."

TWO_ACCOUNTS = (
    "Both sign in, each with an account of their own, and what somebody did stands under the account that did it. Two "
    "accounts cannot become one. Keep both, and agree with them which of the two they use."
)
STILL_ON = "Both are in the register of a surgery that is not over. Come back when it is, and nobody is being helped."


class MergeRefused(Exception):
    """These two cannot be made one; the message says why, and what to do instead."""


@dataclass(frozen=True)
class Side:
    """One of the two records, with what it has."""

    attendee: Attendee
    user: User | None
    bookings: tuple[Booking, ...]
    visits: tuple[Visit, ...]
    shifts: tuple[Shift, ...]

    @property
    def names(self) -> list[str]:
        """What they were called otherwise, when they booked or came."""
        said = {booking.name for booking in self.bookings} | {visit.name for visit in self.visits}
        return sorted(said - {self.attendee.name, REMOVED, ""})

    @property
    def teams(self) -> list[str]:
        return sorted({booking.team.name for booking in self.bookings if booking.team})

    @property
    def live(self) -> list[Booking]:
        return [booking for booking in self.bookings if booking.is_live]

    @property
    def outcomes(self) -> list[Visit]:
        """Their visits of which it is known what came of them."""
        return [visit for visit in self.visits if hasattr(visit, "outcome")]

    @property
    def champion(self) -> Champion | None:
        return getattr(self.user, "champion", None)

    def coming(self, now: datetime) -> list[Booking]:
        """What they have ahead."""
        ahead = [booking for booking in self.live if not booking.has_begun(now)]
        return sorted(ahead, key=lambda each: (each.times.starts_at, each.pk))

    def hosted(self, now: datetime) -> list[Shift]:
        return [shift for shift in self.shifts if shift.ended_at is None and shift.ends_at <= now]

    def hosting(self, now: datetime) -> list[Shift]:
        """Where they host from now on."""
        return [shift for shift in self.shifts if shift.ended_at is None and shift.ends_at > now]


@dataclass(frozen=True)
class Ending:
    """A booking that ends, and why, in the words that they read; what has begun ends without a word."""

    booking: Booking
    because: str
    is_told: bool


@dataclass(frozen=True)
class Fold:
    """Two visits to one surgery, which were one: the one that stays, and the one that goes into it."""

    stays: Visit
    goes: Visit

    @property
    def have_both_outcomes(self) -> bool:
        return hasattr(self.stays, "outcome") and hasattr(self.goes, "outcome")


@dataclass(frozen=True, kw_only=True)
class Merging:
    """What it comes to that `goes` is the same person as `stays`."""

    stays: Side
    goes: Side
    endings: tuple[Ending, ...]
    folds: tuple[Fold, ...]
    # The address that they sign in with: then there is nothing to choose.
    signs_in_with: str
    refusal: str
    now: datetime

    @property
    def sides(self) -> tuple[Side, Side]:
        return self.stays, self.goes

    @cached_property
    def names(self) -> list[str]:
        """Which may stay."""
        return list(dict.fromkeys(side.attendee.name for side in self.sides))

    @cached_property
    def addresses(self) -> list[str]:
        """Which may stay: none, if neither has one."""
        if self.signs_in_with:
            return [self.signs_in_with]
        return list(dict.fromkeys(side.attendee.email for side in self.sides if side.attendee.email))

    @property
    def ahead(self) -> list[Booking]:
        """The bookings that they have ahead afterwards."""
        ended = {ending.booking.pk for ending in self.endings}
        coming = [booking for side in self.sides for booking in side.coming(self.now) if booking.pk not in ended]
        return sorted(coming, key=lambda each: (each.times.starts_at, each.pk))

    @property
    def renamed(self) -> list[Booking]:
        """The bookings that take the name that stays: of surgeries that are not over, by which hosts and emails go."""
        return [each for side in self.sides for each in side.live if not each.surgery.is_over(self.now)]

    def confirmed_elsewhere(self, email: str | None) -> list[Booking]:
        """Those ahead of which the confirmation, with the private link, is not at this address, if it is to be one.

        Whoever has come already needs none any more.
        """
        came = {visit.booking_id for side in self.sides for visit in side.visits}
        others = {side.attendee.pk for side in self.sides if email and side.attendee.email != email}
        return [each for each in self.ahead if each.attendee_id in others and each.pk not in came]

    @property
    def told(self) -> list[Ending]:
        """The bookings ahead that end."""
        return [ending for ending in self.endings if ending.is_told]

    @property
    def earlier(self) -> list[Ending]:
        """Those that have begun, and count once from now on."""
        return [ending for ending in self.endings if not ending.is_told]

    @property
    def visits(self) -> int:
        """How many they have afterwards."""
        return sum(len(side.visits) for side in self.sides) - len(self.folds)

    @property
    def version(self) -> str:
        """Another one whenever it comes to something else: what each has, what ends and what becomes one."""
        seen = [
            [
                *(side.attendee.pk, side.attendee.name, side.attendee.email, side.user and side.user.pk),
                [(each.pk, each.state, each.slot_id, each.calendar_sequence) for each in side.bookings],
                [(each.pk, each.booking_id, hasattr(each, "outcome")) for each in side.visits],
                [(each.pk, each.starts_at, each.ended_at) for each in side.shifts],
            ]
            for side in self.sides
        ]
        ends = [(each.booking.pk, each.because, each.is_told) for each in self.endings]
        becomes_one = [(fold.stays.pk, fold.goes.pk) for fold in self.folds]
        return sha256(repr((seen, ends, becomes_one, self.refusal)).encode()).hexdigest()[:16]


def merging_of(stays: Attendee, goes: Attendee, *, now: datetime) -> Merging:
    """What it comes to: five statements, however much they have."""
    ids = [stays.pk, goes.pk]
    emails = [each.email for each in (stays, goes) if each.email]
    users = list(User.objects.filter(Q(attendee__in=ids) | Q(email__in=emails)).select_related("champion", "attendee"))
    going_on = Help.objects.going_on().filter(visit=OuterRef("pk"))
    bookings = Booking.objects.filter(attendee__in=ids).select_related("slot", "team", "surgery__venue__office")
    visits = Visit.objects.filter(attendee__in=ids).select_related("outcome", "surgery__venue__office")
    champions = [user.champion.pk for user in users if hasattr(user, "champion")]
    found_bookings, found_visits = list(bookings), list(visits.annotate(is_helped=Exists(going_on)).order_by("pk"))
    helped = {visit.pk for visit in found_visits if visit.is_helped}
    shifts = tuple(Shift.objects.filter(champion__in=champions).order_by("starts_at", "pk")) if champions else ()
    one, other = (_side(each, users, found_bookings, found_visits, shifts) for each in (stays, goes))
    endings = tuple(_endings((one, other), shifts, now=now))
    ended = {ending.booking.pk for ending in endings}
    folds = tuple(_folds(one.visits, other.visits, ended))
    return Merging(
        stays=one, goes=other, endings=endings, folds=folds, now=now, refusal=_refusal(users, folds, helped, now=now),
        signs_in_with=next((user.email for user in users if user.email in emails), ""),
    )  # fmt: skip


def _side(
    attendee: Attendee, users: list[User], bookings: list[Booking], visits: Sequence[Visit], shifts: tuple[Shift, ...]
) -> Side:
    mine = (user for user in users if user.pk == attendee.user_id or user.email == attendee.email)
    user = next(mine, None)
    champion = getattr(user, "champion", None)
    return Side(
        attendee,
        user,
        tuple(booking for booking in bookings if booking.attendee_id == attendee.pk),
        tuple(visit for visit in visits if visit.attendee_id == attendee.pk),
        tuple(shift for shift in shifts if champion and shift.champion_id == champion.pk),
    )


def _refusal(users: list[User], folds: Iterable[Fold], helped: set[int], *, now: datetime) -> str:
    """Why it cannot be done, if it cannot."""
    if len(users) > 1:
        return TWO_ACCOUNTS
    both = [visit for fold in folds for visit in (fold.stays, fold.goes)]
    if any(not visit.surgery.is_over(now) or visit.pk in helped for visit in both):
        return STILL_ON
    return ""


def _endings(sides: tuple[Side, Side], shifts: Iterable[Shift], *, now: datetime) -> Iterable[Ending]:
    """What cannot be beside what stays. First comes what has begun, then a seat before a place in line, then age."""
    came = {visit.booking_id for side in sides for visit in side.visits}
    hosting = [shift for shift in shifts if shift.ended_at is None and shift.ends_at > now]

    def claim(booking: Booking) -> tuple:
        return (
            booking.pk not in came, not booking.has_begun(now), not booking.is_confirmed, booking.position or 0,
            booking.created_at, booking.pk,
        )  # fmt: skip

    staying: list[Booking] = []
    live = sorted((each for side in sides for each in side.live), key=claim)
    lines = {each.surgery_id for each in live if each.is_waiting}
    for booking in live:
        because = ""
        if other := next((each for each in staying if each.surgery_id == booking.surgery_id), None):
            because = _twice(other)
        elif booking.slot and booking.slot.ends_at > now:
            seats = (each for each in staying if each.slot and overlap(each.slot, booking.slot))
            if other := next(seats, None):
                because = _same_time(other)
            elif any(overlap(shift, booking.slot) for shift in hosting):
                because = HOSTS
            if because and booking.surgery_id in lines:  # it comes after this seat, which is out of its way
                because = f"{because} {IN_LINE}"
        if because:
            yield Ending(booking, because, is_told=not booking.has_begun(now))
        else:
            staying.append(booking)


def _twice(stays: Booking) -> str:
    which = f"The one from {span(stays.slot)}" if stays.slot else "Your place on the waiting list"
    return f"{TWICE} {which} stays."


def _same_time(stays: Booking) -> str:
    # Cut, since a reason has 200 characters, and the names of a venue and its office may have as many together.
    where = Truncator(stays.surgery.venue).chars(75)
    return f"{SAME_TIME} {span(stays.times)}, {where}."


def _folds(ours: Iterable[Visit], theirs: Iterable[Visit], ended: set[int]) -> Iterable[Fold]:
    """Of two visits to one surgery the one stays that came to the seat that stays, or else has an outcome."""
    at = {visit.surgery_id: visit for visit in ours}
    for visit in theirs:
        if other := at.get(visit.surgery_id):
            first, second = sorted(
                (other, visit),
                key=lambda each: (each.booking_id is None or each.booking_id in ended, not hasattr(each, "outcome")),
            )
            yield Fold(first, second)
