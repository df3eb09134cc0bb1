"""Where something needs an organiser, as queries that find nothing when all is well.

Each gives rows with the same columns, so that one statement finds the first few of nearly every kind and counts the
rest. Two kinds, which have to be reckoned from many rows, give all of theirs at once.
When a row is found is decided by `desk.thresholds`; what is said of it, by `desk.lines`.
"""

from collections import Counter
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
from bookings.models import CORRECTED_FOR, Booking, SurgeryRequest, Visit
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


Find = Callable[[datetime], QuerySet | list[Row]]


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


def all_of(find: Find, now: datetime) -> QuerySet | list[Row]:
    """Everything of a kind, to be shown page by page."""
    found = find(now)
    return as_rows(found) if isinstance(found, QuerySet) else found


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


def waiting_for_another(now: datetime) -> list[Row]:
    """Surgeries with more people waiting than their office has seats elsewhere in the next weeks.

    `number` wait, for whom there are `more` seats. Two statements: to look for seats anew beside each waiting list
    would take a hundred times as long.
    """
    waiting = Booking.objects.waiting().filter(surgery__state=Surgery.State.PUBLISHED, surgery__starts_at__gt=now)
    about = ("reference", "venue__name", "venue__office__name", "venue__office", "starts_at", "ends_at")
    in_line = waiting.order_by().values("surgery", *(f"surgery__{name}" for name in about)).annotate(n=Count("pk"))
    crowded = list(in_line.filter(n__gte=thresholds.WAITING_FOR_ANOTHER).order_by("-n", "surgery__starts_at"))
    until = now + thresholds.ROOM_WITHIN
    soon = Surgery.objects.filter(state=Surgery.State.PUBLISHED, starts_at__lt=until, ends_at__gt=now)
    here = Seat.objects.filter(slot__starts_at__gt=now, slot__starts_at__lt=until, booking=None, surgery__in=soon)
    per_surgery = here.order_by().values_list("surgery", "surgery__venue__office").annotate(n=Count("pk"))
    at_surgery: Counter[int] = Counter()
    at_office: Counter[int] = Counter()
    for surgery, office, free in per_surgery:
        at_surgery[surgery] += free
        at_office[office] += free
    found = []
    for each in crowded:
        elsewhere = at_office[each["surgery__venue__office"]] - at_surgery[each["surgery"]]
        if each["n"] > elsewhere:
            place = f"{each['surgery__venue__name']}, {each['surgery__venue__office__name']}"
            times = (each["surgery__starts_at"], each["surgery__ends_at"])
            found.append(Row(each["surgery__reference"], place, "", "", *times, each["n"], elsewhere))
    return found


def missing_outcomes(now: datetime) -> QuerySet:
    """Surgeries at which people were helped of whom nothing is recorded, once their hosts cannot do it any more; apart
    from those of whom nobody knows.
    """
    over = Surgery.objects.filter(
        state=Surgery.State.PUBLISHED,
        ends_at__lte=now - thresholds.OUTCOMES_DUE_AFTER,
        ends_at__gt=now - CORRECTED_FOR,
    )
    unrecorded = Visit.objects.without_an_outcome().filter(surgery=OuterRef("pk"))
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


def applications(now: datetime) -> QuerySet:
    """Who applied and waits for an answer, the longest waiting first.

    And who was asked something so long ago, `at`, that they may have missed it: `aside` says that they were.
    """
    asked = Decision.objects.filter(champion=OuterRef("pk"), outcome=Decision.Outcome.ASKED_BACK).order_by()
    found = Champion.objects.annotate(
        asked_at=Subquery(asked.values("champion").annotate(at=Max("decided_at")).values("at"))
    )
    waits, was_asked = Q(state=Champion.State.APPLIED), Q(state=Champion.State.ASKED_BACK)
    found = found.filter(waits | (was_asked & Q(asked_at__lt=now - thresholds.UNANSWERED_AFTER)))
    since = Case(When(was_asked, then=F("asked_at")), default=F("applied_at"))
    aside = Case(When(was_asked, then=Value("asked")), default=Value(""))
    return _rows(found, "applied_at", key=F("pk"), name=F("name"), at=since, aside=aside)


# ── Topics and offices ────────────────────────────────────────────────────────────────────────────────────────


