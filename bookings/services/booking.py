"""Booking a seat, moving to another, changing the answers, cancelling."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from bookings import emails
from bookings.errors import (
    BookingClosed,
    BookingError,
    FormUsedAlready,
    OutOfDate,
    SlotFull,
    SlotGone,
    WaitingListClosed,
)
from bookings.links import LinkWithdrawn
from bookings.models import Attendee, Booking, Visit
from bookings.people import is_named_for_good
from bookings.services.attending import has_come
from bookings.services.locks import is_busy, lock_for
from bookings.services.waiting import confirm, promote, promote_and_tell
from bookings.statements import Look, has_one_already, lock_attendee, lock_surgeries, look, take
from organisation.models import Grade, Office, Symptom, Team, Topic
from surgeries.models import Seat, Slot, Surgery
from surgeries.transactions import retried


@dataclass(frozen=True, kw_only=True)
class Answers:
    """What somebody tells us about what they would like help with."""

    team: Team | None = None
    topics: Collection[Topic] = field(default=())
    symptoms: Collection[Symptom] = field(default=())
    is_unsure: bool = False
    question: str = ""
    adjustments: str = ""


@retried
def book(
    *,
    surgery: Surgery,
    slot: Slot | None,
    name: str,
    email: str,
    answers: Answers,
    request_id: UUID,
    suits: Collection[Slot] = (),
    by_organiser: bool = False,
    now: datetime | None = None,
) -> Booking | None:
    """Book a seat in the slot or, without one, the first seat that suits or a place on the waiting list.

    `email` is normalised already. Whoever was booked `by_organiser` reads so in the email. The same `request_id` with
    the same contents returns what it returned the first time. Returns None if that person has a booking there, or one
    that clashes: then nothing is booked, and an email tells whoever owns the address. The page says no more than that:
    whoever typed the address learns that its owner is busy then, though not with what, and may ask as often as an
    address is sent emails in a day.

    Raises BookingClosed, SlotFull, SlotGone, WaitingListClosed, or FormUsedAlready for other contents with that
    `request_id`.
    """
    now = now or timezone.now()
    contents = _contents(surgery, slot, name, email, answers, suits)
    with transaction.atomic():
        surgery = lock_surgeries([surgery.pk])[surgery.pk]
        if surgery.last_position:
            # Whoever waits goes first: a seat may be free for somebody whose clash has gone. That stays, even if it
            # leaves nothing for this booking.
            promote_and_tell([surgery], now=now)
        refusal = _refusal(surgery, slot, suits, now)
        found = look(request_id=request_id, slot=slot, is_open=refusal is None, email=email, name=name, now=now)
        if found.fingerprint:
            return _same_outcome(found, contents)
        if found.attendee_id is None:
            refusal = refusal or SlotFull()
        else:
            attendee = Attendee(pk=found.attendee_id, email=email)
            booking = Booking(
                surgery=surgery, attendee=attendee, name=name, created_at=now, changed_at=now,
                team=answers.team, is_unsure=answers.is_unsure, question=answers.question,
                adjustments=answers.adjustments, state=Booking.State.WAITING,
            )  # fmt: skip
            if slot:
                booking.state, booking.seat_id, booking.slot = Booking.State.CONFIRMED, found.seat_id, slot
                booking.confirmed_at = now
            else:
                booking.position = surgery.last_position + 1
            if not take(booking, request_id=request_id, fingerprint=_fingerprint(contents, settings.SECRET_KEY)):
                emails.queue_already_booked(attendee, surgery=surgery, slot=slot, once=request_id, now=now)
                return None
            _keep_answers(booking, answers, suits)
            if booking.is_waiting:
                _be_promoted(booking, now=now)
            emails.queue_booked(booking, now=now, by_organiser=by_organiser)
    if refusal:
        raise refusal
    return booking


@retried
def move(
    *,
    booking: Booking,
    slot: Slot,
    seen: str | None = None,
    by_organiser: bool = False,
    now: datetime | None = None,
) -> Booking | None:
    """Give the booking a seat in another slot, of the same surgery or another; its old seat goes to who waits.

    The row, its link and its calendar entry stay, and the email says if it was done `by_organiser`. Somebody on a
    waiting list takes a free seat the same way. Moving to where it is already changes nothing. Returns None if that
    person has another booking there, or something that clashes: then nothing moves, and an email tells whoever owns the
    address. Of that the page reveals as much as `book` does.

    Raises BookingClosed, SlotFull, OutOfDate if whoever acts has `seen` another `version` of it than it has by now.
    """
    now = now or timezone.now()
    with transaction.atomic():
        booking, surgeries = lock_for(booking, slot.surgery_id, now=now)
        target = surgeries[slot.surgery_id]
        if booking.is_confirmed and booking.slot_id == slot.pk:
            return booking
        if not booking.is_live or booking.has_begun(now):
            raise BookingClosed
        if seen is not None and seen != booking.version:
            raise OutOfDate
        if not _is_open(target, slot, now) or (target != booking.surgery and has_come(booking, now=now)):
            raise BookingClosed
        elsewhere = Booking.objects.live().filter(surgery=target, attendee=booking.attendee).exclude(pk=booking.pk)
        if elsewhere.exists() or is_busy(booking.attendee, slot, apart_from=booking):
            emails.queue_not_moved(booking, slot=slot, now=now)
            return None
        promote_and_tell([target], now=now, passing_over=booking.pk)
        seat = _free_seat(slot)
        if seat:
            moved_from = booking.surgery, booking.slot
            booking.suits.clear()
            confirm(booking, seat, now=now)
            booking.surgery = target
            emails.queue_moved(booking, moved_from=moved_from, now=now, by_organiser=by_organiser)
            promote_and_tell(surgeries.values(), now=now)
    if seat is None:
        raise SlotFull
    return booking


@retried
def edit_answers(*, booking: Booking, answers: Answers, now: datetime | None = None) -> Booking:
    """Replace what the person told us. Saying the same again changes nothing. Raises BookingClosed."""
    now = now or timezone.now()
    with transaction.atomic():
        booking, _ = lock_for(booking, now=now)
        if not booking.is_live or booking.has_begun(now):
            raise BookingClosed
        if _answers_of(booking) == _comparable(answers):
            return booking
        for name in ("team", "is_unsure", "question", "adjustments"):
            setattr(booking, name, getattr(answers, name))
        booking.changed_at = now
        booking.save(update_fields=["team", "is_unsure", "question", "adjustments", "changed_at"])
        booking.topics.set(answers.topics)
        booking.symptoms.set(answers.symptoms)
        emails.queue_changed(booking, now=now)
    return booking


def give_evidence(*, booking: Booking, office: Office | None, grade: Grade | None, feeling: str) -> None:
    """Keep the optional answers that serve the evidence only: `office`, `grade` and a `Booking.Feeling` or ''.

    Raises LinkWithdrawn.
    """
    still_theirs = Booking.objects.filter(pk=booking.pk, link_number=booking.link_number)
    if not still_theirs.update(office=office, grade=grade, feeling=feeling):
        raise LinkWithdrawn


@retried
def cancel(
    *,
    booking: Booking,
    reason: str = "Cancelled from the private link",
    canceller: str = Booking.Canceller.ATTENDEE,
    tell: bool = True,
    seen: str | None = None,
    now: datetime | None = None,
) -> Booking:
    """End the booking, or leave the waiting list; the seat goes to the first in line whom it suits.

    Without `tell` the attendee gets no email about it, because they have had as many as an address is sent in a day.

    Cancelling again changes nothing. Raises BookingClosed once the slot has begun, OutOfDate if whoever acts has
    `seen` another `version` of it than it has by now.
    """
    now = now or timezone.now()
    with transaction.atomic():
        booking, surgeries = lock_for(booking, now=now)
        if booking.is_cancelled:
            return booking
        if booking.has_begun(now):
            raise BookingClosed
        if seen is not None and seen != booking.version:
            raise OutOfDate
        booking.state, booking.seat, booking.position = Booking.State.CANCELLED, None, None
        booking.cancelled_at = booking.changed_at = now
        booking.canceller, booking.cancelled_reason = canceller, reason
        booking.calendar_sequence += 1
        booking.save(
            update_fields=[
                "state", "seat", "position", "cancelled_at", "changed_at", "canceller", "cancelled_reason",
                "calendar_sequence",
            ]
        )  # fmt: skip
        if tell:
            emails.queue_cancelled(booking, now=now)
        promote_and_tell(surgeries.values(), now=now)
    return booking


@retried
def correct_email(*, booking: Booking, email: str, now: datetime | None = None) -> bool:
    """Put a mistyped address right: the booking goes to whoever has the normalised `email`, with a new private link.

    The old link stops working, the old address learns that the booking has another, and is forgotten unless
    known for something else. Returns False, and only tells that address by email, if its owner has a booking there
    or one that clashes. Raises BookingClosed.
    """
    now = now or timezone.now()
    with transaction.atomic():
        try:
            booking, surgeries = lock_for(booking, now=now)
        except LinkWithdrawn:
            if Booking.objects.filter(pk=booking.pk, attendee__email=email).exists():
                return True  # by this very correction: pressed twice at once, or its answer was lost
            raise
        if booking.attendee.email == email:
            return True
        if not booking.is_live or booking.has_begun(now) or has_come(booking, now=now):
            raise BookingClosed
        attendee = Attendee(pk=lock_attendee(email=email, name=booking.name, now=now), email=email)
        if has_one_already(attendee_id=attendee.pk, email=email, surgery=booking.surgery, slot=booking.slot):
            once_a_day = f"{booking.reference}:{booking.slot_id}:{timezone.localdate(now)}"
            emails.queue_already_booked(attendee, surgery=booking.surgery, slot=booking.slot, once=once_a_day, now=now)
            return False
        # Locked whole, so that no booking elsewhere can come to point at it while it is decided whether to forget it.
        mistaken = Attendee.objects.select_for_update().get(pk=booking.attendee_id)
        booking.attendee, booking.changed_at = attendee, now
        booking.link_number += 1
        booking.calendar_sequence += 1
        booking.save(update_fields=["attendee", "changed_at", "link_number", "calendar_sequence"])
        emails.queue_sent_in_error(booking, to=mistaken.email, now=now)
        emails.queue_booked(booking, now=now)
        promote_and_tell(surgeries.values(), now=now)
        if not _is_known_otherwise(mistaken, apart_from=booking):
            mistaken.delete()
    return True


@retried
def correct_name(*, booking: Booking, name: str, now: datetime | None = None) -> Booking:
    """Put a mistyped name right: of the booking, and of the attendee if this booking is all that is known of them.

    The same name again changes nothing. Raises BookingClosed.
    """
    now = now or timezone.now()
    with transaction.atomic():
        booking, _ = lock_for(booking, now=now)
        if not booking.is_live or booking.has_begun(now):
            raise BookingClosed
        if booking.name == name:
            return booking
        booking.name, booking.changed_at = name, now
        booking.save(update_fields=["name", "changed_at"])
        Visit.objects.filter(attendee=booking.attendee_id, surgery=booking.surgery_id).update(name=name)
        # Locked whole, so that nothing else can come to point at it while it is decided.
        attendee = Attendee.objects.select_for_update().get(pk=booking.attendee_id)
        if not _is_known_otherwise(attendee, apart_from=booking):
            attendee.name = name
            attendee.save(update_fields=["name"])
        emails.queue_changed(booking, now=now)
    return booking


def _is_known_otherwise(attendee: Attendee, *, apart_from: Booking) -> bool:
    """Whether anything but this booking is known of the attendee."""
    others = attendee.bookings.exclude(pk=apart_from.pk)
    return bool(attendee.user_id) or others.exists() or attendee.visits.exists() or is_named_for_good(attendee)


def _is_open(surgery: Surgery, slot: Slot | None, now: datetime) -> bool:
    begins = slot.starts_at if slot else surgery.ends_at
    return surgery.state == Surgery.State.PUBLISHED and begins > now


def _same_outcome(found: Look, contents: str) -> Booking | None:
    """What the same form led to, whatever key that was kept under. Raises FormUsedAlready for other contents."""
    assert found.fingerprint
    booking = Booking.objects.filter(pk=found.booking_id).first() if found.booking_id else None
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    if not any(constant_time_compare(found.fingerprint, _fingerprint(contents, key)) for key in keys):
        raise FormUsedAlready(booking)
    return booking


def _refusal(surgery: Surgery, slot: Slot | None, suits: Collection[Slot], now: datetime) -> BookingError | None:
    if not _is_open(surgery, slot, now):
        return BookingClosed()
    if slot is None and now >= surgery.cutoff_at:
        return WaitingListClosed()
    if suits and not slot and surgery.slots.filter(pk__in=[each.pk for each in suits]).count() < len(suits):
        return SlotGone()
    return None


def _keep_answers(booking: Booking, answers: Answers, suits: Collection[Slot]) -> None:
    """Save what a new booking has many of."""
    for through, column, chosen in (
        (Booking.topics.through, "topic_id", answers.topics),
        (Booking.symptoms.through, "symptom_id", answers.symptoms),
        (Booking.suits.through, "slot_id", suits if booking.is_waiting else ()),
    ):
        if chosen:
            through.objects.bulk_create(
                [through(booking_id=booking.pk, **{column: row.pk}) for row in chosen]  # type: ignore[misc]
            )


def _be_promoted(booking: Booking, *, now: datetime) -> None:
    """Whoever joins the end of the line may be at the front of it, with a seat free that suits.

    Unless somebody before them has become free in this very moment: then it is theirs.
    """
    booking.surgery.last_position = booking.position or 0
    for promoted in promote(booking.surgery, now=now):
        if promoted.pk == booking.pk:
            booking.state, booking.seat, booking.slot = promoted.state, promoted.seat, promoted.slot
            booking.position, booking.calendar_sequence = promoted.position, promoted.calendar_sequence
        else:
            emails.queue_promoted(promoted, now=now)


def _free_seat(slot: Slot) -> Seat | None:
    return Seat.objects.select_related("slot").filter(slot=slot, booking=None).order_by("number").first()


def _comparable(answers: Answers) -> tuple:
    return (
        answers.team.pk if answers.team else None,
        sorted(topic.pk for topic in answers.topics),
        sorted(symptom.pk for symptom in answers.symptoms),
        answers.is_unsure,
        answers.question,
        answers.adjustments,
    )


def _answers_of(booking: Booking) -> tuple:
    return _comparable(
        Answers(
            team=booking.team,
            topics=booking.topics.all(),
            symptoms=booking.symptoms.all(),
            is_unsure=booking.is_unsure,
            question=booking.question,
            adjustments=booking.adjustments,
        )
    )


def _contents(surgery, slot, name, email, answers, suits) -> str:
    """Everything that a form asks for, so that another one differs."""
    return repr((surgery.pk, slot and slot.pk, name, email, _comparable(answers), sorted(suit.pk for suit in suits)))


def _fingerprint(contents: str, key: str) -> str:
    """A keyed hash of a form's contents, which says nothing about them to who reads the table."""
    return salted_hmac("bookings.submission", contents, secret=key, algorithm="sha256").hexdigest()
