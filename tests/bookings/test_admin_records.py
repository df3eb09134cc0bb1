"""What people booked can be looked at in the administration pages, and nothing there changes it."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bookings.models import Attendee, Booking, SurgeryRequest, Visit
from tests.factories import (
    BookingFactory,
    SurgeryFactory,
    SurgeryRequestFactory,
    SymptomFactory,
    TopicFactory,
    UserFactory,
    VisitFactory,
)

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


def who_comes(client, surgery, **filters):
    return client.get(reverse("admin:bookings_booking_changelist"), {"surgery__id__exact": surgery.pk} | filters)


def column(response, name: str) -> list[str]:
    """What the list shows under that heading, row by row, without the markup."""
    cells = re.findall(rf'class="field-{name}[^"]*">(.*?)</t[dh]>', response.content.decode(), re.DOTALL)
    return [re.sub(r"<br>", " / ", re.sub(r"<(?!br)[^>]*>", "", cell)) for cell in cells]


def test_the_hosts_read_what_each_person_asks_and_would_make_it_easier(client):
    booking = BookingFactory(question="Can I say where I work?", is_unsure=True, adjustments="A seat near the door")
    booking.topics.set([TopicFactory(name="LinkedIn"), TopicFactory(name="Privacy")])
    booking.symptoms.set([SymptomFactory(words="I never used my account")])
    page = who_comes(client, booking.surgery)
    said = "LinkedIn, Privacy / I never used my account / Not sure yet / “Can I say where I work?”"
    assert column(page, "asks") == [said]
    assert column(page, "adjustments") == ["A seat near the door"]


def test_the_list_of_all_says_which_surgery_instead(client):
    booking = BookingFactory(question="Can I say where I work?")
    page = client.get(reverse("admin:bookings_booking_changelist"))
    assert column(page, "surgery") == [str(booking.surgery)]
    assert column(page, "asks") == []


def test_what_people_type_is_never_markup(client):
    booking = BookingFactory(question="<script>alert(1)</script>")
    assert b"<script>alert" not in who_comes(client, booking.surgery).content


def test_one_surgery_is_in_order_of_its_slots_then_names_then_the_waiting_list(client):
    surgery = SurgeryFactory(slots=2, seats=2)
    for name, slot in [("Charlie", 1), ("Bob", 0), ("Alice", 0)]:
        BookingFactory(surgery=surgery, name=name, seat=surgery.slots.all()[slot].seats.filter(booking=None).first())
    BookingFactory(surgery=surgery, name="Zoe", waiting=True, position=3)
    BookingFactory(surgery=surgery, name="Adam", waiting=True, position=7)
    page = who_comes(client, surgery)
    assert column(page, "name") == ["Alice", "Bob", "Charlie", "Zoe", "Adam"]
    assert column(page, "time") == ["10am to 10:20am", "10am to 10:20am", "10:20am to 10:40am", "-", "-"]
    assert column(page, "standing")[2:] == ["Confirmed", "Waiting, first in line", "Waiting, second in line"]
    assert f"10am to 10:40am, {surgery.venue}" in page.content.decode()


def test_who_cancelled_is_shown_only_when_asked_for(client):
    coming = BookingFactory()
    gone = BookingFactory(surgery=coming.surgery, cancelled=True)

    def found(**filters):
        return set(who_comes(client, coming.surgery, **filters).context["cl"].queryset)

    assert found() == {coming}
    assert found(state="cancelled") == {gone}
    assert found(state="confirmed") == {coming}
    assert found(state="all") == {coming, gone}


def test_one_surgery_takes_as_many_statements_for_many_bookings_as_for_few(client):
    surgery = SurgeryFactory(slots=4, seats=4)

    def statements(more: int) -> int:
        for _ in range(more):
            booking = BookingFactory(surgery=surgery)
            booking.topics.set([TopicFactory()])
            booking.symptoms.set([SymptomFactory()])
        with CaptureQueriesContext(connection) as sent:
            who_comes(client, surgery)
        return len(sent)

    assert statements(2) == statements(10) <= 12


def test_a_surgery_that_is_none_is_an_empty_list(client):
    for pk in ("0", "9" * 30, "x"):
        address = reverse("admin:bookings_booking_changelist") + f"?surgery__id__exact={pk}"
        assert client.get(address, follow=True).status_code == 200
