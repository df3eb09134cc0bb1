"""What needs an organiser: the first few things of each kind, found with a few statements however many there are."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from bookings.diary import Entry, entries_of
from bookings.models import CORRECTED_FOR
from desk import finding, lines, thresholds
from desk.finding import Find, Row
from desk.lines import Line
from surgeries.models import Surgery, local_moment

# So many of a kind stand on the first page; the others are behind "See all".
FEW = 4
# So many surgeries of the week, and at most so many are read, however many there are.
WEEK_SHOWN, WEEK_READ = 8, 60


@dataclass(frozen=True)
class Kind:
    """Something that an organiser may have to do: what, and when it is listed, in a few words."""

    slug: str
    heading: str
    rule: str
    find: Find
    line: Callable[[Row], Line]
    # Nothing has to be decided: it is worth an eye.
    is_watched: bool = False
    # Where all of them are, if they have a page of their own.
    page: str = ""
    # What it says names people, which an email had better not do.
    names_people: bool = False
    # What can be done about it with one press is shown as a button.
    has_button: bool = False

    @property
    def href(self) -> str:
        """Where all of them are."""
        return reverse(self.page) if self.page else reverse("desk:see_all", args=[self.slug])


def _weeks(period: timedelta) -> str:
    return f"{period.days // 7} weeks"


KINDS = (
    Kind(
        "no-host", "Nobody hosts yet",
        f"Published, and in the next {_weeks(thresholds.NOBODY_HOSTS_WITHIN)}.",
        finding.without_a_host, lines.without_a_host,
    ),
    Kind(
        "short-of-hosts", "Short of hosts",
        f"In the next {_weeks(thresholds.SHORT_WITHIN)}, with fewer hosts than wanted at some time.",
        finding.short_of_hosts, lines.short_of_hosts,
    ),
    Kind(
        "waiting", "Another surgery would help",
        f"At least {thresholds.WAITING_FOR_ANOTHER} wait, and the office has fewer seats than that left in the next "
        f"{_weeks(thresholds.ROOM_WITHIN)}.",
        finding.waiting_for_another, lines.waiting_for_another, has_button=True,
    ),
    Kind(
        "applications", "Would like to be a champion", "They wait for your answer, or have not answered your question.",
        finding.applications, lines.application, page="champions:applications", names_people=True,
    ),
    Kind(
        "emails", "Emails that did not arrive", "We tried for about seven hours, or were refused.",
        finding.failed_emails, lines.failed_email, page="desk:failed_emails", names_people=True,
    ),
    Kind(
        "outcomes", "Outcomes not written down",
        f"More than {thresholds.OUTCOMES_DUE_AFTER.days} days ago, so their hosts cannot any more. You can "
        f"for {CORRECTED_FOR.days} days after the surgery.",
        finding.missing_outcomes, lines.missing_outcomes,
    ),
    Kind(
        "topics", "Asked for, and nobody knows it",
        f"At least {thresholds.ASKED_AT_LEAST} times in the last {thresholds.ASKED_LATELY.days} days, and no champion "
        "who hosts knows it.",
        finding.uncovered_topics, lines.uncovered_topic, is_watched=True,
    ),
    Kind(
        "offices", "No surgery ahead", "Offices where nothing is published that is still to come.",
        finding.offices_without_a_surgery, lines.office_without_a_surgery, is_watched=True,
    ),
    Kind(
        "overloaded", "Carry a lot",
        "Host more this month or next than they like to; of those who set no limit, more than "
        f"{thresholds.OFTEN} surgeries.",
        finding.overloaded_champions, lines.overloaded_champion, is_watched=True, names_people=True,
    ),
    Kind(
        "alone", "Alone at their office", "The only champion there.",
        finding.champions_alone, lines.champion_alone, is_watched=True, names_people=True,
    ),
    Kind(
        "quiet", "Have gone quiet",
        f"Not hosted for {thresholds.QUIET_AFTER.days} days, or never since they joined, and no shift ahead.",
        finding.quiet_champions, lines.quiet_champion, is_watched=True, names_people=True,
    ),
)  # fmt: skip
BY_SLUG = {kind.slug: kind for kind in KINDS}


@dataclass(frozen=True)
class Section:
    """What there is of a kind: the first few, and how many in all."""

    kind: Kind
    lines: tuple[Line, ...]
    number: int

    @property
    def has_more(self) -> bool:
        return self.number > len(self.lines)


@dataclass(frozen=True)
class Needs:
    """All that needs somebody: what to decide, and what to keep an eye on. Kinds without anything are left out."""

    sections: tuple[Section, ...]

    @property
    def to_decide(self) -> list[Section]:
        return [section for section in self.sections if not section.kind.is_watched]

    @property
    def to_watch(self) -> list[Section]:
        return [section for section in self.sections if section.kind.is_watched]

    @property
    def decisions(self) -> int:
        """How many things there are to decide."""
        return sum(section.number for section in self.to_decide)

    @property
    def watched(self) -> int:
        """How many there are to keep an eye on."""
        return sum(section.number for section in self.to_watch)


def needs(*, now: datetime) -> Needs:
    """What needs an organiser at `now`: five statements, however much there is."""
    parts: list[QuerySet] = []
    found: dict[int, tuple[int, list[Row]]] = {}
    for number, kind in enumerate(KINDS):
        rows = kind.find(now)
        if isinstance(rows, QuerySet):
            parts.append(finding.first_few(rows, number, FEW))
        elif rows:
            found[number] = len(rows), rows[:FEW]
    first, *others = parts
    # The statement promises no order.
    for number, _, of_all, *values in sorted(first.union(*others, all=True), key=lambda values: values[:2]):
        found.setdefault(number, (of_all, []))[1].append(Row(*values))
    return Needs(
        tuple(
            Section(KINDS[number], tuple(map(KINDS[number].line, rows)), of_all)
            for number, (of_all, rows) in sorted(found.items())
        )
    )


@dataclass(frozen=True)
class Week:
    """The surgeries of today and of the days after, and the next one if these are none."""

    today: tuple[Entry, ...]
    later: tuple[Entry, ...]
    has_more: bool
    next: Entry | None


def week_ahead(*, now: datetime) -> Week:
    """What is on: one statement. Drafts as well, since this may be the last moment to publish them."""
    today = timezone.localdate(now)
    begins, midnight, ends = (
        local_moment(today + days, time()) for days in (timedelta(0), timedelta(days=1), thresholds.WEEK)
    )
    following = Surgery.objects.upcoming(now).filter(starts_at__gte=ends).values("pk")[:1]
    asked = Q(starts_at__gte=begins, starts_at__lt=ends) | Q(pk__in=following)
    found = Surgery.objects.exclude(state=Surgery.State.CALLED_OFF).filter(asked)
    entries = entries_of(found.order_by("starts_at", "pk")[:WEEK_READ], now=now)
    later = tuple(entry for entry in entries if midnight <= entry.surgery.starts_at < ends)
    return Week(
        today=tuple(entry for entry in entries if entry.surgery.starts_at < midnight),
        later=later[:WEEK_SHOWN],
        has_more=len(later) > WEEK_SHOWN,
        next=next((entry for entry in entries if entry.surgery.starts_at >= ends), None),
    )
