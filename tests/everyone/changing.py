"""Who did what, in each of its states."""

from collections.abc import Callable
from typing import Any

from django.test import Client
from django.urls import reverse

from history.acting import acting
from history.models import Change
from tests.everyone.booking import LONG, State
from tests.factories import BookingFactory, OfficeFactory, UserFactory

CHANGES = reverse("bookings:changes")


def done() -> str:
    """Somebody booked, an organiser with a long name changed much at once, and somebody wrote SQL. Returns a page."""
    organiser = UserFactory.create(organiser=True, name=LONG[:100])
    with acting(place="bookings:book"):
        booking = BookingFactory.create(name="Ada Lovelace")
    with acting(place="admin:organisation_office_change", who=organiser.pk):
        for office in [*OfficeFactory.create_batch(60), OfficeFactory.create(name=LONG[:80])]:
            office.name = f"{office.name[:70]} again"
            office.save(update_fields=["name"])
    booking.question = "How?"
    booking.save(update_fields=["question"])
    return reverse("bookings:changes_of_one", args=["surgery", booking.surgery_id])


def seen(query: str = "", *, make: Callable[[], Any] = done) -> State:
    """All that was done, as an organiser sees it."""

    def state(client: Client) -> Any:
        client.force_login(UserFactory.create(organiser=True))
        make()
        return client.get(CHANGES + query)

    return state


def of_one(client: Client) -> Any:
    client.force_login(UserFactory.create(organiser=True))
    return client.get(done())


def at_once(client: Client) -> Any:
    """The first page of what was done at once, of several."""
    client.force_login(UserFactory.create(organiser=True))
    done()
    return client.get(reverse("bookings:changes_at_once", args=[Change.objects.filter(who__isnull=False).first().pk]))


STATES: dict[str, State] = {
    "changes": seen(),
    "changes, none": seen("?since=2020-01-01&until=2020-01-02"),
    "changes, wrong days": seen("?since=x&until=2020-01-02"),
    "changes of a surgery": of_one,
    "changes at once": at_once,
}
