"""Erasing people, forgetting those who have been away for long, and making one of two records of a person."""

import logging
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from bookings.emails import queue_booked, queue_cancelled
from bookings.errors import OutOfDate
from bookings.models import CORRECTED_FOR, Attendee, Booking, Visit
from bookings.people import REMOVED, Person, is_removed, person_of, together
from bookings.services.booking import cancel
from bookings.services.ending import end_bookings
from bookings.services.hosting import leave
from bookings.services.waiting import promote_and_tell
from bookings.statements import lock_surgeries
from champions.models import Champion
from notifications.models import OutboxEmail
from privacy.joining import join
from privacy.ledger import line_of, matches, note, note_champion
from privacy.merging import MergeRefused, merging_of
from privacy.models import Disclosure, Erasure
from privacy.policy import HOLDINGS, REMOVED_ON_REQUEST
from privacy.traces import forget_traces
from surgeries.models import Shift, Surgery
from surgeries.transactions import Contention, retried

logger = logging.getLogger(__name__)


class ErasureRefused(Exception):
    """Somebody may not erase this person; the message says why, and what to do instead."""


def check_may_erase(person: Person, *, by: User) -> None:
    """Raises ErasureRefused if it is themselves or, unless they are an administrator, an organiser."""
    if by.pk in person.users:
        raise ErasureRefused("This is you. Ask another organiser to do it.")
    is_organiser = User.objects.filter(pk__in=person.users, is_staff=True).exists()
    if is_organiser and not by.is_superuser:
        raise ErasureRefused("They are an organiser, so only an administrator can do it.")


@retried
@transaction.atomic
def erase(
    *, attendee: Attendee, by: User | None, seen: str | None = None, now: datetime | None = None
) -> list[Erasure]:
    """Forget who somebody is, everywhere at once, and note it in the ledger. Done again, it changes nothing.

    Live bookings are cancelled first, and their seats go to who waits; coming shifts are given back, and others are
    asked. They get no email about it: that would have to be kept to be sent. Raises ErasureRefused, and OutOfDate if
    other bookings or shifts would end by now than an organiser has `seen` (the version of an Ending).
    """
    now = now or timezone.now()
    person, _ = _locked(attendee, now=now)
    if by:
        check_may_erase(person, by=by)
    theirs = list(Attendee.objects.filter(pk__in=person.attendees))
    known = [each for each in theirs if not is_removed(each)]
    if not known:
        return []
    _check_seen(seen, person, now=now)
    # With the records that were merged into theirs: in a database from before that they are somebody still.
    merged = [each for each in theirs if each.merged_into_id]
    noted = [note(each, person=person, by=by, now=now) for each in [*known, *merged]]
    _withdraw(person, now=now)
    forget(person)
    transaction.on_commit(lambda: _log(noted))
    return noted


@retried
@transaction.atomic
def erase_again(*, attendee: Attendee, entries: Iterable[Erasure], now: datetime | None = None) -> bool:
    """The same for somebody who is back with a restored database, if one of these entries of the ledger means them."""
    now = now or timezone.now()
    if is_removed(attendee) or not any(matches(entry, attendee) for entry in entries):
        return False
    person, _ = _locked(attendee, now=now)
    _withdraw(person, now=now)
    forget(person)
    return True


@retried
@transaction.atomic
def erase_champion(
    *, champion: Champion, by: User | None, seen: str | None = None, now: datetime | None = None
) -> list[Erasure]:
    """The same for a champion of whom a name alone is known. Whoever signs in is erased as themselves.

    Done again, it changes nothing. Raises ErasureRefused, OutOfDate.
    """
    now = now or timezone.now()
    person, _ = _lock(lambda: _alone(champion), now=now)
    champion = Champion.objects.get(pk=champion.pk)
    if champion.user_id:
        raise ErasureRefused("They sign in by now. Remove them from their page.")
    if champion.is_removed:
        return []
    _check_seen(seen, person, now=now)
    noted = [note_champion(champion, by=by, now=now)]
    _withdraw(person, now=now)
    forget(person)
    transaction.on_commit(lambda: _log(noted))
    return noted


@retried
@transaction.atomic
def erase_champion_again(*, champion: Champion, now: datetime | None = None) -> None:
    """The same for one who is back with a restored database, whom an entry of the ledger means."""
    now = now or timezone.now()
    person, _ = _lock(lambda: _alone(champion), now=now)
    _withdraw(person, now=now)
    forget(person)


