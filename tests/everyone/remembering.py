"""The pages about somebody's data, in each of their states."""

from collections.abc import Callable
from typing import Any

from django.test import Client

from bookings.models import Attendee
from privacy.services import erase
from tests.everyone.booking import LONG, State
from tests.factories import AttendeeFactory, BookingFactory, ChampionFactory, ShiftFactory, UserFactory, VisitFactory
from tests.privacy.canaries import alice


def somebody() -> Attendee:
    """Who has something in every place."""
    return alice()


def busy() -> Attendee:
    """With a seat, a place in line and a shift ahead, and a long name."""
    user = UserFactory.create(email=f"{'a' * 60}.bee@digital.example.gov.uk", name=LONG[:100])
    attendee = AttendeeFactory.create(name="w" * 100, email=user.email)
    BookingFactory.create(attendee=attendee)
    BookingFactory.create(attendee=attendee, waiting=True, question=LONG[:500])
    ShiftFactory.create(champion=ChampionFactory.create(user=user))
    return attendee


def often() -> Attendee:
    attendee = AttendeeFactory.create()
    for _ in range(60):
        VisitFactory.create(booking=BookingFactory.create(attendee=attendee))
    return attendee


def removed() -> Attendee:
    attendee = VisitFactory.create().attendee
    erase(attendee=attendee, by=UserFactory.create(organiser=True, name="Olu Organiser"))
    return attendee


def away() -> Attendee:
    """Removed by itself."""
    return VisitFactory.create(attendee__name="Name removed", attendee__email=None).attendee


def an_organiser() -> Attendee:
    return AttendeeFactory.create(email=UserFactory.create(organiser=True).email)


def seen(make: Callable[[], Attendee], page: str = "data/", *, is_pressed: bool = False) -> State:
    def state(client: Client) -> Any:
        client.force_login(UserFactory.create(organiser=True, name="Olu Organiser"))
        address = f"/organise/people/{make().pk}/{page}"
        return client.post(address) if is_pressed else client.get(address)

    return state


def a_champion_removed(client: Client) -> Any:
    """Of whom a name alone was known."""
    client.force_login(UserFactory.create(organiser=True))
    champion = ChampionFactory.create(user=None)
    page = f"/organise/people/champions/{champion.pk}/erase/"
    return client.post(page, {"seen": client.get(page).context["ending"].version}, follow=True)


def looked_at(client: Client) -> Any:
    client.force_login(UserFactory.create(organiser=True, name="Olu Organiser"))
    page = f"/organise/people/{busy().pk}/data"
    client.post(f"{page}/"), client.post(f"{page}.json")
    return client.get(f"{page}/")


STATES: dict[str, State] = {
    "a champion who was removed": a_champion_removed,
    "somebody’s data": seen(busy),
    "somebody’s data, all of it": seen(somebody, is_pressed=True),
    "somebody’s data, all of it, often": seen(often, is_pressed=True),
    "somebody’s data, all of it, long": seen(busy, is_pressed=True),
    "somebody’s data, looked at": looked_at,
    "somebody’s data, removed": seen(removed, "data/?done"),
    "somebody’s data, removed by itself": seen(away),
    "somebody’s data, of somebody removed": seen(removed, is_pressed=True),
    "erase": seen(busy, "erase/"),
    "erase, nothing ahead": seen(lambda: VisitFactory.create().attendee, "erase/"),
    "erase, changed meanwhile": seen(busy, "erase/", is_pressed=True),
    "erase, an organiser": seen(an_organiser, "erase/", is_pressed=True),
}
