"""What organisers do to a surgery that touches bookings or emails: publishing, seats, slots, calling off."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Value
from django.db.models.functions import Greatest
from django.utils import timezone

from accounts.models import User
from bookings import emails, shift_emails
from bookings.consequences import concerned, version_of
from bookings.errors import BookingClosed, OutOfDate, StillBooked
from bookings.models import Booking, Help, Visit
from bookings.services.ending import end_bookings
from bookings.services.waiting import promote_and_tell, where_they_wait
from bookings.statements import lock_surgeries
from surgeries.models import Seat, Shift, Slot, Surgery, SurgeryQuerySet
from surgeries.services import SHORTEST_SLOT_MINUTES, TOO_SHORT, DiaryError
from surgeries.templatetags.times import span
from surgeries.transactions import retried


@retried
@transaction.atomic
def publish(*, surgery: Surgery, now: datetime | None = None) -> Surgery:
    """Show a draft to everybody, so that it can be booked, and tell its hosts. Returns the surgery as it is now.

    Raises DiaryError if it is no draft, is over at `now`, or has no seat.
    """
    now = now or timezone.now()
    surgery = lock_surgeries([surgery.pk])[surgery.pk]
    if surgery.state != Surgery.State.DRAFT:
        raise DiaryError(f"It is {surgery.get_state_display().lower()} already.")
    if surgery.is_over(now):
        raise DiaryError("It is over.")
    if not surgery.seats.exists():
        raise DiaryError("It has no seat to book.")
    surgery.state = Surgery.State.PUBLISHED
    surgery.save(update_fields=["state", "changed_at"])
    # Champions see no draft: whoever hosts one was put on.
    shift_emails.queue_taken(surgery.shifts.live().select_related("champion__user"), now=now, by_organiser=True)
    return surgery


@retried
@transaction.atomic
def unpublish(*, surgery: Surgery, now: datetime | None = None) -> Surgery:
    """Make a draft of the surgery again, as if it had never been published. Returns it as it is now.

    Doing it again changes nothing. Raises DiaryError once anybody has booked, hosts or came, or it has begun.
    """
    surgery = lock_surgeries([surgery.pk])[surgery.pk]
    if surgery.state == Surgery.State.DRAFT:
        return surgery
    if problem := why_it_stays_published(surgery, now=now or timezone.now()):
        raise DiaryError(problem)
    surgery.state = Surgery.State.DRAFT
    surgery.save(update_fields=["state", "changed_at"])
    return surgery


@retried
@transaction.atomic
def delete_draft(*, surgery: Surgery) -> None:
    """Delete a draft as if it had never been made; its series does not make it again by itself.

    Raises DiaryError if it is no draft, or somebody booked it or hosts it.
    """
    surgery = lock_surgeries([surgery.pk])[surgery.pk]
    if problem := why_it_is_not_deleted(surgery):
        raise DiaryError(problem)
    surgery.delete()


def why_it_is_not_deleted(surgery: Surgery) -> str:
    """Why the surgery cannot be deleted, in words; empty if it can. A booking that was cancelled counts."""
    if surgery.state != Surgery.State.DRAFT:
        return "It is no draft: people see it. Call it off instead."
    if surgery.bookings.exists():
        return "Somebody has booked it, and their private link leads to it."
    if surgery.shifts.live().exists():
        return "Somebody hosts it. Take them off first, and they read why."
    return ""


def why_it_stays_published(surgery: Surgery, *, now: datetime) -> str:
    """Why the surgery cannot be a draft any more, in words; empty if it can. A booking that was cancelled counts."""
    if surgery.state != Surgery.State.PUBLISHED or surgery.starts_at <= now:
        return "It has begun, or does not take place."
    if surgery.bookings.exists():
        return "Somebody has booked, and their private link leads to it."
    if surgery.shifts.live().exists():
        hosted = "Somebody hosts it, and has it in their calendar."
        return f"{hosted} Take its hosts off first, and then it can be a draft again."
    return "Somebody has arrived already." if surgery.visits.exists() else ""


def that_can_be_drafts(surgeries: SurgeryQuerySet, *, now: datetime) -> SurgeryQuerySet:
    """Those of them that nothing keeps published: the same as `why_it_stays_published` says of each, in one query."""
    return surgeries.filter(
        ~Exists(Booking.objects.filter(surgery=OuterRef("pk"))),
        ~Exists(Shift.objects.live().filter(surgery=OuterRef("pk"))),
        ~Exists(Visit.objects.filter(surgery=OuterRef("pk"))),
        state=Surgery.State.PUBLISHED,
        starts_at__gt=now,
    )


@retried
@transaction.atomic
def unpublish_several(*, surgeries: Collection[Surgery], now: datetime | None = None) -> None:
    """Make drafts of these surgeries again: all of them or none. Doing it again changes nothing.

    Raises OutOfDate once anybody has booked one of them, hosts it or came, or it has begun.
    """
    now = now or timezone.now()
    locked = lock_surgeries([surgery.pk for surgery in surgeries])
    published = {pk for pk, surgery in locked.items() if surgery.state != Surgery.State.DRAFT}
    ready = that_can_be_drafts(Surgery.objects.filter(pk__in=published), now=now)
    if published != set(ready.values_list("pk", flat=True)):
        raise OutOfDate
    Surgery.objects.filter(pk__in=published).update(state=Surgery.State.DRAFT, changed_at=now)


@retried
def set_seats(*, slot: Slot, seats: int, now: datetime | None = None) -> None:
    """Give the slot this many seats. New ones go to the waiting list first; free ones are taken away first.

    Raises StillBooked, saying how many are, if more than that are booked.
    """
    now = now or timezone.now()
    with transaction.atomic():
        surgery = lock_surgeries([slot.surgery_id])[slot.surgery_id]
        _set_seats(slot, seats)
        promote_and_tell([surgery], now=now)


@retried
def add_slot(
    *,
    surgery: Surgery,
    starts_at: datetime,
    ends_at: datetime,
    seats: int,
    now: datetime | None = None,
) -> Slot:
    """Add a slot with this many seats, and return it; the waiting list goes first.

    Adding the same one again changes nothing. Raises DiaryError if it does not lie within the surgery, overlaps
    another slot or is shorter than any slot may be.
    """
    now = now or timezone.now()
    with transaction.atomic():
        surgery = lock_surgeries([surgery.pk])[surgery.pk]
        if not surgery.starts_at <= starts_at < ends_at <= surgery.ends_at:
            raise DiaryError(f"A slot has to lie within the surgery, {span(surgery)}.")
        if there := surgery.slots.filter(starts_at=starts_at).first():
            if (there.ends_at, there.seats.count()) == (ends_at, seats):
                return there
            raise DiaryError("There is a slot that begins then already.")
        if there := surgery.slots.filter(starts_at__lt=ends_at, ends_at__gt=starts_at).first():
            raise DiaryError(f"{overlapping(there)}.")
        if ends_at - starts_at < timedelta(minutes=SHORTEST_SLOT_MINUTES):
            raise DiaryError(f"{TOO_SHORT}.")
        slot = Slot.objects.create(surgery=surgery, starts_at=starts_at, ends_at=ends_at)
        _set_seats(slot, seats)
        promote_and_tell([surgery], now=now)
    return slot


def overlapping(there: Slot) -> str:
    """What to say to somebody whose new slot would overlap this one: the same hosts would be booked twice."""
    return f"It overlaps the slot {there}. Give that slot more seats, or choose another time"


def call_off(
    *, surgery: Surgery, reason: str, by: User | None = None, seen: str | None = None, now: datetime | None = None
) -> None:
    """Call the surgery off: `call_off_several` of one."""
    call_off_several(surgeries=[surgery], reason=reason, by=by, seen=seen, now=now)


@retried
@transaction.atomic
def call_off_several(
    *,
    surgeries: Iterable[Surgery],
    reason: str,
    by: User | None = None,
    seen: str | None = None,
    now: datetime | None = None,
) -> list[Surgery]:
    """Call these surgeries off: every booking and shift ends, everybody is told of each, calendars follow.

    All of them or none: an organiser who has read who will be told must not be left with half of it. It takes the
    same few statements however many they are, so nobody who books there waits long; only whoever waits elsewhere, where
    they could not come until now, is promoted there one after the other. Returns those that were called off; doing it
    again changes nothing. Raises BookingClosed once one of them is over, OutOfDate if they concern
    others by now than the organiser has `seen` (the version of a CallingOff).
    """
    now = now or timezone.now()
    ids = {surgery.pk for surgery in surgeries}
    then = Surgery.objects.filter(
        pk__in=ids, starts_at__lt=OuterRef("surgery__ends_at"), ends_at__gt=OuterRef("surgery__starts_at")
    )
    locked = lock_surgeries([*ids, *where_they_wait(ids, now=now).filter(Exists(then))])
    called_off = [surgery for pk, surgery in locked.items() if pk in ids and not surgery.is_called_off]
    if any(surgery.is_over(now) for surgery in called_off):
        raise BookingClosed
    if called_off and seen is not None and seen != version_of(concerned(called_off)):
        raise OutOfDate
    live = Booking.objects.live().filter(surgery__in=called_off)
    bookings = list(live.select_related("attendee", "surgery").order_by("id"))
    end_bookings(bookings, reason=Shift.CALLED_OFF, now=now)
    _send_home(called_off, now)
    hosting = Shift.objects.live().filter(surgery__in=called_off)
    shifts = list(hosting.select_related("champion__user", "surgery").order_by("id"))
    hosting.update(ended_at=now, ended_reason=Shift.CALLED_OFF)
    Surgery.objects.filter(pk__in=[surgery.pk for surgery in called_off]).update(
        state=Surgery.State.CALLED_OFF,
        called_off_at=now,
        called_off_by=by,
        called_off_reason=reason,
        calendar_sequence=F("calendar_sequence") + 1,
        changed_at=now,
    )
    emails.queue_called_off(bookings, now=now)
    shift_emails.queue_ended(shifts, now=now)
    promote_and_tell([surgery for pk, surgery in locked.items() if pk not in ids], now=now)
    return called_off


def _send_home(surgeries: Collection[Surgery], now: datetime) -> None:
    """Nobody is helped any more, and nobody waits. Visits are locked before shifts, as in the room."""
    there = Visit.objects.select_for_update(no_key=True).filter(surgery__in=surgeries, left_at=None)
    here = list(there.order_by("pk"))
    helped = Help.objects.going_on().filter(visit__in=here)
    helped.update(ends_at=Greatest("starts_at", Value(now)))
    Visit.objects.filter(pk__in=[visit.pk for visit in here]).update(left_at=Greatest("arrived_at", Value(now)))


def _set_seats(slot: Slot, wanted: int) -> None:
    """Add or take away seats, under the surgery's lock."""
    existing = list(slot.seats.select_related("booking").order_by("number"))
    free = [seat for seat in existing if not hasattr(seat, "booking")]
    surplus = len(existing) - wanted
    if surplus > len(free):
        raise StillBooked(len(existing) - len(free))
    if surplus > 0:
        Seat.objects.filter(pk__in=[seat.pk for seat in free[-surplus:]]).delete()
    last = existing[-1].number if existing else 0
    Seat.objects.bulk_create(
        Seat(slot=slot, surgery_id=slot.surgery_id, number=last + extra) for extra in range(1, 1 - surplus)
    )