@retried
@transaction.atomic
def merge(
    *,
    stays: Attendee,
    goes: Attendee,
    name: str,
    email: str | None,
    seen: str | None = None,
    now: datetime | None = None,
) -> None:
    """Both records are one person: whatever `goes` has is `stays`’s from now on, under this name and this address.

    The name and the address are among those that `merging_of` lets choose from, and `seen` is its version: with
    another by now this raises OutOfDate. The row that goes stays as a number that leads to the other one. Done again,
    it changes nothing. Bookings take the name unless their surgery is over. What they have ahead and was confirmed to
    another address is confirmed anew to this one, with a new private link: the other may be somebody else's. Raises
    MergeRefused.
    """
    now = now or timezone.now()
    person, surgeries = _locked(stays, goes, now=now, since=now - CORRECTED_FOR)
    one, other = (Attendee.objects.get(pk=each.pk) for each in (stays, goes))
    if other.merged_into_id == one.pk:
        return
    if one == other or is_removed(one) or is_removed(other):
        raise MergeRefused("One of the two is nobody’s record any more.")
    # Against whoever would help them, or note that they left, at this very moment.
    list(Visit.objects.select_for_update().filter(attendee__in=[one, other]).order_by("pk").values_list("pk"))
    it = merging_of(one, other, now=now)
    if it.refusal:
        raise MergeRefused(it.refusal)
    is_another = seen is not None and seen != it.version
    if is_another or name not in it.names or (email not in it.addresses if email else it.addresses):
        raise OutOfDate
    Booking.objects.filter(pk__in=[booking.pk for booking in it.renamed]).update(name=name)
    for because in {ending.because for ending in it.endings}:
        end_bookings([each.booking for each in it.endings if each.because == because], reason=because, now=now)
    confirmed_elsewhere = it.confirmed_elsewhere(email)
    join(it, person, name=name, email=email)
    for ending in it.told:
        ending.booking.attendee = one
        queue_cancelled(ending.booking, now=now)
    _confirm_anew(confirmed_elsewhere, one, now=now)
    promote_and_tell(surgeries.values(), now=now)


def _confirm_anew(bookings: Collection[Booking], attendee: Attendee, *, now: datetime) -> None:
    """Confirm these bookings, which are the attendee's by now, to their address; links sent elsewhere stop working.

    If organisers had booked one, it says so again: the first confirmation is under the attendee's address by now.
    """
    first = OutboxEmail.objects.filter(recipient=attendee.email, kind="booking_booked", about__by_organiser=True)
    by_organisers = set(first.values_list("about__booking", flat=True)) if bookings else set()
    for booking in bookings:
        booking.attendee, booking.changed_at = attendee, now
        booking.link_number += 1
        booking.calendar_sequence += 1
    Booking.objects.bulk_update(bookings, ["link_number", "calendar_sequence", "changed_at"])
    for booking in bookings:
        queue_booked(booking, now=now, by_organiser=booking.pk in by_organisers)


def forget(person: Person) -> None:
    """Take their identity and their words from every row, as the policy says. Call it in a transaction."""
    names = _names(person)
    forget_traces(person, names)
    for holding in HOLDINGS:
        rows = holding.rows(person)
        if holding.goes:
            rows.delete()
        elif holding.changes:
            rows.update(**holding.changes)


def note_disclosure(*, attendee: Attendee, is_file: bool, by: User, now: datetime | None = None) -> Disclosure:
    """Note that all that is held about somebody was shown to an organiser."""
    return Disclosure.objects.create(
        attendee_number=attendee.pk, is_file=is_file, given_by=by, given_at=now or timezone.now()
    )


@dataclass(frozen=True)
class Ending:
    """What ends when somebody is erased: the bookings are cancelled, and the shifts given back."""

    bookings: tuple[Booking, ...]
    shifts: tuple[Shift, ...]

    @property
    def version(self) -> str:
        """Another one as soon as something else would end, or is somewhere else."""
        bookings = [(each.pk, each.version) for each in self.bookings]
        shifts = [(each.pk, each.starts_at, each.ends_at) for each in self.shifts]
        return sha256(repr((bookings, shifts)).encode()).hexdigest()[:32]


