"""The list of surgeries in the administration pages, and how many queries lists take."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories import BookingFactory, ShiftFactory, SurgeryFactory, UserFactory, VisitFactory, local

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(client):
    client.force_login(UserFactory(administrator=True))
    return client


def test_the_list_shows_what_is_coming_unless_asked_for_more(client):
    coming, over = SurgeryFactory(), SurgeryFactory(starts_at=local(days=-7))
    ShiftFactory(surgery=coming)
    address = reverse("admin:surgeries_surgery_changelist")

    def found(**filters):
        return set(client.get(address, filters).context["cl"].queryset)

    assert found() == {coming}
    assert found(when="past") == {over}
    assert found(when="all") == {coming, over}
    assert found(hosts="short") == {coming}
    assert found(hosts="none") == set()
    assert found(q=coming.reference) == {coming}
    assert found(q=coming.venue.office.name) == {coming}


@pytest.mark.parametrize("page", ["surgeries_surgery", "bookings_booking", "bookings_visit", "bookings_attendee"])
def test_lists_take_as_many_queries_for_many_rows_as_for_few(client, page):
    def rows(number):
        for _ in range(number):
            booking = BookingFactory()
            ShiftFactory(surgery=booking.surgery)
            VisitFactory(booking=booking)

    address = reverse(f"admin:{page}_changelist")
    rows(2)
    with CaptureQueriesContext(connection) as few:
        client.get(address)
    rows(10)
    with CaptureQueriesContext(connection) as many:
        client.get(address)
    assert len(many) == len(few) <= 12
