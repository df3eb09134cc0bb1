"""Moving what one record of a person has to the other, once it is decided what becomes of it (`privacy.merging`)."""

from django.db import connection
from django.db.models import Exists, OuterRef, Q

from accounts.models import User
from bookings.after_emails import CAME
from bookings.models import Attendee, Outcome, Thanks, Visit
from bookings.people import REMOVED, Person
from champions.models import Champion
from notifications.models import OutboxEmail
from privacy.merging import Fold, Merging
from privacy.traces import forget_traces

# Together, since a visit and its booking are of one person at any moment.
MOVE = """
    WITH booked AS (UPDATE bookings_booking SET attendee_id = %(stays)s WHERE attendee_id = %(goes)s)
    UPDATE bookings_visit SET attendee_id = %(stays)s WHERE attendee_id = %(goes)s
"""


def join(it: Merging, person: Person, *, name: str, email: str | None) -> None:
    """Let everything be one record’s, under this name and this address: what the person is besides has it as well.

    Call it under the locks of `merge`.
    """
    stays, goes = it.stays.attendee, it.goes.attendee
    for fold in it.folds:
        _fold(fold)
    _join_thanks(stays, goes)
    with connection.cursor() as cursor:
        cursor.execute(MOVE, {"stays": stays.pk, "goes": goes.pk})
    user = stays.user_id or goes.user_id
    dropped = {each.email for each in (stays, goes) if each.email} - {email}
    Attendee.objects.filter(merged_into=goes).update(merged_into=stays)
    Attendee.objects.filter(pk=goes.pk).update(name=REMOVED, email=None, user=None, merged_into=stays)
    stays.name, stays.email, stays.user_id = name, email, user
    stays.save(update_fields=["name", "email", "user"])
    User.objects.filter(pk__in=person.users).update(name=name)
    Champion.objects.filter(pk__in=person.champions).update(name=name)
    _join_emails(it, dropped, email)
    if dropped:
        forget_traces(Person(addresses=frozenset(dropped)), set())


def _fold(fold: Fold) -> None:
    """Two visits were one: it has the helps, topics and outcome of both, and whoever has a link to either finds it."""
    stays, goes = fold.stays, fold.goes
    # Nobody was helped by two at once; of what was noted twice the visit that stays has it already. All have ended.
    at_once = stays.helps.filter(starts_at__lt=OuterRef("ends_at"), ends_at__gt=OuterRef("starts_at"))
    goes.helps.exclude(Exists(at_once)).update(visit=stays)
    if hasattr(goes, "outcome"):
        _fold_outcome(stays, goes.outcome)
    stays.topics.add(*goes.topics.all())
    links = [*(stays.stands_for or []), goes.pk, *(goes.stands_for or [])]
    form = stays.request_id or goes.request_id
    seat = stays.booking_id or goes.booking_id
    is_unknown = stays.is_outcome_unknown or goes.is_outcome_unknown
    arrived = min((each for each in (stays.arrived_at, goes.arrived_at) if each), default=None)
    left = max((each for each in (stays.left_at, goes.left_at) if each), default=None)
    goes.delete()
    moved = Visit.objects.filter(pk=stays.pk)
    moved.update(stands_for=links, arrived_at=arrived, left_at=left, request_id=form, is_outcome_unknown=is_unknown)
    if seat != stays.booking_id:
        # Its seat is the other one’s, so it becomes that one’s visit; `join` moves both.
        moved.update(booking=seat, attendee=goes.attendee_id)


def _fold_outcome(stays: Visit, other: Outcome) -> None:
    """What was recorded last counts; of what was recorded before it keeps the topics, and the words that it lacks."""
    mine = getattr(stays, "outcome", None)
    if mine is None:
        Outcome.objects.filter(pk=other.pk).update(visit=stays)
        return
    last, first = (mine, other) if mine.recorded_at >= other.recorded_at else (other, mine)
    facts = {name: getattr(last, name) for name in ("result", "recorded_at", "recorded_by_id")}
    facts |= {name: getattr(last, name) or getattr(first, name) for name in ("pledge", "is_possible_story")}
    source = last if last.next_step else first
    facts |= {name: getattr(source, name) for name in ("next_step", "is_next_step_shared")}
    Outcome.objects.filter(pk=mine.pk).update(**facts)
    mine.topics.add(*other.topics.all())
    mine.platforms.add(*other.platforms.all())


def _join_thanks(stays: Attendee, goes: Attendee) -> None:
    """Whoever thanked the same hosts twice did it once: the last words stay, or else the others."""
    known = {each.surgery_id: each for each in stays.thanks.all()}
    for said in goes.thanks.all():
        if earlier := known.get(said.surgery_id):
            last, first = (said, earlier) if said.said_at > earlier.said_at else (earlier, said)
            Thanks.objects.filter(pk=earlier.pk).update(words=last.words or first.words, said_at=last.said_at)
            said.delete()
    goes.thanks.update(attendee=stays)


def _join_emails(it: Merging, dropped: set[str], email: str | None) -> None:
    """What is queued goes to the address that stays. What was sent is under that one as well, so that it is theirs
    until it is deleted, but says that it went elsewhere.

    Nobody is thanked anew for a visit for which they were thanked under the other number.
    """
    stays, goes = it.stays.attendee, it.goes.attendee
    theirs = OutboxEmail.objects.filter(recipient__in=dropped | ({email} if email else set()))
    for row in theirs.filter(about__attendee=goes.pk):
        theirs.filter(pk=row.pk).update(about=row.about | {"attendee": stays.pk})
    thanked = set(theirs.filter(kind=CAME).values_list("dedupe_key", flat=True))
    for visit in it.goes.visits:
        key, its = (f"{CAME}:{visit.surgery_id}:{each.pk}" for each in (stays, goes))
        if its in thanked and key not in thanked:
            theirs.filter(dedupe_key=its).update(dedupe_key=key)
    if email:
        tried = ~Q(state=OutboxEmail.State.QUEUED)
        OutboxEmail.objects.filter(recipient__in=dropped).update(recipient=email, is_readdressed=tried)
