"""What the clock does for this app: on Monday morning it writes to those who would like to know what needs them."""

from datetime import datetime, time, timedelta

from django.utils import timezone

from desk.emails import queue_digests
from notifications.registry import duty
from surgeries.models import local_moment

# Before people are at their desks, on the clocks of the programme.
MORNING = time(7)


def monday_of(now: datetime) -> tuple[datetime, datetime]:
    """When the digest of this week is due: from Monday morning until midnight. On Tuesday it is news no more."""
    today = timezone.localdate(now)
    monday = today - timedelta(days=today.weekday())
    return local_moment(monday, MORNING), local_moment(monday + timedelta(days=1), time())


def next_digest_at(now: datetime) -> datetime:
    """When somebody who chooses the digest at `now` gets the first one."""
    due = monday_of(now)[0]
    return due if now < due else monday_of(now + timedelta(weeks=1))[0]


@duty(every=timedelta(minutes=15))
def send_digests(now: datetime) -> None:
    """On Monday, from the morning on. However often and on however many machines this runs, each gets one a week."""
    due, until = monday_of(now)
    if due <= now < until:
        queue_digests(week=timezone.localdate(due), since=due, until=until, now=now)
