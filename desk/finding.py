"""Where something needs an organiser, as queries that find nothing when all is well.

Each gives rows with the same columns, so that one statement finds the first few of every kind and counts the rest.
When a row is found is decided by `desk.thresholds`; what is said of it, by `desk.lines`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Count,
    DateTimeField,
    Exists,
    F,
    IntegerField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
    Window,
)
from django.db.models.functions import Cast, Coalesce, Concat, Greatest, RowNumber
from django.utils import timezone

from bookings.availability import counted
from bookings.models import CORRECTED_FOR, Booking, Help, SurgeryRequest, Visit
from bookings.needs import in_need
from champions.models import Champion, Decision, Skill
from desk import thresholds
from notifications.models import OutboxEmail
from organisation.models import Office, Topic
from surgeries.models import Seat, Shift, Surgery, local_month

COLUMNS = ("row_key", "row_name", "row_aside", "row_words", "row_at", "row_until", "row_number", "row_more")


@dataclass(frozen=True)
class Row:
    """One thing that was found. What the columns mean depends on the kind."""

    key: str
    name: str
    aside: str
    words: str
    at: datetime | None
    until: datetime | None
    number: int
    more: int


Find = Callable[[datetime], QuerySet]


def _rows(found: QuerySet, *order: Any, **columns: Any) -> QuerySet:
    """What was found, in that order, with the columns of a Row."""
    texts = {name: Cast(columns.get(name, Value("")), TextField()) for name in ("key", "name", "aside", "words")}
    moments = {name: Cast(columns.get(name, Value(None)), DateTimeField()) for name in ("at", "until")}
    numbers = {name: Cast(columns.get(name, Value(0)), IntegerField()) for name in ("number", "more")}
    named = {f"row_{name}": value for name, value in (texts | moments | numbers).items()}
    return found.order_by(*order, "pk").annotate(**named)


def as_rows(found: QuerySet) -> QuerySet:
    """What was found, as the values of a Row."""
    return found.values_list(*COLUMNS)


def first_few(found: QuerySet, kind: int, few: int) -> QuerySet:
    """The first few of a kind, as a part of a union: with its number, their place in order, and how many there are."""
    order: Any = list(found.query.order_by)
    numbered = found.annotate(
        row_kind=Value(kind, IntegerField()),
        row_place=Window(RowNumber(), order_by=order),
        row_all=Window(Count("pk")),
    )
    return numbered.values_list("row_kind", "row_place", "row_all", *COLUMNS)[:few]


# ── Surgeries ─────────────────────────────────────────────────────────────────────────────────────────────────

PLACE = Concat("venue__name", Value(", "), "venue__office__name", output_field=CharField())
TIMES = {"key": F("reference"), "name": PLACE, "at": F("starts_at"), "until": F("ends_at")}


def _hosts() -> Any:
    """How many champions host a surgery, whatever parts of it they have."""
    here = Shift.objects.live().filter(surgery=OuterRef("pk")).order_by().values("surgery")
    return Coalesce(Subquery(here.annotate(n=Count("champion", distinct=True)).values("n")), 0)


def without_a_host(now: datetime) -> QuerySet:
    """Published surgeries of the next weeks that nobody hosts, with how many have booked."""
    soon = Surgery.objects.upcoming(now).filter(starts_at__gt=now, starts_at__lt=now + thresholds.NOBODY_HOSTS_WITHIN)
    found = soon.filter(~Exists(Shift.objects.live().filter(surgery=OuterRef("pk"))))
    booked = counted(Booking.objects.holding_a_seat().filter(surgery=OuterRef("pk")), "surgery")
    return _rows(found, "starts_at", **TIMES, number=booked)


def short_of_hosts(now: datetime) -> QuerySet:
    """Surgeries that are near, where somebody hosts, but at some time fewer than are wanted."""
    near = in_need(now).filter(starts_at__lt=now + thresholds.SHORT_WITHIN)
    found = near.filter(Exists(Shift.objects.live().filter(surgery=OuterRef("pk"))))
    return _rows(found, "starts_at", **TIMES, number=_hosts(), more=F("hosts_wanted"))


def waiting_for_another(now: datetime) -> QuerySet:
    """Surgeries with more people waiting than their office has seats elsewhere in the next weeks.

    `number` wait, for whom there are `more` seats.
    """
    waiting = counted(Booking.objects.waiting().filter(surgery=OuterRef("pk")), "surgery")
    lines = Booking.objects.waiting().order_by().values("surgery").annotate(n=Count("pk"))
    crowded = lines.filter(n__gte=thresholds.WAITING_FOR_ANOTHER).values("surgery")
    free = Seat.objects.filter(
        surgery__state=Surgery.State.PUBLISHED,
        surgery__venue__office=OuterRef("venue__office"),
        slot__starts_at__gt=now,
        slot__starts_at__lt=now + thresholds.ROOM_WITHIN,
        booking=None,
    ).exclude(surgery=OuterRef("pk"))
    elsewhere = counted(free, "surgery__venue__office")
    found = Surgery.objects.upcoming(now).filter(starts_at__gt=now, pk__in=crowded)
    found = found.annotate(in_line=waiting, elsewhere=elsewhere).filter(in_line__gt=F("elsewhere"))
    return _rows(found, "-in_line", "starts_at", **TIMES, number=F("in_line"), more=F("elsewhere"))


def missing_outcomes(now: datetime) -> QuerySet:
    """Surgeries at which people were helped of whom nothing is recorded, once their hosts cannot do it any more."""
    over = Surgery.objects.filter(
        state=Surgery.State.PUBLISHED,
        ends_at__lte=now - thresholds.OUTCOMES_DUE_AFTER,
        ends_at__gt=now - CORRECTED_FOR,
    )
    helped = Exists(Help.objects.filter(visit=OuterRef("pk")))
    unrecorded = Visit.objects.filter(helped, surgery=OuterRef("pk"), outcome=None)
    found = over.filter(Exists(unrecorded)).annotate(unrecorded=counted(unrecorded, "surgery"))
    # The oldest first: its time runs out first.
    return _rows(found, "starts_at", **TIMES, number=F("unrecorded"))


# ── Emails and applications ───────────────────────────────────────────────────────────────────────────────────


def failed_emails(_: datetime) -> QuerySet:
    """Emails that were given up and that nobody has decided to leave, the latest first."""
    found = OutboxEmail.objects.undelivered()
    return _rows(
        found, "-pk", key=F("pk"), name=F("kind"), aside=F("recipient"), words=F("last_error"), at=F("created_at")
    )


def applications(_: datetime) -> QuerySet:
    """Who applied and waits for an answer, the longest waiting first. Who was asked something has to answer first."""
    found = Champion.objects.filter(state=Champion.State.APPLIED)
    return _rows(found, "applied_at", key=F("pk"), name=F("name"), at=F("applied_at"))


# ── Topics and offices ────────────────────────────────────────────────────────────────────────────────────────


def uncovered_topics(now: datetime) -> QuerySet:
    """Topics that people ask for, when they book or where nothing suited, and that no champion knows who hosts."""
    since = now - thresholds.ASKED_LATELY
    knows = Skill.objects.filter(topic=OuterRef("pk"), champion__state=Champion.State.ACTIVE)
    ticked = Booking.topics.through.objects.filter(topic=OuterRef("pk"), booking__created_at__gt=since)
    wanted = SurgeryRequest.objects.filter(topic=OuterRef("pk"), created_at__gt=since)
    found = Topic.objects.current().filter(~Exists(knows))
    found = found.annotate(asked=counted(ticked, "topic") + counted(wanted, "topic"))
    found = found.filter(asked__gte=thresholds.ASKED_AT_LEAST)
    return _rows(found, "-asked", "name", key=F("slug"), name=F("name"), number=F("asked"))


def offices_without_a_surgery(now: datetime) -> QuerySet:
    """Offices for which nothing is published that is still to come: `number` drafts are, and `more` asked for one."""
    here = Surgery.objects.filter(venue__office=OuterRef("pk"), ends_at__gt=now)
    drafts = counted(here.filter(state=Surgery.State.DRAFT), "venue__office")
    asked = SurgeryRequest.objects.filter(office=OuterRef("pk"), created_at__gt=now - thresholds.ASKED_LATELY)
    found = Office.objects.current().filter(~Exists(here.filter(state=Surgery.State.PUBLISHED)))
    return _rows(found, "name", key=F("slug"), name=F("name"), number=drafts, more=counted(asked, "office"))


# ── Champions ─────────────────────────────────────────────────────────────────────────────────────────────────


def _in_month(begins: datetime, ends: datetime) -> Any:
    """How many surgeries a champion hosts in that month."""
    theirs = Shift.objects.live().filter(champion=OuterRef("pk"), starts_at__gte=begins, starts_at__lt=ends)
    counts = theirs.order_by().values("champion").annotate(n=Count("surgery", distinct=True)).values("n")
    return Coalesce(Subquery(counts), 0)


def overloaded_champions(now: datetime) -> QuerySet:
    """Champions who this month or next host more surgeries than they like to or, without a limit, than is OFTEN.

    `number` in the month that begins `at`, where `more` are enough; `aside` says whether they set that themselves.
    """
    today = timezone.localdate(now)
    this = local_month(today.year, today.month)
    following = local_month(today.year + today.month // 12, today.month % 12 + 1)
    found = Champion.objects.active().annotate(
        enough=Coalesce("most_shifts_a_month", thresholds.OFTEN),
        this_month=_in_month(*this),
        next_month=_in_month(*following),
    )
    found = found.filter(Q(this_month__gt=F("enough")) | Q(next_month__gt=F("enough")))
    worst = Greatest("this_month", "next_month")
    when = Case(
        When(this_month__gte=F("next_month"), then=Value(this[0], DateTimeField())),
        default=Value(following[0], DateTimeField()),
    )
    own = Case(When(most_shifts_a_month=None, then=Value("")), default=Value("own"))
    return _rows(
        found, "name", key=F("pk"), name=F("name"), at=when, number=worst, more=F("enough"), aside=own
    )  # fmt: skip


def champions_alone(_: datetime) -> QuerySet:
    """Champions who are the only one at an office of theirs."""
    there = Champion.offices.through.objects.filter(
        office=OuterRef("pk"), champion__state=Champion.State.ACTIVE
    ).order_by()
    found = Office.objects.current().annotate(champions_there=counted(there, "office")).filter(champions_there=1)
    return _rows(
        found,
        "name",
        key=Subquery(there.values("champion")[:1]),
        name=Subquery(there.values("champion__name")[:1]),
        aside=F("name"),
    )


def quiet_champions(now: datetime) -> QuerySet:
    """Champions who have not hosted since `at`, or since they were taken in if they never did, and will not soon.

    `aside` says whether they ever did. Of whom we do not know since when they are one, nothing is said.
    """
    theirs = Shift.objects.live().filter(champion=OuterRef("pk"))
    over = theirs.filter(ends_at__lte=now, surgery__state=Surgery.State.PUBLISHED).order_by().values("champion")
    taken_in = Decision.objects.filter(champion=OuterRef("pk"), outcome=Decision.Outcome.APPROVED).order_by()
    found = Champion.objects.active().filter(~Exists(theirs.filter(ends_at__gt=now)))
    found = found.annotate(
        last_hosted=Subquery(over.annotate(at=Max("ends_at")).values("at")),
        since=Greatest(
            "last_hosted", Subquery(taken_in.values("champion").annotate(at=Max("decided_at")).values("at"))
        ),
    )
    found = found.filter(since__lte=now - thresholds.QUIET_AFTER)
    never = Case(When(last_hosted=None, then=Value("never")), default=Value(""))
    return _rows(found, "since", key=F("pk"), name=F("name"), at=F("since"), aside=never)
