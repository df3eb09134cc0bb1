"""A worker stops cleanly when asked to, and gets over a database that was away."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import psutil
import psycopg
import pytest

from notifications.models import OutboxEmail
from runner.postgres import OWNER, Server, temporary_server
from tests.notifications.letters import queue_letters
from tests.notifications.mail_server import MailServer, serve
from tests.notifications.workers import ROOT, workers


def wait_for(what: Callable[[], object], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_worker_that_is_asked_to_stop_finishes_the_email_in_hand_and_hands_back_the_rest(transactional_db):
    server = MailServer()
    server.seconds_before_answer = 0.6
    queue_letters(10)
    with serve(server) as address, workers(address, 1) as team:
        wait_for(lambda: server.taken)
        began = time.monotonic()
        assert team.running[0].stop() == 0
        assert time.monotonic() - began < 3
    assert len(server.taken) == 1
    sent = OutboxEmail.objects.filter(state="sent")
    left = OutboxEmail.objects.filter(state="queued", attempts=0, unsure_attempts=0, lease=None)
    assert (sent.count(), left.count()) == (1, 9)


def test_an_idle_worker_stops_at_once_and_needs_next_to_nothing(transactional_db):
    server = MailServer()
    queue_letters(1)
    with serve(server) as address, workers(address, 1) as team:
        wait_for(lambda: OutboxEmail.objects.filter(state="sent"))
        process = psutil.Process(team.running[0].process.pid)
        assert process.memory_full_info().pss < 90 * 2**20
        time.sleep(2)  # until every duty has had its first look
        before = sum(process.cpu_times()[:2])
        time.sleep(3)
        assert (sum(process.cpu_times()[:2]) - before) / 3 < 0.05
        began = time.monotonic()
        assert team.running[0].stop() == 0
        assert time.monotonic() - began < 2


@pytest.fixture
def own_postgres() -> Iterator[Server]:
    """A PostgreSQL that nobody else uses, with the tables in it."""
    with temporary_server() as server:
        environment = os.environ | {"DATABASE_URL": server.url(), "DATABASE_OWNER_URL": server.url(OWNER)}
        migrate = [sys.executable, "manage.py", "migrate", "--database=owner", "--verbosity=0"]
        subprocess.run(migrate, cwd=ROOT, env=environment, check=True)
        yield server


def test_a_worker_gets_over_a_database_that_was_away(own_postgres):
    server = MailServer()

    def queue(number: int) -> None:
        with psycopg.connect(own_postgres.url()) as connection:
            connection.execute(
                "INSERT INTO notifications_outboxemail (kind, recipient, dedupe_key, about, next_try_at, created_at)"
                " VALUES ('letter', 'alice@example.gov.uk', %s, %s, now(), now())",
                [str(number), f'{{"number": {number}}}'],
            )

    with serve(server) as address, workers(address, 1, DATABASE_URL=own_postgres.url()) as team:
        queue(1)
        wait_for(lambda: len(server.taken) == 1)
        own_postgres.stop()
        time.sleep(1)
        assert team.running[0].process.poll() is None
        own_postgres.start()
        queue(2)
        wait_for(lambda: len(server.taken) == 2, seconds=15)
        assert team.running[0].stop() == 0
