"""Two workers look at the clock at the same moment of a Monday: each organiser gets one digest."""

import itertools
from collections.abc import Iterator
from datetime import timedelta
from functools import partial

from desk import emails
from desk.duties import monday_of, send_digests
from desk.services import choose_digest
from notifications.models import OutboxEmail
from tests.concurrency.crowd import second_begins_after
from tests.factories import UserFactory, local


def sent() -> Iterator[int]:
    """How many one organiser gets, whenever the second worker begins."""
    monday, _ = monday_of(local(14))
    choose_digest(by=UserFactory.create(organiser=True), now=monday - timedelta(days=1))
    for statements in itertools.count(1):
        OutboxEmail.objects.all().delete()
        later = monday + timedelta(minutes=1)
        if not second_begins_after(statements, partial(send_digests, monday), partial(send_digests, later)):
            return
        yield OutboxEmail.objects.count()


def test_of_two_workers_at_once_one_sends_it(transactional_db):
    assert set(sent()) == {1}


def test_control_with_a_key_that_differs_each_time_both_would(transactional_db, monkeypatch):
    numbers, new_email = itertools.count(), emails.NewEmail

    def another_key(**facts):
        return new_email(**facts | {"dedupe_key": f"{facts['dedupe_key']}:{next(numbers)}"})

    monkeypatch.setattr(emails, "NewEmail", another_key)
    assert set(sent()) == {2}
