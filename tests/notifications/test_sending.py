"""The worker sends what is due: rendered from the rows as they are by then, over one connection for a batch."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import User
from notifications.models import OutboxEmail
from notifications.outbox import BATCH
from notifications.registry import Message, writers
from tests.notifications.letters import queue_letter, queue_letters, work


@pytest.fixture
def written_by(monkeypatch):
    """Have letters written by another function."""
    return lambda function: monkeypatch.setitem(writers, "letter", function)


def test_a_queued_email_arrives(db, mail_server, settings):
    settings.EMAIL_FROM = "Social media surgeries <surgeries@digital.gov.uk>"
    settings.EMAIL_REPLY_TO = "team@digital.gov.uk"
    email = queue_letter(7)
    work()
    [received] = mail_server.emails()
    assert received["Subject"] == "Letter 7"
    assert received["To"] == "person7@example.gov.uk"
    assert received["From"] == "Social media surgeries <surgeries@digital.gov.uk>"
    assert received["Reply-To"] == "team@digital.gov.uk"
    assert received["Auto-Submitted"] == "auto-generated"
    assert received["Message-ID"] == email.message_id
    assert received["Message-ID"].endswith("@digital.gov.uk>")
    assert received.get_body(("plain",)).get_content().split() == ["This", "is", "letter", "7."]
    assert received.get_body(("html",)).get_content().strip() == "<p>This is letter 7.</p>"


def test_it_is_noted_as_sent(db, mail_server):
    queue_letter()
    work()
    email = OutboxEmail.objects.get()
    assert (email.state, email.attempts, email.unsure_attempts, email.last_error) == ("sent", 1, 0, "")
    assert timezone.now() - email.sent_at < timedelta(seconds=10)
    assert email.lease is None


def test_it_says_what_is_true_when_it_is_sent(db, mail_server, written_by):
    user = User.objects.create_user("alice@example.gov.uk", name="Alice")
    written_by(lambda email: Message(subject=User.objects.get(pk=email.about["user"]).name, text="x", html="x"))
    queue_letter(about={"user": user.pk})
    User.objects.update(name="Alice Adeyemi")
    work()
    assert mail_server.emails()[0]["Subject"] == "Alice Adeyemi"


def test_it_is_dropped_if_it_is_no_longer_true(db, mail_server, written_by):
    written_by(lambda email: None)
    queue_letter(context={"code": "123456"})
    work()
    email = OutboxEmail.objects.get()
    assert (email.state, email.last_error, email.context) == ("dropped", "It was no longer true.", {})
    assert not mail_server.taken


def test_it_is_dropped_if_it_is_too_late(db, mail_server):
    queue_letter(1, not_after=timezone.now() - timedelta(seconds=1), context={"code": "123456"})
    queue_letter(2, not_after=timezone.now() + timedelta(hours=1))
    work()
    late, early = OutboxEmail.objects.order_by("pk")
    assert (late.state, late.last_error, late.context) == ("dropped", "It was too late.", {})
    assert early.state == "sent"
    assert len(mail_server.taken) == 1


def test_facts_that_no_row_holds_are_there_for_the_writer_and_wiped_once_it_is_sent(db, mail_server, written_by):
    written_by(lambda email: Message(subject=f"From {email.context['moved_from']}", text="x", html="x"))
    queue_letter(context={"moved_from": "10:20am"})
    work()
    email = OutboxEmail.objects.get()
    assert mail_server.emails()[0]["Subject"] == "From 10:20am"
    assert (email.state, email.context) == ("sent", {})


def test_a_batch_goes_over_one_connection(db, mail_server):
    queue_letters(BATCH)
    work()
    assert len(mail_server.taken) == BATCH
    assert mail_server.connections == 1


def test_an_email_costs_two_statements_and_a_batch_a_dozen(db, mail_server, django_assert_max_num_queries):
    queue_letters(BATCH)
    work()
    OutboxEmail.objects.update(state="queued", sent_at=None)
    with django_assert_max_num_queries(2 * BATCH + 20):  # a turn that finds nothing more included
        work()
    assert len(mail_server.taken) == 2 * BATCH


def test_more_than_a_batch_is_sent_too_the_longest_waiting_first(db, mail_server):
    now = timezone.now()
    for number in range(30):
        queue_letter(number, now=now - timedelta(minutes=number))
    work()
    assert [email["Subject"] for email in mail_server.emails()] == [f"Letter {number}" for number in range(29, -1, -1)]


def test_an_email_is_not_sent_before_it_is_due(db, mail_server):
    queue_letter(now=timezone.now() + timedelta(minutes=1))
    work()
    assert not mail_server.taken


def test_an_email_that_cannot_be_written_keeps_no_other_from_being_sent(db, mail_server, written_by):
    original = writers["letter"]

    def fails_on_the_first(email):
        if email.about["number"] == 1:
            raise ValueError("about Alice Adeyemi")
        return original(email)

    written_by(fails_on_the_first)
    queue_letter(1)
    queue_letter(2)
    work()
    first, second = OutboxEmail.objects.order_by("pk")
    assert (first.state, first.attempts, first.unsure_attempts) == ("queued", 1, 0)
    assert first.last_error == "It could not be written: ValueError."
    assert second.state == "sent"


def test_an_email_of_a_kind_that_this_worker_does_not_know_is_left_to_one_that_does(db, mail_server):
    queue_letter(kind="parcel")
    work()
    email = OutboxEmail.objects.get()
    assert (email.state, email.attempts) == ("queued", 0)


def test_no_transaction_is_open_while_the_mail_server_takes_its_time(transactional_db, mail_server):
    in_transaction = []
    django_connection = connection.connection

    def look(raw: bytes) -> str:
        in_transaction.append(django_connection.info.transaction_status.name if django_connection else "IDLE")
        return "250 OK"

    mail_server.at_data = look
    queue_letter()
    work()
    assert in_transaction == ["IDLE"]
