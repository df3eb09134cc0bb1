"""The waiting list: promotion in strict order, and handing a seat back."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from bookings import emails
from bookings.errors import BookingClosed, WaitingListClosed
from bookings.models import Booking
from bookings.services.locks import is_busy, lock_for
from bookings.statements import lock_surgeries
from surgeries.models import Seat, Shift, Slot, Surgery
from surgeries.transactions import retried


def promote(surgery: Surgery, *, now: datetime, passing_over: int | None = None) -> list[Booking]:
    """Give the surgery's free seats to those who wait, first come first served. Call it under the surgery's lock.

    Somebody whom no free slot suits, or who has a clash, is passed over and keeps their place. Nobody is promoted
    past the cut-off. `passing_over` is the id of a booking that is not considered. Returns the promoted, in order.
    """
    if surgery.state != Surgery.State.PUBLISHED or now >= surgery.cutoff_at or not surgery.last_position:
        return []
    free = list(
        Seat.objects.filter(surgery=surgery, booking=None, slot__starts_at__gt=now)
        .select_related("slot")
        .order_by("slot__starts_at", "number")
    )
    promoted: list[Booking] = []
    if not free:
        return promoted
    waiting = surgery.bookings.waiting().select_related("attendee").prefetch_related("suits")
    if passing_over is not None:
        waiting = waiting.exclude(pk=passing_over)
    for booking in waiting.iterator(chunk_size=100):
        suits = {slot.pk for slot in booking.suits.all()}
        seat = next((seat for seat in _one_per_slot(free) if _fits(booking, seat, suits)), None)
        if seat is None:
            continue
        free.remove(seat)
        confirm(booking, seat, now=now)
        promoted.append(booking)
        if not free:
            break
    return promoted


def promote_and_tell(
    surgeries: Iterable[Surgery],
    *,
    now: datetime,
    passing_over: int | None = None,
    moved_from: Mapping[int, str] | None = None,
) -> None:
    """Promote at each of these locked surgeries and tell everybody who got a seat.

    `moved_from` says, by their ids, where and when surgeries were that have just moved: this is all that those hear.
    """
    for surgery in surgeries:
        for booking in promote(surgery, now=now, passing_over=passing_over):
            emails.queue_promoted(booking, now=now, before=(moved_from or {}).get(surgery.pk, ""))


def where_they_wait(surgeries: Collection[int], *, now: datetime) -> QuerySet[Booking, int]:
    """The ids of other surgeries where somebody waits who sits or hosts at these.

    When these move, or do not take place, they may be free for a seat there.
    """
    sit = Booking.objects.holding_a_seat().filter(surgery__in=surgeries).values("attendee")
    host = Shift.objects.live().filter(surgery__in=surgeries).values("champion__user__email")
    theirs = Booking.objects.waiting().filter(Q(attendee__in=sit) | Q(attendee__email__in=host))
    return theirs.filter(surgery__ends_at__gt=now).exclude(surgery__in=surgeries).values_list("surgery_id", flat=True)


@retried
def settle(*, surgery: Surgery, now: datetime | None = None) -> None:
    """Promote whoever can have a free seat by now, such as somebody whose clash was a shift that was given back."""
    now = now or timezone.now()
    with transaction.atomic():
        promote_and_tell(lock_surgeries([surgery.pk]).values(), now=now)


def confirm(booking: Booking, seat: Seat, *, now: datetime) -> None:
    """Give the seat to the booking. Call it under the surgery's lock."""
    booking.state, booking.position = Booking.State.CONFIRMED, None
    booking.seat, booking.slot, booking.surgery_id = seat, seat.slot, seat.surgery_id
    booking.confirmed_at = booking.changed_at = now
    booking.calendar_sequence += 1
    booking.save(
        update_fields=[
            "state", "position", "seat", "slot", "surgery", "confirmed_at", "changed_at", "calendar_sequence",
        ]
    )  # fmt: skip


@retried
def hand_back(*, booking: Booking, suits: Iterable[Slot] = (), now: datetime | None = None) -> Booking:
    """Give up the seat and go to the end of the surgery's waiting list, for the slots that suit (none: any other).

    The seat goes to the next in line; if another slot that suits is free, it is theirs at once. In a surgery of one
    slot for which nobody else waits, the end of the line is its front, so the seat stays theirs. Somebody who waits
    already only changes which slots suit and keeps the place. If the booking has another seat by now than `booking`
    says, or none, or one at last, nothing changes. Raises BookingClosed once the slot has begun, WaitingListClosed
    past the cut-off.
    """
    now = now or timezone.now()
    held = booking.slot_id
    with transaction.atomic():
        booking, surgeries = lock_for(booking, now=now)
        if booking.is_live and booking.slot_id != held:
            return booking  # pressed twice at once, or the answer was lost: this is about a seat that has gone
        surgery = booking.surgery
        if not booking.is_live or booking.has_begun(now) or surgery.state != Surgery.State.PUBLISHED:
            raise BookingClosed
        if now >= surgery.cutoff_at:
            raise WaitingListClosed
        given_up = booking.slot
        chosen = set(surgery.slots.filter(pk__in=[slot.pk for slot in suits]))
        if given_up:
            others = set(surgery.slots.open(now).exclude(pk=given_up.pk))
            booking.suits.set((chosen & others) or others)
            booking.state, booking.position = Booking.State.WAITING, surgery.last_position + 1
            booking.seat = booking.slot = None
            booking.changed_at = now
            booking.calendar_sequence += 1
            booking.save(
                update_fields=["state", "position", "seat", "slot", "changed_at", "calendar_sequence"],
            )
            surgery.last_position = booking.position
            emails.queue_handed_back(booking, slot=given_up, now=now)
            promote_and_tell([surgery], now=now, passing_over=booking.pk)
        else:
            if set(booking.suits.all()) == chosen:
                return booking
            booking.suits.set(chosen)
            booking.changed_at = now
            booking.save(update_fields=["changed_at"])
            emails.queue_changed(booking, now=now)
        for promoted in [each for surgery in surgeries.values() for each in promote(surgery, now=now)]:
            if given_up and promoted.pk == booking.pk:
                emails.queue_moved(promoted, moved_from=(surgery, given_up), now=now)
            else:
                emails.queue_promoted(promoted, now=now)
        booking.refresh_from_db()
    return booking


def _one_per_slot(seats: list[Seat]) -> list[Seat]:
    """The first free seat of each slot: a slot's seats are all alike."""
    return list({seat.slot_id: seat for seat in reversed(seats)}.values())[::-1]


def _fits(booking: Booking, seat: Seat, suits: set[int]) -> bool:
    return (not suits or seat.slot_id in suits) and not is_busy(booking.attendee, seat.slot)
