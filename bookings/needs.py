"""Which surgeries need hosts, and who could be asked: read with the same few queries however many there are."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from bookings.fit import Candidate, Colleague, Fit, Need, fit, month_of
from bookings.models import Booking
from champions.models import Champion, ChampionQuerySet, Skill
from surgeries.hosts import Gap, gaps
from surgeries.models import Shift, ShiftQuerySet, Surgery, SurgeryQuerySet


def in_need(now: datetime) -> SurgeryQuerySet:
    """The coming surgeries for which champions can still be asked."""
    return Surgery.objects.upcoming(now).filter(starts_at__gt=now).short_of_hosts().select_related("venue__office")


def needs(surgeries: Iterable[Surgery], *, now: datetime) -> list[Need]:
    """What each of these surgeries needs, in their order; those that have hosts enough are left out."""
    surgeries = list(surgeries)
    shifts = defaultdict(list)
    for shift in _hosting(surgeries, now):
        shifts[shift.surgery_id].append(shift)
    asked = _asked(surgeries)
    found = []
    for surgery in surgeries:
        here = shifts[surgery.pk]
        if missing := gaps(surgery, here):
            found.append(
                Need(
                    surgery=surgery,
                    gaps=tuple(missing),
                    asked=frozenset(asked[surgery.pk]),
                    covered=frozenset(topic for shift in here for topic in shift.known),
                    colleagues=tuple({shift.champion_id: _colleague(shift) for shift in here}.values()),
                    hosts=frozenset(shift.champion_id for shift in here),
                )
            )
    return found


def candidates(champions: ChampionQuerySet, *, now: datetime) -> list[Candidate]:
    """These champions with all that their fit is judged by, in order of id."""
    offices = Champion.offices.through.objects.filter(champion=OuterRef("pk")).values("office_id")
    skills = Skill.objects.filter(champion=OuterRef("pk")).order_by("pk")
    facts = champions.order_by("pk").annotate(
        office_ids=ArraySubquery(offices),
        known=ArraySubquery(skills.values("topic__name")),
        levels=ArraySubquery(skills.values("level")),
    )
    found = list(facts)
    shifts = defaultdict(list)
    for shift in Shift.objects.filter(champion__in=found):
        shifts[shift.champion_id].append(shift)
    seats = _seats(found, now)
    return [_candidate(champion, shifts[champion.pk], seats[champion.pk], now) for champion in found]


def candidate_of(champion: Champion, *, now: datetime) -> Candidate:
    """One champion, as a candidate."""
    return candidates(Champion.objects.filter(pk=champion.pk), now=now)[0]


@dataclass(frozen=True)
class Place:
    """A surgery that needs hosts, as one champion sees it: in which gap they could be there, and how well they fit."""

    need: Need
    gap: Gap
    fit: Fit


@dataclass(frozen=True)
class Places:
    """Where a champion could host, what fits best first and what they gave back last; and months that are full."""

    places: tuple[Place, ...]
    full_months: tuple[date, ...]


def places_for(champion: Champion, *, now: datetime) -> Places:
    """Where this champion could host: not where or while they host or sit already, nor in months that are full."""
    candidate, today = candidate_of(champion, now=now), timezone.localdate(now)
    found = needs(in_need(now), now=now)
    full = sorted({need.month for need in found if candidate.has_had_enough_in(need.month)})
    open_to_them = [
        Place(need, gap, fit(candidate, need, today=today))
        for need in found
        if need.month not in full and champion.pk not in need.hosts and (gap := candidate.gap_for(need))
    ]
    # Where they gave a shift back they are not urged to take it again: it comes last.
    open_to_them.sort(
        key=lambda place: (
            place.need.surgery.pk in candidate.gave_back,
            -place.fit.score,
            place.need.surgery.starts_at,
            place.need.surgery.pk,
        )
    )
    return Places(tuple(open_to_them), tuple(date(year, month, 1) for year, month in full))


def _hosting(surgeries: list[Surgery], now: datetime) -> ShiftQuerySet:
    """Who hosts there: each with the topics they know, and how many surgeries they have hosted."""
    past = Shift.objects.live().filter(champion=OuterRef("champion"), ends_at__lte=now)
    hosted = past.order_by().values("champion").annotate(n=Count("surgery", distinct=True)).values("n")
    return (
        Shift.objects.live()
        .filter(surgery__in=surgeries)
        .select_related("champion")
        .annotate(
            known=ArrayAgg("champion__skills__topic__name", filter=Q(champion__skills__isnull=False), default=[]),
            hosted=Coalesce(Subquery(hosted), 0),
        )
        .order_by("champion__name", "pk")
    )


def _colleague(shift: Shift) -> Colleague:
    # `hosted` is annotated by `_hosting`.
    return Colleague(shift.champion.name, shift.hosted)  # type: ignore[attr-defined]


def _asked(surgeries: list[Surgery]) -> dict[int, set[str]]:
    """The topics that those who booked ask about: what they ticked or, if nothing, what their symptoms point to."""
    live = Booking.objects.live().order_by().filter(surgery__in=surgeries)
    ticked = live.filter(topics__isnull=False).values_list("surgery", F("topics__name"))
    meant = live.filter(topics=None, symptoms__topics__isnull=False).values_list("surgery", F("symptoms__topics__name"))
    found: dict[int, set[str]] = defaultdict(set)
    for surgery, topic in ticked.union(meant):
        found[surgery].add(topic)
    return found


def _seats(champions: list[Champion], now: datetime) -> dict[int, list[tuple[datetime, datetime]]]:
    """When these champions have booked a seat for themselves."""
    theirs = Champion.objects.filter(user__email=OuterRef("attendee__email")).values("pk")
    booked = Booking.objects.holding_a_seat().filter(
        slot__ends_at__gt=now, attendee__email__in=[each.user.email for each in champions if each.user]
    )
    found = defaultdict(list)
    times = booked.annotate(champion=Subquery(theirs)).values_list("champion", "slot__starts_at", "slot__ends_at")
    for champion, start, end in times:
        found[champion].append((start, end))
    return found


def _candidate(
    champion: Champion,
    shifts: list[Shift],
    seats: list[tuple[datetime, datetime]],
    now: datetime,
) -> Candidate:
    live = [shift for shift in shifts if shift.ended_at is None]
    over = {shift.surgery_id: shift.ends_at for shift in live if shift.ends_at <= now}
    # What `candidates` annotates has no type.
    return Candidate(
        champion=champion,
        levels=dict(zip(champion.known, champion.levels, strict=True)),  # type: ignore[attr-defined]
        offices=frozenset(champion.office_ids),  # type: ignore[attr-defined]
        hosted=len(over),
        last_hosted_at=max(over.values(), default=None),
        busy=tuple((shift.starts_at, shift.ends_at) for shift in live if shift.ends_at > now) + tuple(seats),
        months=Counter(month for _, month in {(shift.surgery_id, month_of(shift.starts_at)) for shift in live}),
        gave_back=frozenset(shift.surgery_id for shift in shifts if shift.ended_at),
    )