def ending_of(person: Person, *, now: datetime) -> Ending:
    """What has not begun by `now`, with the surgeries, their venues and offices: two statements."""
    live = Booking.objects.live().filter(attendee__in=person.attendees).select_related("surgery__venue__office", "slot")
    coming = Shift.objects.live().filter(champion__in=person.champions, starts_at__gt=now)
    return Ending(
        tuple(each for each in live.order_by("surgery__starts_at", "pk") if not each.has_begun(now)),
        tuple(coming.select_related("surgery__venue__office").order_by("starts_at", "pk")),
    )


def hosted(person: Person, *, now: datetime) -> int:
    """How many surgeries they hosted, which stays when they are erased."""
    return Shift.objects.hosted(now).filter(champion__in=person.champions).values("surgery").distinct().count()


def _locked(*attendees: Attendee, now: datetime, since: datetime | None = None) -> tuple[Person, dict[int, Surgery]]:
    """Whoever they are, with the surgeries that are theirs locked, in order of id, before they are themselves.

    Those ahead where something of theirs can end and, with `since`, whose registers they are in that ended later: who
    notes that they came waits. They are locked whole, so that nothing else can come to point at them meanwhile. Raises
    Contention if something just did.
    """
    asked = Attendee.objects.filter(pk__in=[attendee.pk for attendee in attendees])
    return _lock(lambda: together(person_of(each) for each in asked.all()), now=now, since=since)


def _lock(
    who: Callable[[], Person], *, now: datetime, since: datetime | None = None
) -> tuple[Person, dict[int, Surgery]]:
    person = who()
    seen = _concerned(person, now=now, since=since)
    surgeries = lock_surgeries(seen)
    for model, ids in ((Attendee, person.attendees), (Champion, person.champions), (User, person.users)):
        list(model.objects.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk"))
    locked = who()
    if locked != person or not _concerned(locked, now=now, since=since) <= seen:
        raise Contention
    return locked, surgeries


def _alone(champion: Champion) -> Person:
    """A champion of whom a name alone is known."""
    return Person(champions=frozenset({champion.pk}))


def _concerned(person: Person, *, now: datetime, since: datetime | None) -> set[int]:
    """The surgeries ahead where they have or want a seat, or host; those since then where they booked or came."""
    ahead = Surgery.objects.filter(ends_at__gt=now)
    booked = ahead.filter(bookings__attendee__in=person.attendees, bookings__state__in=Booking.LIVE)
    concerned = [booked, ahead.filter(shifts__champion__in=person.champions, shifts__ended_at=None)]
    if since:
        lately = Surgery.objects.filter(ends_at__gt=since)
        concerned += [lately.filter(**{f"{of}__attendee__in": person.attendees}) for of in ("bookings", "visits")]
    return {pk for surgeries in concerned for pk in surgeries.values_list("pk", flat=True)}


def _check_seen(seen: str | None, person: Person, *, now: datetime) -> None:
    if seen is not None and seen != ending_of(person, now=now).version:
        raise OutOfDate


def _withdraw(person: Person, *, now: datetime) -> None:
    """Give back what is to come: places in line first, so that no seat of theirs promotes themselves elsewhere."""
    for booking in sorted(ending_of(person, now=now).bookings, key=lambda each: each.is_confirmed):
        cancel(booking=booking, canceller=Booking.Canceller.ORGANISER, reason=REMOVED_ON_REQUEST, tell=False, now=now)
    for champion in Champion.objects.filter(pk__in=person.champions):
        leave(champion=champion, reason=Shift.GIVEN_BACK, now=now)


def _names(person: Person) -> set[str]:
    """What they have been called here."""
    names = {
        *Attendee.objects.filter(pk__in=person.attendees).values_list("name", flat=True),
        *Booking.objects.filter(attendee__in=person.attendees).values_list("name", flat=True),
        *Visit.objects.filter(attendee__in=person.attendees).values_list("name", flat=True),
        *User.objects.filter(pk__in=person.users).values_list("name", flat=True),
        *Champion.objects.filter(pk__in=person.champions).values_list("name", flat=True),
    }
    return names - {"", REMOVED}


def _log(noted: list[Erasure]) -> None:
    """Once committed, into the log as well: that is elsewhere when the database is restored from before."""
    for entry in noted:
        logger.info("erased", extra={"facts": {"erasure": line_of(entry)}})
