"""A connection is kept from one request to the next, and replaced once the server has ended it."""

from contextlib import suppress

import psycopg
import pytest
from django.db import DatabaseError, close_old_connections, connection, transaction
from django.db.backends.postgresql.base import DatabaseWrapper as Djangos
from django.test import Client

from config.postgresql.base import DatabaseWrapper

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False)


@pytest.fixture
def kept(client: Client) -> int:
    """The number of the connection that a first request has left behind."""
    assert client.get("/").status_code == 200
    assert connection.connection is not None
    return connection.connection.info.backend_pid


def ask(about: int, statement: str) -> object:
    """Ask PostgreSQL, on a connection of one's own, about another connection."""
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": psycopg.Cursor}) as other:
        row = other.execute(statement, [about]).fetchone()
    assert row
    return row[0]


def next_request(client: Client) -> int:
    """The status of an answer that takes the database. Django's test client leaves out what comes before a request."""
    close_old_connections()
    return client.get("/calendar.ics").status_code


def test_a_connection_that_the_server_has_ended_is_replaced_and_nobody_notices(kept: int, client: Client) -> None:
    assert ask(kept, "SELECT pg_terminate_backend(%s, 5000)")
    assert next_request(client) == 200
    assert connection.connection.info.backend_pid != kept


def test_without_a_look_at_the_connection_the_next_request_would_fail(
    kept: int, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DatabaseWrapper, "is_usable", lambda self: True)
    ask(kept, "SELECT pg_terminate_backend(%s, 5000)")
    assert next_request(client) == 503


def test_looking_takes_no_statement(kept: int, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = "SELECT query = 'SELECT 1' FROM pg_stat_activity WHERE pid = %s"
    assert connection.is_usable()
    assert not ask(kept, asked)
    monkeypatch.setattr(DatabaseWrapper, "is_usable", Djangos.is_usable)
    assert connection.is_usable()
    assert ask(kept, asked)


def test_a_server_that_says_something_unasked_is_asked_whether_it_still_listens(kept: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("LISTEN something")
    ask(kept, "SELECT pg_notify('something', %s::text)")
    assert connection.is_usable()


def test_in_a_transaction_that_has_failed_nothing_more_can_be_asked(kept: int) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1 / 0")
    assert connection.is_usable()
    with transaction.atomic():
        with suppress(DatabaseError), connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")
        assert not connection.is_usable()
        transaction.set_rollback(True)
