"""The worker: sends the emails that are due, and runs the clock. Any number of workers may run.

An email is claimed under a lease and the claim committed, so that no transaction is open while a mail server takes
its time. A worker writes to an email only as long as it is still claimed under that lease; whoever comes back too
late finds that it is not, and leaves the email alone.

Nobody can send an email exactly once: a worker may die, or a connection break, between the mail server's taking the
email and our noting it. So an attempt is counted as unsure from just before the email is handed over. After the
first unsure attempt the email is sent once more, with the same Message-ID; after the second it is given up and
shown, for otherwise somebody might get it a third time.
"""

import logging
import re
from collections.abc import Callable
from contextlib import suppress
from math import inf
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPResponseException, SMTPServerDisconnected
from threading import Event
from time import monotonic
from uuid import UUID

from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import Error, InterfaceError, InternalError, OperationalError, connection
from django.utils import timezone
from django.utils.encoding import force_bytes

from notifications import outbox
from notifications.clock import run_due_duties
from notifications.models import OutboxEmail
from notifications.registry import writers
from notifications.rendering import to_mime
from notifications.smtp import MaybeSent

logger = logging.getLogger(__name__)

# The outbox is polled: NOTIFY takes one lock for the whole database at each commit, and bookings commit often.
POLL_SECONDS = 0.5
# Duties come due by the minute, and leases lapse by the minute: an idle worker need not look at each poll.
LOOK_ROUND_SECONDS = 5
LONGEST_PAUSE_SECONDS = 10


class Worker:
    """One worker process. `stop` may be called from a signal handler: the email in hand is finished first."""

    def __init__(self) -> None:
        self.stopping = Event()
        self.lease: UUID | None = None
        self.looked_round_at = -inf

    def stop(self) -> None:
        """Ask `run` to return soon."""
        self.stopping.set()

    def run(self, *, until_idle: bool = False) -> None:
        """Work until stopped, or until nothing is due. Whatever goes wrong is logged, and tried again."""
        failures = 0
        while not self.stopping.is_set():
            try:
                claimed = self.turn()
            except Exception:
                failures += 1
                logger.exception("worker in trouble")
                with suppress(Error):
                    connection.close()
                self.stopping.wait(min(POLL_SECONDS * 2**failures, LONGEST_PAUSE_SECONDS))
                continue
            failures = 0
            if not claimed:
                if until_idle:
                    return
                self.stopping.wait(POLL_SECONDS)

    def turn(self) -> int:
        """Now and then run the duties that are due; then send one batch. Returns how many emails were claimed."""
        self.let_go()
        if monotonic() - self.looked_round_at >= LOOK_ROUND_SECONDS:
            run_due_duties(timezone.now())
            outbox.take_over_lapsed(timezone.now())
            self.looked_round_at = monotonic()
        batch = outbox.claim(timezone.now())
        if batch:
            self.lease = batch[0].lease
            self.send(batch)
            self.let_go()
        return len(batch)

    def let_go(self) -> None:
        """Hand back whatever was claimed and not come to."""
        if self.lease:
            outbox.let_go(self.lease)
            self.lease = None

    def send(self, batch: list[OutboxEmail]) -> None:
        """Send what was claimed over one connection, and over another one only if that breaks."""
        mail = get_connection()
        try:
            for position, email in enumerate(batch):
                if self.stopping.is_set():
                    return
                try:
                    reused = mail.open() is False
                except OSError as error:
                    for waiting in batch[position:]:
                        outbox.postpone(waiting, f"The mail server is away: {describe(error)}.", timezone.now())
                    return
                self.send_one(email, mail, reused)
        finally:
            with suppress(OSError):
                mail.close()

    def send_one(self, email: OutboxEmail, mail: BaseEmailBackend, reused: bool) -> None:
        """Send an email, or find out why not, and note the outcome."""
        if email.not_after and timezone.now() > email.not_after:
            outbox.drop(email, "It was too late.")
            return
        try:
            mime = compose(email)
        except Exception as error:
            if not connection.is_usable():
                raise
            outbox.postpone(email, f"It could not be written: {describe(error)}.", timezone.now())
            return
        if mime is None:
            outbox.drop(email, "It was no longer true.")
        elif outbox.take_in_hand(email, timezone.now()):
            self.note(hand_over(email, mime, mail, reused))

    def note(self, outcome: Callable[[], bool]) -> None:
        """Write down an outcome. While the database is away this is tried until the lease is over, for a forgotten
        outcome means a second copy."""
        until = timezone.now() + outbox.LEASE_IN_HAND
        while True:
            try:
                outcome()
            except (OperationalError, InterfaceError, InternalError):
                connection.close()
                if self.stopping.wait(POLL_SECONDS) or timezone.now() > until:
                    raise
            else:
                return


def compose(email: OutboxEmail) -> EmailMessage | None:
    """The email as it goes over the wire, or None if there is nothing true left to say."""
    message = writers[email.kind](email)
    return to_mime(email, message) if message else None


def hand_over(email: OutboxEmail, mime: EmailMessage, mail: BaseEmailBackend, reused: bool) -> Callable[[], bool]:
    """Give an email to the mail server. Returns what is to be noted about it."""
    try:
        try:
            mail.send_messages([mime])
        except SMTPServerDisconnected:
            # Mail servers close a connection after so many emails. That is no failure: once more over a fresh one.
            if not reused:
                raise
            mail.open()
            mail.send_messages([mime])
    except MaybeSent:
        why = "The connection broke before the mail server answered."
        return lambda: outbox.leave_unsure(email, why, timezone.now())
    except Exception as error:
        why = f"It was not sent: {describe(error)}."
        if is_refused_for_good(error):
            return lambda: outbox.give_up(email, why)
        return lambda: outbox.postpone(email, why, timezone.now())
    return lambda: outbox.mark_sent(email, timezone.now())


def is_refused_for_good(error: Exception) -> bool:
    """Whether the mail server refused this address or this text for good: 5xx (RFC 5321, 4.2.1).

    A refusal of the sender or of the sign-in says nothing about the email and may be put right meanwhile.
    """
    if isinstance(error, SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in error.recipients.values())
    return isinstance(error, SMTPDataError) and error.smtp_code >= 500


def describe(error: BaseException) -> str:
    """What went wrong, without the words of the mail server or of an exception: they may name a person."""
    code, reply = 0, b""
    if isinstance(error, SMTPRecipientsRefused):
        code, reply = next(iter(error.recipients.values()))
    elif isinstance(error, SMTPResponseException):
        code, reply = error.smtp_code, force_bytes(error.smtp_error)
    enhanced = re.match(rb"\d\.\d{1,3}\.\d{1,3}", reply)
    parts = [type(error).__name__, str(code) if code else "", enhanced[0].decode() if enhanced else ""]
    return " ".join(part for part in parts if part)
