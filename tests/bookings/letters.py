"""Every email of the attendee's journey, brought about by the act that it tells of.

Each story acts through the services and returns the row of the outbox that came of it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from bookings.duties import miss_no_shows, missed_at, thank_for_coming
from bookings.emails import queue_reminders
from bookings.facts import Facts
from bookings.models import Booking
from bookings.services.booking import Answers, book, cancel, correct_email, edit_answers, move
from bookings.services.diary import call_off
from bookings.services.moving import change_surgery
from bookings.services.waiting import hand_back
from notifications.models import OutboxEmail
from notifications.registry import Message, writers
from surgeries.models import Slot, Surgery
from tests.factories import (
    BookingFactory,
    ChampionFactory,
    DepartmentFactory,
    OutcomeFactory,
    ShiftFactory,
    SurgeryFactory,
    TopicFactory,
    UserFactory,
    VisitFactory,
    local,
)

EMAIL = "alice.adeyemi@example.gov.uk"
NAME = "Alice Adeyemi"

Story = Callable[[], OutboxEmail]
STORIES: dict[str, Story] = {}


def story(act: Story) -> Story:
    STORIES[act.__name__] = act
    return act


def last_email(kind: str, to: str = EMAIL) -> OutboxEmail:
    return OutboxEmail.objects.filter(kind=kind, recipient=to).latest("pk")


def write(row: OutboxEmail) -> Message | None:
    """What the worker would send now, or None if it would drop the email."""
    return writers[row.kind](row)


@contextmanager
def undone() -> Iterator[None]:
    """What happens within is rolled back, so that the next story can begin afresh."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def coffee_morning(*, slots: int = 3, seats: int = 1, **facts) -> Surgery:
    """On the Tuesday after next at 10:00, in a café that says how to get there, with two hosts."""
    DepartmentFactory.create(name="Department for Coastal Affairs", contact_email="organisers@coast.example.gov.uk")
    tuesday = local((1 - timezone.localdate().weekday()) % 7 + 7)
    facts = {
        "starts_at": tuesday,
        "venue__name": "Ground floor café",
        "venue__office__name": "Leeds",
        "venue__directions": "Past reception, second door on the left.",
        "venue__accessibility": "Step-free from the front door.",
    } | facts
    surgery = SurgeryFactory.create(slots=slots, seats=seats, **facts)
    topic = TopicFactory.create(name="LinkedIn")
    for name in ("Amina Yusuf", "Tom Price"):
        ShiftFactory.create(surgery=surgery, champion=ChampionFactory.create(name=name, topics=[topic]))
    return surgery


def book_alice(surgery: Surgery, slot: Slot | None, **facts) -> Booking:
    facts = {"name": NAME, "email": EMAIL, "answers": Answers(), "request_id": uuid4()} | facts
    booking = book(surgery=surgery, slot=slot, **facts)
    assert booking
    return booking


def fill(surgery: Surgery) -> list[Booking]:
    free = surgery.seats.filter(booking=None).count()
    return BookingFactory.create_batch(free, surgery=surgery)


@story
def booked() -> OutboxEmail:
    surgery = coffee_morning()
    book_alice(surgery, surgery.slots.first())
    return last_email("booking_booked")


@story
def waiting() -> OutboxEmail:
    surgery = coffee_morning()
    fill(surgery)
    book_alice(surgery, None, suits=[surgery.slots.first()])
    return last_email("booking_booked")


@story
def booked_by_an_organiser() -> OutboxEmail:
    surgery = coffee_morning()
    book_alice(surgery, surgery.slots.first(), by_organiser=True)
    return last_email("booking_booked")


@story
def put_on_the_waiting_list() -> OutboxEmail:
    surgery = coffee_morning()
    fill(surgery)
    book_alice(surgery, None, by_organiser=True)
    return last_email("booking_booked")


@story
def promoted() -> OutboxEmail:
    row = waiting()
    surgery = Surgery.objects.get()
    cancel(booking=surgery.slots.first().bookings.get())
    assert row.pk < last_email("booking_promoted").pk
    return last_email("booking_promoted")


