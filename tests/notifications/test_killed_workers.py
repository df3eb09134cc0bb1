"""Workers are killed in the midst of sending, over a mail server that fails one in ten, and nothing is lost.

At most one copy too many for each kill, and for each time that the mail server takes an email and hangs up; and
never a third copy. At full size (`make test-full`): 10,000 emails, 4 workers, 200 kills.
"""

import os
import time
from datetime import timedelta

import pytest
from django.db.models import Count, Q
from django.utils import timezone

from notifications import outbox
from notifications.models import OutboxEmail
from notifications.smtp import LAST_ANSWER
from tests.notifications.letters import queue_letters
from tests.notifications.mail_server import MailServer, Unreliable, serve
from tests.notifications.workers import EMAIL_TIMEOUT, workers

FULL_SIZE = bool(os.environ.get("FULL_SIZE"))
EMAILS, KILLS, PATIENCE = (10_000, 200, 1800) if FULL_SIZE else (300, 6, 300)
WORKERS = 4
SILENCE = timedelta(seconds=6)


def let_time_pass() -> None:
    """Nobody waits for a next try, and a lease that has not been renewed for a while is over: minutes as seconds."""
    now = timezone.now()
    OutboxEmail.objects.filter(state="queued", attempts__gt=0).update(next_try_at=now)
    held = OutboxEmail.objects.filter(state="sending")
    claimed = Q(lease_until__lt=now + outbox.LEASE - SILENCE)
    in_hand = Q(lease_until__gt=now + outbox.LEASE, lease_until__lt=now + outbox.LEASE_IN_HAND - SILENCE)
    held.filter(claimed | in_hand).update(lease_until=now - SILENCE)


def summary() -> list[tuple]:
    """How many emails are in which state, and why."""
    facts = OutboxEmail.objects.values_list("state", "attempts", "unsure_attempts", "last_error")
    return list(facts.annotate(count=Count("pk")).order_by("-count"))


def unfinished() -> int:
    return OutboxEmail.objects.filter(OutboxEmail.UNSENT).count()


def wait_until_all_is_finished(server: MailServer, team, kills: int = 0) -> None:
    """Kill a worker each time another part of the emails has arrived, until all are finished."""
    killed = 0
    deadline = time.monotonic() + PATIENCE
    while unfinished() or killed < kills:
        assert time.monotonic() < deadline, f"{killed} killed, {summary()}"
        if killed < kills and len(server.taken) * (kills + 1) >= (killed + 1) * EMAILS:
            team.kill_the_oldest_and_start_another()
            killed += 1
        let_time_pass()
        time.sleep(0.02)


def what_is_wrong(server: MailServer, excuses: int) -> list[str]:
    """What must not be so, after workers were killed or connections broken that many times."""
    copies = server.copies()
    wrong = []
    for email in OutboxEmail.objects.iterator():
        arrived = copies[email.message_id]
        if not arrived and email.last_error != outbox.NOBODY_KNOWS:
            wrong.append(f"{email.state} and lost: {email.last_error}")
        if arrived > 2:
            wrong.append(f"{arrived} copies")
        if email.state != "sent" and email.last_error != outbox.NOBODY_KNOWS:
            wrong.append(f"{email.state}: {email.last_error}")
    repeats = sum(copies.values()) - len(copies)
    if repeats > excuses:
        wrong.append(f"{repeats} repeats for {excuses} accidents")
    return wrong


@pytest.fixture(autouse=True)
def leases_as_the_workers_have_them(monkeypatch):
    monkeypatch.setattr(outbox, "LEASE", timedelta(seconds=6 * EMAIL_TIMEOUT))
    monkeypatch.setattr(outbox, "LEASE_IN_HAND", timedelta(seconds=(4 + LAST_ANSWER) * EMAIL_TIMEOUT))


def test_nothing_is_lost_and_nothing_comes_three_times_when_workers_are_killed(transactional_db):
    queue_letters(EMAILS)
    server = Unreliable(seed=1, hangs_for=EMAIL_TIMEOUT + 1)
    with serve(server) as address, workers(address, WORKERS) as team:
        wait_until_all_is_finished(server, team, kills=KILLS)
    assert what_is_wrong(server, excuses=KILLS + server.taken_without_a_word) == []


def test_control_without_claims_the_same_check_sees_emails_repeated(transactional_db):
    queue_letters(100)
    server = MailServer()
    server.seconds_before_answer = 0.02
    with serve(server) as address, workers(address, 3, WORKER_WITHOUT="claims") as team:
        wait_until_all_is_finished(server, team)
    assert "accidents" in " ".join(what_is_wrong(server, excuses=0))


@pytest.mark.usefixtures("transactional_db")
@pytest.mark.skipif(not FULL_SIZE, reason="by the clock only at full size; what an email costs is counted otherwise")
def test_four_workers_send_two_hundred_a_second():
    server = MailServer()
    with serve(server) as address, workers(address, WORKERS) as team:
        queue_letters(1)
        wait_until_all_is_finished(server, team)
        time.sleep(5)  # the others are ready as well
        queue_letters(EMAILS + 1)
        began = time.monotonic()
        while len(server.taken) <= EMAILS:
            assert time.monotonic() < began + PATIENCE
            time.sleep(0.01)
    assert EMAILS / (time.monotonic() - began) >= 200
