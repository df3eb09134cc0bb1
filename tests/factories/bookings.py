"""Attendees, bookings, visits and what comes of them."""

import uuid
from datetime import timedelta
from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from bookings.models import (
    Attendee,
    Booking,
    Correction,
    Help,
    JournalEntry,
    Letter,
    Outcome,
    Pairing,
    Submission,
    SurgeryRequest,
    Thanks,
    Visit,
)
from surgeries.models import Seat, Slot, Surgery
from tests.factories.diary import ShiftFactory, SurgeryFactory
from tests.factories.people import ChampionFactory, OfficeFactory, UserFactory


class AttendeeFactory(DjangoModelFactory[Attendee]):
    class Meta:
        model = Attendee

    name = factory.Sequence(lambda n: f"Attendee {n}")
    email = factory.Sequence(lambda n: f"attendee.{n}@example.gov.uk")


class BookingFactory(DjangoModelFactory[Booking]):
    """Confirmed in the first free seat of its surgery (or of `slot`, or in `seat`), or `waiting`, or `cancelled`.

    Straight into the table: no email is written and nobody is promoted. The services do that.
    """

    class Meta:
        model = Booking

    class Params:
        waiting = factory.Trait(state=Booking.State.WAITING, confirmed_at=None)
        cancelled = factory.Trait(
            state=Booking.State.CANCELLED,
            cancelled_at=factory.LazyFunction(timezone.now),
            canceller=Booking.Canceller.ATTENDEE,
            cancelled_reason="A clash with a meeting.",
        )

    surgery = factory.SubFactory(SurgeryFactory)
    attendee = factory.SubFactory(AttendeeFactory)
    name = factory.SelfAttribute("attendee.name")
    state = Booking.State.CONFIRMED
    created_at = factory.LazyFunction(timezone.now)
    changed_at = factory.SelfAttribute("created_at")
    confirmed_at = factory.SelfAttribute("created_at")

    @classmethod
    def _create(cls, model_class: type[Booking], *args: Any, **facts: Any) -> Booking:
        surgery = facts["surgery"]
        if facts["state"] == Booking.State.CONFIRMED:
            facts["seat"] = facts.get("seat") or free_seat(surgery, facts.get("slot"))
            facts["slot"] = facts["seat"].slot
        elif facts["state"] == Booking.State.WAITING:
            surgery.refresh_from_db(fields=["last_position"])
            facts.setdefault("position", surgery.last_position + 1)
        booking = model_class.objects.create(**facts)
        if booking.is_waiting:
            surgery.refresh_from_db(fields=["last_position"])
        return booking


def free_seat(surgery: Surgery, slot: Slot | None = None) -> Seat:
    """The first free seat of the surgery, or of one slot of it."""
    seats = surgery.seats.filter(booking=None).select_related("slot").order_by("slot__starts_at", "number")
    seat = (seats.filter(slot=slot) if slot else seats).first()
    assert seat, "The surgery has no free seat: give it more, or make the booking wait."
    return seat


class SubmissionFactory(DjangoModelFactory[Submission]):
    class Meta:
        model = Submission

    request_id = factory.LazyFunction(uuid.uuid4)
    fingerprint = "0" * 64
    booking = factory.SubFactory(BookingFactory)
    created_at = factory.LazyFunction(timezone.now)


class PairingFactory(DjangoModelFactory[Pairing]):
    """Somebody is to sit with a champion of their own surgery."""

    class Meta:
        model = Pairing

    booking = factory.SubFactory(BookingFactory)
    shift = factory.SubFactory(ShiftFactory, surgery=factory.SelfAttribute("..booking.surgery"))
    chosen_at = factory.LazyFunction(timezone.now)


class VisitFactory(DjangoModelFactory[Visit]):
    """A walk-in, unless it is given a booking: `VisitFactory(booking=…)`."""

    class Meta:
        model = Visit

    booking = None
    attendee = factory.Maybe("booking", factory.SelfAttribute("booking.attendee"), factory.SubFactory(AttendeeFactory))
    surgery = factory.Maybe("booking", factory.SelfAttribute("booking.surgery"), factory.SubFactory(SurgeryFactory))
    name = factory.SelfAttribute("attendee.name")
    arrived_at = factory.LazyAttribute(lambda facts: facts.surgery.starts_at)


class HelpFactory(DjangoModelFactory[Help]):
    """A champion of the surgery sits with somebody, from when they arrived on."""

    class Meta:
        model = Help

    visit = factory.SubFactory(VisitFactory)
    surgery = factory.SelfAttribute("visit.surgery")
    shift = factory.SubFactory(ShiftFactory, surgery=factory.SelfAttribute("..visit.surgery"))
    starts_at = factory.SelfAttribute("visit.arrived_at")


class OutcomeFactory(DjangoModelFactory[Outcome]):
    class Meta:
        model = Outcome

    visit = factory.SubFactory(VisitFactory)
    result = Outcome.Result.ANSWERED
    next_step = "Post once about the tide tables."
    recorded_at = factory.SelfAttribute("visit.arrived_at")


class CorrectionFactory(DjangoModelFactory[Correction]):
    """By an organiser, on the day after."""

    class Meta:
        model = Correction

    attendee = factory.SubFactory(AttendeeFactory)
    surgery = factory.SubFactory(SurgeryFactory)
    what = Correction.What.CAME
    corrected_at = factory.LazyAttribute(lambda facts: facts.surgery.ends_at + timedelta(days=1))
    corrected_by = factory.SubFactory(UserFactory, organiser=True)


class LetterFactory(DjangoModelFactory[Letter]):
    """To who booked, by an organiser. No email is queued."""

    class Meta:
        model = Letter

    surgery = factory.SubFactory(SurgeryFactory)
    groups = factory.LazyFunction(lambda: [Letter.Group.BOOKED])
    subject = "Bring your laptop"
    words = "There is power at every table."
    written_at = factory.LazyFunction(timezone.now)
    written_by = factory.SubFactory(UserFactory, organiser=True)
    people = 1
    request_id = factory.LazyFunction(uuid.uuid4)


class ThanksFactory(DjangoModelFactory[Thanks]):
    class Meta:
        model = Thanks

    attendee = factory.SubFactory(AttendeeFactory)
    surgery = factory.SubFactory(SurgeryFactory)
    words = "I posted for the first time. Nothing broke."
    said_at = factory.LazyAttribute(lambda facts: facts.surgery.ends_at)


class JournalEntryFactory(DjangoModelFactory[JournalEntry]):
    """About no surgery, for nobody else."""

    class Meta:
        model = JournalEntry

    champion = factory.SubFactory(ChampionFactory)
    learned = "To ask what they would like to be able to do."
    written_at = factory.LazyFunction(timezone.now)


class SurgeryRequestFactory(DjangoModelFactory[SurgeryRequest]):
    class Meta:
        model = SurgeryRequest

    office = factory.SubFactory(OfficeFactory)
