"""Building the demonstration department, and keeping it alive when it is loaded again."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.models import User
from bookings.models import Attendee, Booking
from organisation.models import Department, Office
from surgeries.models import Series, Shift, Surgery

from .applicants import load_applicants
from .champions import load_champions
from .department import load_cheat_sheets, load_guidelines, load_lists
from .diary import (
    BY_NAME,
    CALLED_OFF_REASON,
    CALLED_OFF_SERIES,
    CROWDED,
    SOUGHT_AFTER,
    WEEKS_BACK,
    extend_diary,
    load_diary,
)
from .filling import ask_for_surgeries, date_attendees, fill, record_visits
from .hosting import host
from .journal import load_journal
from .signing_in import ADMINISTRATOR, load_ready_made

# The waiting list of a crowded surgery stays open at least this long, so that somebody can be shown how to join.
TIME_TO_JOIN = timedelta(hours=1)


class AnotherDepartment(Exception):
    """The database holds a department that is not the demonstration's: nothing was touched."""


@dataclass(frozen=True)
class Loaded:
    """What loading did."""

    is_first: bool
    surgeries: int
    bookings: int


@contextmanager
def unhurried() -> Iterator[None]:
    """Let statements run for as long as they take: unlike behind a page, nobody is waiting for an answer."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        try:
            yield
        finally:
            with suppress(DatabaseError):  # a transaction that failed takes it back by itself
                cursor.execute("RESET statement_timeout")


@unhurried()
def load(*, now: datetime | None = None) -> Loaded:
    """Build the demonstration department or, if it is there, bring its diary up to date.

    The first time everything is made in one transaction. Later only what time has brought is added: surgeries up to ten
    weeks ahead with hosts, the bookings that would have come in since, and visits to surgeries that are over. What
    people changed or made themselves is left as it is. No email is written.

    Raises AnotherDepartment if the database is in use for something else.
    """
    now = now or timezone.now()
    if User.objects.filter(email=ADMINISTRATOR).exists():
        return _bring_up_to_date(since=now, now=now, is_first=False)
    with transaction.atomic():
        if any(model.objects.exists() for model in (Department, Office, Series, Surgery, Attendee, Booking)):
            raise AnotherDepartment
        today = timezone.localdate(now)
        since = now - timedelta(weeks=WEEKS_BACK + 1)
        load_lists(since=timezone.localdate(since))
        load_champions()
        load_diary(today=today)
        loaded = _bring_up_to_date(since=since, now=now, is_first=True)
        ask_for_surgeries(now=now)
        load_applicants(now=now)
        load_journal(now=now)
        _call_one_off(now=now)
    return loaded


def _bring_up_to_date(*, since: datetime, now: datetime, is_first: bool) -> Loaded:
    load_ready_made()
    load_cheat_sheets()
    load_guidelines()
    made = extend_diary(since=since, now=now)
    host(made, now=now)
    ours = Surgery.objects.filter(series__name__in=BY_NAME).select_related("series", "venue__office")
    surgeries = list(ours.order_by("starts_at", "id"))
    bookings = fill(surgeries, crowded=_crowded(surgeries, now), now=now)
    record_visits(surgeries, now=now)
    date_attendees()
    return Loaded(is_first=is_first, surgeries=len(made), bookings=bookings)


def _crowded(surgeries: list[Surgery], now: datetime) -> list[Surgery]:
    """The next of the sought-after surgeries whose waiting list can still be joined."""
    return [
        surgery
        for surgery in surgeries
        if str(surgery.series) in SOUGHT_AFTER
        and surgery.state == Surgery.State.PUBLISHED
        and surgery.cutoff_at > now + TIME_TO_JOIN
    ][:CROWDED]


def _call_one_off(*, now: datetime) -> None:
    """Call the next surgery of one series off, as if those who had booked had been told yesterday."""
    yesterday = now - timedelta(days=1)
    surgery = Surgery.objects.upcoming(now).filter(series__name=CALLED_OFF_SERIES, starts_at__gt=now)[0]
    surgery.bookings.live().update(
        state=Booking.State.CANCELLED,
        seat=None,
        position=None,
        cancelled_at=yesterday,
        changed_at=yesterday,
        canceller=Booking.Canceller.ORGANISER,
        cancelled_reason="called off",
        calendar_sequence=1,
    )
    surgery.shifts.live().update(ended_at=yesterday, ended_reason=Shift.CALLED_OFF)
    surgery.state = Surgery.State.CALLED_OFF
    surgery.called_off_at, surgery.called_off_reason = yesterday, CALLED_OFF_REASON
    surgery.calendar_sequence += 1
    surgery.save()
