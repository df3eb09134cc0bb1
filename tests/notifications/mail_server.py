"""A real SMTP server on 127.0.0.1 that can be told to misbehave, and remembers what it has taken."""

import asyncio
import logging
import random
import socket
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as modern

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

OK = "250 OK"
logging.getLogger("mail.log").setLevel(logging.WARNING)  # aiosmtpd tells of every line otherwise


class MailServer:
    """`at_sender`, `at_recipient` and `at_data` are asked what to answer; None hangs up without a word."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.connections = 0
        self.hangs_up_after: int | None = None
        self.at_sender: Callable[[str], str] = lambda address: OK
        self.at_recipient: Callable[[str], str | None] = lambda address: OK
        self.at_data: Callable[[bytes], str | None] = lambda raw: OK
        self.take_before_hanging_up = False
        self.seconds_before_answer = 0.0

    async def handle_EHLO(self, server: SMTP, session: Session, envelope: Envelope, name: str, answers: list[str]):
        self.connections += 1
        session.host_name = name
        return answers

    async def handle_MAIL(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]):
        session.emails = getattr(session, "emails", 0) + 1
        if self.hangs_up_after is not None and session.emails > self.hangs_up_after:
            server.transport.abort()
        envelope.mail_from = address
        return self.at_sender(address)

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]):
        answer = self.at_recipient(address)
        if answer is None:
            server.transport.abort()
        elif answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer or "421 Bye"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        raw = bytes(envelope.content or b"")
        answer = self.at_data(raw)
        if (answer or "").startswith("2") or (answer is None and self.take_before_hanging_up):
            self.taken.append(raw)
        if self.seconds_before_answer:
            await asyncio.sleep(self.seconds_before_answer)
        if answer is None:
            server.transport.abort()
        return answer or "421 Bye"

    def emails(self) -> list[EmailMessage]:
        """What was taken, in order."""
        return [message_from_bytes(raw, _class=EmailMessage, policy=modern) for raw in self.taken]

    def copies(self) -> Counter[str]:
        """How many copies of each Message-ID were taken."""
        return Counter(email["Message-ID"] for email in self.emails())


class Unreliable(MailServer):
    """Fails one in ten: refuses for now, hangs, hangs up, or hangs up although it has taken the email."""

    def __init__(self, *, seed: int, hangs_for: float) -> None:
        super().__init__()
        self.dice = random.Random(seed)
        self.hangs_for = hangs_for
        self.taken_without_a_word = 0

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]):
        moods = ["fine", "refuses", "hangs", "hangs up", "takes and hangs up"]
        session.mood = self.dice.choices(moods, [90, 3, 1, 3, 3])[0]
        if session.mood == "refuses":
            return "451 4.3.2 Not now"
        if session.mood == "hangs":
            await asyncio.sleep(self.hangs_for)
        if session.mood in ("hangs", "hangs up"):
            server.transport.abort()
        envelope.rcpt_tos.append(address)
        return OK

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.taken.append(bytes(envelope.content or b""))
        if session.mood == "takes and hangs up":
            self.taken_without_a_word += 1
            server.transport.abort()
        return OK


def free_port() -> int:
    """A port on 127.0.0.1 that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return listening.getsockname()[1]


@contextmanager
def serve(handler: MailServer) -> Iterator[tuple[str, int]]:
    """Run the server in a thread. Yields its host and port."""
    controller = Controller(handler, hostname="127.0.0.1", port=free_port(), server_hostname="mail.test")
    controller.start()
    try:
        yield controller.hostname, controller.port
    finally:
        controller.stop(no_assert=True)
