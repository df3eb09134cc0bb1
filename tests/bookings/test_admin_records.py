"""What people booked can be looked at in the administration pages, and nothing there changes it."""

import pytest
from django.urls import reverse

from bookings.models import Attendee, Booking, SurgeryRequest, Visit
from tests.factories import BookingFactory, SurgeryRequestFactory, TopicFactory, UserFactory, VisitFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows(db):
    booking = BookingFactory(question="Can I say where I work?")
    booking.topics.set([TopicFactory(name="The guidelines")])
    return {
        "booking": booking,
        "attendee": booking.attendee,
        "visit": VisitFactory(booking=booking),
        "surgeryrequest": SurgeryRequestFactory(),
    }


@pytest.fixture
def client(client):
    client.force_login(UserFactory(administrator=True))
    return client


@pytest.mark.parametrize("model", ["booking", "attendee", "visit", "surgeryrequest"])
def test_everything_is_there_to_look_at_and_nothing_to_change(client, rows, model):
    row = rows[model]
    before = type(row).objects.filter(pk=row.pk).values().get()
    page = f"admin:bookings_{model}"
    assert client.get(reverse(f"{page}_changelist")).status_code == 200
    shown = client.get(reverse(f"{page}_change", args=[row.pk]))
    assert shown.status_code == 200
    assert b'name="_save"' not in shown.content
    assert client.get(reverse(f"{page}_add")).status_code == 403
    assert client.post(reverse(f"{page}_add"), {"name": "Eve"}).status_code == 403
    assert client.post(reverse(f"{page}_change", args=[row.pk]), {"name": "Eve"}).status_code == 403
    assert client.post(reverse(f"{page}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403
    client.post(
        reverse(f"{page}_changelist"), {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
    )
    assert type(row).objects.filter(pk=row.pk).values().get() == before
    assert [each.objects.count() for each in (Booking, Attendee, Visit, SurgeryRequest)] == [1, 1, 1, 1]


def test_a_booking_shows_what_the_hosts_need_to_know(client, rows):
    page = client.get(reverse("admin:bookings_booking_change", args=[rows["booking"].pk])).content.decode()
    assert "Can I say where I work?" in page
    assert "The guidelines" in page


def test_the_bookings_of_a_surgery_are_one_link_away(client, rows):
    BookingFactory()
    surgery = rows["booking"].surgery
    page = client.get(reverse("admin:surgeries_surgery_change", args=[surgery.pk]))
    link = f"{reverse('admin:bookings_booking_changelist')}?surgery__id__exact={surgery.pk}"
    assert link in page.content.decode()
    assert list(client.get(link).context["cl"].queryset) == [rows["booking"]]


@pytest.mark.parametrize("model", ["booking", "attendee", "visit"])
def test_nobody_is_searched_for_by_name_because_that_would_be_in_the_address(client, rows, model):
    page = client.get(reverse(f"admin:bookings_{model}_changelist"))
    assert b'name="q"' not in page.content
