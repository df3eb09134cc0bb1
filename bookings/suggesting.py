"""Who could host a surgery, for an organiser who looks for somebody: those who fit best first, and why."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.text import get_text_list

from bookings.fit import Candidate, Need, fit
from bookings.needs import candidates
from champions.models import Champion
from surgeries.hosts import Gap

BEST = 5


@dataclass(frozen=True)
class Suggestion:
    """A champion, the first stretch for which they could host, and what speaks for them."""

    champion: Champion
    gap: Gap
    why: str


def suggested(need: Need, *, now: datetime) -> list[Suggestion]:
    """The champions who fit best where hosts are missing."""
    today = timezone.localdate(now)
    champions = candidates(Champion.objects.active().select_related("user"), now=now)
    able = [(each, gap) for each in champions if each.can_be_asked_about(need) and (gap := each.gap_for(need))]
    able.sort(key=lambda it: (-fit(it[0], need, today=today).score, it[0].champion.name))
    return [Suggestion(each.champion, gap, _why(each, need, today)) for each, gap in able[:BEST]]


def _why(candidate: Candidate, need: Need, today: date) -> str:
    """What the fit is judged by, said of somebody instead of to them."""
    return ". ".join(words[:1].upper() + words[1:] for words in _reasons(candidate, need, today))


def _reasons(candidate: Candidate, need: Need, today: date) -> Iterator[str]:
    if known := sorted(need.asked & candidate.levels.keys()):
        yield f"knows {get_text_list(known, 'and')}, which people ask about"
    if need.surgery.venue.office_id in candidate.offices:
        yield f"at {need.surgery.venue.office}"
    weekday = need.surgery.local_start.isoweekday()
    if weekday in candidate.champion.usual_days:
        yield f"likes {Champion.Weekday(weekday).label}s"
    if candidate.last_hosted_at is None:
        yield "has not hosted yet"
    else:
        weeks = (today - timezone.localdate(candidate.last_hosted_at)).days // 7
        yield f"last hosted {weeks} weeks ago" if weeks > 1 else "hosted lately"
