"""How the outbox and the clock are, as numbers: what monitoring reads, without anything of anybody."""

from dataclasses import dataclass
from datetime import datetime
from math import inf

from django.db.models import Count, Min, Q

from notifications.models import DutyRun, OutboxEmail
from notifications.registry import duties


@dataclass(frozen=True)
class OutboxReport:
    """What is in the outbox at one moment. Times are in seconds, and 0 when nothing is waiting."""

    unsent: int
    age: float
    overdue: float
    dead: int


def outbox_at(now: datetime) -> OutboxReport:
    """How many emails are not sent yet, for how long the oldest has been there and the longest due has been due.

    The two tell apart why nothing goes out: without a worker emails are overdue, and without a mail server they only
    grow old, because each is put off to its next try. Dead are those that no organiser has left at that.
    """
    dead = Q(state=OutboxEmail.State.DEAD, left_alone_at=None)
    # Those that were sent, which are nearly all, are not looked at: each of these states has an index.
    found = OutboxEmail.objects.filter(OutboxEmail.UNSENT | dead).aggregate(
        unsent=Count("pk", filter=OutboxEmail.UNSENT),
        oldest=Min("created_at", filter=OutboxEmail.UNSENT),
        due=Min("next_try_at", filter=Q(state=OutboxEmail.State.QUEUED)),
        dead=Count("pk", filter=dead),
    )
    return OutboxReport(found["unsent"], _since(found["oldest"], now), _since(found["due"], now), found["dead"])


def clock_at(now: datetime) -> dict[str, float]:
    """For how many seconds each duty should have run again; infinite for one that never ended well."""
    ran_at = dict(DutyRun.objects.values_list("name", "ran_at"))

    def overdue(name: str) -> float:
        ran = ran_at.get(name)
        return _since(ran + duties[name].every, now) if ran else inf

    return {name: overdue(name) for name in duties}


def _since(moment: datetime | None, now: datetime) -> float:
    return max(0.0, (now - moment).total_seconds()) if moment else 0.0
