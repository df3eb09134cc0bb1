"""Mail scanners and prefetching browsers open links: that changes nothing in any table, and uses nothing up."""

import pytest
from django.apps import apps
from django.utils import timezone

from bookings.links import visit_token
from bookings.services.booking import cancel
from tests.bookings.pages import private
from tests.factories import BookingFactory, OutcomeFactory, SurgeryFactory, local

pytestmark = pytest.mark.django_db

PAGES = (
    "",
    "calendar.ics",
    "email/",
    "name/",
    "answers/",
    "evidence/",
    "cancel/",
    "change/",
    "move/",
    "move/{other}/",
    "wait/",
    "thanks/",
    "next-step/",
    "missed/",
    "missed/{other}/",
)


def everything() -> dict[str, list]:
    """Every row of every table."""
    return {model._meta.label: list(model._default_manager.order_by("pk").values()) for model in apps.get_models()}


@pytest.fixture
def addresses(surgery) -> list[str]:
    """Every address of the attendee's journey, for bookings in every state."""
    other, on_now = SurgeryFactory.create(), SurgeryFactory.create(starts_at=timezone.now())
    visits = OutcomeFactory.create_batch(2, visit__surgery=SurgeryFactory.create(starts_at=local(-1)))
    over = {"surgery": visits[0].visit.surgery}
    states = [{}, {"waiting": True}, {"cancelled": True}, over, over | {"attendee": visits[0].visit.attendee}]
    bookings = [BookingFactory.create(**{"surgery": surgery} | state) for state in states]
    replaced = private(BookingFactory.create(surgery=surgery, link_number=1)).replace("/bookings/", "/bookings/x")
    public = [f"/surgeries/{surgery.reference}/book/", f"/surgeries/{surgery.reference}/book/?slot=1", "/emailed/"]
    public += [f"/here/{place}/{page}" for place in (surgery.reference, on_now.reference) for page in ("", "in/")]
    public += [f"/visits/{visit_token(visits[1].visit)}/{page}" for page in ("", "thanks/", "next-step/?do=delete")]
    pages = [private(booking, page.format(other=other.reference)) for booking in bookings for page in PAGES]
    return [*public, *pages, *(f"{private(bookings[0])}?done={done}" for done in ("booked", "moved", "x")), replaced]


@pytest.mark.parametrize("method", ["get", "head"])
def test_opening_a_page_changes_no_row(client, addresses, method):
    before = everything()
    for address in addresses:
        response = getattr(client, method)(address)
        assert response.status_code in {200, 303, 404}, address
        assert everything() == before, address


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_no_other_method_does_anything(client, addresses, method):
    before = everything()
    for address in addresses:
        assert getattr(client, method)(address).status_code in {404, 405}
    assert everything() == before


def test_after_many_scanners_one_press_by_a_person_still_works(client, alices_booking):
    for _ in range(50):
        client.get(private(alices_booking, "cancel/"))
    client.post(private(alices_booking, "cancel/"), {"seen": alices_booking.version})
    alices_booking.refresh_from_db()
    assert alices_booking.is_cancelled


def test_control_the_comparison_sees_an_act(alices_booking):
    before = everything()
    cancel(booking=alices_booking)
    assert everything() != before
