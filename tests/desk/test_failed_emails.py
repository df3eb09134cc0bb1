"""Organisers see which emails did not arrive, and why, try them again, and leave them at that."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from desk.reasons import reason_of
from notifications import services
from notifications.models import OutboxEmail
from notifications.outbox import NOBODY_KNOWS
from tests.bookings.test_statements_per_page import statements
from tests.factories import AttendeeFactory, BookingFactory, ShiftFactory, UserFactory
from tests.notifications.letters import queue_letter, work

pytestmark = pytest.mark.django_db
PAGE = "/organise/emails/"
REFUSED = "It was not sent: SMTPRecipientsRefused 550 5.1.1."


@pytest.fixture
def organiser(client: Client) -> Client:
    client.force_login(UserFactory.create(organiser=True))
    return client


def given_up(number: int = 1, *, about: dict | None = None, **facts) -> OutboxEmail:
    email = queue_letter(number, **({"about": about} if about else {}))
    facts = {"state": "dead", "attempts": 6, "last_error": REFUSED} | facts
    OutboxEmail.objects.filter(pk=email.pk).update(**facts)
    email.refresh_from_db()
    return email


def words(response) -> str:
    return " ".join(response.content.decode().replace("<wbr>", "").split())


def test_an_email_is_listed_with_what_it_was_to_whom_about_what_and_why_it_failed(organiser: Client):
    queue_letter(9)  # is on its way
    booking, shift = BookingFactory.create(), ShiftFactory.create()
    given_up(1, about={"number": 1, "booking": booking.pk})
    given_up(2, about={"number": 2, "shift": shift.pk})
    given_up(3, about={"number": 3, "booking": 10**30, "shift": "x", "surgery": None})
    page = words(organiser.get(PAGE))
    assert "3 emails were given up" in page
    assert "Letter, to person1@example.gov.uk" in page
    assert "There is no such address." in page
    assert "550 5.1.1" in page
    assert "SMTPRecipientsRefused" not in page
    for surgery in (booking.surgery, shift.surgery):
        assert f"/organise/surgeries/{surgery.reference}/" in page
    assert "person9" not in page


def test_whose_address_it_is_leads_to_their_page(organiser: Client):
    booking, host, both = BookingFactory.create(), UserFactory.create(name="Olu Host"), UserFactory.create()
    came = AttendeeFactory.create(email=both.email, name="Ada Both")
    before = statements(lambda: organiser.get(PAGE))
    for number, address in enumerate([booking.attendee.email, host.email, both.email, "nobody@example.gov.uk"]):
        given_up(number, recipient=address)
    page = words(organiser.get(PAGE))
    assert f'href="/organise/people/{booking.attendee_id}/"' in page
    assert f'To <a class="govuk-link" href="/organise/people/users/{host.pk}/">Olu Host</a>' in page
    assert f'To <a class="govuk-link" href="/organise/people/{came.pk}/">Ada Both</a>' in page
    assert page.count('To <a class="govuk-link"') == 3
    assert "/organise/help/#emails-that-did-not-arrive" in page
    few = statements(lambda: organiser.get(PAGE))
    given_up(9, recipient=AttendeeFactory.create(email="one.more@example.gov.uk").email)
    assert before <= statements(lambda: organiser.get(PAGE)) == few


def test_one_is_tried_again_by_a_press_and_arrives(organiser: Client, mailoutbox: list):
    email = given_up()
    response = organiser.post(f"{PAGE}{email.pk}/try-again/", follow=True)
    assert "It will be tried again within a minute." in words(response)
    assert "Nothing waits for you to decide" in words(response)
    assert "1 email that failed before is being tried again" in words(response)
    assert "Everything has arrived" not in words(response)
    work()
    assert [sent.to for sent in mailoutbox] == [[email.recipient]]
    queue_letter(9)  # has not failed
    assert "Everything has arrived" in words(organiser.get(PAGE))
    email.refresh_from_db()
    assert (email.state, email.attempts) == ("sent", 1)
    response = organiser.post(f"{PAGE}{email.pk}/try-again/", follow=True)
    assert "Somebody was faster, or it has been sent meanwhile." in words(response)


def test_looking_and_opening_the_address_of_a_button_change_nothing(organiser: Client):
    email = given_up()
    for page in ("", "try-again/", f"{email.pk}/try-again/", f"{email.pk}/leave/"):
        assert organiser.get(f"{PAGE}{page}").status_code == (405 if page else 200)
    email.refresh_from_db()
    assert (email.state, email.left_alone_at) == ("dead", None)


def test_what_is_left_at_that_is_off_the_list_and_can_still_be_tried_again(organiser: Client):
    email = given_up()
    page = words(organiser.post(f"{PAGE}{email.pk}/leave/", follow=True))
    assert "It is left at that." in page
    assert "Nothing waits for you to decide" in page
    assert "Everything has arrived" not in page
    assert "Left at that lately" in page
    assert "Leave it" not in page
    assert "Somebody was faster" in words(organiser.post(f"{PAGE}{email.pk}/leave/", follow=True))
    organiser.post(f"{PAGE}{email.pk}/try-again/")
    email.refresh_from_db()
    assert (email.state, email.left_alone_at) == ("queued", None)


def test_all_that_can_be_sent_are_tried_again_at_once(organiser: Client):
    now = timezone.now()
    late, wiped = given_up(1, not_after=now - timedelta(seconds=1)), given_up(2, needs_context=True)
    left, one, another = given_up(3, left_alone_at=now), given_up(4, not_after=now + timedelta(days=1)), given_up(5)
    page = words(organiser.get(PAGE))
    assert "It is too late to send it now." in page
    assert "has been deleted." in page
    organiser.post(f"{PAGE}try-again/")
    queued = set(OutboxEmail.objects.filter(state="queued").values_list("pk", flat=True))
    assert queued == {one.pk, another.pk}
    assert "None of them can be tried again." in words(organiser.post(f"{PAGE}try-again/", follow=True))
    assert OutboxEmail.objects.dead().filter(pk__in=[late.pk, wiped.pk, left.pk]).count() == 3


def test_only_what_was_given_up_can_be_left_alone():
    email = queue_letter()
    assert not services.leave_alone(email=email)
    with pytest.raises(IntegrityError), transaction.atomic():
        OutboxEmail.objects.filter(pk=email.pk).update(left_alone_at=timezone.now())


@pytest.mark.parametrize("page", ["99/leave/", "99/try-again/", f"{10**30}/leave/", f"{10**30}/try-again/"])
def test_an_email_that_is_not_there_is_not_found(organiser: Client, page: str):
    assert organiser.post(f"{PAGE}{page}").status_code == 404


@pytest.mark.parametrize(
    ("error", "short"),
    [
        (REFUSED, "There is no such address"),
        ("It was not sent: SMTPRecipientsRefused 550.", "There is no such address"),
        ("It was not sent: SMTPRecipientsRefused 550 5.7.1.", "The mail server refused it by a rule of its own"),
        ("It was not sent: SMTPDataError 552 5.3.4.", "The email was too large for that mailbox"),
        ("It was not sent: SMTPDataError 552 5.2.2.", "That mailbox is full"),
        ("It was not sent: SMTPRecipientsRefused 451 4.7.1.", "The mail server was busy each time that we tried"),
        ("It was not sent: SMTPRecipientsRefused 450.", "The mail server was busy each time that we tried"),
        ("It was not sent: SMTPAuthenticationError 535.", "The mail server does not let us send"),
        ("It was not sent: SMTPDataError 554.", "The mail server refused it"),
        ("The mail server is away: ConnectionRefusedError.", "The mail server could not be reached"),
        ("It could not be written: DoesNotExist.", "It could not be put together"),
        (NOBODY_KNOWS, "It may have arrived"),
        ("", "The mail server could not be reached"),
    ],
)
def test_each_reason_is_said_in_plain_words(error: str, short: str):
    assert reason_of(error).short == short
