"""The room of a surgery on the day, in each of its states."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bookings.models import Visit
from surgeries.models import Surgery
from tests.everyone.booking import LONG, State
from tests.everyone.hosting import hosted
from tests.factories import (
    BookingFactory,
    ChampionFactory,
    HelpFactory,
    PairingFactory,
    ShiftFactory,
    SymptomFactory,
    TopicFactory,
    UserFactory,
    VisitFactory,
)

HALF_AN_HOUR = timedelta(minutes=30)


def room_of(surgery: Surgery) -> str:
    return reverse("bookings:room", args=[surgery.reference])


def going_on(*, began: timedelta = HALF_AN_HOUR, **facts: Any) -> Surgery:
    """Hosted by Amina, who looks at it, and Tom; it began half an hour ago."""
    return hosted(starts_at=timezone.now() - began, **{"slots": 6, "seats": 5} | facts)


def busy(name: str = "Dora Okafor", host: str = "Ben Ashworth") -> Surgery:
    """Six hosts and 40 people: expected, on the waiting list, waiting, being helped and done; some who walked in."""
    surgery = going_on()
    for name_of_host in (host, host, "Carys Morgan", "Dev Patel"):
        champion = ChampionFactory.create(name=name_of_host, user=UserFactory.create())
        ShiftFactory.create(surgery=surgery, champion=champion)
    topics = [shift.champion.skills.first() for shift in surgery.shifts.all()]
    known = [skill.topic for skill in topics if skill]
    symptom = SymptomFactory.create(topics=known[:1])
    bookings = [
        BookingFactory.create(surgery=surgery, name=f"{name} {number}", question="Should I begin again? " * 3,
                              adjustments="I lip-read." if number % 3 else "")
        for number in range(30)
    ]  # fmt: skip
    for number, booking in enumerate(bookings):
        booking.topics.set(known[number % 3 : number % 4])
        booking.symptoms.set([symptom][: number % 2])
    PairingFactory.create(booking=bookings[3], shift=surgery.shifts.last())
    BookingFactory.create_batch(2, surgery=surgery, waiting=True, name=name)
    visits = [VisitFactory.create(booking=booking, name=booking.name) for booking in bookings[:20]]
    visits += [VisitFactory.create(surgery=surgery, name=f"{name} who walked in") for _ in range(4)]
    for noted_afterwards in (bookings[20], None):
        VisitFactory.create(surgery=surgery, booking=noted_afterwards, name=name, arrived_at=None)
    visits[-1].topics.set([TopicFactory.create(name=LONG[:60])])
    shifts = list(surgery.shifts.order_by("pk"))
    for visit, shift in zip(visits[-8:-4], shifts, strict=False):
        HelpFactory.create(visit=visit, shift=shift)
    for visit in visits[:8]:
        HelpFactory.create(visit=visit, shift=shifts[0], ends_at=visit.arrived_at)
        Visit.objects.filter(pk=visit.pk).update(left_at=visit.arrived_at)
    return surgery


def namesakes() -> Surgery:
    """Two who walked in have the names of two who booked: one waits, and the other is being helped."""
    surgery = lost_a_race()
    waits, on_list = BookingFactory.create(surgery=surgery), BookingFactory.create(surgery=surgery, waiting=True)
    VisitFactory.create(surgery=surgery, name=waits.name)
    helped = VisitFactory.create(surgery=surgery, name=on_list.name)
    HelpFactory.create(visit=helped, shift=surgery.shifts.first())
    return surgery


def everybody_done() -> Surgery:
    surgery = going_on(slots=1, began=timedelta(minutes=60))
    for booking in BookingFactory.create_batch(2, surgery=surgery):
        visit = VisitFactory.create(booking=booking)
        HelpFactory.create(visit=visit, shift=surgery.shifts.first(), ends_at=visit.arrived_at)
        Visit.objects.update(left_at=visit.arrived_at)
    return surgery


def lost_a_race() -> Surgery:
    surgery = going_on()
    helped = HelpFactory.create(
        visit__booking=BookingFactory.create(surgery=surgery, name=LONG), shift=surgery.shifts.last()
    )
    VisitFactory.create(surgery=surgery, name="Dora Okafor", is_curious=True)
    assert helped.visit.surgery == surgery
    return surgery


def changed_places() -> Surgery:
    """Dora, who came to look around, and somebody else were swapped a moment ago."""
    surgery = lost_a_race()
    one, other = surgery.shifts.order_by("pk").first(), surgery.shifts.order_by("pk").last()
    for visit, before, after in zip(surgery.visits.order_by("pk"), (other, one), (one, other), strict=True):
        visit.helps.all().delete()
        HelpFactory.create(visit=visit, shift=before, ends_at=timezone.now())
        HelpFactory.create(visit=visit, shift=after, starts_at=visit.helps.get().ends_at)
    return surgery


def without_hosts() -> Surgery:
    surgery = lost_a_race()
    surgery.shifts.filter(helps=None).update(ended_at=timezone.now(), ended_reason="Ill")
    surgery.visits.first().helps.all().delete()
    surgery.shifts.live().update(ended_at=timezone.now(), ended_reason="Ill")
    return surgery


def shown(make: Callable[[], Surgery], said: str = "", *, is_host: bool = True, **typed: str) -> State:
    """As its first host sees it, or an organiser; after a press that said something about whoever came first."""

    def state(client: Client) -> Any:
        surgery = make()
        shift = surgery.shifts.order_by("pk").first() if is_host else None
        client.force_login(shift.champion.user if shift else UserFactory.create(organiser=True))
        if typed:
            return client.post(room_of(surgery), typed)
        visit = surgery.visits.order_by("pk").first()
        return client.get(room_of(surgery), {"said": said, "who": f"visit-{visit.pk}"} if said and visit else {})

    return state


STATES: dict[str, State] = {
    "room, empty": shown(going_on),
    "room, before the doors": shown(lambda: going_on(began=-timedelta(hours=2))),
    "room, the day after": shown(lambda: going_on(began=timedelta(days=2))),
    "room, busy, long names": shown(lambda: busy(LONG, LONG), "done"),
    "room, everybody done": shown(everybody_done),
    "room, somebody was faster": shown(lost_a_race, "faster"),
    "room, namesakes": shown(namesakes),
    "room, places changed": shown(changed_places, "swapped"),
    "room, nobody hosts": shown(without_hosts, is_host=False),
    "room, walk-in wrong": shown(lost_a_race, name="", email="x", request_id=str(uuid4())),
}
