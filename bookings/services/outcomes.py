"""What came of a visit: the champion records it, and the person it is about has the last word on their next step."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from bookings.errors import OutcomeChanged, OutcomeClosed
from bookings.models import CORRECTED_FOR, Correction, Outcome, Visit, VisitQuerySet
from organisation.models import Topic
from surgeries.models import Surgery
from surgeries.transactions import retried

# Hosts record outcomes for so long after the surgery, while they remember.
RECORDED_FOR = timedelta(days=2)


def recorded_until(surgery: Surgery, *, by: User) -> datetime:
    """Until when this user, who hosts there or organises, may record what came of the visits to a surgery."""
    return surgery.ends_at + (CORRECTED_FOR if by.is_organiser else RECORDED_FOR)


def can_leave_open(surgery: Surgery, *, by: User, now: datetime) -> bool:
    """Whether this user may say that nobody knows: once the hosts' time is over, and while it can be recorded."""
    return surgery.ends_at + RECORDED_FOR <= now < recorded_until(surgery, by=by)


def left_to_record(surgery: Surgery, *, by: User, now: datetime) -> VisitQuerySet:
    """The visits whose outcome this user may record who hosts there no more: of whom they helped last."""
    theirs = surgery.visits.helped_last_by(by)
    return theirs if now < surgery.ends_at + RECORDED_FOR else theirs.none()


@retried
@transaction.atomic
def record_outcome(
    *,
    visit: Visit,
    topics: Iterable[Topic],
    result: str,
    next_step: str = "",
    is_next_step_shared: bool = False,
    platforms: Iterable[Topic] = (),
    pledge: str = "",
    is_possible_story: bool = False,
    by: User,
    seen: str = "",
    now: datetime | None = None,
) -> Outcome:
    """Record what came of somebody's visit, an `Outcome.Result`; recorded again, it is changed. They are helped on.

    `seen` is the version that the form showed, if there was one. The same words once more change nothing. Raises
    OutcomeChanged if it is another version by now: nobody undoes unseen what the person, or another host, has done.
    After the hosts' time, what an organiser records is noted among the corrections of the register.

    Raises OutcomeClosed, and Visit.DoesNotExist if somebody took it back meanwhile that they are here.
    """
    now = now or timezone.now()
    visit = Visit.objects.select_for_update(no_key=True, of=("self",)).select_related("surgery").get(pk=visit.pk)
    if now >= recorded_until(visit.surgery, by=by):
        raise OutcomeClosed
    said = {
        "result": result,
        "next_step": next_step,
        # Without a next step there is nothing to agree to.
        "is_next_step_shared": is_next_step_shared and bool(next_step),
        "pledge": pledge,
        "is_possible_story": is_possible_story,
    }
    topics, platforms = set(topics), set(platforms)
    # Locked, because the person acts on their next step without a lock on the visit.
    if outcome := Outcome.objects.select_for_update(no_key=True).filter(visit=visit).first():
        if _says(outcome, said, topics, platforms):
            return outcome
        if outcome.version != seen:
            raise OutcomeChanged(outcome)
    outcome, _ = Outcome.objects.update_or_create(visit=visit, defaults=said | {"recorded_at": now, "recorded_by": by})
    outcome.topics.set(topics)
    outcome.platforms.set(platforms)
    if now >= visit.surgery.ends_at + RECORDED_FOR:
        Correction.objects.create(
            surgery=visit.surgery,
            attendee_id=visit.attendee_id,
            what=Correction.What.OUTCOME,
            corrected_at=now,
            corrected_by=by,
        )
    return outcome


def leave_open(*, surgery: Surgery, visits: Iterable[int], by: User, now: datetime | None = None) -> int:
    """Note that nobody knows what came of these visits to the surgery, by their ids; return of how many.

    One that has an outcome by now is left alone. Organisers are no longer asked for the others, and what came of them
    can still be recorded. Raises OutcomeClosed unless this user `can_leave_open`.
    """
    now = now or timezone.now()
    if not can_leave_open(surgery, by=by, now=now):
        raise OutcomeClosed
    return surgery.visits.without_an_outcome().filter(pk__in=visits).update(is_outcome_unknown=True)


def _says(outcome: Outcome, said: dict[str, object], topics: set[Topic], platforms: set[Topic]) -> bool:
    """Whether it says that already."""
    plain = all(getattr(outcome, name) == value for name, value in said.items())
    return plain and set(outcome.topics.all()) == topics and set(outcome.platforms.all()) == platforms


def share_next_step(*, visit: Visit, is_shared: bool) -> None:
    """The person agrees that the next champion sees their next step, or does not any more."""
    Outcome.objects.filter(visit=visit).exclude(next_step="").update(is_next_step_shared=is_shared)


def delete_next_step(*, visit: Visit) -> None:
    """The person would rather that nobody kept their next step."""
    Outcome.objects.filter(visit=visit).update(next_step="", is_next_step_shared=False)
