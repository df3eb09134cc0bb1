"""Django's backend for PostgreSQL, with what it would otherwise ask or say in a statement of its own."""

import re
import select
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django.db import transaction
from django.db.backends.postgresql import base
from psycopg.pq import TransactionStatus

from history.acting import said
from history.triggers import recorded

WRITES = re.compile(r'\b(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+(?:ONLY\s+)?"?(\w+)', re.IGNORECASE)


class DatabaseWrapper(base.DatabaseWrapper):
    """A transaction begins by saying who acts and from where, which the triggers that record history read.

    It travels with BEGIN, which is a round trip anyway, and ends with the transaction. Where somebody begins to act
    within one, the next statement that writes to a recorded table says so first; and such a statement outside of any
    gets a transaction around it.
    """

    # What was said in the transaction that is going on. None: something, before a savepoint was rolled back.
    _said: str | None = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.execute_wrappers.append(self._say_first)

    def is_usable(self) -> bool:
        """Whether the server still has the connection, when nothing is under way on it.

        Django asks with a statement before the first one of every request, which is a round trip for each of them. A
        server that has ended the connection, or says anything else unasked, has sent something to read: then Django
        asks. One that vanished without a word is noticed by the next statement, after `tcp_user_timeout`, as it would
        be by Django's.
        """
        if self.connection is None or self.connection.closed:
            return False
        if self.connection.info.transaction_status == TransactionStatus.INERROR:
            return False
        socket = select.poll()
        socket.register(self.connection.fileno(), select.POLLIN)
        return not socket.poll(0) or super().is_usable()

    def _set_autocommit(self, autocommit: bool) -> None:
        super()._set_autocommit(autocommit)  # type: ignore[misc]
        self._said = ""
        if not autocommit and (acting := said()):
            # If this fails, the connection is in no transaction, and the first statement begins one or fails as well.
            self.connection.pgconn.exec_(f"BEGIN; SET LOCAL history.acting = '{acting}'".encode())
            if self.connection.info.transaction_status == TransactionStatus.INTRANS:
                self._said = acting

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc]
        self._said = ""

    def _rollback(self) -> None:
        super()._rollback()  # type: ignore[misc]
        self._said = ""

    def _savepoint_rollback(self, sid: str) -> None:
        super()._savepoint_rollback(sid)  # type: ignore[misc]
        self._said = None

    def _say_first(self, execute: Callable, sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
        acting = said()
        if (acting == self._said and (acting == "" or self.in_atomic_block)) or not _is_recorded(sql):
            return execute(sql, params, many, context)
        if not self.in_atomic_block:
            with transaction.atomic(using=self.alias):
                return execute(sql, params, many, context)
        if self.connection.info.transaction_status != TransactionStatus.INERROR:
            self.connection.execute("SELECT set_config('history.acting', %s, true)", [acting])
            self._said = acting
        return execute(sql, params, many, context)


@lru_cache(maxsize=1000)
def _is_recorded(sql: Any) -> bool:
    """Whether a statement writes to a table that is recorded. The same few hundred statements come again and again."""
    return isinstance(sql, str) and any(table in recorded() for table in WRITES.findall(sql))
