"""Rows for tests: each factory makes something that satisfies every constraint, dated relative to today.

`SurgeryFactory(slots=6, seats=3)` comes with its slots and seats. `BookingFactory(surgery=…)` takes the first free
seat, `BookingFactory(waiting=True)` the next place on the waiting list, and `BookingFactory(cancelled=True)` is over.
"""

import uuid
from datetime import datetime, time, timedelta
from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from accounts.models import User
from bookings.models import Attendee, Booking, JournalEntry, Pairing, Submission, SurgeryRequest, Thanks, Visit
from champions.models import Champion, Decision, Skill
from organisation.models import CheatSheet, Department, Directorate, Grade, Headcount, Office, Symptom, Team, Topic
from surgeries.models import Seat, Series, Shift, Slot, Surgery, Venue, local_moment

SLOT = timedelta(minutes=20)


def local(days: int = 7, hour: int = 10, minute: int = 0) -> datetime:
    """The moment `days` from today when clocks in London show that hour."""
    return local_moment(timezone.localdate() + timedelta(days=days), time(hour, minute))


# ── accounts ──────────────────────────────────────────────────────────────────────────────────────────────────
class UserFactory(DjangoModelFactory[User]):
    """Somebody who may sign in; `UserFactory(organiser=True)` and `(administrator=True)` to /admin/ as well."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    class Params:
        organiser = factory.Trait(is_staff=True)
        administrator = factory.Trait(is_staff=True, is_superuser=True)

    email = factory.Sequence(lambda n: f"user.{n}@digital.example.gov.uk")
    name = factory.Sequence(lambda n: f"User {n}")

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **facts: Any) -> User:
        return model_class.objects.create_user(facts.pop("email"), **facts)


# ── organisation ──────────────────────────────────────────────────────────────────────────────────────────────
class DepartmentFactory(DjangoModelFactory[Department]):
    class Meta:
        model = Department
        django_get_or_create = ("id",)

    id = 1
    name = "Department for Tests"
    email_domains = factory.LazyFunction(lambda: ["gov.uk"])
    contact_email = "surgeries@example.gov.uk"


class OfficeFactory(DjangoModelFactory[Office]):
    class Meta:
        model = Office

    name = factory.Sequence(lambda n: f"Office {n}")
    slug = factory.Sequence(lambda n: f"office-{n}")
    nation = Office.Nation.ENGLAND


class DirectorateFactory(DjangoModelFactory[Directorate]):
    class Meta:
        model = Directorate

    name = factory.Sequence(lambda n: f"Directorate {n}")


class TeamFactory(DjangoModelFactory[Team]):
    class Meta:
        model = Team

    name = factory.Sequence(lambda n: f"Team {n}")
    directorate = factory.SubFactory(DirectorateFactory)


class GradeFactory(DjangoModelFactory[Grade]):
    class Meta:
        model = Grade

    name = factory.Sequence(lambda n: f"Grade {n}")
    rank = factory.Sequence(lambda n: n + 1)


class HeadcountFactory(DjangoModelFactory[Headcount]):
    """Of a team, unless told `team=None` and an office or a grade."""

    class Meta:
        model = Headcount

    team = factory.SubFactory(TeamFactory)
    counted_on = factory.LazyFunction(timezone.localdate)
    people = 50


class TopicFactory(DjangoModelFactory[Topic]):
    class Meta:
        model = Topic

    name = factory.Sequence(lambda n: f"Topic {n}")
    slug = factory.Sequence(lambda n: f"topic-{n}")


class SymptomFactory(DjangoModelFactory[Symptom]):
    """`SymptomFactory(topics=[…])` points to those topics."""

    class Meta:
        model = Symptom
        skip_postgeneration_save = True

    words = factory.Sequence(lambda n: f"I opened account {n} and never used it")

    @factory.post_generation
    def topics(self: Symptom, create: bool, extracted: list[Topic] | None, **kwargs: Any) -> None:
        self.topics.set(extracted or [])


class CheatSheetFactory(DjangoModelFactory[CheatSheet]):
    """For beginners, about a topic of its own."""

    class Meta:
        model = CheatSheet

    topic = factory.SubFactory(TopicFactory)
    title = factory.Sequence(lambda n: f"Cheat sheet {n}")
    body = "## First steps\n\n1. Sign up.\n2. Say hello."


# ── champions ─────────────────────────────────────────────────────────────────────────────────────────────────
class ChampionFactory(DjangoModelFactory[Champion]):
    """`ChampionFactory(topics=[…])` knows those topics; `(applied=True)` waits for a decision, `(left=True)` left."""

    class Meta:
        model = Champion
        skip_postgeneration_save = True

    class Params:
        applied = factory.Trait(
            state=Champion.State.APPLIED,
            applied_at=factory.LazyFunction(timezone.now),
            user=factory.SubFactory(UserFactory, name=factory.SelfAttribute("..name")),
        )
        left = factory.Trait(state=Champion.State.LEFT)

    name = factory.Sequence(lambda n: f"Champion {n}")
    about = "Happy to start from the very beginning."

    @factory.post_generation
    def topics(self: Champion, create: bool, extracted: list[Topic] | None, **kwargs: Any) -> None:
        for topic in extracted or []:
            SkillFactory(champion=self, topic=topic)


class SkillFactory(DjangoModelFactory[Skill]):
    class Meta:
        model = Skill

    champion = factory.SubFactory(ChampionFactory)
    topic = factory.SubFactory(TopicFactory)
    level = Skill.Level.USES_IT_DAILY


class DecisionFactory(DjangoModelFactory[Decision]):
    """Approved, by an organiser."""

    class Meta:
        model = Decision

    champion = factory.SubFactory(ChampionFactory)
    outcome = Decision.Outcome.APPROVED
    decided_by = factory.SubFactory(UserFactory, organiser=True)
    decided_at = factory.LazyFunction(timezone.now)


# ── surgeries ─────────────────────────────────────────────────────────────────────────────────────────────────
class VenueFactory(DjangoModelFactory[Venue]):
    class Meta:
        model = Venue

    office = factory.SubFactory(OfficeFactory)
    name = factory.Sequence(lambda n: f"Café {n}")
    directions = "Past reception, second door on the left."
    accessibility = "Step-free from the front door."


class SeriesFactory(DjangoModelFactory[Series]):
    class Meta:
        model = Series

    name = factory.Sequence(lambda n: f"Coffee morning {n}")
    venue = factory.SubFactory(VenueFactory)
    starts_on = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=7))


class SurgeryFactory(DjangoModelFactory[Surgery]):
    """Published, a week from today at 10:00 in London, with `slots` slots of `slot_length` and `seats` seats each."""

    class Meta:
        model = Surgery

    class Params:
        draft = factory.Trait(state=Surgery.State.DRAFT)
        called_off = factory.Trait(
            state=Surgery.State.CALLED_OFF,
            called_off_at=factory.LazyFunction(timezone.now),
            called_off_reason="The café is being painted.",
        )

    venue = factory.SubFactory(VenueFactory)
    state = Surgery.State.PUBLISHED
    starts_at = factory.LazyFunction(local)
    ends_at = factory.LazyAttribute(lambda facts: facts.starts_at + max(facts.slots, 1) * facts.slot_length)
    slots: Any = 3
    seats: Any = 2
    slot_length = SLOT

    @classmethod
    def _create(
        cls, model_class: type[Surgery], *args: Any, slots: int, seats: int, slot_length: timedelta, **facts: Any
    ) -> Surgery:
        surgery = model_class.objects.create(**facts)
        for number in range(slots):
            SlotFactory(
                surgery=surgery,
                starts_at=surgery.starts_at + number * slot_length,
                ends_at=surgery.starts_at + (number + 1) * slot_length,
                seats=seats,
            )
        return surgery


class SlotFactory(DjangoModelFactory[Slot]):
    """The first 20 minutes of its surgery, with `seats` seats."""

    class Meta:
        model = Slot
        skip_postgeneration_save = True

    surgery = factory.SubFactory(SurgeryFactory, slots=0)
    starts_at = factory.SelfAttribute("surgery.starts_at")
    ends_at = factory.LazyAttribute(lambda facts: facts.starts_at + SLOT)

    @factory.post_generation
    def seats(self: Slot, create: bool, extracted: int | None, **kwargs: Any) -> None:
        for number in range(1, (2 if extracted is None else extracted) + 1):
            SeatFactory(slot=self, number=number)


class SeatFactory(DjangoModelFactory[Seat]):
    class Meta:
        model = Seat

    slot = factory.SubFactory(SlotFactory, seats=0)
    surgery = factory.SelfAttribute("slot.surgery")
    number = 1


class ShiftFactory(DjangoModelFactory[Shift]):
    """From the start to the end of its surgery."""

    class Meta:
        model = Shift

    class Params:
        given_back = factory.Trait(ended_at=factory.LazyFunction(timezone.now), ended_reason="A clash with leave.")

    champion = factory.SubFactory(ChampionFactory)
    surgery = factory.SubFactory(SurgeryFactory)
    starts_at = factory.SelfAttribute("surgery.starts_at")
    ends_at = factory.SelfAttribute("surgery.ends_at")


# ── bookings ──────────────────────────────────────────────────────────────────────────────────────────────────
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
    arrived_at = factory.LazyAttribute(lambda facts: facts.surgery.starts_at)


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
