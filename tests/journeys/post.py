"""A mail server that takes what the product sends, and the mailboxes of everybody."""

import re
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage

import time_machine
from django.test import override_settings
from django.utils import timezone
from playwright.sync_api import Page

from notifications.models import DutyRun
from notifications.worker import Worker
from runner.product import Product
from tests.notifications.conftest import going_to
from tests.notifications.mail_server import MailServer, serve


@dataclass(frozen=True)
class Letter:
    """An email as a mail program has it: what it is called, and both of its texts."""

    subject: str
    text: str
    html: str

    def open(self, page: Page) -> None:
        """Have the browser show it."""
        page.goto("about:blank")
        page.set_content(self.html)


class Post(MailServer):
    """Emails come here over SMTP, and nowhere else."""

    def deliver(self, *, at: datetime | None = None) -> None:
        """Let a worker do what is due now, or as if it were another time, until nothing is."""
        with time_machine.travel(at) if at else nullcontext():
            Worker().run(until_idle=True)

    def letters(self, to: str, subject: str | re.Pattern) -> list[Letter]:
        """What has arrived for that address under that subject."""
        letters = [
            Letter(str(email["Subject"]).strip(), said_in(email, "plain"), said_in(email, "html"))
            for email in self.emails()
            if email["To"] == to
        ]
        return [letter for letter in letters if re.search(subject, letter.subject)]


def said_in(email: EmailMessage, kind: str) -> str:
    """One of its two texts, with the ends of lines that people have at home."""
    part = email.get_body([kind])
    assert part
    return str(part.get_content()).replace("\r\n", "\n")


@contextmanager
def post_office(product: Product) -> Iterator[Post]:
    """Have the emails of the product, whose own worker rests, arrive here.

    What the clock had to do may have been done when that worker started, before there was anything to do it to.
    """
    DutyRun.objects.update(due_at=timezone.now())
    post = Post()
    with serve(post) as (host, port), override_settings(PUBLIC_BASE_URL=product.url, **going_to(host, port)):
        yield post
