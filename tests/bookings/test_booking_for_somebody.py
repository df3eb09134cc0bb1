"""Organisers book, move and cancel for somebody: by the rules of whoever books for themselves, with the same emails."""

import uuid

import pytest

from bookings.models import Booking
from history.models import Change
from notifications.models import OutboxEmail
from tests.factories import AttendeeFactory, BookingFactory, SurgeryFactory, UserFactory, local

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def organiser(client):
    user = UserFactory.create(organiser=True)
    client.force_login(user)
    return user


def kinds(to: str) -> list[str]:
    return list(OutboxEmail.objects.filter(recipient=to).order_by("pk").values_list("kind", flat=True))


def form(slot, **more) -> dict:
    return {"request_id": uuid.uuid4(), "slot": slot if isinstance(slot, str) else slot.pk, "symptoms": "unsure"} | more


def test_somebody_who_is_known_is_booked_under_their_name_and_address(client, surgery, alice, organiser):
    address = f"/organise/people/{alice.pk}/book/{surgery.reference}/"
    assert surgery.reference in client.get(f"/organise/people/{alice.pk}/book/").content.decode()
    sent = form(surgery.slots.first(), name="Somebody Else", email="somebody.else@example.gov.uk")
    answer = client.post(address, sent)
    again = client.post(address, sent)
    assert answer["Location"] == again["Location"] == f"/organise/people/{alice.pk}/?done=booked"
    booking = Booking.objects.get()
    assert (booking.attendee, booking.name, booking.is_unsure, booking.is_confirmed) == (alice, alice.name, True, True)
    assert kinds(alice.email) == ["booking_booked"]
    made = Change.objects.get(table="bookings_booking", key=booking.pk)
    assert made.who == organiser.pk


def test_somebody_new_is_known_from_then_on(client, surgery):
    answer = client.post(
        f"/organise/people/new/{surgery.reference}/",
        form(surgery.slots.first(), name="Grace Hopper", email="Grace.Hopper@example.gov.uk "),
    )
    booking = Booking.objects.select_related("attendee").get()
    assert answer["Location"] == f"/organise/people/{booking.attendee_id}/?done=booked"
    assert booking.attendee.email == "grace.hopper@example.gov.uk"


def test_what_is_typed_is_kept_when_something_is_missing(client, surgery):
    address = f"/organise/people/new/{surgery.reference}/"
    text = client.post(address, {"name": "Grace", "email": "x@elsewhere.example"}).content.decode()
    assert "Choose a time" in text
    assert "It has to end in" in text
    assert 'value="Grace"' in text
    assert not Booking.objects.exists()


def test_when_it_is_full_they_wait_in_line(client, alice):
    surgery = SurgeryFactory.create(slots=1, seats=1)
    BookingFactory.create(surgery=surgery)
    address = f"/organise/people/{alice.pk}/book/{surgery.reference}/"
    assert "They would be first in line" in client.get(address).content.decode()
    refused = client.post(address, form(surgery.slots.get()))
    assert refused.status_code == 409
    assert "Somebody took the" in refused.content.decode()
    assert client.post(address, form("wait"))["Location"].endswith("?done=waiting")
    assert Booking.objects.get(attendee=alice).is_waiting


def test_what_clashes_is_said_to_the_organiser_and_to_nobody_by_email(client, surgery, alice, alices_booking):
    there = SurgeryFactory.create(starts_at=surgery.starts_at)
    for one, slot in ((surgery, surgery.slots.last()), (there, there.slots.first())):
        answer = client.post(f"/organise/people/{alice.pk}/book/{one.reference}/", form(slot))
        assert answer.status_code == 409
        assert "They have a booking at this surgery already" in answer.content.decode()
    assert Booking.objects.count() == 1
    assert kinds(alice.email) == []


def test_a_booking_moves_with_its_link_and_they_are_told(client, surgery, alices_booking, alice):
    there = SurgeryFactory.create(starts_at=local(9))
    page = f"/organise/bookings/{alices_booking.pk}/move/"
    assert there.reference in client.get(page).content.decode()
    answer = client.post(f"{page}{there.reference}/", {"slot": there.slots.first().pk})
    assert answer["Location"] == f"/organise/people/{alice.pk}/?done=moved"
    moved = Booking.objects.get()
    assert (moved.surgery, moved.reference) == (there, alices_booking.reference)
    assert kinds(alice.email) == ["booking_moved"]
    full = SurgeryFactory.create(slots=1, seats=1, starts_at=local(10))
    BookingFactory.create(surgery=full)
    refused = client.post(f"{page}{full.reference}/", {"slot": full.slots.get().pk})
    assert refused.status_code == 409
    assert "Somebody took the" in refused.content.decode()


def test_they_read_why_it_was_cancelled(client, surgery, alices_booking, alice):
    page = f"/organise/bookings/{alices_booking.pk}/cancel/"
    assert "Say why" in client.post(page, {"reason": " "}).content.decode()
    answer = client.post(page, {"reason": "As you asked on the phone."})
    assert answer["Location"] == f"/organise/people/{alice.pk}/?done=cancelled"
    cancelled = Booking.objects.get()
    assert cancelled.canceller == Booking.Canceller.ORGANISER
    assert cancelled.cancelled_reason == "As you asked on the phone."
    assert kinds(alice.email) == ["booking_cancelled"]
    # Pressed once more, in another window.
    for act in ("cancel/", "move/"):
        closed = client.post(f"/organise/bookings/{cancelled.pk}/{act}", {"reason": "Again."})
        assert closed["Location"].endswith("?done=closed")


def test_what_has_begun_stays(client, alice):
    booking = BookingFactory.create(attendee=alice, surgery__starts_at=local(-1))
    assert client.post(f"/organise/bookings/{booking.pk}/cancel/", {"reason": "x"})["Location"].endswith("?done=closed")
    assert Booking.objects.get().is_confirmed
    assert "/cancel/" not in client.get(f"/organise/people/{alice.pk}/").content.decode()


def test_bad_input_is_answered(client, surgery, alice, alices_booking):
    nameless = AttendeeFactory.create(email=None)
    there = f"book/{surgery.reference}/"
    for address, status in (
        (f"people/{nameless.pk}/{there}", 404), (f"people/0/{there}", 404), (f"people/{'9' * 30}/{there}", 404),
        (f"people/{alice.pk}/book/nothing/", 404), ("people/new/nothing/", 404), (f"bookings/{'9' * 30}/move/", 404),
        (f"people/{alice.pk}/{there}", 200), (f"bookings/{alices_booking.pk}/move/{surgery.reference}/", 200),
    ):  # fmt: skip
        sent = {"slot": ["\0", "9" * 40], "request_id": "\0", "question": "\0" * 9, "reason": "x" * 999}
        assert client.post(f"/organise/{address}", sent).status_code == status
    assert client.get("/organise/people/new/?page=zzz").status_code == 200


@pytest.mark.parametrize("page", ["people/{alice}/book/", "people/{alice}/book/{surgery}/", "bookings/{booking}/move/"])
def test_each_page_takes_few_statements(client, surgery, alice, alices_booking, page, django_assert_max_num_queries):
    SurgeryFactory.create_batch(5)
    address = page.format(alice=alice.pk, surgery=surgery.reference, booking=alices_booking.pk)
    with django_assert_max_num_queries(12):
        assert client.get(f"/organise/{address}").status_code == 200
