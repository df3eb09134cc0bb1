import signal
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from notifications.worker import Worker


class Command(BaseCommand):
    """Runs until SIGTERM or SIGINT, finishes the email in hand, and exits 0."""

    requires_system_checks = []  # they load every page, which a worker does not need, and the web has run them

    help = "Sends the emails in the outbox and runs the clock. Run as many as you like."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--once", action="store_true", help="send what is due, run the duties that are due, and end"
        )

    def handle(self, *, once: bool, **options: Any) -> None:
        worker = Worker()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: worker.stop())
        worker.run(until_idle=once)
