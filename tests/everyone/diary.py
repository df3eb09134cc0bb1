"""The diary of organisers, in each of its states."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import time_machine
from django.test import Client

from tests.everyone.booking import LONG, State
from tests.factories import (
    BookingFactory,
    ChampionFactory,
    OfficeFactory,
    SeriesFactory,
    ShiftFactory,
    SurgeryFactory,
    UserFactory,
    VenueFactory,
    local,
)

DIARY = "/organise/diary/"
# A Thursday, so that the month has days behind it and days ahead; no test has to know what today is.
NOW = datetime(2027, 3, 11, 9, 30, tzinfo=UTC)


def month() -> None:
    """Surgeries of every kind."""
    leeds = VenueFactory.create(office=OfficeFactory.create(name="Leeds", slug="leeds"), name="Ground floor café")
    long = VenueFactory.create(office=OfficeFactory.create(name=LONG, slug="long"), name=LONG)
    series = SeriesFactory.create(name="Tuesday coffee morning", reference="knpw2x3", venue=leeds)
    SurgeryFactory.create(venue=leeds, series=series, starts_at=local(-9))
    SurgeryFactory.create(venue=leeds, series=series, starts_at=local(-2), draft=True)
    SurgeryFactory.create(venue=long, starts_at=local(-2, 14))
    hosted = SurgeryFactory.create(venue=leeds, series=series, starts_at=local(5))
    for _ in range(2):
        ShiftFactory.create(surgery=hosted)
    full = SurgeryFactory.create(venue=long, starts_at=local(5, 14), slots=1, seats=1)
    ShiftFactory.create(surgery=full, champion=ChampionFactory.create())
    BookingFactory.create(surgery=full)
    BookingFactory.create(surgery=full, waiting=True)
    SurgeryFactory.create(venue=leeds, starts_at=local(7), called_off=True)
    SurgeryFactory.create(venue=leeds, series=series, starts_at=local(12), draft=True)
    SurgeryFactory.create(venue=long, starts_at=local(0, 12), hosts_wanted=1)


def crowd() -> None:
    venue = VenueFactory.create()
    for number in range(120):
        SurgeryFactory.create(
            venue=venue, starts_at=local(number % 20, 9 + number // 20), slots=1, seats=1, draft=number % 2 == 0
        )


def seen(query: str = "", *, page: str = DIARY, make: Callable[[], Any] = month) -> State:
    """The page as an organiser sees it at that moment."""

    def state(client: Client) -> Any:
        with time_machine.travel(NOW, tick=False):
            make()
            client.force_login(UserFactory.create(organiser=True))
            return client.get(f"{page}{f'?{query}' if query else ''}")

    return state


STATES: dict[str, State] = {
    "diary": seen(),
    "diary, as a list": seen("as=list"),
    "diary, filtered": seen("office=leeds&series=knpw2x3&state=draft&as=list"),
    "diary, many": seen(make=crowd),
    "diary, many in a list": seen("as=list", make=crowd),
    "diary, nothing at all": seen(make=lambda: None),
    "diary, nothing in this month": seen("month=2027-08"),
    "diary, none of these": seen("state=full&office=leeds"),
}
