"""An organiser presses twice, or goes back and sends a form again: the second press reads as the first one did."""

import re
from datetime import timedelta

import pytest

from surgeries.models import Surgery
from tests.bookings.pages import words_of
from tests.bookings.test_editing_a_surgery import hidden
from tests.everyone.managing import address
from tests.factories import BookingFactory, SeriesFactory, SurgeryFactory, UserFactory, local

pytestmark = pytest.mark.django_db


@pytest.fixture
def organiser(client):
    client.force_login(UserFactory.create(organiser=True, name="Olu"))
    return client


def of_two_hours(**facts) -> Surgery:
    """With two slots of two seats, and time for more."""
    starts_at = facts.pop("starts_at", local())
    return SurgeryFactory.create(
        slots=2, seats=2, starts_at=starts_at, ends_at=starts_at + timedelta(hours=2), **facts
    )  # fmt: skip


def slots_form(surgery: Surgery, **more) -> dict[str, object]:
    """As its page is sent: the first slot goes, the second has another seat, and there is a new one."""
    first, second = surgery.slots.all()
    seats = {f"{name}_{slot.pk}": 2 for slot in (first, second) for name in ("seats", "was")}
    new = {"begins": "11am", "ends": "11:20am", "seats": 4}
    return seats | {f"remove_{first.pk}": "on", f"seats_{second.pk}": 3} | new | more


def seats(surgery: Surgery) -> list[int]:
    return [slot.seats.count() for slot in surgery.slots.all()]


def test_slots_and_seats(organiser):
    surgery = of_two_hours()
    BookingFactory.create_batch(2, surgery=surgery, slot=surgery.slots.last())
    BookingFactory.create(surgery=surgery, waiting=True).suits.set([surgery.slots.last()])
    sent = slots_form(surgery)
    for _ in range(2):
        assert organiser.post(address(surgery, "manage_slots"), sent).url.endswith("?done=slots")
    assert seats(surgery) == [3, 4]
    # Not what was sent before, and not so already.
    words = words_of(organiser.post(address(surgery, "manage_slots"), sent | {"ends": "11:40am"}))
    assert "There is a slot that begins then already" in words


def test_slots_and_seats_of_a_series(organiser):
    series = SeriesFactory.create()
    surgery, other = (of_two_hours(series=series, starts_at=local(days)) for days in (7, 14))
    seen = hidden(organiser.post(address(surgery, "manage_slots"), slots_form(surgery, which="all")))
    for _ in range(2):
        assert organiser.post(address(surgery, "manage_slots"), seen).url.endswith("?done=slots_of_several")
    assert [seats(each) for each in (surgery, other)] == [[3, 4], [3, 4]]


def test_seats_that_somebody_else_changed_are_asked_about_once(organiser):
    surgery = of_two_hours()
    usual = {f"{name}_{slot.pk}": 2 for slot in surgery.slots.all() for name in ("seats", "was")}
    last = surgery.slots.last()
    page = address(surgery, "manage_slots")
    organiser.post(page, usual | {f"seats_{last.pk}": 3})
    asked = organiser.post(page, usual | {f"seats_{last.pk}": 1})
    assert "Somebody else has given it 3 seats meanwhile" in words_of(asked)
    again = dict(re.findall(r'name="((?!remove)[^"]+)"[^>]* value="([^"]*)"', asked.content.decode()))
    assert again[f"was_{last.pk}"] == "3"
    assert organiser.post(page, again).url.endswith("?done=slots")
    assert seats(surgery) == [2, 1]
