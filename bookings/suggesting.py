"""Who could host a surgery, for an organiser who looks for somebody: those who fit best first, and why."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Func, JSONField, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.text import get_text_list

from bookings.fit import Candidate, Need, fit
from bookings.models import Booking
from bookings.needs import candidates
from champions.models import Champion, ChampionQuerySet
from surgeries.hosts import Gap
from surgeries.models import Shift, Surgery, local_month
from surgeries.templatetags.times import clock

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
    active = with_what_they_have(Champion.objects.active().select_related("user"), need.surgery)
    champions = candidates(active, now=now)
    able = [(each, gap) for each in champions if each.can_be_asked_about(need) and (gap := each.gap_for(need))]
    able.sort(key=lambda it: (-fit(it[0], need, today=today).score, it[0].champion.name))
    return [Suggestion(each.champion, gap, _why(each, need, today)) for each, gap in able[:BEST]]


def with_what_they_have(champions: ChampionQuerySet, surgery: Surgery) -> ChampionQuerySet:
    """With what they host or have booked while it lasts, and how often they host in its month: for `has_then`."""
    shifts = Shift.objects.live().overlapping(surgery).filter(champion=OuterRef("pk")).order_by("starts_at")
    seats = Booking.objects.overlapping(surgery).filter(attendee__email=OuterRef("user__email"))
    begins, ends = local_month(surgery.local_start.year, surgery.local_start.month)
    month = Shift.objects.live().filter(champion=OuterRef("pk"), starts_at__gte=begins, starts_at__lt=ends).order_by()
    times = month.values("champion").annotate(n=Count("surgery", distinct=True)).values("n")
    where = ("surgery_id", "surgery__venue__name", "surgery__venue__office__name")
    return champions.annotate(
        hosts_that_month=Coalesce(Subquery(times), 0),
        hosts_then=ArraySubquery(shifts.values(it=_array(*where, "starts_at", "ends_at"))),
        sits_then=ArraySubquery(
            seats.order_by("slot__starts_at").values(it=_array(*where, "slot__starts_at", "slot__ends_at"))
        ),
    )


def _array(*fields: str) -> Func:
    return Func(*fields, function="jsonb_build_array", output_field=JSONField())


def has_then(champion: Champion, surgery: Surgery) -> str:
    """What somebody, of those `with_what_they_have`, has at that time, and whether it is enough for them, in words.

    It may leave them time enough to host a part of the surgery: so it is said, and nobody is left out for it.
    """
    words = [f"hosts {_there(it, surgery)}" for it in champion.hosts_then]  # type: ignore[attr-defined]
    words += [f"has a seat {_there(it, surgery)}" for it in champion.sits_then]  # type: ignore[attr-defined]
    times, most = champion.hosts_that_month, champion.most_shifts_a_month  # type: ignore[attr-defined]  # annotated
    if most is not None and times >= most:
        words.append(f"hosts {times} in {surgery.local_start:%B}, and likes at most {most} a month")
    return "; ".join(words)


def _there(it: list[Any], surgery: Surgery) -> str:
    there, venue, office, start, end = it
    where = "here" if there == surgery.pk else f"at {venue}, {office}"
    return f"{where}, {clock(datetime.fromisoformat(start))} to {clock(datetime.fromisoformat(end))}"


def _why(candidate: Candidate, need: Need, today: date) -> str:
    """What the fit is judged by, said of somebody instead of to them. Who could host a part has something besides."""
    said = [*_reasons(candidate, need, today), has_then(candidate.champion, need.surgery)]
    return ". ".join(words[:1].upper() + words[1:] for words in said if words)


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
