"""Trying a transaction again when PostgreSQL says that trying again may work."""

import random
import time
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import DatabaseError, InterfaceError, NotSupportedError, OperationalError, connection
from psycopg import errors

P = ParamSpec("P")
R = TypeVar("R")

ATTEMPTS = 3
# A page that is going to say "busy, please try again" says so within 5 seconds.
PATIENCE_SECONDS = 3.0

CONTENDED = (
    errors.SerializationFailure,  # 40001
    errors.DeadlockDetected,  # 40P01
    errors.LockNotAvailable,  # 55P03
    errors.UniqueViolation,  # 23505: somebody else was first; the second look sees what they did
    errors.FeatureNotSupported,  # 0A000: a migration changed what a prepared statement returns; ROLLBACK forgot it
)


class Contention(Exception):
    """What was locked is no longer what has to be locked: look again."""


def retried(transaction: Callable[P, R]) -> Callable[P, R]:
    """Run the decorated function, which opens and closes its own transaction, up to three times with jitter.

    It is run again after losing a race (`CONTENDED`, `Contention`) and after losing the connection, in which case
    nobody knows whether the COMMIT arrived: the function has to look up the outcome before it acts. Inside another
    transaction nothing can be tried again, so the error is passed on.
    """

    @wraps(transaction)
    def attempt(*args: P.args, **kwargs: P.kwargs) -> R:
        began = time.monotonic()
        for attempts_left in reversed(range(ATTEMPTS)):
            try:
                return transaction(*args, **kwargs)
            except (DatabaseError, InterfaceError, Contention) as error:
                if connection.in_atomic_block or not attempts_left or not _may_work_next_time(error):
                    raise
                if time.monotonic() - began > PATIENCE_SECONDS:
                    raise
                if _connection_is_lost(error):
                    connection.close()
            time.sleep(random.uniform(0.01, 0.06))  # noqa: S311 - jitter keeps no secret
        raise AssertionError("The last attempt returns or raises.")

    return attempt


def plan_again(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """Execute a statement and, if a migration has changed what it returns since it was prepared, prepare it anew.

    One of Django's database instrumentations, for statements outside of transactions: the connection lives for as
    long as the process, and so would the error. Within one, nothing can be tried again before its end.
    """
    try:
        return execute(sql, params, many, context)
    except NotSupportedError as error:
        connection = context["connection"]
        if connection.in_atomic_block or not isinstance(error.__cause__, errors.FeatureNotSupported):
            raise
        connection.connection.execute("DEALLOCATE ALL")
        return execute(sql, params, many, context)


def _connection_is_lost(error: Exception) -> bool:
    """Without an SQLSTATE, or with one of class 08 or 57P: the server did not get to answer."""
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    state = getattr(error.__cause__, "sqlstate", None)
    return state is None or state.startswith(("08", "57P"))


def _may_work_next_time(error: Exception) -> bool:
    return isinstance(error, Contention) or isinstance(error.__cause__, CONTENDED) or _connection_is_lost(error)
