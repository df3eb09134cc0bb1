"""The brief of a surgery, in each of its states."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bookings.models import Booking
from bookings.services.diary import call_off
from surgeries.models import Surgery
from tests.everyone.booking import LONG, State, talkative
from tests.factories import (
    BookingFactory,
    ChampionFactory,
    CheatSheetFactory,
    DepartmentFactory,
    OutcomeFactory,
    PairingFactory,
    ShiftFactory,
    SurgeryFactory,
    SymptomFactory,
    TeamFactory,
    TopicFactory,
    UserFactory,
    VenueFactory,
    VisitFactory,
)


def brief_of(surgery: Surgery) -> str:
    return reverse("bookings:brief", args=[surgery.reference])


def hosted(**facts: Any) -> Surgery:
    """By Amina, who looks at it, and Tom; nobody has booked yet."""
    DepartmentFactory.create()
    made = SurgeryFactory.create(**facts)
    for name in ("Amina Yusuf", "Tom Price"):
        champion = ChampionFactory.create(name=name, topics=TopicFactory.create_batch(2), user=UserFactory.create())
        ShiftFactory.create(surgery=made, champion=champion)
    return made


QUESTIONS = (
    "I set up an account in 2019 and have not looked at it since. Should I start again?",
    "How do I follow the people who know about coastal erosion without being followed?",
    "",
)


def full(**facts: Any) -> Surgery:
    """Twelve people in six slots, who ask about all sorts of things; one of them as the hosts want it."""
    made = hosted(**{"slots": 6, "seats": 2, "note": "Bring a cup.", **facts})
    topics = [shift.champion.skills.first().topic for shift in made.shifts.all()] + TopicFactory.create_batch(2)
    symptom, team = SymptomFactory.create(topics=topics[:1]), TeamFactory.create(name="Flood Forecasting")
    for number in range(12):
        booking = BookingFactory.create(
            surgery=made, question=QUESTIONS[number % 3], team=team, is_unsure=number % 5 == 4,
            feeling=Booking.Feeling.values[number % 5] if number % 2 else "",
            adjustments="" if number % 6 else "I use a wheelchair: a table I can get my knees under, please.",
        )  # fmt: skip
        booking.topics.set([topics[number % 4], topics[number % 3]][: number % 3])
        booking.symptoms.set([symptom] if number % 4 == 1 else [])
    for topic in topics:
        CheatSheetFactory.create(topic=topic)
        CheatSheetFactory.create(topic=topic, level="experienced")
    PairingFactory.create(booking=made.bookings.first(), shift=made.shifts.last())
    BookingFactory.create(surgery=made, waiting=True)
    return made


def back() -> Surgery:
    """People who were at one before, and agreed that the next champion sees their next step."""
    made, before = full(), SurgeryFactory.create(starts_at=timezone.now() - timedelta(days=20))
    for booking in made.bookings.holding_a_seat()[:3]:
        visit = VisitFactory.create(attendee=booking.attendee, surgery=before)
        OutcomeFactory.create(visit=visit, next_step="Averyverylongword" * 10, is_next_step_shared=True)
    return made


def long() -> Surgery:
    made = talkative().surgery
    made.shifts.all().delete()
    for _ in range(3):
        user = UserFactory.create(email=f"{'a' * 50}{UserFactory.create().pk}@{'long.' * 10}example.gov.uk")
        topics = [TopicFactory.create(name=LONG[:50] + str(user.pk))]
        ShiftFactory.create(surgery=made, champion=ChampionFactory.create(name=LONG, user=user, topics=topics))
    BookingFactory.create(surgery=made, name=LONG).topics.set(TopicFactory.create_batch(9))
    return made


def without_hosts() -> Surgery:
    made = SurgeryFactory.create(venue=VenueFactory.create(directions="", accessibility=""), is_drop_in=False)
    BookingFactory.create(surgery=made)
    return made


def called_off() -> Surgery:
    made = full()
    call_off(surgery=made, reason="The café is being painted.")
    return made


def shown(make: Callable[[], Surgery], query: str = "", *, is_host: bool = True) -> State:
    """As its first host sees it, or an organiser."""

    def state(client: Client) -> Any:
        made = make()
        shift = made.shifts.order_by("pk").first() if is_host else None
        client.force_login(shift.champion.user if shift else UserFactory.create(organiser=True))
        return client.get(brief_of(made) + query)

    return state


def long_ago() -> Surgery:
    return full(starts_at=timezone.now() - timedelta(days=100))


STATES: dict[str, State] = {
    "brief": shown(full),
    "brief, back again": shown(back),
    "brief, of an organiser": shown(full, is_host=False),
    "brief, long names": shown(long),
    "brief, nobody booked yet": shown(hosted),
    "brief, without hosts": shown(without_hosts, is_host=False),
    "brief, not changed": shown(full, "?said=gone"),
    "brief, long ago": shown(long_ago),
    "brief, called off": shown(called_off),
}
