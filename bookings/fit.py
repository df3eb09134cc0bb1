"""How well a champion fits a surgery that needs hosts, and why, in words.

A sum of parts, each with its points and, where it is worth saying, its words. What is compared is read elsewhere
(`bookings.needs`); nothing here asks the database.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from django.utils import timezone
from django.utils.text import get_text_list

from champions.models import Champion, Skill
from surgeries.hosts import Gap
from surgeries.models import Surgery

# From how many surgeries on somebody counts as experienced.
EXPERIENCED = 3
OFFICE, DAY, LONGEST_AGO = 10, 5, 6
# Of a topic that people ask about, by how well one knows it; twice that where none of the hosts knows it.
TOPIC = {Skill.Level.CAN_HELP_A_BEGINNER: 1, Skill.Level.USES_IT_DAILY: 2, Skill.Level.COULD_TEACH_IT: 3}
MOST_FOR_TOPICS = 12
# The experienced and the new at one table, which is what lets both stay.
PAIRED, TWO_EXPERIENCED, FIRST, ALONE = 6, 3, 2, -4
KNOWS = {
    Skill.Level.CAN_HELP_A_BEGINNER: "you can help a beginner",
    Skill.Level.USES_IT_DAILY: "you use {} daily",
    Skill.Level.COULD_TEACH_IT: "you could teach {}",
}


@dataclass(frozen=True)
class Colleague:
    """Somebody who hosts there."""

    name: str
    hosted: int

    @property
    def is_experienced(self) -> bool:
        return self.hosted >= EXPERIENCED


@dataclass(frozen=True)
class Need:
    """A surgery that lacks hosts: when, what those who booked ask about, and who hosts there."""

    surgery: Surgery
    gaps: tuple[Gap, ...]
    asked: frozenset[str]
    covered: frozenset[str]
    colleagues: tuple[Colleague, ...]
    hosts: frozenset[int]  # the champions who host there, by id

    @property
    def missing(self) -> int:
        return max(gap.missing for gap in self.gaps)

    @property
    def is_for_all_of_it(self) -> bool:
        """Whether it lacks somebody from start to end."""
        whole = (self.surgery.starts_at, self.surgery.ends_at)
        return (self.gaps[0].starts_at, self.gaps[0].ends_at) == whole

    @property
    def month(self) -> tuple[int, int]:
        return month_of(self.surgery.starts_at)


@dataclass(frozen=True)
class Candidate:
    """A champion who may be asked: what they know, where and when they like to host, and how often they have."""

    champion: Champion
    levels: Mapping[str, int]
    offices: frozenset[int]
    hosted: int
    last_hosted_at: datetime | None
    busy: tuple[tuple[datetime, datetime], ...]
    months: Mapping[tuple[int, int], int]
    gave_back: frozenset[int]

    @property
    def is_experienced(self) -> bool:
        return self.hosted >= EXPERIENCED

    def gap_for(self, need: Need) -> Gap | None:
        """The first of its gaps during which they neither host nor sit somewhere else."""
        for gap in need.gaps:
            if not any(start < gap.ends_at and end > gap.starts_at for start, end in self.busy):
                return gap
        return None

    def has_had_enough_in(self, month: tuple[int, int]) -> bool:
        """Whether they host as often as they like to in that month."""
        most = self.champion.most_shifts_a_month
        return most is not None and self.months.get(month, 0) >= most

    def can_be_asked_about(self, need: Need) -> bool:
        """Whether they could host there, and would not mind being asked: they have not given a shift back there."""
        is_near = not self.offices or need.surgery.venue.office_id in self.offices
        is_new_there = self.champion.pk not in need.hosts
        has_left = need.surgery.pk in self.gave_back
        is_free = self.gap_for(need) is not None
        return is_near and is_new_there and not has_left and is_free and not self.has_had_enough_in(need.month)


@dataclass(frozen=True)
class Part:
    """One thing that speaks for it, or against."""

    points: int
    words: str = ""


@dataclass(frozen=True)
class Fit:
    """How well somebody fits, part by part."""

    parts: tuple[Part, ...]

    @property
    def score(self) -> int:
        return sum(part.points for part in self.parts)

    @property
    def why(self) -> list[str]:
        return [part.words for part in self.parts if part.words]


def month_of(moment: datetime) -> tuple[int, int]:
    """The month on the calendar of the office."""
    local = timezone.localtime(moment)
    return local.year, local.month


def fit(candidate: Candidate, need: Need, *, today: date) -> Fit:
    """How well this champion fits that surgery. The more points, the better."""
    return Fit((
        *_topics(candidate, need), _office(candidate, need), _day(candidate, need), _since(candidate, today),
        _pairing(candidate, need),
    ))  # fmt: skip


def _topics(candidate: Candidate, need: Need) -> list[Part]:
    """A part for each level at which they know something that was asked for, the best first."""
    known = sorted(need.asked & candidate.levels.keys(), key=lambda topic: (-candidate.levels[topic], topic))
    left, parts = MOST_FOR_TOPICS, []
    for level, group in groupby(known, key=candidate.levels.__getitem__):
        topics = list(group)
        worth = sum(TOPIC[Skill.Level(level)] * (1 if topic in need.covered else 2) for topic in topics)
        points, them = min(worth, left), "it" if len(topics) == 1 else "them"
        left -= points
        was = "was" if len(topics) == 1 else "were"
        skill = KNOWS[Skill.Level(level)].format(them)
        parts.append(Part(points, f"{get_text_list(topics, 'and')} {was} asked for, and {skill}"))
    return parts


def _office(candidate: Candidate, need: Need) -> Part:
    if need.surgery.venue.office_id not in candidate.offices:
        return Part(0)
    return Part(OFFICE, "Your office" if len(candidate.offices) == 1 else "One of your offices")


def _day(candidate: Candidate, need: Need) -> Part:
    weekday, usual = need.surgery.local_start.isoweekday(), candidate.champion.usual_days
    if weekday not in usual:
        return Part(0)
    return Part(DAY, f"A {Champion.Weekday(weekday).label}, one of your usual days")


def _since(candidate: Candidate, today: date) -> Part:
    if candidate.last_hosted_at is None:
        return Part(LONGEST_AGO, "You have not hosted yet")
    weeks = (today - timezone.localdate(candidate.last_hosted_at)).days // 7
    return Part(min(weeks, LONGEST_AGO), f"You last hosted {weeks} weeks ago" if weeks > 1 else "")


def _pairing(candidate: Candidate, need: Need) -> Part:
    experienced = [each.name for each in need.colleagues if each.is_experienced]
    new = [each.name for each in need.colleagues if not each.is_experienced]
    if candidate.is_experienced:
        if new and not experienced:
            are = "is" if len(new) == 1 else "are"
            return Part(PAIRED, f"{get_text_list(new, 'and')} {are} new to hosting, and you are not")
        if experienced:
            return Part(TWO_EXPERIENCED, f"{get_text_list(experienced, 'and')} would be beside you")
        return Part(FIRST, "Nobody hosts yet")
    if len(experienced) > 1:
        return Part(PAIRED, f"{_count(len(experienced))} experienced champions already: good to learn from")
    if experienced:
        return Part(PAIRED, f"{experienced[0]} has hosted often: good to learn from")
    return Part(ALONE, "Nobody experienced hosts yet")


def _count(number: int) -> str:
    return {2: "Two", 3: "Three", 4: "Four"}.get(number, str(number))
