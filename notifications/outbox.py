"""What a worker may do to the rows of the outbox.

Every write to a claimed email is bound to the lease of the claim: if another worker has taken the email over, the
write changes nothing and returns False. The instance stays as it was when it was claimed, so that what is written
can be reckoned from it however far the attempt got.
"""

import logging
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction

from notifications.models import OutboxEmail
from notifications.registry import writers
from notifications.smtp import LAST_ANSWER

logger = logging.getLogger(__name__)

State = OutboxEmail.State

BACKOFF = [timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1), timedelta(hours=6)]
BATCH = 25
# How long a worker may keep what it has claimed and not come to.
LEASE = timedelta(seconds=6 * settings.EMAIL_TIMEOUT)
# How long it may keep the email in hand: longer than the mail server may take, which is asked four things.
LEASE_IN_HAND = timedelta(seconds=(4 + LAST_ANSWER) * settings.EMAIL_TIMEOUT)
# How often an email may go out, counting the times of which nobody can know whether it did.
MOST_COPIES = 2
NOBODY_KNOWS = "It may have arrived: twice something broke while it was being handed over."
FREE = {"lease": None, "lease_until": None}


def claim(now: datetime) -> list[OutboxEmail]:
    """Take a batch of those that have been due longest and that no other worker is just taking, under one lease.

    Kinds that this worker does not know are left to those that do: while a new version is rolled out, both work.
    """
    lease = uuid4()
    with transaction.atomic():
        due = OutboxEmail.objects.due(now).filter(kind__in=writers)
        batch = list(due.select_for_update(skip_locked=True)[:BATCH])
        if batch:
            taken = OutboxEmail.objects.filter(pk__in=[email.pk for email in batch])
            taken.update(state=State.SENDING, lease=lease, lease_until=now + LEASE, is_readdressed=False)
    for email in batch:
        email.lease = lease
    return batch


def let_go(lease: UUID) -> None:
    """Hand back what was claimed under this lease and never finished."""
    OutboxEmail.objects.held_under(lease).update(state=State.QUEUED, **FREE)


def take_over_lapsed(now: datetime) -> None:
    """Queue again what dead workers left behind, and give up what may have gone out as often as it may."""
    lapsed = OutboxEmail.objects.lapsed(now)
    given_up = lapsed.filter(unsure_attempts__gte=MOST_COPIES).update(
        state=State.DEAD, context={}, last_error=NOBODY_KNOWS, **FREE
    )
    if given_up:
        logger.warning("emails given up", extra={"facts": {"count": given_up, "why": NOBODY_KNOWS}})
    lapsed.filter(unsure_attempts__lt=MOST_COPIES).update(state=State.QUEUED, **FREE)


def take_in_hand(email: OutboxEmail, now: datetime) -> bool:
    """Note, just before the email is handed to the mail server, that from here on it may have gone out."""
    return _write(
        email,
        attempts=email.attempts + 1,
        unsure_attempts=email.unsure_attempts + 1,
        lease_until=now + LEASE_IN_HAND,
    )


def mark_sent(email: OutboxEmail, now: datetime) -> bool:
    """The mail server has taken it."""
    return _write(
        email,
        state=State.SENT,
        sent_at=now,
        attempts=email.attempts + 1,
        unsure_attempts=email.unsure_attempts,
        last_error="",
        context={},
        **FREE,
    )


def drop(email: OutboxEmail, why: str) -> bool:
    """It is not to be sent any more."""
    return _write(email, state=State.DROPPED, last_error=why, context={}, **FREE)


def postpone(email: OutboxEmail, why: str, now: datetime) -> bool:
    """An attempt failed for certain: try again after the next pause, or give up after the last."""
    if email.attempts >= len(BACKOFF):
        return give_up(email, why)
    return _write(
        email,
        state=State.QUEUED,
        attempts=email.attempts + 1,
        unsure_attempts=email.unsure_attempts,
        next_try_at=now + BACKOFF[email.attempts],
        last_error=why,
        **FREE,
    )


def leave_unsure(email: OutboxEmail, why: str, now: datetime) -> bool:
    """Nobody can know whether the attempt succeeded: try again unless it may have gone out as often as it may."""
    email.unsure_attempts += 1
    if email.unsure_attempts >= MOST_COPIES:
        return give_up(email, NOBODY_KNOWS)
    return postpone(email, why, now)


def give_up(email: OutboxEmail, why: str) -> bool:
    """It cannot be sent: an organiser has to see it. `why` holds no personal data."""
    logger.warning("email given up", extra={"facts": {"email": email.pk, "kind": email.kind, "why": why}})
    return _write(
        email,
        state=State.DEAD,
        attempts=email.attempts + 1,
        unsure_attempts=email.unsure_attempts,
        last_error=why,
        context={},
        **FREE,
    )


def _write(email: OutboxEmail, **changes: object) -> bool:
    assert email.lease
    return bool(OutboxEmail.objects.held_under(email.lease).filter(pk=email.pk).update(**changes))
