"""The pages at the door, in each of their states."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from surgeries.models import Surgery
from tests.everyone.booking import LONG, NOW, State, surgery
from tests.factories import (
    HelpFactory,
    OfficeFactory,
    SeriesFactory,
    SurgeryFactory,
    TopicFactory,
    VenueFactory,
    VisitFactory,
)


def on_now(**facts: Any) -> Surgery:
    return surgery(starts_at=NOW() - timedelta(minutes=5), **facts)


def busy(*, waiting: int = 0) -> Surgery:
    made = on_now()
    HelpFactory.create(visit=VisitFactory.create(surgery=made), shift=made.shifts.get())
    VisitFactory.create_batch(waiting, surgery=made)
    return made


def wordy() -> Surgery:
    office = OfficeFactory.create(name=f"{LONG} {'Wolfeschlegelsteinhausenbergerdorff' * 2}"[:60])
    for number in range(12):
        TopicFactory.create(name=f"{number} {'Wolfeschlegelsteinhausenbergerdorff' * 2}"[:60])
    return on_now(venue=VenueFactory.create(name=LONG, office=office))


def door(make: Callable[[], Surgery], page: str = "") -> State:
    return lambda client: client.get(f"/here/{make().reference}/{page}")


def refused(make: Callable[[], Surgery], **said: str) -> State:
    return lambda client: client.post(f"/here/{make().reference}/", said)


def series_with_one_today(client: Client) -> Any:
    series = SeriesFactory.create(name=LONG)
    on_now(series=series, venue=series.venue)
    return client.get(f"/here/series/{series.reference}/", follow=True)


def series_without_one_today(client: Client) -> Any:
    series = SeriesFactory.create()
    SurgeryFactory.create(series=series, venue=series.venue)
    SurgeryFactory.create(starts_at=timezone.now() + timedelta(days=3))
    return client.get(f"/here/series/{series.reference}/")


NOBODY = {"email": "ada@example.gov.uk"}
STATES: dict[str, State] = {
    "here": door(on_now),
    "here, long names": door(wordy),
    "here, busy": door(busy),
    "here, too busy": door(lambda: busy(waiting=9)),
    "here, nothing filled in": refused(on_now),
    "here, no booking": refused(on_now, **NOBODY),
    "here, without a booking or a name": refused(on_now, **NOBODY, without_booking=""),
    "here, everything wrong": refused(wordy, email=f"{LONG}@", name="www.example.com", topics="?"),
    "here, an address of elsewhere": refused(on_now, email="ada@example.com", name="Ada"),
    "here, without dropping in": door(lambda: on_now(is_drop_in=False)),
    "here, without dropping in, nothing filled in": refused(lambda: on_now(is_drop_in=False)),
    "here, without dropping in, no booking": refused(lambda: on_now(is_drop_in=False), **NOBODY),
    "here, before the doors open": door(surgery),
    "here, over": door(lambda: surgery(starts_at=NOW() - timedelta(days=1))),
    "here, called off": door(lambda: surgery(called_off=True)),
    "here, unknown": lambda client: client.get("/here/bcdfghj/"),
    "in": door(on_now, "in/"),
    "in, before it begins": door(lambda: surgery(starts_at=NOW() + timedelta(minutes=30)), "in/"),
    "in, busy": door(lambda: busy(waiting=1), "in/?wait=40"),
    "in, too busy": door(lambda: busy(waiting=9), "in/?wait=200"),
    "here, series with one today": series_with_one_today,
    "here, series without one today": series_without_one_today,
    "here, series without any": lambda client: client.get(f"/here/series/{SeriesFactory.create().reference}/"),
}
