"""Asking champions to host: those who fit best, by email, with a press that takes the shift."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import partial

from django.db import transaction
from django.utils import timezone

from bookings import shift_emails
from bookings.fit import Candidate, Need, fit
from bookings.models import Ask
from bookings.needs import candidates, in_need, needs
from bookings.statements import lock_surgeries
from champions.models import Champion
from surgeries.models import Surgery
from surgeries.transactions import retried

# How many champions are asked about one surgery at a time.
BEST = 5
WEEK = timedelta(days=7)


def ask_about(surgeries: Iterable[Surgery], *, is_given_back: bool, now: datetime) -> list[Ask]:
    """Ask those who fit best about these surgeries, which are locked, with one email to each. Returns who was asked.

    Nobody is asked about a surgery where they gave a shift back. When somebody else did, it is urgent: those come
    first who have not been asked about it, then those who have, though nobody twice on a day. Otherwise nobody is asked
    who was asked about anything in the last seven days.
    """
    ids = [surgery.pk for surgery in surgeries]
    found = needs(in_need(now).filter(pk__in=ids), now=now)
    if not found:
        return []
    today = timezone.localdate(now)
    champions = Champion.objects.active().filter(user__is_active=True).select_related("user")
    asked_on: dict[tuple[int, int], date] = {}
    recent = Ask.objects.filter(asked_at__gt=now - 5 * WEEK).order_by("asked_at")
    for champion, surgery, asked_at in recent.values_list("champion", "surgery", "asked_at"):
        asked_on[champion, surgery] = timezone.localdate(asked_at)
    lately = {champion for (champion, _), day in asked_on.items() if today - day < WEEK}

    def may_be_asked(need: Need, candidate: Candidate) -> bool:
        about_it = candidate.champion.pk, need.surgery.pk
        is_soon = asked_on.get(about_it) == today if is_given_back else candidate.champion.pk in lately
        return not is_soon and candidate.can_be_asked_about(need)

    def turn(need: Need, candidate: Candidate) -> tuple[bool, int, int]:
        is_second_time = is_given_back and (candidate.champion.pk, need.surgery.pk) in asked_on
        return is_second_time, -fit(candidate, need, today=today).score, candidate.champion.pk

    able = candidates(champions, now=now)
    asks = [
        Ask(champion=each.champion, surgery=need.surgery, asked_at=now, is_given_back=is_given_back)
        for need in found
        for each in sorted(filter(partial(may_be_asked, need), able), key=partial(turn, need))[:BEST]
    ]
    Ask.objects.bulk_create(asks)
    shift_emails.queue_asked(asks, now=now)
    return asks


@retried
@transaction.atomic
def ask_where_hosts_are_missing(*, since: dict[int, datetime], now: datetime | None = None) -> list[Ask]:
    """Ask about each of these surgeries (by id), unless somebody was asked about it since that moment."""
    now = now or timezone.now()
    surgeries = lock_surgeries(since)
    # Nobody is asked twice a week.
    list(Champion.objects.active().order_by("pk").select_for_update(no_key=True, of=("self",)))
    asked = Ask.objects.filter(surgery__in=since).values_list("surgery", "asked_at")
    already = {surgery for surgery, asked_at in asked if asked_at >= since[surgery]}
    return ask_about([each for pk, each in surgeries.items() if pk not in already], is_given_back=False, now=now)
