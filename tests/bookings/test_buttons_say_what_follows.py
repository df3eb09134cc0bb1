"""A button promises to tell people only where there is somebody to tell, and what was done is said as it was."""

import re

import pytest
from django.urls import reverse

from bookings.forms.hosting import written
from bookings.services.booking import cancel
from notifications.models import OutboxEmail
from tests.bookings.pages import words_of
from tests.everyone.managing import address, as_it_is
from tests.factories import BookingFactory, ChampionFactory, SeriesFactory, ShiftFactory, SurgeryFactory, UserFactory
from tests.factories.diary import local

pytestmark = pytest.mark.django_db


@pytest.fixture
def organiser(client):
    client.force_login(UserFactory.create(organiser=True))
    return client


def buttons(response) -> list[str]:
    html = response.content.decode()
    return [" ".join(each.split()) for each in re.findall(r"<button[^>]*>([^<]*)</button>", html)]


@pytest.mark.parametrize(
    ("make", "sent", "says"),
    [
        (None, {"begins": "9am", "ends": "10am"}, "Move it"),
        (BookingFactory, {"begins": "9am", "ends": "10am"}, "Move it and tell them"),
        (ShiftFactory, {"begins": "9am", "ends": "10am"}, "Move it and tell them"),
        (BookingFactory, {"note": "Bring your phone."}, "Change it"),
        (None, {"begins": "9am", "ends": "10am", "which": "all"}, "Move them"),
        (BookingFactory, {"begins": "9am", "ends": "10am", "which": "all"}, "Move them and tell everybody"),
        (BookingFactory, {"note": "Bring your phone.", "which": "all"}, "Change them"),
    ],
)
def test_the_button_of_a_move(organiser, make, sent, says):
    series = SeriesFactory.create()
    first, _ = (SurgeryFactory.create(series=series, venue=series.venue, starts_at=local(n)) for n in (7, 14))
    if make:
        make.create(surgery=first)
    response = organiser.post(address(first, "edit_surgery"), as_it_is(first, **sent))
    assert says in buttons(response)


@pytest.mark.parametrize(("make", "says"), [(None, "Call it off"), (BookingFactory, "Call it off and tell them")])
def test_the_button_that_calls_off(organiser, surgery, make, says):
    if make:
        make.create(surgery=surgery)
    assert says in buttons(organiser.get(address(surgery, "call_off_surgery")))


@pytest.mark.parametrize(
    ("facts", "is_known", "on", "off"),
    [
        ({}, True, "They host, and are told.", "They no longer host, and are told."),
        ({}, False, "somebody has to tell them", "somebody has to tell them"),
        ({"draft": True}, True, "as soon as it is published", "They no longer host. "),
    ],
)
def test_whether_and_when_a_host_is_told(organiser, facts, is_known, on, off):
    surgery = SurgeryFactory.create(**facts)
    champion = ChampionFactory.create(user=UserFactory.create() if is_known else None)
    sent = {
        "suggested": "",
        "other": champion.pk,
        "begins": written(surgery.starts_at),
        "ends": written(surgery.ends_at),
    }
    page = address(surgery, "add_host")
    assert on in words_of(organiser.post(page, sent, follow=True))
    shift = surgery.shifts.live().get()
    page = reverse("bookings:take_off_host", args=[surgery.reference, shift.pk])
    for _ in range(2):  # pressed twice
        assert off in words_of(organiser.post(page, {"reason": "A cold"}, follow=True))
    assert OutboxEmail.objects.count() == (2 if is_known and not facts else 0)


def test_of_several_it_says_that_it_was_several(organiser):
    series = SeriesFactory.create()
    surgery, _ = (SurgeryFactory.create(series=series, venue=series.venue, starts_at=local(n)) for n in (7, 14))
    seen = organiser.post(address(surgery, "edit_surgery"), sent := as_it_is(surgery, begins="9am", which="all"))
    done = organiser.post(address(surgery, "edit_surgery"), sent | {"seen": seen.context["it"].version}, follow=True)
    assert "They are changed as you saw it" in words_of(done)


def test_whoever_opens_the_page_of_a_booking_that_is_cancelled_reads_so(organiser, alices_booking):
    page = f"/organise/bookings/{alices_booking.pk}/cancel/"
    cancel(booking=alices_booking)
    assert "is cancelled already" in words_of(organiser.get(page, follow=True))
