"""What is no longer needed is deleted by the clock."""

from datetime import timedelta

import pytest
from django.utils import timezone

from notifications import duties
from notifications.limits import EMAILS_PER_ADDRESS, count
from notifications.models import LimitCount, MailboxEmail, OutboxEmail
from tests.notifications.letters import queue_letter, queue_letters, work

DAYS = timedelta(days=1)


@pytest.mark.parametrize("state", [{"state": "queued"}, {"state": "dead"}, {"state": "dropped"}])
def test_an_email_is_gone_after_thirty_days_whatever_became_of_it(db, state):
    now = timezone.now()
    queue_letter(1, now=now - 31 * DAYS)
    queue_letter(2, now=now - 29 * DAYS)
    OutboxEmail.objects.update(**state)
    duties.forget_old_emails(now)
    assert OutboxEmail.objects.get().dedupe_key == "letter:2"


def test_however_many_there_are(db, monkeypatch):
    monkeypatch.setattr(duties, "SLICE", 7)
    now = timezone.now()
    queue_letters(50, now=now - 31 * DAYS)
    duties.forget_old_emails(now)
    assert not OutboxEmail.objects.exists()


def test_the_demonstration_mailbox_forgets_too(db):
    now = timezone.now()
    MailboxEmail.objects.create(recipient="a@b.gov.uk", subject="old", raw=b"", arrived_at=now - 31 * DAYS)
    MailboxEmail.objects.create(recipient="a@b.gov.uk", subject="new", raw=b"", arrived_at=now)
    duties.forget_old_emails(now)
    assert MailboxEmail.objects.get().subject == "new"


def test_counts_are_gone_once_their_window_is_over(db):
    now = timezone.now()
    count(EMAILS_PER_ADDRESS, "alice@example.gov.uk", now=now - 2 * DAYS)
    count(EMAILS_PER_ADDRESS, "alice@example.gov.uk", now=now)
    duties.forget_old_counts(now)
    assert LimitCount.objects.get().window_ends_at > now


def test_the_worker_does_all_this(db, mail_server):
    queue_letter(now=timezone.now() - 31 * DAYS)
    work()
    assert not OutboxEmail.objects.exists()
