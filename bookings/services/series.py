"""What organisers do with many surgeries at once: make them from a pattern, take them back, publish, end a series."""

from collections.abc import Collection, Iterable
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.models import User
from bookings import shift_emails
from bookings.errors import OutOfDate
from bookings.models import Booking
from bookings.services.series_slots import set_pattern
from bookings.statements import lock_surgeries
from surgeries.models import Making, Seat, Series, Shift, Surgery, SurgeryQuerySet
from surgeries.services import DiaryError, create_surgeries, facts_of, own_slots, times_of
from surgeries.templatetags.times import day_and_year
from surgeries.transactions import Contention, retried

# So long after they were made many surgeries can be taken back at once.
TAKEN_BACK_FOR = timedelta(days=1)


class UsedAlready(DiaryError):
    """Something else was made with that form: `making`."""

    def __init__(self, making: Making) -> None:
        super().__init__("Surgeries were made with this form already.")
        self.making = making


@retried
@transaction.atomic
def make(
    *,
    pattern: Series,
    days: Collection[date],
    until: date | None,
    publishes: bool,
    request_id: UUID,
    contents: str,
    by: User,
    now: datetime | None = None,
) -> Making:
    """Make the surgeries of the pattern on these days, and return what was made.

    With `until` they belong to the series that the pattern is, which is made with them unless it is there already:
    every other date of it up to then counts as struck out. Without, there is one surgery of no series.

    The same `request_id` makes nothing more, and returns what it made the first time. Raises UsedAlready if the form
    had other `contents` then, and DiaryError if a day is past or there would be too many seats.
    """
    now = now or timezone.now()
    if made := made_with(request_id, contents):
        return made
    pattern = copy(pattern)  # of which nothing is left if this has to be tried again
    times = times_of(pattern, sorted(days))
    if not times or times[0][0] <= now:
        raise DiaryError("Choose dates that are still to come.")
    # Whoever sends the same form at the same time waits here, and then finds what this one has made.
    making = Making.objects.create(request_id=request_id, digest=_digest(contents), made_at=now, made_by=by)
    if until:
        pattern = _series_until(making, pattern, until)
        there = set(pattern.surgeries.values_list("starts_at", flat=True))
        times = [each for each in times if each[0] not in there]
    facts = facts_of(pattern) | {"series": pattern if until else None}
    create_surgeries(times=times, making=making, is_published=publishes, **facts)
    return making


def made_with(request_id: UUID, contents: str) -> Making | None:
    """What was made with that form, if anything was. Raises UsedAlready if it had other contents then."""
    made = Making.objects.select_related("series").filter(request_id=request_id).first()
    if made and made.digest != _digest(contents):
        raise UsedAlready(made)
    return made


def _digest(contents: str) -> str:
    return sha256(contents.encode(errors="replace")).hexdigest()


def _series_until(making: Making, pattern: Series, until: date) -> Series:
    """The series, planned until then. It is made if it is new; otherwise locked, and its last date may move."""
    if pattern.pk is None:
        making.is_new_series = True
        pattern.planned_until = until
        slots = own_slots(pattern)
        pattern.save()
        if slots:
            set_pattern(pattern, slots)
    else:
        # Without the venue: after waiting for the lock PostgreSQL reads the series again, and not what is joined to it.
        pattern = Series.objects.select_for_update().get(pk=pattern.pk)
        making.was_planned_until, making.ended_on = pattern.planned_until, pattern.ends_on
        pattern.planned_until = max(until, pattern.planned_until or until)
        if pattern.ends_on and pattern.ends_on < until:
            pattern.ends_on = until
        pattern.save(update_fields=["planned_until", "ends_on"])
    making.series, making.planned_until = pattern, pattern.planned_until
    making.save(update_fields=["series", "is_new_series", "was_planned_until", "planned_until", "ended_on"])
    return pattern


# ── Taking it back ────────────────────────────────────────────────────────────────────────────────────────────


