"""What becomes of an email when the mail server refuses it, hangs, hangs up, or is away."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest
import time_machine
from django.db import connection
from django.test import override_settings

from notifications import outbox
from notifications.models import OutboxEmail
from notifications.smtp import LAST_ANSWER
from tests.notifications.conftest import going_to
from tests.notifications.letters import queue_letter, queue_letters, work
from tests.notifications.mail_server import free_port

NOON = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
SCHEDULE = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 360)]


def the_email() -> OutboxEmail:
    return OutboxEmail.objects.get()


@pytest.fixture
def mail_server_away():
    with override_settings(**going_to("127.0.0.1", free_port())):
        yield


def test_after_a_failure_it_is_tried_again_after_longer_and_longer_pauses_and_then_given_up(db, mail_server):
    mail_server.at_recipient = lambda address: "451 4.3.2 Not now"
    with time_machine.travel(NOON, tick=False) as clock:
        queue_letter(context={"code": "123456"})
        for number, pause in enumerate(SCHEDULE, start=1):
            work()
            email = the_email()
            assert (email.state, email.attempts, email.unsure_attempts) == ("queued", number, 0)
            assert email.next_try_at == datetime.now(UTC) + pause
            clock.shift(pause - timedelta(seconds=1))
            work()
            assert the_email().attempts == number
            clock.shift(timedelta(seconds=1))
        work()
    email = the_email()
    assert (email.state, email.attempts, email.context) == ("dead", 6, {})
    assert email.last_error == "It was not sent: SMTPRecipientsRefused 451 4.3.2."


def test_it_arrives_once_the_mail_server_is_well_again(db, mail_server):
    answers = iter(["451 Not now", "250 OK"])
    mail_server.at_recipient = lambda address: next(answers)
    with time_machine.travel(NOON, tick=False) as clock:
        queue_letter()
        work()
        clock.shift(timedelta(minutes=1))
        work()
    email = the_email()
    assert (email.state, email.attempts, email.last_error) == ("sent", 2, "")


@pytest.mark.parametrize("code", [550, 551, 552, 553, 554])
def test_an_address_that_is_refused_for_good_is_given_up_at_once(db, mail_server, code):
    mail_server.at_recipient = lambda address: f"{code} 5.1.1 No {address} here"
    queue_letter(context={"code": "123456"})
    work()
    email = the_email()
    assert (email.state, email.attempts, email.unsure_attempts, email.context) == ("dead", 1, 0, {})
    assert email.last_error == f"It was not sent: SMTPRecipientsRefused {code} 5.1.1."


def test_what_the_mail_server_says_about_a_person_is_not_kept(db, mail_server):
    mail_server.at_recipient = lambda address: f"550 No {address} here"
    email = queue_letter()
    work()
    assert email.recipient not in the_email().last_error
    assert "@" not in the_email().last_error


def test_a_text_that_is_refused_for_good_is_given_up_at_once(db, mail_server):
    mail_server.at_data = lambda raw: "554 5.6.0 Not that"
    queue_letter()
    work()
    assert (the_email().state, the_email().last_error) == ("dead", "It was not sent: SMTPDataError 554 5.6.0.")


def test_a_text_that_is_refused_for_now_is_tried_again_and_known_not_to_have_arrived(db, mail_server):
    mail_server.at_data = lambda raw: "452 4.2.2 Full"
    queue_letter()
    work()
    assert (the_email().state, the_email().unsure_attempts) == ("queued", 0)


def test_a_refusal_of_us_is_no_refusal_of_the_email(db, mail_server):
    mail_server.at_sender = lambda address: "550 5.7.1 Sign in first"
    queue_letter()
    work()
    assert the_email().state == "queued"


def test_one_refused_address_keeps_no_other_email_from_being_sent(db, mail_server):
    mail_server.at_recipient = lambda address: "550 No" if address == "person3@example.gov.uk" else "250 OK"
    queue_letters(6)
    work()
    assert len(mail_server.taken) == 5
    assert OutboxEmail.objects.dead().get().recipient == "person3@example.gov.uk"


def test_a_mail_server_that_is_away_postpones_the_batch_after_one_try(db, mail_server_away):
    queue_letters(3)
    work()
    assert set(OutboxEmail.objects.values_list("state", "attempts", "unsure_attempts")) == {("queued", 1, 0)}
    assert OutboxEmail.objects.first().last_error == "The mail server is away: ConnectionRefusedError."


def test_a_connection_that_the_mail_server_closes_between_two_emails_costs_no_attempt(db, mail_server):
    mail_server.hangs_up_after = 2
    queue_letters(5)
    work()
    assert set(OutboxEmail.objects.values_list("state", "attempts")) == {("sent", 1)}
    assert mail_server.connections == 3


def test_a_connection_that_breaks_before_the_email_was_handed_over_leaves_no_doubt(db, mail_server):
    mail_server.at_recipient = lambda address: None
    queue_letter()
    work()
    assert (the_email().state, the_email().attempts, the_email().unsure_attempts) == ("queued", 1, 0)


def test_a_mail_server_that_hangs_with_the_email_in_its_hands_leaves_a_doubt(db, mail_server, settings):
    settings.EMAIL_TIMEOUT = 0.1
    mail_server.seconds_before_answer = 0.1 * LAST_ANSWER + 0.5
    queue_letter()
    work()
    assert (the_email().state, the_email().attempts, the_email().unsure_attempts) == ("queued", 1, 1)


def test_a_mail_server_that_takes_its_time_to_look_into_an_email_is_waited_for(db, mail_server, settings):
    settings.EMAIL_TIMEOUT = 0.3
    mail_server.seconds_before_answer = 1
    queue_letter()
    work()
    assert (the_email().state, the_email().attempts) == ("sent", 1)


def send_until_nothing_is_left() -> None:
    """Work through the whole schedule of tries."""
    with time_machine.travel(NOON, tick=False) as clock:
        queue_letter()
        work()
        for pause in SCHEDULE:
            clock.shift(pause)
            work()


def test_a_mail_server_that_takes_emails_and_hangs_up_gets_two_copies_and_no_third(db, mail_server):
    mail_server.at_data = lambda raw: None
    mail_server.take_before_hanging_up = True
    send_until_nothing_is_left()
    assert list(mail_server.copies().values()) == [2]
    assert (the_email().state, the_email().last_error) == ("dead", outbox.NOBODY_KNOWS)


def test_control_without_counting_doubts_it_gets_a_copy_at_every_try(db, mail_server, monkeypatch):
    monkeypatch.setattr(outbox, "MOST_COPIES", 99)
    mail_server.at_data = lambda raw: None
    mail_server.take_before_hanging_up = True
    send_until_nothing_is_left()
    assert list(mail_server.copies().values()) == [6]


def test_a_second_copy_has_the_same_message_id(db, mail_server):
    answers = iter([None, "250 OK"])
    mail_server.at_data = lambda raw: next(answers)
    mail_server.take_before_hanging_up = True
    with time_machine.travel(NOON, tick=False) as clock:
        queue_letter()
        work()
        clock.shift(timedelta(minutes=1))
        work()
    first, second = mail_server.emails()
    assert first["Message-ID"] == second["Message-ID"]
    assert the_email().state == "sent"


def test_while_the_database_is_away_an_outcome_is_not_forgotten(transactional_db, mail_server):
    """The connection is cut while the mail server has the email: it is noted as sent over a new one."""
    connection.ensure_connection()
    pid = connection.connection.info.backend_pid
    wanted = ("host", "port", "user", "password", "dbname")
    parameters = {key: value for key, value in connection.get_connection_params().items() if key in wanted}

    def cut(raw: bytes) -> str:
        with psycopg.connect(**parameters) as other:
            other.execute("SELECT pg_terminate_backend(%s)", [pid])
        return "250 OK"

    mail_server.at_data = cut
    queue_letter()
    work()
    assert (the_email().state, the_email().attempts) == ("sent", 1)
    assert len(mail_server.taken) == 1
