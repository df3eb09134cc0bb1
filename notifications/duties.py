"""What the clock does for this app: it forgets."""

from datetime import datetime, timedelta

from django.db.models import QuerySet

from history import services
from notifications.models import LimitCount, MailboxEmail, OutboxEmail
from notifications.registry import duty

KEPT = timedelta(days=30)
SLICE = 5000


@duty(every=timedelta(hours=1))
def forget_old_emails(now: datetime) -> None:
    """Delete the emails that were queued over 30 days ago, whatever became of them."""
    _delete(OutboxEmail.objects.filter(created_at__lt=now - KEPT))
    _delete(MailboxEmail.objects.filter(arrived_at__lt=now - KEPT))


@duty(every=timedelta(hours=1))
def forget_old_counts(now: datetime) -> None:
    """Delete the counts of windows that are over."""
    LimitCount.objects.filter(window_ends_at__lt=now).delete()


@duty(every=timedelta(days=1))
def forget_old_history(_: datetime) -> None:
    """Delete what happened over 24 months ago: the database goes by its own clock."""
    services.forget_old_history()


def _delete(old: QuerySet) -> None:
    # A slice at a time: however much there is, no statement runs into the time that one may take.
    while old.filter(pk__in=old.values("pk")[:SLICE]).delete()[0]:
        pass
