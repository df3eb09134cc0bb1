"""The organisers' page of one surgery, and what is done from it, in each of their states."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bookings.services.diary import call_off
from surgeries.models import Surgery
from tests.everyone.booking import LONG, State
from tests.everyone.hosting import full, hosted
from tests.everyone.registering import crowd
from tests.factories import BookingFactory, SeriesFactory, ShiftFactory, SurgeryFactory, UserFactory

Made = Callable[[], Surgery]


def busy(**facts: Any) -> Surgery:
    """Full, with three who wait, in a series, and one more host wanted for the second half."""
    made = full(**{"hosts_wanted": 3, "series": SeriesFactory.create(name="Fortnightly in Leeds")} | facts)
    middle = made.slots.all()[3].starts_at
    ShiftFactory.create(surgery=made, champion__name="Priya Nair", ends_at=middle)
    for name in ("Wren Walker", "Zoë Abara", "Obi Eze"):
        BookingFactory.create(surgery=made, waiting=True, name=name, attendee__name=name)
    return made


def off() -> Surgery:
    made = busy()
    call_off(surgery=made, reason="The café is being painted.", by=UserFactory.create(name="Olu Organiser"))
    return made


def long() -> Surgery:
    made = hosted(slots=2, note=LONG * 3, series=SeriesFactory.create(name=LONG[:100]))
    made.venue.name = LONG[:100]
    made.venue.save()
    ShiftFactory.create(surgery=made, champion__name="w" * 100)
    return made


def address(surgery: Surgery, name: str = "manage_surgery") -> str:
    return reverse(f"bookings:{name}", args=[surgery.reference])


def seen(make: Made, query: str = "", *, page: str = "manage_surgery") -> State:
    """As an organiser sees it."""

    def state(client: Client) -> Any:
        made = make()
        client.force_login(UserFactory.create(organiser=True))
        return client.get(address(made, page) + query)

    return state


STATES: dict[str, State] = {
    "manage": seen(busy),
    "manage, draft": seen(lambda: hosted(draft=True)),
    "manage, draft without slots": seen(lambda: SurgeryFactory.create(draft=True, slots=0)),
    "manage, draft that is over": seen(lambda: hosted(draft=True, starts_at=timezone.now() - timedelta(days=1))),
    "manage, under way": seen(lambda: full(starts_at=timezone.now() - timedelta(minutes=30))),
    "manage, over": seen(lambda: full(starts_at=timezone.now() - timedelta(days=2))),
    "manage, called off": seen(off),
    "manage, 200 people": seen(crowd),
    "manage, long names": seen(long),
}
