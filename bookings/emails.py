"""Every email of the attendee's journey: a function that queues it, in the transaction of what it tells of.

What an email says is written when it is sent (`bookings.messages`), from the rows as they are by then.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from bookings.models import Attendee, Booking
from notifications.services import NewEmail, queue_email, queue_emails
from surgeries.models import Slot, Surgery


def queue_booked(booking: Booking, *, now: datetime) -> None:
    """The confirmation of a seat, or of a place on the waiting list, whichever it is by the time it is sent."""
    _queue("booked", booking, booking.link_number, now=now)


def queue_promoted(booking: Booking, *, now: datetime) -> None:
    """A seat came free, and it is theirs."""
    _queue("promoted", booking, booking.calendar_sequence, now=now)


def queue_handed_back(booking: Booking, *, slot: Slot, now: datetime) -> None:
    """They gave the seat in `slot` up and wait at the end of the line."""
    _queue("handed_back", booking, booking.calendar_sequence, now=now, context=_times(slot))


def queue_moved(booking: Booking, *, moved_from: tuple[Surgery, Slot | None], now: datetime) -> None:
    """The booking moved here from another slot or surgery, or from the waiting list (no slot)."""
    surgery, slot = moved_from
    context = {"surgery": surgery.pk, **_times(slot)}
    _queue("moved", booking, booking.calendar_sequence, now=now, context=context)


def queue_changed(booking: Booking, *, now: datetime) -> None:
    """What they told us has been changed."""
    _queue("changed", booking, booking.changed_at.isoformat(), now=now)


def queue_cancelled(booking: Booking, *, was_waiting: bool, now: datetime) -> None:
    """The seat, or the place on the waiting list, has been given up."""
    _queue("cancelled", booking, booking.calendar_sequence, now=now, context={"was_waiting": was_waiting})


def queue_reminder(booking: Booking, *, now: datetime) -> bool:
    """It is on the next working day. Sent once for each slot that a booking holds; returns whether it is new."""
    assert booking.slot
    return _queue("reminder", booking, booking.slot.pk, now=now, not_after=booking.slot.starts_at)


def queue_called_off(bookings: Iterable[Booking], *, now: datetime) -> None:
    """The surgery has been called off, and so have these bookings."""
    queue_emails(
        [
            NewEmail(
                kind="booking_called_off",
                to=booking.attendee.email,
                about={"booking": booking.pk},
                dedupe_key=f"booking_called_off:{booking.pk}",
                not_after=booking.surgery.ends_at,
            )
            for booking in bookings
            if booking.attendee.email
        ],
        now=now,
    )


def queue_sent_in_error(booking: Booking, *, to: str | None, now: datetime) -> None:
    """Tell an address that was mistyped that the email it got was meant for somebody else."""
    if to:
        queue_email(
            kind="booking_sent_in_error",
            to=to,
            about={"booking": booking.pk},
            dedupe_key=f"booking_sent_in_error:{booking.pk}:{booking.link_number}",
            not_after=booking.surgery.ends_at,
            now=now,
        )


def queue_already_booked(
    attendee: Attendee, *, surgery: Surgery, slot: Slot | None, request_id: UUID, now: datetime
) -> None:
    """Somebody gave this address for a booking that its owner cannot have besides another one."""
    assert attendee.email
    queue_email(
        kind="already_booked",
        to=attendee.email,
        about={"attendee": attendee.pk, "surgery": surgery.pk, **({"slot": slot.pk} if slot else {})},
        dedupe_key=f"already_booked:{request_id}:{attendee.pk}",
        not_after=surgery.ends_at,
        now=now,
    )


def _queue(
    name: str,
    booking: Booking,
    once_per: object,
    *,
    now: datetime,
    context: dict | None = None,
    not_after: datetime | None = None,
) -> bool:
    if not booking.attendee.email:
        return False
    return queue_email(
        kind=f"booking_{name}",
        to=booking.attendee.email,
        about={"booking": booking.pk},
        dedupe_key=f"booking_{name}:{booking.pk}:{once_per}",
        context=context,
        not_after=not_after or booking.surgery.ends_at,
        now=now,
    )


def _times(slot: Slot | None) -> dict[str, datetime]:
    return {"starts_at": slot.starts_at, "ends_at": slot.ends_at} if slot else {}
