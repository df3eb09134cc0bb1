"""Running the duties of the clock: each by one worker, however many workers there are."""

import logging
from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

from history.acting import acting
from notifications.models import DutyRun
from notifications.registry import Duty, duties

logger = logging.getLogger(__name__)

# A duty that fails, or whose worker dies, is due again after this long, or after its own `every` if that is shorter.
RETRY = timedelta(minutes=5)


def run_due_duties(now: datetime) -> int:
    """Run the duties that are due, and return how many this worker ran.

    A duty belongs to whoever moves its due time first. One that raises is logged and tried again later. Raises only
    when the database is away.
    """
    due_at = dict(DutyRun.objects.filter(name__in=duties).values_list("name", "due_at"))
    missing = [name for name in duties if name not in due_at]
    DutyRun.objects.bulk_create([DutyRun(name=name, due_at=now) for name in missing], ignore_conflicts=True)
    due = [name for name in duties if due_at.get(name, now) <= now]
    return sum(_run(name, duties[name], now) for name in due)


def _run(name: str, duty: Duty, now: datetime) -> bool:
    this = DutyRun.objects.filter(name=name)
    if not this.filter(due_at__lte=now).update(due_at=now + min(duty.every, RETRY)):
        return False
    try:
        with acting(place=f"clock {name}"):
            duty.run(now)
    except Exception:
        if not connection.is_usable():
            raise
        logger.exception("duty failed", extra={"facts": {"duty": name}})
    else:
        this.update(due_at=now + duty.every, ran_at=timezone.now())
    return True
