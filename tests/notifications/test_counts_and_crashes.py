"""A count that does not wait for the disk outlives a crash of the database whenever what it counted does."""

import json
import signal
from collections.abc import Iterator

import psycopg
import pytest

from notifications.limits import COUNT_FIRST, COUNT_NOW
from runner.postgres import OWNER, Server, temporary_server

TABLE = """
    CREATE TABLE notifications_limitcount (
        what text, key text, window_ends_at timestamptz, count int, PRIMARY KEY (what, key, window_ends_at)
    );
    GRANT ALL ON notifications_limitcount TO PUBLIC;
    CREATE TABLE booking (name text);
"""


@pytest.fixture
def postgres() -> Iterator[Server]:
    """One that waits for the disk at each commit, and writes down by itself only what is ten seconds old."""
    with temporary_server(settings={"wal_writer_delay": "10s"}) as server:
        with psycopg.connect(server.url(OWNER)) as owner:
            owner.execute(TABLE)
        yield server


def count(postgres: Server, key: str, statement: str) -> None:
    tries = [{"what": "forms", "key": key, "window_ends_at": "2126-03-03T12:00:00Z", "most": 9}]
    with psycopg.connect(postgres.url(), autocommit=True) as connection:
        connection.execute(statement, {"tries": json.dumps(tries), "most": json.dumps({"forms": 9})})


def counted_after_a_crash(postgres: Server) -> set[str]:
    process = postgres.process()
    assert process
    process.send_signal(signal.SIGQUIT)  # it stops at once, and writes nothing more
    process.wait(10)
    postgres.start()
    with psycopg.connect(postgres.url()) as connection:
        return {key for (key,) in connection.execute("SELECT key FROM notifications_limitcount")}


def test_a_commit_takes_the_counts_before_it_with_it(postgres: Server) -> None:
    count(postgres, "of a booking", COUNT_FIRST)
    with psycopg.connect(postgres.url(OWNER)) as owner:
        owner.execute("INSERT INTO booking VALUES ('of Alice')")
    assert counted_after_a_crash(postgres) == {"of a booking"}


def test_where_nothing_follows_a_count_waits_for_the_disk_itself(postgres: Server) -> None:
    count(postgres, "of a guess", COUNT_NOW)
    count(postgres, "of a form that came to nothing", COUNT_FIRST)
    assert counted_after_a_crash(postgres) == {"of a guess"}
