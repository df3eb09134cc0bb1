"""Noticing what champions have reached by hosting: warmly, and rarely."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta

from dateutil.relativedelta import relativedelta
from django.conf import settings
from django.db import transaction

from champions.emails import queue_milestone
from champions.models import Champion, Milestone
from notifications.registry import duty
from surgeries.models import Shift

Kind = Milestone.Kind
COUNTED = {int(kind): kind for kind in Kind if kind != Kind.YEAR}
# What was reached longer ago stands on their page, and nobody is written to: so begins a programme with a past.
LATELY = timedelta(days=7)
# Nobody is written to twice within this time, whatever they reach.
RARELY = timedelta(days=31)


@duty(every=timedelta(hours=1))
def notice_milestones(now: datetime) -> None:
    """Note what champions have newly reached, and tell those who reached something lately, by one email."""
    ended: dict[int, list[datetime]] = defaultdict(list)
    hosted = Shift.objects.hosted(now).order_by("surgery__ends_at", "surgery")
    for champion, ends_at, _ in hosted.values_list("champion", "surgery__ends_at", "surgery").distinct():
        ended[champion].append(ends_at)
    known = set(Milestone.objects.values_list("champion", "kind"))
    for champion, moments in ended.items():
        if any((champion, kind) not in known for kind, _ in reached(moments)):
            _notice(champion, moments, now)


def reached(moments: list[datetime]) -> Iterator[tuple[str, datetime]]:
    """What somebody has reached, and when, whose surgeries ended at these moments, in order.

    A year of hosting is reached with the first surgery that is a year or more after their first one.
    """
    for number, kind in COUNTED.items():
        if len(moments) >= number:
            yield kind, moments[number - 1]
    year = moments[0].astimezone(settings.ZONE) + relativedelta(years=1)
    yield from ((Kind.YEAR, moment) for moment in [moment for moment in moments if moment >= year][:1])


@transaction.atomic
def _notice(champion_id: int, moments: list[datetime], now: datetime) -> None:
    """Note it once, whoever else is at it, and write about the latest if they can be written to."""
    champion = Champion.objects.select_for_update(no_key=True, of=("self",)).select_related("user").get(pk=champion_id)
    known = {milestone.kind: milestone for milestone in champion.milestones.all()}
    new = [
        Milestone(champion=champion, kind=kind, reached_at=moment)
        for kind, moment in reached(moments)
        if kind not in known
    ]
    was_told = any(each.emailed_at and each.emailed_at > now - RARELY for each in known.values())
    latest = max(new, key=lambda each: each.reached_at, default=None)
    may_be_told = champion.is_active and champion.user and champion.user.is_active and not was_told
    if latest and may_be_told and latest.reached_at > now - LATELY:
        latest.emailed_at = now
    for milestone in Milestone.objects.bulk_create(new):
        if milestone.emailed_at:
            queue_milestone(milestone, now=now)
