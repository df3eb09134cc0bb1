"""Django's backend for PostgreSQL, which sees without asking whether a kept connection still lives."""

import select

from django.db.backends.postgresql import base
from psycopg.pq import TransactionStatus


class DatabaseWrapper(base.DatabaseWrapper):
    """Django asks with a statement before the first one of every request, which is a round trip for each of them."""

    def is_usable(self) -> bool:
        """Whether the server still has the connection, when nothing is under way on it.

        A server that has ended it, or says anything else unasked, has sent something to read: then Django asks. One
        that vanished without a word is noticed by the next statement, after `tcp_user_timeout`, as it would be by
        Django's.
        """
        if self.connection is None or self.connection.closed:
            return False
        if self.connection.info.transaction_status == TransactionStatus.INERROR:
            return False
        socket = select.poll()
        socket.register(self.connection.fileno(), select.POLLIN)
        return not socket.poll(0) or super().is_usable()
