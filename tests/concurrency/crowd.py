"""Many people at once: real threads with connections of their own, and ways to switch the protection off."""

import itertools
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

from django.db import connection, connections

from bookings import statements

Scene = TypeVar("Scene")
Act = Callable[[Any], object]

FULL_SIZE = bool(os.environ.get("FULL_SIZE"))
# How long at most a second act has to finish or to stand before a lock, whichever it will.
PATIENCE = 10
# Two people who act again and again. Each keeps a connection for as long as a test lasts (see conftest.py): a fresh one
# learns anew what the tables and triggers are, which takes longer than most acts.
FIRST, SECOND = ThreadPoolExecutor(1), ThreadPoolExecutor(1)


def all_at_once(acts: Iterable[Callable[[], object]], *, threads: int = 16) -> list[object]:
    """Run the acts in this many threads, each over its own connection. Returns results and exceptions, in order."""

    def run(act: Callable[[], object]) -> object:
        try:
            return act()
        except Exception as error:
            return error

    everybody_is_here = threading.Barrier(threads)
    with ThreadPoolExecutor(threads, initializer=everybody_is_here.wait) as pool:
        results = list(pool.map(run, acts))
        goodbye = threading.Barrier(threads)

        def leave(_: int) -> None:
            goodbye.wait()  # so that every thread leaves, and no thread twice
            connections.close_all()

        list(pool.map(leave, range(threads)))
    return results


def somebody_waits_for_us() -> bool:
    """Whether another act stands before a lock that this thread's connection holds."""
    ours = connection.connection
    assert ours
    waiting = (
        "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))"
    )
    return ours.execute(waiting).fetchone()[0]  # past Django, which would count it among the statements


def second_begins_after(statements: int, first: Callable[[], object], second: Callable[[], object]) -> bool:
    """Run both acts, the second as soon as the first has made so many statements. Whether the first makes so many.

    The first then pauses until the second has ended or stands before a lock of the first's.
    """
    begin, ended, count = threading.Event(), threading.Event(), 0

    def pause(execute, sql, params, many, context):
        nonlocal count
        result = execute(sql, params, many, context)
        count += 1
        if count == statements:
            begin.set()
            until = time.monotonic() + PATIENCE
            while not ended.wait(0.001) and not somebody_waits_for_us():
                assert time.monotonic() < until, "The second neither ended nor waits for the first."
        return result

    def run_first() -> None:
        try:
            connection.ensure_connection()  # which brings a wrapper of its own, and ours has to be the last to come off
            with connection.execute_wrapper(pause):
                first()
        finally:
            begin.set()

    def run_second() -> None:
        begin.wait()
        try:
            second()
        finally:
            ended.set()

    both = [FIRST.submit(run_first), SECOND.submit(run_second)]
    wait(both)  # whatever becomes of one of them, the other has ended as well
    for one in both:
        one.result()
    return count >= statements


def at_each_moment(make: Callable[[], Scene], first: Act, second: Act, *, every: int) -> Iterator[Scene]:
    """A new scene after both acts on it, for each moment of the first at which the second may begin.

    At full size that is after every statement of the first, otherwise after so many.
    """
    for number in itertools.count(1, 1 if FULL_SIZE else every):
        scene = make()
        if not second_begins_after(number, partial(first, scene), partial(second, scene)):
            return
        yield scene


def hang_up() -> None:
    """Close the connections of the two."""
    for person in (FIRST, SECOND):
        person.submit(connections.close_all).result()


@contextmanager
def without_the_lock() -> Iterator[None]:
    """The surgery's row is read and not locked."""
    locked = statements.LOCK
    statements.LOCK = locked.replace("FOR NO KEY UPDATE", "")
    try:
        yield
    finally:
        statements.LOCK = locked


@contextmanager
def without_the_constraint_on_seats() -> Iterator[None]:
    """Two bookings may point at one seat, as only the owner of the tables can arrange."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE bookings_booking DROP CONSTRAINT bookings_booking_seat_id_key")
        try:
            yield
        finally:
            cursor.execute("DELETE FROM bookings_submission; DELETE FROM bookings_booking")
            cursor.execute("ALTER TABLE bookings_booking ADD CONSTRAINT bookings_booking_seat_id_key UNIQUE (seat_id)")
