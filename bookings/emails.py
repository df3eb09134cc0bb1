"""Every email of the attendee's journey: a function that queues it, in the transaction of what it tells of.

What an email says is written when it is sent (`bookings.messages`), from the rows as they are by then. Those that
tell of a change which calendars follow carry the `sequence` of that change: a later one overtakes them. That an
organiser did it (`by_organiser`) stands beside the ids, since it is no secret, and still true if it is sent again.
"""

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone

from bookings.elsewhere import Clash
from bookings.models import Attendee, Booking
from notifications.services import NewEmail, queue_email, queue_emails
from surgeries.models import Slot, Surgery


def queue_booked(booking: Booking, *, now: datetime, by_organiser: bool = False) -> None:
    """The confirmation of a seat, or of a place on the waiting list."""
    _queue_change("booked", booking, now=now, by_organiser=by_organiser)


def queue_promoted(booking: Booking, *, now: datetime, before: str = "") -> None:
    """A seat came free, and it is theirs; and where and when the surgery was, in words, if it has just moved too."""
    _queue_change("promoted", booking, now=now, context={"before": before} if before else None)


def queue_handed_back(booking: Booking, *, slot: Slot, now: datetime) -> None:
    """They gave the seat in `slot` up and wait at the end of the line."""
    _queue_change("handed_back", booking, now=now, context=_place(booking.surgery, slot))


def queue_moved(
    booking: Booking, *, moved_from: tuple[Surgery, Slot | None], now: datetime, by_organiser: bool = False
) -> None:
    """The booking moved here from another slot or surgery, or from the waiting list (no slot)."""
    _queue_change("moved", booking, now=now, context=_place(*moved_from), by_organiser=by_organiser)


def queue_surgery_moved(moved: Iterable[tuple[Booking, str, Clash | None]], *, now: datetime) -> None:
    """The surgery has moved, and these bookings with it.

    Each with where and when it was, in words, and for who waits what they have elsewhere, and get no seat besides.
    """
    queue_emails(
        [
            _change("surgery_moved", each, clash.told(it) if clash else {"before": it})
            for each, it, clash in moved
            if each.attendee.email
        ],
        now=now,
    )


def queue_released(released: Iterable[tuple[Booking, str, Clash]], *, now: datetime) -> None:
    """The surgery has moved to a time when they are elsewhere.

    Each booking with where and when it was, in words, and what they have elsewhere.
    """
    queue_emails(
        [_change("released", each, clash.told(it)) for each, it, clash in released if each.attendee.email], now=now
    )


def queue_cancelled(booking: Booking, *, now: datetime) -> None:
    """The seat, or the place on the waiting list, has been given up."""
    _queue_change("cancelled", booking, now=now)


def queue_called_off(bookings: Iterable[Booking], *, now: datetime) -> None:
    """The surgery has been called off, and so have these bookings."""
    queue_emails([_change("called_off", booking) for booking in bookings if booking.attendee.email], now=now)


def queue_changed(booking: Booking, *, now: datetime) -> None:
    """What they told us has been changed."""
    if booking.attendee.email:
        queue_email(
            kind="booking_changed",
            to=booking.attendee.email,
            about={"booking": booking.pk},
            dedupe_key=f"booking_changed:{booking.pk}:{booking.changed_at.isoformat()}",
            not_after=booking.surgery.ends_at,
            now=now,
        )


def queue_reminders(bookings: Iterable[Booking], *, now: datetime) -> int:
    """It is on the next working day. Sent once for each slot that a booking holds; returns how many are new."""
    return queue_emails(
        [
            NewEmail(
                kind="booking_reminder",
                to=booking.attendee.email,
                about={"booking": booking.pk, "slot": booking.slot.pk},
                # Anew on another day, to which the surgery has moved.
                dedupe_key=f"booking_reminder:{booking.pk}:{booking.slot.pk}:{timezone.localdate(booking.slot.starts_at)}",
                not_after=booking.slot.starts_at,
            )
            for booking in bookings
            if booking.attendee.email and booking.slot
        ],
        now=now,
    )


def queue_sent_in_error(booking: Booking, *, to: str | None, now: datetime) -> None:
    """Tell the address that the booking had until now, which may have been mistyped, that it has another."""
    if to:
        queue_email(
            kind="booking_sent_in_error",
            to=to,
            about={"booking": booking.pk, **_ids(booking.surgery, booking.slot)},
            dedupe_key=f"booking_sent_in_error:{booking.pk}:{booking.link_number}",
            not_after=booking.surgery.ends_at,
            now=now,
        )


def queue_already_booked(
    attendee: Attendee, *, surgery: Surgery, slot: Slot | None, once: object, now: datetime
) -> None:
    """Somebody gave this address for a booking that its owner cannot have besides another one.

    They are told once for each value of `once`.
    """
    assert attendee.email
    queue_email(
        kind="already_booked",
        to=attendee.email,
        about={"attendee": attendee.pk, **_ids(surgery, slot)},
        dedupe_key=f"already_booked:{once}:{attendee.pk}",
        not_after=surgery.ends_at,
        now=now,
    )


def queue_not_moved(booking: Booking, *, slot: Slot, now: datetime) -> None:
    """Somebody asked to move the booking to where its owner has something else. Told once a day for each slot."""
    if booking.attendee.email:
        queue_email(
            kind="booking_not_moved",
            to=booking.attendee.email,
            about={
                "booking": booking.pk,
                "attendee": booking.attendee.pk,
                "surgery": slot.surgery_id,
                "slot": slot.pk,
            },
            dedupe_key=f"booking_not_moved:{booking.pk}:{booking.attendee.pk}:{slot.pk}:{timezone.localdate(now)}",
            not_after=slot.ends_at,
            now=now,
        )


def _queue_change(
    name: str, booking: Booking, *, now: datetime, context: dict | None = None, by_organiser: bool = False
) -> None:
    if booking.attendee.email:
        queue_emails([_change(name, booking, context, by_organiser=by_organiser)], now=now)


def _change(name: str, booking: Booking, context: dict | None = None, *, by_organiser: bool = False) -> NewEmail:
    """An email about a change that calendars follow: there is one for each SEQUENCE of the booking."""
    assert booking.attendee.email
    whose = {"by_organiser": True} if by_organiser else {}
    return NewEmail(
        kind=f"booking_{name}",
        to=booking.attendee.email,
        about={"booking": booking.pk, "sequence": booking.calendar_sequence, **whose},
        dedupe_key=f"booking_{name}:{booking.pk}:{booking.calendar_sequence}",
        context=context or {},
        not_after=booking.surgery.ends_at,
    )


def _ids(surgery: Surgery, slot: Slot | None) -> dict[str, int]:
    return {"surgery": surgery.pk, **({"slot": slot.pk} if slot else {})}


def _place(surgery: Surgery, slot: Slot | None) -> dict[str, object]:
    """Where a booking was. The slot's times and not its id: a slot may go once nobody is booked in it."""
    times = {"starts_at": slot.starts_at, "ends_at": slot.ends_at} if slot else {}
    return {"surgery": surgery.pk, **times}
