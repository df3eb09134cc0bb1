"""Whatever is sent to the administration pages, there is an answer in words: never an error page."""

import os
from itertools import product
from random import Random
from typing import Any

import pytest
from django.contrib import admin
from django.urls import reverse

from bookings.invariants import violations
from tests.admin_forms import said, shown
from tests.factories import (
    BookingFactory,
    ChampionFactory,
    CheatSheetFactory,
    DepartmentFactory,
    DirectorateFactory,
    GradeFactory,
    HeadcountFactory,
    OfficeFactory,
    SeriesFactory,
    ShiftFactory,
    SurgeryRequestFactory,
    SymptomFactory,
    TeamFactory,
    TopicFactory,
    UserFactory,
    VenueFactory,
    VisitFactory,
)

pytestmark = pytest.mark.django_db

BAD = [
    "", " ", "\0", "a\0b", "-1", "0", "1" * 400, "9" * 30, "1e9", "NaN", "abc", "'; DROP TABLE surgeries_surgery --",
    "<script>alert(1)</script>", "\u202e", "😀" * 300, "0001-01-01", "9999-12-31", "32767", "32768", "2147483648",
    "23:59:59", "00:00", "24:00", "\ud7ff",
]  # fmt: skip
QUERIES = [
    "q", "p", "o", "all", "e", "when", "hosts", "state__exact", "id__exact", "surgery__id__exact", "nonsense",
    "venue__office__id__exact", "is_retired__exact", "topics__id__exact", "_facets", "_popup", "_to_field",
]  # fmt: skip


@pytest.fixture
def client(client):
    client.force_login(UserFactory(administrator=True))
    client.raise_request_exception = False
    return client


@pytest.fixture
def rows(db) -> dict[str, Any]:
    """One row for each administration page."""
    booking = BookingFactory()
    shift = ShiftFactory(surgery=booking.surgery)
    return {
        "surgeries_surgery": booking.surgery,
        "bookings_booking": booking,
        "bookings_attendee": booking.attendee,
        "bookings_visit": VisitFactory(booking=booking),
        "bookings_surgeryrequest": SurgeryRequestFactory(),
        "champions_champion": ChampionFactory(topics=[TopicFactory()]),
        "surgeries_venue": VenueFactory(),
        "surgeries_series": SeriesFactory(),
        "organisation_department": DepartmentFactory(),
        "organisation_office": HeadcountFactory(team=None, office=OfficeFactory()).office,
        "organisation_directorate": DirectorateFactory(),
        "organisation_team": HeadcountFactory().team,
        "organisation_grade": GradeFactory(),
        "organisation_topic": TopicFactory(),
        "organisation_symptom": SymptomFactory(topics=[TopicFactory()]),
        "organisation_cheatsheet": CheatSheetFactory(),
        "notifications_outboxemail": None,
        "accounts_user": UserFactory(),
        "shift": shift,
        "team": TeamFactory(),
    }


PAGES = sorted({model._meta.label_lower.replace(".", "_") for model in admin.site._registry})


def test_there_is_a_row_for_every_page(rows):
    assert set(PAGES) <= set(rows)


@pytest.mark.parametrize("page", ["surgeries_surgery", "notifications_outboxemail"])
@pytest.mark.parametrize(
    ("query", "sent"),
    [
        ({"state__exact": "\0"}, {}),
        ({"a\0": "b"}, {}),
        ({}, {"action": "publish", "_selected_action": "abc"}),
        ({}, {"action": "publish", "_selected_action": "9" * 30}),
        ({}, {"action": "publish", "_selected_action": "1", "index": ""}),
    ],
)
def test_what_cannot_be_read_is_answered_in_words(client, rows, page, query, sent):
    address = reverse(f"admin:{page}_changelist", query=query)
    response = client.post(address, sent, follow=True) if sent else client.get(address, follow=True)
    assert "cannot be read, so nothing was done" in said(response)


@pytest.mark.parametrize("query", [{"state__exact": "\0"}])
def test_without_that_look_it_would_be_an_error_page(client, rows, query, monkeypatch):
    """The control of the test above."""
    monkeypatch.setattr("config.admin.can_be_read", lambda request: True)
    assert client.get(reverse("admin:surgeries_surgery_changelist", query=query)).status_code == 500


def some(*choices: Any) -> list[tuple[Any, ...]]:
    """All combinations at full size; otherwise a part of them, the same every time."""
    every = list(product(*choices))
    return every if os.environ.get("FULL_SIZE") else Random(0).sample(every, max(len(every) // 40, 1))


@pytest.mark.parametrize("page", PAGES)
def test_whatever_is_in_the_address_of_a_list(client, rows, page):
    for name, value in some(QUERIES, BAD):
        response = client.get(reverse(f"admin:{page}_changelist"), {name: value})
        assert response.status_code < 500, (name, value)


@pytest.mark.parametrize("page", PAGES)
def test_whatever_is_chosen_in_a_list(client, rows, page):
    address = reverse(f"admin:{page}_changelist")
    for action, value in some(("publish", "call_off", "add_surgeries", "try_again", "nonsense"), BAD):
        sent = {"action": action, "_selected_action": value, "index": value, "select_across": value, "reason": value}
        assert client.post(address, sent).status_code < 500, (action, value)
    assert violations() == {}


@pytest.mark.parametrize("page", PAGES)
def test_whatever_is_the_number_of_a_row(client, rows, page):
    for value, act in some([value for value in BAD if value.strip()], ("change", "delete", "history")):
        address = reverse(f"admin:{page}_{act}", args=[value])
        assert client.get(address).status_code < 500, (act, value)
        assert client.post(address, {"post": "yes"}).status_code < 500, (act, value)


@pytest.mark.parametrize("page", [page for page in PAGES if not page.startswith(("bookings", "notifications"))])
def test_whatever_is_typed_into_a_field(client, rows, page):
    address = reverse(f"admin:{page}_change", args=[rows[page].pk])
    fields = shown(client.get(address))
    for name, value in some(fields, BAD):
        assert client.post(address, fields | {name: value}).status_code < 500, (name, value)
    for (name,) in some(fields):
        without = {other: value for other, value in fields.items() if other != name}
        assert client.post(address, without).status_code < 500, name
    assert violations() == {}
