"""What comes of a visit, in each of its states: recorded by a champion."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bookings.models import Outcome, Visit
from tests.everyone.booking import LONG, State
from tests.everyone.hosting import full, hosted
from tests.factories import HelpFactory, OutcomeFactory, TopicFactory, UserFactory, VisitFactory

LINE = "Write three sentences about the tide tables, and let Amina read them before anybody else does"


def visits(*, hours: int = -1, results: int = 9) -> Visit:
    """To a surgery that began so many hours ago: those who had booked came, and somebody dropped in."""
    surgery = full(starts_at=timezone.now() + timedelta(hours=hours))
    platforms = [*TopicFactory.create_batch(3), TopicFactory.create(name=LONG[:60])]
    shifts = list(surgery.shifts.all())
    for number, booking in enumerate(surgery.bookings.holding_a_seat()):
        visit = VisitFactory.create(booking=booking, name=LONG if number % 4 == 0 else booking.name)
        for shift in shifts[: 1 + number % 2]:
            end = None if shift == shifts[number % 2] else visit.arrived_at
            HelpFactory.create(visit=visit, shift=shift, ends_at=end)
        if number and number < results:
            outcome = OutcomeFactory.create(
                visit=visit, result=Outcome.Result.values[number % 4], next_step=LINE if number % 2 else "",
                pledge=LINE if number % 3 == 0 else "", is_possible_story=number % 4 == 1,
            )  # fmt: skip
            outcome.topics.set(platforms[number % 3 :]), outcome.platforms.set(platforms[: number % 3])
    walk_in = VisitFactory.create(surgery=surgery, name="Bob Brown")
    walk_in.topics.set(platforms[:2])
    return surgery.visits.earliest("pk")


def seen(name: str, make: Callable[[], Visit] = visits, query: str = "", *, is_host: bool = True, **sent: Any) -> State:
    """As the surgery's first host sees it, or an organiser."""

    def state(client: Client) -> Any:
        visit = make()
        surgery = visit.surgery
        host = surgery.shifts.order_by("pk")[0].champion.user
        client.force_login(host if is_host else UserFactory.create(organiser=True))
        of_visit = [visit.pk] if name == "outcome" else []
        address = reverse(f"bookings:{name}", args=[surgery.reference, *of_visit])
        return client.post(address, sent) if sent else client.get(address + query)

    return state


def recorded() -> Visit:
    return visits().surgery.visits.filter(outcome__isnull=False)[0]


def nobody_came(client: Client) -> Any:
    surgery = hosted()
    client.force_login(surgery.shifts.all()[0].champion.user)
    return client.get(reverse("bookings:outcomes", args=[surgery.reference]))


STATES: dict[str, State] = {
    "outcome": seen("outcome"),
    "outcome, recorded": seen("outcome", recorded),
    "outcome, wrong": seen("outcome", next_step="a" * 201, topics="0"),
    "outcome, too late": seen("outcome", lambda: visits(hours=-60)),
    "outcome, too late for organisers": seen("outcome", lambda: visits(hours=-24 * 40), is_host=False),
    "outcomes": seen("outcomes", query="?done"),
    "outcomes, none recorded": seen("outcomes", lambda: visits(results=0)),
    "outcomes, too late": seen("outcomes", lambda: visits(hours=-60)),
    "outcomes, nobody came": nobody_came,
}
