"""Two workers ask for hosts at the same moment: each champion is asked once."""

import itertools
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

from django.utils import timezone

from bookings.duties import ask_for_hosts
from bookings.models import Ask
from champions.models import Champion, ChampionQuerySet
from notifications.models import OutboxEmail
from surgeries.models import Surgery
from tests.concurrency.crowd import second_begins_after, without_the_lock
from tests.factories import ChampionFactory, SurgeryFactory, UserFactory, local


def outcomes() -> Iterator[tuple[int, int]]:
    """How often the two champions are asked at most, and by how many emails, whenever the second worker begins."""
    for statements in itertools.count(1, 3):
        Surgery.objects.update(state="draft")  # those of the scene before
        Champion.objects.update(state="left")
        SurgeryFactory.create(starts_at=local(9), slots=1)
        theirs = [ChampionFactory.create(user=UserFactory.create()) for _ in range(2)]
        emails = OutboxEmail.objects.filter(recipient__in=[each.user.email for each in theirs if each.user])
        now = timezone.now() + timedelta(days=1)
        if not second_begins_after(statements, partial(worker, now), partial(worker, now + timedelta(seconds=1))):
            return
        asked = Counter(Ask.objects.filter(champion__in=theirs).values_list("champion", flat=True))
        yield max(asked.values()), emails.count()


def worker(now: datetime) -> None:
    ask_for_hosts(now)


def test_of_two_workers_at_once_one_asks(transactional_db):
    assert set(outcomes()) == {(1, 2)}


def test_control_without_the_locks_both_would(transactional_db, monkeypatch):
    monkeypatch.setattr(ChampionQuerySet, "select_for_update", lambda champions, **_: champions)
    with without_the_lock():
        assert (2, 4) in outcomes()