@story
def promoted_by_a_move() -> OutboxEmail:
    waiting()
    surgery = Surgery.objects.get()
    there = SurgeryFactory.create(starts_at=surgery.starts_at + timedelta(days=1))
    BookingFactory.create(surgery=there, attendee=surgery.slots.first().bookings.get().attendee)
    change_surgery(surgery=surgery, facts=later(surgery, days=1))
    return last_email("booking_promoted")


@story
def handed_back() -> OutboxEmail:
    booked()
    fill(Surgery.objects.get())
    hand_back(booking=Booking.objects.get(attendee__email=EMAIL))
    return last_email("booking_handed_back")


@story
def kept() -> OutboxEmail:
    surgery = coffee_morning(slots=1)
    hand_back(booking=book_alice(surgery, surgery.slots.get()))
    return last_email("booking_moved")


@story
def moved() -> OutboxEmail:
    booked()
    move(booking=Booking.objects.get(), slot=Surgery.objects.get().slots.last())
    return last_email("booking_moved")


@story
def moved_by_an_organiser() -> OutboxEmail:
    booked()
    move(booking=Booking.objects.get(), slot=Surgery.objects.get().slots.last(), by_organiser=True)
    return last_email("booking_moved")


@story
def moved_off_the_waiting_list() -> OutboxEmail:
    waiting()
    elsewhere = SurgeryFactory.create(starts_at=Surgery.objects.get().starts_at + timedelta(days=1))
    move(booking=Booking.objects.get(attendee__email=EMAIL), slot=elsewhere.slots.first())
    return last_email("booking_moved")


def later(surgery: Surgery, **by: int) -> Facts:
    """The surgery as it is, at a later time."""
    facts, after = Facts.of(surgery), timedelta(**by)
    return replace(facts, starts_at=facts.starts_at + after, ends_at=facts.ends_at + after)


@story
def surgery_moved() -> OutboxEmail:
    booked()
    surgery = Surgery.objects.get()
    change_surgery(surgery=surgery, facts=later(surgery, hours=2))
    return last_email("booking_surgery_moved")


@story
def surgery_moved_while_waiting() -> OutboxEmail:
    waiting()
    surgery = Surgery.objects.get()
    change_surgery(surgery=surgery, facts=later(surgery, hours=2))
    return last_email("booking_surgery_moved")


@story
def released() -> OutboxEmail:
    booked()
    surgery = Surgery.objects.get()
    champion = ChampionFactory.create(user=UserFactory.create(email=EMAIL))
    ShiftFactory.create(champion=champion, surgery__starts_at=surgery.starts_at + timedelta(days=1))
    change_surgery(surgery=surgery, facts=later(surgery, days=1))
    return last_email("booking_released")


@story
def changed() -> OutboxEmail:
    booked()
    topics = [TopicFactory.create(name="Privacy")]
    edit_answers(booking=Booking.objects.get(), answers=Answers(topics=topics, question="May I say this?"))
    return last_email("booking_changed")


@story
def reminded() -> OutboxEmail:
    booked()
    queue_reminders(Booking.objects.select_related("slot", "attendee"), now=timezone.now())
    return last_email("booking_reminder")


@story
def cancelled() -> OutboxEmail:
    booked()
    cancel(booking=Booking.objects.get())
    return last_email("booking_cancelled")


@story
def cancelled_late() -> OutboxEmail:
    booked()
    booking = Booking.objects.get()
    cancel(booking=booking, now=booking.surgery.cutoff_at)
    return last_email("booking_cancelled")


@story
def cancelled_by_an_organiser() -> OutboxEmail:
    booked()
    cancel(booking=Booking.objects.get(), reason="This one is for beginners.", canceller=Booking.Canceller.ORGANISER)
    return last_email("booking_cancelled")


@story
def left_the_waiting_list() -> OutboxEmail:
    waiting()
    cancel(booking=Booking.objects.get(attendee__email=EMAIL))
    return last_email("booking_cancelled")


