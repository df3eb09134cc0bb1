"""Posters, table cards and words to share, in each of their states."""

from collections.abc import Callable
from datetime import time
from typing import Any

from django.test import Client
from django.urls import reverse

from surgeries.models import Series, Surgery, Venue
from tests.everyone.booking import State
from tests.everyone.finding import LONG
from tests.factories import (
    ChampionFactory,
    DepartmentFactory,
    SeriesFactory,
    ShiftFactory,
    SurgeryFactory,
    TopicFactory,
    UserFactory,
    VenueFactory,
    local,
)


def cafe() -> Venue:
    DepartmentFactory.create(name="Department for Coasts and Rivers")
    return VenueFactory.create(name="Ground floor café", office__name="Newcastle upon Tyne")


def long_venue() -> Venue:
    """With words that are as long as they may be, and many of them."""
    DepartmentFactory.create(name=f"Department for {LONG} {LONG}"[:120])
    return VenueFactory.create(name=f"{LONG} {LONG}"[:100], office__name=f"{LONG} {LONG}"[:80])


def surgery(**facts: Any) -> Surgery:
    return SurgeryFactory.create(venue=cafe(), **facts)


def series() -> Series:
    return SeriesFactory.create(venue=cafe())


def long_surgery() -> Surgery:
    return SurgeryFactory.create(venue=long_venue(), starts_at=local(7, 10, 40), is_drop_in=False)


def long_series() -> Series:
    times = {"start_time": time(10, 20), "end_time": time(12, 40)}
    return SeriesFactory.create(venue=long_venue(), every_weeks=12, is_drop_in=False, **times)


def shown(what: str, make: Callable[[], Surgery | Series]) -> State:
    def state(client: Client) -> Any:
        made = make()
        client.force_login(UserFactory.create(organiser=True))
        kind = "series" if isinstance(made, Series) else "surgeries"
        return client.get(f"/organise/{kind}/{made.reference}/{what}")

    return state


def share(make: Callable[[], Surgery | Series]) -> State:
    def state(client: Client) -> Any:
        made = make()
        client.force_login(UserFactory.create(organiser=True))
        name = "bookings:share_series" if isinstance(made, Series) else "bookings:share"
        return client.get(reverse(name, args=[made.reference]))

    return state


def hosted() -> Surgery:
    of = series()
    made = SurgeryFactory.create(series=of, venue=of.venue)
    for name in ("Amina Yusuf", "Tom Price"):
        topics = TopicFactory.create_batch(3)
        ShiftFactory.create(surgery=made, champion=ChampionFactory.create(name=name, topics=topics))
    return made


STATES: dict[str, State] = {
    "poster": shown("poster/", surgery),
    "poster, long names": shown("poster/", long_surgery),
    "poster on A3": shown("poster/?paper=a3", surgery),
    "poster, draft": shown("poster/", lambda: surgery(draft=True)),
    "poster, called off": shown("poster/", lambda: surgery(called_off=True)),
    "poster of a series": shown("poster/", series),
    "table card": shown("cards/", surgery),
    "table card of a series, long names": shown("cards/", long_series),
    "share": share(hosted),
    "share, long names": share(long_surgery),
    "share, draft": share(lambda: surgery(draft=True)),
    "share, called off": share(lambda: surgery(called_off=True)),
    "share a series": share(series),
}
