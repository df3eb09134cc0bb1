"""What a champion has done: what they hosted, who came meanwhile, what people asked about, and their thanks.

Read with the same few statements however much it is. Who came is known where somebody kept a register; where nobody
did, nothing is said of it.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce, Greatest
from django.utils import dateformat, timezone

from bookings.models import Booking, Help, Outcome, Thanks, Visit
from champions.models import Champion
from surgeries.models import Shift, ShiftQuerySet, Surgery, local_moment

YEAR_BEGINS = (4, 1)
# The end of a surgery is no part of it.
MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Period:
    """From the beginning of the first day to the end of the last one."""

    first: date
    last: date

    @classmethod
    def appraisal_year(cls, day: date) -> "Period":
        """The appraisal year around the day, from April to March."""
        year = day.year if (day.month, day.day) >= YEAR_BEGINS else day.year - 1
        return cls(date(year, *YEAR_BEGINS), date(year + 1, *YEAR_BEGINS) - timedelta(days=1))

    @property
    def before(self) -> "Period":
        """The appraisal year before this one."""
        return self.appraisal_year(self.first - timedelta(days=1))

    @property
    def starts_at(self) -> datetime:
        return local_moment(self.first, time())

    @property
    def ends_at(self) -> datetime:
        return local_moment(self.last + timedelta(days=1), time())

    @property
    def query(self) -> str:
        """As it stands in an address."""
        return f"since={self.first.isoformat()}&until={self.last.isoformat()}"

    def __str__(self) -> str:
        first, last = (dateformat.format(day, "j F Y") for day in (self.first, self.last))
        return first if first == last else f"{first} to {last}"


@dataclass(frozen=True)
class Session:
    """A surgery that they hosted. How many came meanwhile is None where nobody kept a register."""

    surgery: Surgery
    came: int | None


@dataclass(frozen=True)
class Record:
    """What a champion did in a period, the latest first; topics with how many people asked about each.

    Thanks go to everybody who hosted at a surgery, and are without words once these have been deleted.
    """

    period: Period
    sessions: tuple[Session, ...]
    # How many people they sat down with themselves; nobody where that was not noted.
    helped: int
    topics: tuple[tuple[str, int], ...]
    thanks: tuple[Thanks, ...]

    @property
    def registered(self) -> int:
        """At how many of the surgeries somebody kept a register."""
        return sum(session.came is not None for session in self.sessions)

    @property
    def came(self) -> int:
        return sum(session.came or 0 for session in self.sessions)

    @property
    def said(self) -> list[Thanks]:
        """The thanks that still have words."""
        return [thanks for thanks in self.thanks if thanks.words]

    @property
    def offices(self) -> dict[str, int]:
        """How many of the surgeries were where, the most first."""
        return dict(Counter(session.surgery.venue.office.name for session in self.sessions).most_common())


def record_of(champion: Champion, period: Period, *, now: datetime) -> Record:
    """What the champion did in the period: five statements."""
    shifts = Shift.objects.hosted(now).filter(champion=champion)
    shifts = shifts.filter(surgery__starts_at__gte=period.starts_at, surgery__starts_at__lt=period.ends_at)
    held = list(shifts.select_related("surgery__venue__office").order_by("-surgery__starts_at", "-surgery_id"))
    hosted = list(dict.fromkeys(shift.surgery for shift in held))
    shifts = Shift.objects.filter(pk__in=[shift.pk for shift in held])
    came = _came(shifts, hosted)
    return Record(
        period=period,
        sessions=tuple(Session(surgery, came.get(surgery.pk)) for surgery in hosted),
        helped=Visit.objects.filter(Exists(_helped_by(shifts, OuterRef("pk"))), surgery__in=hosted).count(),
        topics=_topics(shifts, hosted),
        thanks=tuple(
            Thanks.objects.filter(surgery__in=hosted).select_related("attendee", "surgery").order_by("-said_at")
        ),
    )


def first_hosted_on(champion: Champion, *, now: datetime) -> date | None:
    """The day of the first surgery that they hosted."""
    first = Shift.objects.hosted(now).filter(champion=champion).order_by("starts_at").first()
    return timezone.localdate(first.starts_at) if first else None


# Shifts and surgeries are named, so that PostgreSQL begins with them and not with every booking that there is.


def _came(shifts: ShiftQuerySet, hosted: list[Surgery]) -> dict[int, int]:
    """How many came during the shifts to each surgery with a register. Who has a slot came for it, early or late.

    Of whom it is not known when they came, they came during a shift that was as long as the surgery.
    """
    moment = Coalesce("booking__slot__starts_at", "arrived_at")
    earliest = Greatest(Coalesce(moment, "surgery__starts_at"), "surgery__starts_at")
    latest = Greatest(Coalesce(moment, F("surgery__ends_at") - MOMENT), "surgery__starts_at")
    then = shifts.filter(
        surgery=OuterRef("surgery"), starts_at__lte=OuterRef("earliest"), ends_at__gt=OuterRef("latest")
    )
    visits = Visit.objects.filter(surgery__in=hosted)
    visits = visits.annotate(earliest=earliest, latest=latest).annotate(is_met=Exists(then))
    return dict(visits.values_list("surgery").annotate(met=Count("pk", filter=Q(is_met=True))))


def _helped_by(shifts: ShiftQuerySet, visit: OuterRef) -> QuerySet[Help]:
    """That somebody sat with the visitor in one of the shifts."""
    return Help.objects.filter(visit=visit, shift__in=shifts)


def _topics(shifts: ShiftQuerySet, hosted: list[Surgery]) -> tuple[tuple[str, int], ...]:
    """How many people each topic was about: what most were about comes first.

    What those asked who came, or held a seat, during the shifts, and what it turned out to be about with whom they
    helped. Nobody counts twice for one topic at one surgery.
    """
    then = shifts.filter(
        surgery=OuterRef("surgery"), starts_at__lt=OuterRef("slot__ends_at"), ends_at__gt=OuterRef("slot__starts_at")
    )
    came_or_seated = Q(state=Booking.State.CONFIRMED) | Q(visit__isnull=False)
    asked = Booking.objects.filter(came_or_seated, Exists(then), surgery__in=hosted, topics__isnull=False)
    helped = Outcome.objects.filter(Exists(_helped_by(shifts, OuterRef("visit"))), visit__surgery__in=hosted)
    # A union leaves out what is there twice.
    about = asked.order_by().values_list("topics__name", "surgery", "attendee")
    people = about.union(helped.values_list("topics__name", "visit__surgery", "visit__attendee"))
    counted = Counter(topic for topic, _, _ in people)
    return tuple(sorted(counted.items(), key=lambda topic: (-topic[1], topic[0])))
