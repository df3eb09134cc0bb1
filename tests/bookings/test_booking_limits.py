"""How often forms may be sent: exactly so many emails to an address, and many from a client."""

import pytest

from bookings.models import Booking
from notifications.models import OutboxEmail
from tests.bookings.pages import ADA, filled_in, page_of, private, words_of
from tests.factories import BookingFactory, SurgeryFactory, local

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def low_limits(settings):
    settings.EMAILS_PER_ADDRESS, settings.FORMS_PER_CLIENT = 2, 5


def surgeries(number):
    return [SurgeryFactory.create(starts_at=local(days=7 + day)) for day in range(number)]


def book_all(client, places, **changes):
    return [client.post(page_of(place), filled_in(place.slots.first(), **changes)) for place in places]


def test_an_address_gets_so_many_emails_and_no_more(client):
    answers = book_all(client, surgeries(4))
    assert [answer.status_code for answer in answers] == [303, 303, 429, 429]
    assert OutboxEmail.objects.filter(recipient=ADA).count() == Booking.objects.count() == 2


def test_the_page_says_when_to_try_again(client):
    refused = book_all(client, surgeries(3))[-1]
    assert 0 < int(refused["Retry-After"]) <= 24 * 60 * 60
    assert "That was a lot at once" in words_of(refused)
    assert refused["Cache-Control"] == "no-store"


def test_another_spelling_of_the_address_is_the_same_address(client):
    places = surgeries(3)
    book_all(client, places[:2])
    assert book_all(client, places[2:], email=ADA.upper())[0].status_code == 429


def test_a_client_may_send_so_many_forms_and_no_more(client):
    answers = [
        client.post(page_of(place), filled_in(place.slots.first(), email=f"ada{number}@example.gov.uk"))
        for number, place in enumerate(surgeries(6))
    ]
    assert [answer.status_code for answer in answers] == [303] * 5 + [429]


def test_a_form_that_was_sent_before_has_its_outcome_past_the_limit(client, surgery):
    sent = filled_in(surgery.slots.first())
    answers = [client.post(page_of(surgery), sent) for _ in range(4)]
    assert len({answer["Location"] for answer in answers}) == 1


def test_forms_that_are_not_filled_in_count_for_nothing(client, surgery):
    for _ in range(6):
        client.post(page_of(surgery), filled_in(surgery.slots.first(), name=""))
    assert client.post(page_of(surgery), filled_in(surgery.slots.first())).status_code == 303


@pytest.mark.parametrize(
    ("page", "data"),
    [
        ("answers/", {"question": "Where do I start?"}),
        ("change/", {"slot": "last"}),
        ("wait/", {"holds": "first"}),
        ("email/", {"email": "grace.hopper@example.gov.uk"}),
    ],
)
def test_every_act_that_sends_an_email_counts_for_the_address(client, page, data):
    other, surgery = surgeries(2)
    book_all(client, [other, surgery])
    booking = Booking.objects.get(surgery=surgery)
    slots = {"first": surgery.slots.first().pk, "last": surgery.slots.last().pk}
    sent = {name: slots.get(value, value) for name, value in data.items()} | {"seen": booking.version}
    answer = client.post(private(booking, page), sent)
    assert answer.status_code == 429
    assert OutboxEmail.objects.filter(recipient=ADA).count() == 2


def test_an_address_cannot_be_flooded_by_putting_others_right_to_it(client, surgery):
    others = BookingFactory.create_batch(3, surgery=surgery)
    answers = [client.post(private(other, "email/"), {"email": ADA}).status_code for other in others]
    assert answers[2] == 429
    assert OutboxEmail.objects.filter(recipient=ADA).count() == 2


def test_cancelling_counts_and_is_never_refused(client):
    other, surgery = surgeries(2)
    book_all(client, [other, surgery])
    booking = Booking.objects.get(surgery=surgery)
    answer = client.post(private(booking, "cancel/"), {"seen": booking.version})
    assert answer.status_code == 303
    booking.refresh_from_db()
    assert booking.is_cancelled
    page = client.get(answer.headers["Location"]).content.decode()
    assert "we have not sent another" in page
    assert "We have emailed you" not in page
    assert "emailed you" not in client.get(private(booking)).content.decode(), "nor on any later visit"
    assert OutboxEmail.objects.filter(recipient=ADA).count() == 2, "past the limit nothing is sent about it"


def test_evidence_sends_nothing_and_counts_for_the_client_only(client, surgery, alices_booking):
    answers = [client.post(private(alices_booking, "evidence/"), {"feeling": "keen"}) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [303] * 5 + [429]
