"""An email is a row, written in the transaction that makes it true."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from notifications.models import OutboxEmail
from notifications.services import NewEmail, queue_email, queue_emails
from tests.notifications.letters import queue_letter, queue_letters

NOON = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)


def test_a_queued_email_holds_what_it_was_given(db):
    too_late = NOON + timedelta(hours=1)
    new = queue_email(
        kind="letter",
        to="alice@example.gov.uk",
        about={"number": 7},
        dedupe_key="letter:7",
        context={"moved_from": "10:20am"},
        not_after=too_late,
        now=NOON,
    )
    email = OutboxEmail.objects.get()
    assert new
    assert (email.kind, email.recipient, email.about) == ("letter", "alice@example.gov.uk", {"number": 7})
    assert (email.context, email.needs_context, email.not_after) == ({"moved_from": "10:20am"}, True, too_late)
    assert (email.state, email.attempts, email.next_try_at, email.created_at) == ("queued", 0, NOON, NOON)


def test_queueing_is_one_insert_and_nothing_else(db, django_assert_num_queries):
    with transaction.atomic(), django_assert_num_queries(1):
        assert queue_email(kind="letter", to="a@b.gov.uk", about={"number": 1}, dedupe_key="1")


def test_a_thousand_emails_are_one_insert_too(db, django_assert_num_queries):
    with django_assert_num_queries(1):
        queue_letters(1000)
    assert OutboxEmail.objects.count() == 1000


def test_the_same_key_queues_only_once(db):
    first = queue_email(kind="letter", to="a@b.gov.uk", about={"number": 1}, dedupe_key="once")
    second = queue_email(kind="letter", to="c@d.gov.uk", about={"number": 2}, dedupe_key="once")
    assert (first, second) == (True, False)
    assert OutboxEmail.objects.get().recipient == "a@b.gov.uk"


def test_a_batch_skips_what_is_there_and_what_it_repeats(db):
    queue_letter(1)
    emails = [
        NewEmail(kind="letter", to="a@b.gov.uk", about={"number": number}, dedupe_key=f"letter:{number}")
        for number in (1, 2, 3, 3)
    ]
    assert queue_emails(emails) == 2
    assert OutboxEmail.objects.count() == 3


def test_no_emails_are_no_statement(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert queue_emails([]) == 0


def test_an_email_goes_the_way_of_the_transaction_that_wrote_it(db):
    def act_and_fail() -> None:
        with transaction.atomic():
            queue_letter()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        act_and_fail()
    assert not OutboxEmail.objects.exists()


@pytest.mark.parametrize(
    "lie",
    [
        "state = 'posted'",
        "state = 'sending'",
        "lease = gen_random_uuid(), lease_until = now()",
        "state = 'sent'",
        "sent_at = now()",
        """state = 'sent', sent_at = now(), context = '{"code": 123456}', needs_context = true""",
        """state = 'dead', context = '{"code": 123456}', needs_context = true""",
        """context = '{"code": 123456}'""",
        "unsure_attempts = 1",
        "attempts = -1",
    ],
)
def test_the_database_refuses_a_state_that_cannot_be(db, lie):
    queue_letter()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE notifications_outboxemail SET {lie}")


def test_the_claim_reads_an_index_however_many_emails_have_been_sent(db):
    queue_letters(3000)
    OutboxEmail.objects.filter(about__number__gt=50).update(state="sent", sent_at=timezone.now())
    plan = OutboxEmail.objects.due(timezone.now())[:25].explain()
    assert "outbox_due" in plan
    assert "Seq Scan" not in plan
