"""When a surgery has fewer hosts than it wants."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from surgeries.models import Surgery
from surgeries.templatetags.times import Timed


@dataclass(frozen=True)
class Gap:
    """A stretch of time for which a surgery wants `missing` more hosts."""

    starts_at: datetime
    ends_at: datetime
    missing: int


def gaps(surgery: Surgery, shifts: Iterable[Timed]) -> list[Gap]:
    """The stretches, in order, at which fewer host than are wanted. `shifts` are those that are live.

    Stretches that touch are one; it misses as many as it does at its worst.
    """
    shifts = list(shifts)
    moments = {surgery.starts_at, surgery.ends_at}
    for shift in shifts:
        moments |= {shift.starts_at, shift.ends_at}
    found: list[Gap] = []
    for start, end in pairwise(sorted(each for each in moments if surgery.starts_at <= each <= surgery.ends_at)):
        there = sum(shift.starts_at <= start and shift.ends_at >= end for shift in shifts)
        missing = surgery.hosts_wanted - there
        if missing <= 0:
            continue
        if found and found[-1].ends_at == start:
            found[-1] = Gap(found[-1].starts_at, end, max(missing, found[-1].missing))
        else:
            found.append(Gap(start, end, missing))
    return found