def uncovered_topics(now: datetime) -> list[Row]:
    """Topics that people ask for, when they book or where nothing suited, and that no champion knows who hosts.

    Two statements, for the same reason as above.
    """
    since = now - thresholds.ASKED_LATELY
    known = Skill.objects.filter(champion__in=Champion.objects.active()).values("topic")
    topics = {
        pk: (slug, name)
        for pk, slug, name in Topic.objects.current().exclude(pk__in=known).values_list("pk", "slug", "name")
    }
    ticked = Booking.topics.through.objects.filter(topic__in=topics, booking__created_at__gt=since)
    wanted = SurgeryRequest.objects.filter(topic__in=topics, created_at__gt=since)
    counts = (rows.order_by().values_list("topic").annotate(n=Count("pk")) for rows in (ticked, wanted))
    first, second = counts
    asked: Counter[int] = Counter()
    for topic, times in first.union(second, all=True):
        asked[topic] += times
    often = [(times, *topics[topic]) for topic, times in asked.items() if times >= thresholds.ASKED_AT_LEAST]
    often.sort(key=lambda it: (-it[0], it[2]))
    return [Row(slug, name, "", "", None, None, times, 0) for times, slug, name in often]


def offices_without_a_surgery(now: datetime) -> QuerySet:
    """Offices for which nothing is published that is still to come: `number` drafts are, and `more` asked for one."""
    here = Surgery.objects.filter(venue__office=OuterRef("pk"), ends_at__gt=now)
    drafts = counted(here.filter(state=Surgery.State.DRAFT), "venue__office")
    asked = SurgeryRequest.objects.filter(office=OuterRef("pk"), created_at__gt=now - thresholds.ASKED_LATELY)
    found = Office.objects.current().filter(~Exists(here.filter(state=Surgery.State.PUBLISHED)))
    return _rows(found, "name", key=F("slug"), name=F("name"), number=drafts, more=counted(asked, "office"))


# ── Champions ─────────────────────────────────────────────────────────────────────────────────────────────────


def _hosted_in(begins: datetime, ends: datetime, now: datetime) -> QuerySet:
    """How many surgeries each champion hosts in that month, of whom one is still ahead: nothing else can be eased."""
    shifts = Shift.objects.live().filter(starts_at__gte=begins, starts_at__lt=ends).order_by().values("champion")
    counts = shifts.annotate(n=Count("surgery", distinct=True), ahead=Count("pk", filter=Q(starts_at__gt=now)))
    return counts.filter(ahead__gt=0)


def _in_month(begins: datetime, ends: datetime, now: datetime) -> Any:
    """The same for a champion; none, if none is ahead."""
    return Coalesce(Subquery(_hosted_in(begins, ends, now).filter(champion=OuterRef("pk")).values("n")), 0)


def _too_much_in(begins: datetime, ends: datetime, now: datetime) -> QuerySet:
    """The champions who host more in that month than is enough, found for all of them at once."""
    enough = Max(Coalesce("champion__most_shifts_a_month", thresholds.OFTEN))
    return _hosted_in(begins, ends, now).annotate(enough=enough).filter(n__gt=F("enough")).values("champion")


def overloaded_champions(now: datetime) -> QuerySet:
    """Champions who this month or next host more surgeries than they like to or, without a limit, than is OFTEN.

    A month in which nothing is ahead of them any more does not count: nobody could ease it. `number` in the month that
    begins `at`, where `more` are enough; `aside` says whether they set that themselves.
    """
    today = timezone.localdate(now)
    this = local_month(today.year, today.month)
    following = local_month(today.year + today.month // 12, today.month % 12 + 1)
    too_much = Q(pk__in=_too_much_in(*this, now)) | Q(pk__in=_too_much_in(*following, now))
    found = (
        Champion.objects.active()
        .filter(too_much)
        .annotate(
            enough=Coalesce("most_shifts_a_month", thresholds.OFTEN),
            this_month=_in_month(*this, now),
            next_month=_in_month(*following, now),
        )
    )
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
    active = Champion.objects.active().order_by()
    there = Champion.offices.through.objects.filter(office=OuterRef("pk"), champion__in=active).order_by()
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
    limit = now - thresholds.QUIET_AFTER
    took_place = Q(ends_at__lte=now, surgery__state=Surgery.State.PUBLISHED)
    lately = Shift.objects.live().filter(Q(ends_at__gt=now) | took_place, ends_at__gt=limit).values("champion")
    theirs = Shift.objects.live().filter(took_place, champion=OuterRef("pk"))
    over = theirs.order_by().values("champion")
    taken_in = Decision.objects.filter(champion=OuterRef("pk"), outcome=Decision.Outcome.APPROVED).order_by()
    found = (
        Champion.objects.active()
        .exclude(pk__in=lately)
        .annotate(
            last_hosted=Subquery(over.annotate(at=Max("ends_at")).values("at")),
            since=Greatest(
                "last_hosted", Subquery(taken_in.values("champion").annotate(at=Max("decided_at")).values("at"))
            ),
        )
    )
    found = found.filter(since__lte=limit)
    never = Case(When(last_hosted=None, then=Value("never")), default=Value(""))
    return _rows(found, "since", key=F("pk"), name=F("name"), at=F("since"), aside=never)
