"""Changing several surgeries of a series at once: which change, which are left alone and why, and the pattern."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.db.models import TextChoices
from django.utils import timezone

from bookings.facts import Facts
from bookings.moves import Hosting, Move, Problem, Seated, moves_of
from surgeries.models import Series, Surgery, local_moment
from surgeries.templatetags.times import when

# What of these facts a series has as well.
PATTERN = ("venue", "hosts_wanted", "is_drop_in", "cutoff_minutes")


class Which(TextChoices):
    """Which surgeries of a series are meant."""

    THIS = "this", "Only this one"
    LATER = "later", "This one and all later ones"
    ALL = "all", "All that are still to come"


@dataclass(frozen=True)
class LeftAlone:
    """A surgery of the series that stays as it is."""

    surgery: Surgery
    why: str


@dataclass(frozen=True, kw_only=True)
class SeriesMove:
    """What changing a surgery, and others of its series with it, comes to. The surgery itself is the first of `moves`.

    `pattern` is what of the series follows, so that the surgeries that it makes later agree; where it stays as it is
    because of them, `pattern_stays` says why.
    """

    moves: tuple[Move, ...]
    left_alone: tuple[LeftAlone, ...]
    pattern: dict[str, Any]
    pattern_stays: str = ""
    problems: tuple[Problem, ...]

    @property
    def first(self) -> Move:
        return self.moves[0]

    @property
    def released(self) -> list[Seated]:
        return [each for move in self.moves for each in move.released]

    @property
    def hosts_released(self) -> list[Hosting]:
        return [each for move in self.moves for each in move.hosts_released]

    @property
    def number_released(self) -> int:
        """How many people and champions these are: somebody may lose several seats."""
        people = {each.booking.attendee_id for each in self.released}
        return len(people) + len({each.shift.champion_id for each in self.hosts_released})

    @property
    def is_of_several(self) -> bool:
        return len(self.moves) > 1 or bool(self.left_alone or self.pattern or self.pattern_stays)

    @property
    def changes_nothing(self) -> bool:
        return not any(move.changes for move in self.moves)

    @property
    def tells_somebody(self) -> bool:
        return any(move.tells_anybody and not move.is_draft for move in self.moves)

    @property
    def is_silent_somewhere(self) -> bool:
        """Whether nobody is told of one of them at least."""
        return any(move.is_draft or not move.tells_anybody for move in self.moves)

    @property
    def is_of_drafts(self) -> bool:
        return all(move.is_draft for move in self.moves)

    @property
    def is_a_move(self) -> bool:
        """Whether anything is held at another time or elsewhere from now on, and not only in another way."""
        return any(move.tells_attendees for move in self.moves)

    @property
    def version(self) -> str:
        """Another one as soon as one of them comes to something else, or another one is left alone."""
        left = [(each.surgery.pk, each.why) for each in self.left_alone]
        seen = ([move.version for move in self.moves], left, sorted(self.pattern), self.problems)
        return sha256(repr(seen).encode()).hexdigest()[:32]


def coming_of(surgery: Surgery, which: str, *, now: datetime) -> list[Surgery]:
    """The others of its series that are meant: those that have not begun, and are not called off."""
    if which == Which.THIS or not surgery.series_id:
        return []
    others = Surgery.objects.filter(series=surgery.series_id, starts_at__gt=now).exclude(pk=surgery.pk)
    if which == Which.LATER:
        others = others.filter(starts_at__gt=surgery.starts_at)
    return list(others.exclude(state=Surgery.State.CALLED_OFF).select_related("venue__office").order_by("starts_at"))


def series_move_of(surgery: Surgery, facts: Facts, which: str, *, now: datetime) -> SeriesMove:
    """What it comes to at `now`. The same few statements, however many surgeries the series has."""
    if which == Which.THIS or not surgery.series_id:
        (move,) = moves_of({surgery: facts}, now=now)
        return SeriesMove(moves=(move,), left_alone=(), pattern={}, problems=move.problems)
    series, before = surgery.series, Facts.of(surgery)
    assert series
    named = [name for name in Facts.__dataclass_fields__ if getattr(before, name) != getattr(facts, name)]
    others = coming_of(surgery, which, now=now)
    by_hand = {each.pk: why for each in others if (why := _by_hand(each, series, before, named))}
    wanted = {surgery: facts}
    days = _days(series, before, facts)
    wanted |= {each: _alike(each, facts, named, days) for each in others if each.pk not in by_hand}
    first, *moves = moves_of(wanted, now=now)
    clashing = {move.surgery.pk: why for move in moves if (why := _clash(move))}
    whys = by_hand | clashing
    pattern = _pattern(series, facts, named, days)
    stays = _why_pattern_stays(len(moves) + 1, len(clashing) + bool(first.venue_is_taken)) if pattern else ""
    return SeriesMove(
        moves=(first, *(move for move in moves if move.surgery.pk not in clashing)),
        left_alone=tuple(LeftAlone(each, whys[each.pk]) for each in others if each.pk in whys),
        pattern={} if stays else pattern,
        pattern_stays=stays,
        problems=(*first.problems, *_problems(series, before, facts)),
    )


def _days(series: Series, before: Facts, facts: Facts) -> timedelta:
    """By how many days the others move: from the usual day of the series to the one that is asked for, of their week.

    The first one may be on another day than they, to which somebody moved it by hand.
    """
    old, new = timezone.localdate(before.starts_at), timezone.localdate(facts.starts_at)
    return timedelta(days=new.weekday() - series.starts_on.weekday() if new != old else 0)


def _alike(surgery: Surgery, facts: Facts, named: Iterable[str], days: timedelta) -> Facts:
    """The surgery with what changes at the first one: so many days later, at the same time on the clock."""
    on = timezone.localdate(surgery.starts_at) + days
    alike: dict[str, Any] = {name: getattr(facts, name) for name in named if not name.endswith("_at")}
    for name in ("starts_at", "ends_at"):
        if {"starts_at", "ends_at"} & set(named):
            alike[name] = local_moment(on, timezone.localtime(getattr(facts, name)).time())
    return replace(Facts.of(surgery), **alike)


def _by_hand(surgery: Surgery, series: Series, before: Facts, named: Iterable[str]) -> str:
    """How somebody has made the surgery differ in what is to change, in words; empty if nobody has."""
    start, end = timezone.localtime(surgery.starts_at), timezone.localtime(surgery.ends_at)
    usual = (series.starts_on.weekday(), series.start_time, series.end_time)
    at = (start.weekday(), start.time(), end.time())
    if {"starts_at", "ends_at"} & set(named) and at != usual:
        return f"It was moved by hand, to {when(surgery)}"
    if "venue" in named and surgery.venue_id != series.venue_id:
        return f"It was moved by hand, to {surgery.venue}"
    others = {"hosts_wanted": series.hosts_wanted, "is_drop_in": series.is_drop_in,
              "note": before.note, "cutoff_minutes": before.cutoff_minutes}  # fmt: skip
    if any(name in named and getattr(surgery, name) != value for name, value in others.items()):
        return "It was changed by hand"
    return ""


def _clash(move: Move) -> str:
    """Why the surgery cannot change with the others, in words; empty if it can."""
    if move.problems:
        return move.problems[0].words
    return move.venue_is_taken


def _why_pattern_stays(asked: int, clashing: int) -> str:
    """Why the series does not follow, in words, if `clashing` of those `asked` to change are too many; else empty.

    It would say what is so at few of its surgeries, and make more that clash. What was changed by hand says nothing
    about that, and counts on neither side.
    """
    if 2 * clashing < asked:
        return ""
    if asked == 1:
        return "the venue is taken then"
    many = f"each of the {asked}" if clashing == asked else f"{clashing} of the {asked}"
    return f"something is in the way at {many} surgeries that were to change"


def _problems(series: Series, before: Facts, facts: Facts) -> Iterator[Problem]:
    """Days move within their week, so that the weeks in which the series comes stay the same."""
    old, new = timezone.localdate(before.starts_at), timezone.localdate(facts.starts_at)
    if old == new:
        return
    if series.nth_in_month:
        yield Problem("on", "The series comes on one day of every month, and keeps it. Move only this one")
    elif old.isocalendar()[:2] != new.isocalendar()[:2]:
        yield Problem("on", "Several move within their week. Choose another day of the same week, or only this one")


def _pattern(series: Series, facts: Facts, named: Iterable[str], days: timedelta) -> dict[str, Any]:
    """What of the pattern follows."""
    follows = {name: getattr(facts, name) for name in PATTERN if name in named}
    if {"starts_at", "ends_at"} & set(named):
        follows["start_time"] = timezone.localtime(facts.starts_at).time()
        follows["end_time"] = timezone.localtime(facts.ends_at).time()
    if days:
        follows["starts_on"] = series.starts_on + days
        for name in ("ends_on", "planned_until"):
            if last := getattr(series, name):
                follows[name] = last + days
    return follows
