"""Between a preview and its button somebody books: then nothing happens before that was seen as well."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from bookings.series_moves import SeriesMove
from bookings.series_slots import SlotsChange
from surgeries.models import Surgery
from tests.bookings.test_changing_a_series import every_tuesday, four_of
from tests.bookings.test_editing_a_surgery import hidden
from tests.everyone.managing import address, as_it_is, seats_of_all
from tests.factories import BookingFactory, UserFactory

pytestmark = pytest.mark.django_db
Page = tuple[str, dict, dict]


def moving(surgery: Surgery) -> Page:
    return address(surgery, "edit_surgery"), as_it_is(surgery, begins="11am", ends="midday", which="all"), {}


def slots(surgery: Surgery) -> Page:
    return address(surgery, "manage_slots"), seats_of_all(surgery), {}


def calling_off(surgery: Surgery) -> Page:
    assert surgery.series
    return f"{reverse('bookings:call_off_series', args=[surgery.series.reference])}?which=all", {}, {"reason": "Snow."}


def press_too_late(client: Client, act: Callable[[Surgery], Page]) -> int:
    """What the button answers when somebody has booked since its page was shown."""
    surgeries = four_of(every_tuesday())
    client.force_login(UserFactory.create(organiser=True))
    page, asked, typed = act(surgeries[0])
    shown = client.post(page, asked) if asked else client.get(page)
    assert shown.status_code == 200
    BookingFactory.create(surgery=surgeries[2])
    return client.post(page, hidden(shown) | typed).status_code


@pytest.mark.parametrize("act", [moving, slots, calling_off])
def test_what_nobody_has_seen_is_shown_first(client, act):
    assert press_too_late(client, act) == 409


@pytest.mark.parametrize("act", [moving, slots, calling_off])
def test_control_without_the_version_it_would_be_done_unseen(client, monkeypatch, act):
    for model in (SeriesMove, SlotsChange):
        monkeypatch.setattr(model, "version", "always the same")
    for module in ("bookings.consequences", "bookings.services.diary"):
        monkeypatch.setattr(f"{module}.version_of", lambda each: "always the same")
    assert press_too_late(client, act) == 303
