"""After the day: organisers put right who sat with somebody, from when to when, and when they left."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from bookings.errors import DoorsClosed, VisitChanged
from bookings.models import Correction, Help, Visit
from bookings.services.attending import check_doors, end_of_day
from surgeries.models import Shift, Surgery
from surgeries.transactions import retried


@dataclass(frozen=True)
class Sitting:
    """A host of the surgery sat with somebody, from when to when."""

    shift: Shift
    starts_at: datetime
    ends_at: datetime


@retried
@transaction.atomic
def put_visit_right(
    *,
    visit: Visit,
    sittings: Iterable[Sitting],
    left_at: datetime,
    by: User,
    seen: str,
    now: datetime | None = None,
) -> None:
    """Let these be the sittings of the visit, and this when they left. It is noted among the corrections for good.

    What is right already stays as it is; if all of it is, nothing is changed or noted. `seen` is the version of the
    visit that the form showed. Raises VisitChanged if it is another by now, DoorsClosed, and Visit.DoesNotExist if
    somebody took it back meanwhile that they were here.
    """
    now = now or timezone.now()
    visit = Visit.objects.select_for_update(no_key=True, of=("self",)).select_related("surgery").get(pk=visit.pk)
    if not can_be_put_right(visit.surgery, by=by, now=now):
        raise DoorsClosed
    helps = list(visit.helps.all())
    wanted = {(each.shift.pk, each.starts_at, each.ends_at) for each in sittings}
    there = {(each.shift_id, each.starts_at, each.ends_at): each for each in helps}
    if wanted == there.keys() and left_at == visit.left_at:
        return
    if version_of(visit, helps) != seen:
        raise VisitChanged
    for key in there.keys() - wanted:
        there[key].delete()
    visit.left_at = left_at
    visit.save(update_fields=["left_at"])
    Help.objects.bulk_create(
        Help(visit=visit, surgery_id=visit.surgery_id, shift_id=shift, starts_at=starts_at, ends_at=ends_at)
        for shift, starts_at, ends_at in sorted(wanted - there.keys(), key=lambda key: key[1])
    )
    Correction.objects.create(
        surgery=visit.surgery,
        attendee_id=visit.attendee_id,
        what=Correction.What.HELP,
        corrected_at=now,
        corrected_by=by,
    )


def can_be_put_right(surgery: Surgery, *, by: User, now: datetime) -> bool:
    """Whether this user may: organisers for 30 days, from midnight on. Until then the room is there for it."""
    try:
        check_doors(surgery, by=by, now=now)
    except DoorsClosed:
        return False
    return by.is_organiser and now >= end_of_day(surgery)


def version_of(visit: Visit, helps: Sequence[Help]) -> str:
    """Another one whenever something is put right: when they left, and which helps there are."""
    left = f"{visit.left_at:%H%M%S%f}" if visit.left_at else ""
    return "-".join([left, *(str(each.pk) for each in helps)])
