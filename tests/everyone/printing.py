"""Posters, table cards and words to share, in each of their states."""

from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from surgeries.models import Series, Surgery, Venue
from surgeries.models.moments import local_moment
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
    """With more surgeries ahead than a poster names."""
    made = SeriesFactory.create(venue=cafe())
    for weeks in (1, 3, 5, 7, 9):
        of_series(made, days=7 * weeks)
    return made


def of_series(made: Series, days: int, **facts: Any) -> Surgery:
    """One of its surgeries, so many days from today, where and when they usually are."""
    at, begins, ends = timezone.localdate() + timedelta(days=days), made.start_time, made.end_time
    times = {"starts_at": local_moment(at, begins), "ends_at": local_moment(at, ends)}
    return SurgeryFactory.create(**{"series": made, "venue": made.venue} | times | facts)


def long_surgery() -> Surgery:
    return SurgeryFactory.create(venue=long_venue(), starts_at=local(7, 10, 40), is_drop_in=False)


def long_series() -> Series:
    """Whose next days are none of its usual ones."""
    times = {"start_time": time(10, 20), "end_time": time(12, 40)}
    made = SeriesFactory.create(venue=long_venue(), every_weeks=12, is_drop_in=False, **times)
    for days in (8, 92, 176, 260):
        of_series(made, days=days)
    return made


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
    made = of.surgeries.all()[0]
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
    "poster of a series, long names": shown("poster/", long_series),
    "poster of a series, nothing ahead": shown("poster/", lambda: SeriesFactory.create(venue=cafe())),
    "table card": shown("cards/", surgery),
    "table card of a series, long names": shown("cards/", long_series),
    "share": share(hosted),
    "share, long names": share(long_surgery),
    "share, draft": share(lambda: surgery(draft=True)),
    "share, called off": share(lambda: surgery(called_off=True)),
    "share a series": share(series),
    "share a series, nothing ahead": share(lambda: SeriesFactory.create(venue=cafe())),
}
