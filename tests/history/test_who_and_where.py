"""What is written down says who did it and from where, at no cost to those who book."""

from datetime import timedelta

import psycopg
import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bookings.models import Booking
from history.acting import acting
from history.models import Change
from notifications import clock
from notifications.registry import Duty
from organisation.models import Office
from surgeries.transactions import retried
from tests.bookings.pages import filled_in, page_of, private
from tests.factories import BookingFactory, OfficeFactory, SurgeryFactory, UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


def last() -> tuple[int | None, str]:
    change = Change.objects.first()
    return change.who, change.place


def by_sql(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO organisation_office (name, slug, nation, is_retired) VALUES (%s, %s, 'ENG', false)",
                       [name, name])  # fmt: skip


@pytest.fixture
def sent(monkeypatch) -> list[str]:
    """What is sent beside Django's own cursors."""
    statements: list[str] = []
    execute = psycopg.Connection.execute

    def count(self, query, *rest, **options):
        statements.append(str(query))
        return execute(self, query, *rest, **options)

    monkeypatch.setattr(psycopg.Connection, "execute", count)
    return statements


def test_a_booking_comes_from_its_page_by_nobody_signed_in_and_needs_no_statement_for_it(client, sent):
    slot = SurgeryFactory.create().slots.first()
    client.post(page_of(slot.surgery), filled_in(slot))
    assert Booking.objects.get().is_confirmed
    assert last() == (None, "bookings:book")
    assert sent == []


def test_a_private_link_is_named_by_its_page_and_its_token_nowhere(client):
    booking = BookingFactory.create()
    client.post(private(booking, "cancel/"), {"seen": booking.version})
    booking.refresh_from_db()
    assert booking.is_cancelled
    assert last() == (None, "bookings:cancel")
    # Saved in no transaction of its own.
    booking = BookingFactory.create()
    client.post(private(booking, "evidence/"), {"feeling": "keen"})
    assert last() == (None, "bookings:evidence")


def test_whoever_is_signed_in_is_named_and_the_next_request_does_not_inherit_it(client):
    organiser = UserFactory.create(organiser=True)
    client.force_login(organiser)
    office = OfficeFactory.create()
    values = {"name": "Hull", "slug": "hull", "nation": "ENG"}
    forms = {f"headcounts-{each}": 0 for each in ("TOTAL_FORMS", "INITIAL_FORMS")}
    response = client.post(reverse("admin:organisation_office_change", args=[office.pk]), values | forms)
    assert response.status_code == 302, response.content
    assert Change.objects.get(what="update", table="organisation_office").who == organiser.pk
    assert last()[1] == "admin:organisation_office_change"
    slot = SurgeryFactory.create().slots.first()
    Client().post(page_of(slot.surgery), filled_in(slot))
    assert last() == (None, "bookings:book")
    by_sql("york")
    assert last() == (None, "")


def test_a_duty_of_the_clock_is_named(monkeypatch):
    duty = Duty(lambda now: by_sql("york"), every=timedelta(days=1))
    monkeypatch.setattr(clock, "duties", {"tests.paint_the_office": duty})
    clock.run_due_duties(timezone.now())
    assert last() == (None, "clock tests.paint_the_office")


def test_it_is_said_again_where_somebody_begins_to_act_within_a_transaction_and_where_a_part_is_undone(sent):
    with transaction.atomic():
        by_sql("a")
        with acting(place="first", who=7):
            by_sql("b")
            by_sql("c")
            assert len(sent) == 1
            undone = transaction.savepoint()
            with acting(place="second"):
                by_sql("d")
            transaction.savepoint_rollback(undone)
            by_sql("e")
        by_sql("f")
    by_sql("g")
    written = Change.objects.order_by("id").values_list("facts__name", "who", "place")
    assert list(written) == [
        *(("a", None, ""), ("b", 7, "first"), ("c", 7, "first"), ("e", 7, "first"), ("f", None, ""), ("g", None, "")),
    ]


def test_a_place_with_marks_in_it_does_no_harm():
    with acting(place="x'; DROP TABLE organisation_office --" + "y" * 200):
        OfficeFactory.create()
    assert Office.objects.count() == 1
    assert last()[1].startswith("x DROP TABLE organisation_office --yy")
    assert len(last()[1]) == 100


def test_a_connection_that_is_lost_as_a_transaction_begins_is_noticed_and_tried_again():
    @retried
    def make() -> None:
        with transaction.atomic():
            OfficeFactory.create()

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
    other.close()
    with acting(place="here"):
        make()
    assert last() == (None, "here")
