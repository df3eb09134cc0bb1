"""The weekly digest: chosen and stopped by whoever gets it, sent once a week, and only to organisers."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.conf import settings
from django.test import Client

from accounts.models import User
from desk import emails
from desk.duties import next_digest_at, send_digests
from desk.links import stop_link
from desk.models import Digest
from desk.services import choose_digest, stop_digest
from notifications.models import OutboxEmail
from notifications.registry import Message
from notifications.worker import Worker, compose
from tests.desk.test_what_needs_you import everything
from tests.factories import BookingFactory, ShiftFactory, SurgeryFactory, UserFactory, local
from tests.fit import html_faults

pytestmark = pytest.mark.django_db
# Monday mornings at 7 in London: in winter, and the day after the clocks went forward.
WINTER, SUMMER = datetime(2027, 3, 22, 7, tzinfo=UTC), datetime(2027, 3, 29, 6, tzinfo=UTC)
MOMENT = timedelta(seconds=1)
CHOOSE = "/organise/digest/"


def reader(**facts) -> User:
    """An organiser who chose it a week before."""
    user = UserFactory.create(**{"organiser": True, "name": "Olu"} | facts)
    choose_digest(by=user, now=WINTER - timedelta(weeks=1))
    return user


def sent() -> list[OutboxEmail]:
    return list(OutboxEmail.objects.filter(kind="weekly_digest").order_by("pk"))


def written(now: datetime = WINTER) -> Message:
    """The one that is queued, as it reads at that moment."""
    with time_machine.travel(now, tick=False):
        message = emails.weekly_digest(sent()[-1])
    assert message
    return message


# ── Choosing it ───────────────────────────────────────────────────────────────────────────────────────────────


def test_it_is_off_until_an_organiser_presses_the_button_and_for_nobody_else(client: Client):
    mine, other = UserFactory.create(organiser=True), UserFactory.create(organiser=True)
    client.force_login(mine)
    assert "Send me this every Monday" in client.get("/organise/").content.decode()
    for _ in range(2):
        client.post(CHOOSE, {"wanted": "yes", "user": other.pk})
    assert [digest.user for digest in Digest.objects.all()] == [mine]
    page = client.get("/organise/").content.decode()
    assert "Stop sending it" in page
    assert "Send me this every Monday" not in page
    choose_digest(by=other)
    for _ in range(2):
        client.post(CHOOSE, {"wanted": "\0"})
    assert [digest.user for digest in Digest.objects.all()] == [other]


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (WINTER - MOMENT, WINTER),
        (WINTER, SUMMER),
        (SUMMER - MOMENT, SUMMER),
        (SUMMER, SUMMER + timedelta(weeks=1)),
    ],
)
def test_the_first_one_comes_on_the_next_monday(now: datetime, due: datetime):
    assert next_digest_at(now) == due


# ── Sending it ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("due", [WINTER, SUMMER])
def test_it_is_sent_on_monday_from_seven_on_the_clocks_of_london_until_midnight(due: datetime):
    user = reader()
    send_digests(due - MOMENT)
    send_digests(due + timedelta(hours=17))
    assert sent() == []
    send_digests(due)
    assert [(email.recipient, email.not_after) for email in sent()] == [(user.email, due + timedelta(hours=17))]
    send_digests(due + timedelta(hours=17) - MOMENT)
    assert len(sent()) == 1


def test_it_is_sent_anew_each_week():
    reader(), reader()
    for day in range(15):
        send_digests(WINTER + timedelta(days=day))
    assert len(sent()) == 2 * 3


def test_who_chooses_it_on_a_monday_waits_for_the_next():
    user = UserFactory.create(organiser=True)
    choose_digest(by=user, now=WINTER)
    send_digests(WINTER + timedelta(hours=1))
    assert sent() == []
    send_digests(SUMMER)
    assert len(sent()) == 1


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_staff": False}, {"email": "new@example.gov.uk"}])
def test_whoever_is_no_organiser_by_the_time_it_is_sent_does_not_get_it(change: dict):
    user = reader()
    send_digests(WINTER)
    User.objects.filter(pk=user.pk).update(**change)
    assert compose(sent()[0]) is None
    OutboxEmail.objects.all().delete()
    send_digests(WINTER)
    assert len(sent()) == ("email" in change)


def test_whoever_stops_it_while_it_waits_does_not_get_it(mailoutbox: list):
    user = reader()
    with time_machine.travel(WINTER, tick=False):
        send_digests(WINTER)
        stop_digest(by=user)
        Worker().run(until_idle=True)
    assert mailoutbox == []
    assert [(email.state, email.last_error) for email in sent()] == [("dropped", "It was no longer true.")]


def test_control_without_the_look_at_who_reads_it_they_would(monkeypatch):
    user = reader()
    send_digests(WINTER)
    User.objects.filter(pk=user.pk).update(is_staff=False)
    Digest.objects.all().delete()

    class Everybody:
        def filter(self, **facts):
            return User.objects.filter(pk=facts["pk"])

    monkeypatch.setattr(emails.User.objects, "organisers", Everybody)
    assert compose(sent()[0]) is not None


# ── What it says ──────────────────────────────────────────────────────────────────────────────────────────────


def test_it_says_in_text_and_html_what_needs_them_by_the_time_it_is_sent_and_names_nobody():
    user = reader()
    send_digests(WINTER)
    with time_machine.travel(datetime(2027, 3, 16, 9, 30, tzinfo=UTC), tick=False):
        everything(6)
    with time_machine.travel(WINTER, tick=False):
        SurgeryFactory.create(starts_at=local(0, 11), venue__name="Café", venue__office__name="Leeds")
        full = SurgeryFactory.create(starts_at=local(1, 11), slots=1, seats=1, hosts_wanted=1)
        ShiftFactory.create(surgery=full)
        BookingFactory.create(surgery=full), BookingFactory.create(surgery=full, waiting=True)
    message = written()
    assert re.fullmatch(r"What needs you this week: \d+ to decide", message.subject)
    for words in (message.text, message.html):
        assert "Hello Olu" in words
        assert "Monday 22 March, 11am to midday, Café, Leeds: No host, 6 seats left" in words
        assert ": 1 host, full: 1 waiting" in words
        assert "Nobody hosts yet" in words
        assert "Nobody has booked yet" in words
        assert f"{settings.PUBLIC_BASE_URL}/organise/needs/no-host/" in words
        assert f"{settings.PUBLIC_BASE_URL}/organise/emails/" in words
        assert f'href="{settings.PUBLIC_BASE_URL}/organise/"' in message.html
        assert stop_link(user) in words
        assert not re.search(r"Champion \d|Attendee \d|bob@", words)
    assert html_faults({"digest": message.html}) == []


def test_a_week_without_anything_to_decide_is_said_shortly():
    reader()
    send_digests(WINTER)
    message = written()
    assert message.subject == "Nothing to decide this week"
    assert "No surgery is published that is still to come." in message.text
    with time_machine.travel(WINTER, tick=False):
        SurgeryFactory.create(starts_at=local(60))
    assert "The next is on Friday 21 May, 10am to 11am" in written().text
    assert "To decide" not in message.text


# ── Stopping it ───────────────────────────────────────────────────────────────────────────────────────────────


def test_the_link_shows_a_button_and_only_the_button_stops_it(client: Client):
    user, other = reader(), reader()
    address = stop_link(user).removeprefix(settings.PUBLIC_BASE_URL)
    for _ in range(5):
        assert "Stop the email on Mondays?" in client.get(address).content.decode()
    assert Digest.objects.count() == 2
    for _ in range(2):
        response = client.post(address, follow=True)
        assert "You do not get this email any more" in response.content.decode()
    assert [digest.user for digest in Digest.objects.all()] == [other]
    assert user.email not in response.content.decode()


@pytest.mark.parametrize("token", ["1", "1.x", "x.y", "9" * 30, "1:x", "é.é"])
def test_a_link_that_was_made_up_stops_nothing(client: Client, token: str):
    reader()
    assert client.get(f"/digest/{token}/stop/").status_code == 404
    assert client.post(f"/digest/{token}/stop/").status_code == 404
    assert Digest.objects.count() == 1