def untouched(surgeries: SurgeryQuerySet) -> QuerySet[Surgery]:
    """Drafts where nobody ever booked or hosted: if they go, nobody misses them."""
    return surgeries.filter(
        ~Exists(Booking.objects.filter(surgery=OuterRef("pk"))),
        ~Exists(Shift.objects.filter(surgery=OuterRef("pk"))),
        state=Surgery.State.DRAFT,
    )


def figures_of(making: Making, *, now: datetime | None = None) -> tuple[int, bool]:
    """How many surgeries this made that are there still, and whether it can be taken back.

    It can for a day, as long as nobody relies on one of them.
    """
    made: SurgeryQuerySet = Surgery.objects.filter(making=making)
    free = Count("pk", filter=Q(pk__in=untouched(made).values("pk")))
    counts = made.aggregate(number=Count("pk"), free=free)
    is_new = making.undone_at is None and not _is_long_ago(making, now or timezone.now())
    return counts["number"], is_new and 0 < counts["number"] == counts["free"]


@retried
@transaction.atomic
def undo(*, making: Making, now: datetime | None = None) -> int:
    """Delete the drafts that this made, and the series if that is new; return how many those were.

    What the series said before it says again. Doing it twice changes nothing. Raises DiaryError if it was made more
    than a day ago, or if one of them has been published or has a host: then they are dealt with one by one.
    """
    now = now or timezone.now()
    made: SurgeryQuerySet = Surgery.objects.filter(making=making)
    lock_surgeries(made.values_list("pk", flat=True))  # first of all, as everywhere
    series = Series.objects.select_for_update().filter(makings=making.pk).first()
    making = Making.objects.select_for_update().get(pk=making.pk)
    if making.undone_at:
        return 0
    if _is_long_ago(making, now):
        raise DiaryError("They were made more than a day ago. Delete them from their pages.")
    number = made.count()
    if untouched(made).count() != number:
        raise DiaryError("One of them has been published or has a host by now. Delete the others from their pages.")
    made.delete()
    making.undone_at = now
    making.save(update_fields=["undone_at"])
    if series and making.is_new_series and not series.surgeries.exists():
        series.delete()
    elif series and series.planned_until == making.planned_until:
        series.planned_until = making.was_planned_until
        # The last date that this moved, and none that somebody has given it since.
        if making.ended_on and series.ends_on == making.planned_until:
            series.ends_on = making.ended_on
        series.save(update_fields=["planned_until", "ends_on"])
    return number


def _is_long_ago(making: Making, now: datetime) -> bool:
    return making.made_at <= now - TAKEN_BACK_FOR


# ── A series as a whole ───────────────────────────────────────────────────────────────────────────────────────


def to_publish(series: Series, *, now: datetime) -> SurgeryQuerySet:
    """Its drafts that can be published: still to come, and with a seat to book."""
    seated = Seat.objects.filter(surgery=OuterRef("pk"))
    drafts: SurgeryQuerySet = Surgery.objects.drafts(now).filter(series=series)
    return drafts.filter(Exists(seated)).order_by("starts_at", "pk")


def seen_of(*groups: Iterable[Surgery]) -> str:
    """What an organiser has seen: another one as soon as other surgeries are in a group, or one has changed."""
    return _digest(repr([sorted((each.pk, each.changed_at.isoformat()) for each in group) for group in groups]))[:32]


@retried
@transaction.atomic
def publish_drafts(*, series: Series, seen: str | None = None, now: datetime | None = None) -> int:
    """Publish every draft of the series that can be; return how many. Their hosts are told.

    Raises OutOfDate if these are others than the organiser has `seen` (see `seen_of`): the clock makes drafts as well.
    """
    now = now or timezone.now()
    locked = lock_surgeries(to_publish(series, now=now).values_list("pk", flat=True))
    found = list(to_publish(series, now=now).filter(pk__in=locked))
    if found and seen is not None and seen != seen_of(found):
        raise OutOfDate
    Surgery.objects.filter(pk__in=[each.pk for each in found]).update(state=Surgery.State.PUBLISHED, changed_at=now)
    shifts = Shift.objects.live().filter(surgery__in=found)
    shift_emails.queue_taken(shifts.select_related("champion__user", "surgery"), now=now, by_organiser=True)
    return len(found)


