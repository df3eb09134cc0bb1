"""Whoever reads the logs learns no private link, no name and no address."""

import json
import logging

import pytest
from django.utils import timezone

from bookings.links import step_in_link, token_for, visit_token
from bookings.models import Ask
from config.logs import JSONFormatter
from tests.bookings.pages import filled_in, page_of, private
from tests.factories import BookingFactory, ChampionFactory, UserFactory, VisitFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def step_in(surgery) -> str:
    """Where a champion who was asked to host can take the shift."""
    champion = ChampionFactory.create(user=UserFactory.create())
    ask = Ask.objects.create(champion=champion, surgery=surgery, asked_at=timezone.now())
    return "/step-in/" + step_in_link(ask).partition("/step-in/")[2]


@pytest.fixture
def visit(surgery) -> str:
    """Where somebody who walked in sees what came of it."""
    return f"/visits/{visit_token(VisitFactory.create(surgery=surgery))}/"


@pytest.fixture
def journey(surgery, client, caplog, alices_booking, step_in, visit):
    """Go on a journey in which nearly everything is refused once; returns every record of it."""

    def go() -> list[logging.LogRecord]:
        full = surgery.slots.last()
        BookingFactory.create_batch(2, surgery=surgery, slot=full)
        caplog.set_level(logging.INFO)
        caplog.set_level(logging.INFO, logger="django.request")  # production leaves these out as well
        client.post(page_of(surgery), filled_in(full))
        client.post(page_of(surgery), filled_in(surgery.slots.first()))
        client.post(private(alices_booking, "change/"), {"slot": full.pk, "seen": alices_booking.version})
        for page in ("", "cancel/", "nowhere/", "calendar.ics"):
            client.get(private(alices_booking, page))
            client.delete(private(alices_booking, page))
        client.get(private(alices_booking).replace("/bookings/", "/bookings/x"))
        client.post(private(alices_booking, "email/"), {"email": "grace.hopper@example.gov.uk"})
        client.get(private(alices_booking))
        for link in (step_in, visit):
            client.get(link)
            client.delete(link)
        return caplog.records

    return go


def test_the_log_holds_neither_links_nor_people(journey, alices_booking, step_in, visit):
    lines = [JSONFormatter().format(record) for record in journey()]
    assert {json.loads(line).get("status") for line in lines} >= {200, 303, 404, 405, 409, 410}
    tokens = [token_for(alices_booking), step_in.split("/")[2], visit.split("/")[2]]
    for secret in (*tokens, "Alice", "alice.adeyemi", "Ada Lovelace", "ada.lovelace", "grace.hopper"):
        assert secret not in "\n".join(lines)


def test_control_without_our_format_the_links_would_be_there(journey, alices_booking, step_in, visit):
    words = " ".join(record.getMessage() for record in journey())
    assert token_for(alices_booking) in words
    assert step_in in words
    assert visit in words
