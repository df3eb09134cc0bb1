"""Writing to the outbox."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.db.models import Q
from django.utils import timezone

from notifications.models import OutboxEmail, OutboxQuerySet

# One statement for any number of emails. Sorted by key, so that two transactions which queue the same emails wait
# for one another instead of deadlocking.
INSERT = """
    INSERT INTO notifications_outboxemail
        (kind, recipient, dedupe_key, about, context, needs_context, not_after, next_try_at, created_at)
    SELECT kind, recipient, dedupe_key, about, context, context <> '{}', not_after, %(now)s, %(now)s
    FROM jsonb_to_recordset(%(emails)s::jsonb) AS email
        (kind text, recipient text, dedupe_key text, about jsonb, context jsonb, not_after timestamptz)
    ORDER BY dedupe_key
    ON CONFLICT (dedupe_key) DO NOTHING
"""


@dataclass(frozen=True, kw_only=True)
class NewEmail:
    """An email to be queued: see `queue_email` for what the fields mean."""

    kind: str
    to: str
    about: Mapping[str, int | str]
    dedupe_key: str
    context: Mapping[str, object] = field(default_factory=dict)
    not_after: datetime | None = None


def queue_email(
    *,
    kind: str,
    to: str,
    about: Mapping[str, int | str],
    dedupe_key: str,
    context: Mapping[str, object] | None = None,
    not_after: datetime | None = None,
    now: datetime | None = None,
) -> bool:
    """Write an email into the outbox, in the caller's transaction and with one statement.

    `kind` names the function that will write it (`notifications.registry.email`); `about` holds ids of the rows it
    is about; `context` holds the few facts that no row will hold any more, and is wiped once the email is finished.
    After `not_after` (aware) it is dropped instead of sent. Returns False, and changes nothing, if an email with
    this `dedupe_key` was queued before.
    """
    email = NewEmail(kind=kind, to=to, about=about, dedupe_key=dedupe_key, context=context or {}, not_after=not_after)
    return queue_emails([email], now=now) == 1


def queue_emails(emails: Iterable[NewEmail], *, now: datetime | None = None) -> int:
    """Write several emails like `queue_email`, all with one statement. Returns how many were new."""
    rows = [
        {
            "kind": email.kind,
            "recipient": email.to,
            "dedupe_key": email.dedupe_key,
            "about": email.about,
            "context": email.context,
            "not_after": email.not_after,
        }
        for email in emails
    ]
    if not rows:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(INSERT, {"emails": DjangoJSONEncoder().encode(rows), "now": now or timezone.now()})
        return cursor.rowcount


def try_again(*, email: OutboxEmail, now: datetime | None = None) -> bool:
    """Queue an email that was given up once more, with a fresh count of attempts.

    Returns False, and changes nothing, if it is not given up (any more) or its facts have been wiped.
    """
    return bool(_queue_again(OutboxEmail.objects.dead().filter(pk=email.pk), now or timezone.now()))


def try_all_again(*, now: datetime | None = None) -> int:
    """The same for all that nobody has left alone and that would still be sent. Returns how many there were."""
    now = now or timezone.now()
    in_time = Q(not_after=None) | Q(not_after__gte=now)
    return _queue_again(OutboxEmail.objects.undelivered().filter(in_time), now)


def leave_alone(*, email: OutboxEmail, now: datetime | None = None) -> bool:
    """Leave an email that was given up at that, which `try_again` takes back.

    Returns False, and changes nothing, if it is not given up (any more) or was left alone before.
    """
    return bool(OutboxEmail.objects.undelivered().filter(pk=email.pk).update(left_alone_at=now or timezone.now()))


def _queue_again(emails: OutboxQuerySet, now: datetime) -> int:
    return emails.filter(needs_context=False).update(
        state=OutboxEmail.State.QUEUED, attempts=0, unsure_attempts=0, next_try_at=now, left_alone_at=None
    )