# What an organiser changes in a pattern. Its last date is a matter of its own, and so are its slots one by one.
FACTS = (
    "name", "venue", "starts_on", "every_weeks", "nth_in_month", "start_time", "end_time", "slot_minutes",
    "seats_per_slot", "hosts_wanted", "is_drop_in", "cutoff_minutes",
)  # fmt: skip


def version_of(series: Series) -> str:
    """Another one as soon as somebody has changed what the series says."""
    facts = [getattr(series, "venue_id" if name == "venue" else name) for name in FACTS]
    return _digest(repr([*facts, series.ends_on, sorted(own_slots(series).items())]))[:32]


@retried
@transaction.atomic
def change_series(*, series: Series, facts: dict[str, Any], seen: str) -> None:
    """Let the series make its surgeries from now on as these `facts` say. Those that are there stay as they are.

    With slots of another length or with another number of seats, it names no slots of its own any more. Raises
    OutOfDate if somebody has changed it since the organiser has `seen` it (its version).
    """
    series = Series.objects.select_for_update(no_key=True, of=("self",)).get(pk=series.pk)
    if version_of(series) != seen:
        raise OutOfDate
    if any(getattr(series, name) != facts[name] for name in ("slot_minutes", "seats_per_slot")):
        series.pattern_slots.all().delete()
    for name in FACTS:
        setattr(series, name, facts[name])
    series.save(update_fields=FACTS)


@dataclass(frozen=True)
class After:
    """What a series has after its new last date: drafts that go, and surgeries that stay because of somebody."""

    goes: tuple[Surgery, ...]
    stays: tuple[Surgery, ...]

    @property
    def seen(self) -> str:
        """Of what is shown."""
        return seen_of(self.goes, self.stays)


def after(series: Series, last: date, *, now: datetime) -> After:
    """The surgeries to come after that date: those that go with it, and those that stay."""
    found = series.surgeries.exclude(state=Surgery.State.CALLED_OFF).filter(ends_at__gt=now)
    later = [each for each in found.select_related("venue__office") if timezone.localdate(each.starts_at) > last]
    goes = set(untouched(Surgery.objects.filter(pk__in=[each.pk for each in later])).values_list("pk", flat=True))
    return After(tuple(each for each in later if each.pk in goes), tuple(each for each in later if each.pk not in goes))


def check_last(series: Series, last: date) -> None:
    """Raises DiaryError if the series cannot have this last date."""
    if last < series.starts_on:
        raise DiaryError(f"The last date cannot be before the first one, {day_and_year(series.starts_on)}")


@retried
@transaction.atomic
def end_series(*, series: Series, last: date, seen: str | None = None, now: datetime | None = None) -> After:
    """Give the series a last date. Drafts after it where nobody hosts are deleted; what was published stays.

    Returns what went and what stays. Raises DiaryError if that is before its first date, OutOfDate if others would go
    than the organiser has `seen` (of an After).
    """
    now = now or timezone.now()
    # The surgeries first, as everywhere.
    locked = lock_surgeries(series.surgeries.filter(state=Surgery.State.DRAFT).values_list("pk", flat=True))
    series = Series.objects.select_for_update(of=("self",)).get(pk=series.pk)
    check_last(series, last)
    found = after(series, last, now=now)
    if not {each.pk for each in found.goes} <= locked.keys():
        raise Contention  # one was added in this very moment
    if found.goes and seen is not None and seen != found.seen:
        raise OutOfDate
    Surgery.objects.filter(pk__in=[each.pk for each in found.goes]).delete()
    series.ends_on = last
    series.planned_until = min(series.planned_until, last) if series.planned_until else None
    series.save(update_fields=["ends_on", "planned_until"])
    return found
