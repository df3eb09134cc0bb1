"""Somebody had a seat and did not come: they say why, and book again with the answers that they gave."""

from contextlib import suppress
from datetime import datetime
from uuid import UUID, uuid5

from django.db.models import F
from django.utils import timezone

from bookings.errors import BookingClosed, SlotFull
from bookings.models import Booking, Submission
from bookings.offers import Offer
from bookings.services.booking import Answers, book, give_evidence
from bookings.services.locks import busy_during
from surgeries.models import Surgery


def say_why(*, booking: Booking, missed_because: str, now: datetime | None = None) -> None:
    """Note why they did not come, a `Booking.Missed`; said again, it is changed. Raises BookingClosed if they came."""
    no_show = Booking.objects.no_shows(now or timezone.now()).filter(pk=booking.pk, link_number=booking.link_number)
    if not no_show.update(missed_because=missed_because):
        raise BookingClosed


def book_again(*, booking: Booking, surgery: Surgery, now: datetime | None = None) -> Booking | None:
    """Book the first free slot of another surgery during which they are not busy, with the same answers.

    Pressed again, it is the booking that was made. Returns None as `book` does; raises SlotFull, BookingClosed and
    FormUsedAlready.
    """
    now = now or timezone.now()
    # Of this press, however often it is pressed: the booking's reference is as secret as the link.
    request_id = _press(booking, surgery)
    if pressed := Submission.objects.select_related("booking").filter(pk=request_id).first():
        # Not that of somebody to whom the address was put right since: its link is theirs.
        is_theirs = pressed.booking and pressed.booking.attendee_id == booking.attendee_id
        return pressed.booking if is_theirs else None
    answers = Answers(
        team=booking.team,
        topics=booking.topics.all(),
        symptoms=booking.symptoms.all(),
        is_unsure=booking.is_unsure,
        question=booking.question,
        adjustments=booking.adjustments,
    )
    free = Offer(surgery, now=now).free
    busy = busy_during(booking.attendee, free)
    for slot in sorted(free, key=lambda slot: slot.pk in busy):
        with suppress(SlotFull):
            made = book(
                surgery=surgery,
                slot=slot,
                name=booking.name,
                email=str(booking.attendee.email),
                answers=answers,
                request_id=request_id,
                now=now,
            )
            if made:
                give_evidence(booking=made, office=booking.office, grade=booking.grade, feeling=booking.feeling)
            return made
    raise SlotFull


def booked_again(*, booking: Booking, now: datetime) -> list[Booking]:
    """What was booked from this page and is still to come. Of other bookings under the address it says nothing."""
    coming = Booking.objects.live().filter(attendee=booking.attendee_id, surgery__ends_at__gt=now)
    sent = coming.annotate(request_id=F("submissions__request_id")).order_by("surgery__starts_at", "pk")
    made = sent.select_related("slot", "surgery__venue__office")
    return [each for each in made if each.request_id == _press(booking, each.surgery)]


def _press(booking: Booking, surgery: Surgery) -> UUID:
    return uuid5(booking.reference, surgery.reference)