@story
def called_off() -> OutboxEmail:
    booked()
    surgery = Surgery.objects.get()
    SurgeryFactory.create(venue=surgery.venue, starts_at=surgery.starts_at + timedelta(days=14))
    call_off(surgery=surgery, reason="The café is being painted.")
    return last_email("booking_called_off")


@story
def sent_in_error() -> OutboxEmail:
    booked()
    correct_email(booking=Booking.objects.get(), email="alicia.adeyemi@example.gov.uk")
    return last_email("booking_sent_in_error")


@story
def booked_already() -> OutboxEmail:
    booked()
    surgery = Surgery.objects.get()
    book(surgery=surgery, slot=surgery.slots.last(), name="X", email=EMAIL, answers=Answers(), request_id=uuid4())
    return last_email("already_booked")


@story
def in_line_already() -> OutboxEmail:
    waiting()
    surgery = Surgery.objects.get()
    book(surgery=surgery, slot=None, name="X", email=EMAIL, answers=Answers(), request_id=uuid4())
    return last_email("already_booked")


@story
def not_moved_to_where_they_wait() -> OutboxEmail:
    waiting()
    elsewhere = SurgeryFactory.create(starts_at=Surgery.objects.get().starts_at + timedelta(days=1), slots=1, seats=1)
    book_alice(elsewhere, elsewhere.slots.first())
    first = Surgery.objects.earliest("pk")
    move(booking=Booking.objects.latest("pk"), slot=first.slots.last())
    return last_email("booking_not_moved")


@story
def not_moved() -> OutboxEmail:
    booked()
    elsewhere = SurgeryFactory.create(starts_at=Surgery.objects.get().starts_at + timedelta(days=1))
    book(surgery=elsewhere, slot=elsewhere.slots.last(), name=NAME, email=EMAIL, answers=Answers(), request_id=uuid4())
    move(booking=Booking.objects.earliest("pk"), slot=elsewhere.slots.first())
    return last_email("booking_not_moved")


@story
def not_moved_into_a_shift() -> OutboxEmail:
    booked()
    shift = ShiftFactory.create(
        champion__user=UserFactory.create(email=EMAIL),
        surgery__starts_at=Surgery.objects.get().starts_at + timedelta(days=1),
    )
    move(booking=Booking.objects.get(), slot=shift.surgery.slots.first())
    return last_email("booking_not_moved")


@story
def came() -> OutboxEmail:
    booked()
    surgery = over(Surgery.objects.get())
    visit = VisitFactory.create(booking=Booking.objects.get())
    OutcomeFactory.create(visit=visit, next_step="Win a prize at evil.example", pledge="Call 0800 evil")
    thank_for_coming(local(0, 9))
    assert surgery.visits.count() == 1
    return last_email("visit_over")


@story
def walked_in() -> OutboxEmail:
    surgery = over(coffee_morning())
    VisitFactory.create(surgery=surgery, attendee__email=EMAIL, name="evil.example")
    thank_for_coming(local(0, 9))
    return last_email("visit_over")


@story
def missed() -> OutboxEmail:
    booked()
    surgery = over(Surgery.objects.get())
    VisitFactory.create(surgery=surgery, taken_in_by=UserFactory.create())
    miss_no_shows(missed_at(surgery, hour=9))
    return last_email("visit_missed")


def over(surgery: Surgery) -> Surgery:
    """As if it had been yesterday."""
    early = surgery.starts_at - local(-1)
    for rows in (surgery.slots, surgery.shifts, Surgery.objects.filter(pk=surgery.pk)):
        rows.update(starts_at=F("starts_at") - early, ends_at=F("ends_at") - early)
    surgery.refresh_from_db()
    return surgery


@story
def hosting_already() -> OutboxEmail:
    surgery = coffee_morning()
    elsewhere = SurgeryFactory.create(starts_at=surgery.starts_at, venue=surgery.venue)
    champion = ChampionFactory.create(user=UserFactory.create(email=EMAIL))
    ShiftFactory.create(surgery=elsewhere, champion=champion)
    book(surgery=surgery, slot=surgery.slots.first(), name=NAME, email=EMAIL, answers=Answers(), request_id=uuid4())
    return last_email("already_booked")
