"""Erase those again whom a restored database has brought back."""

import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from privacy.ledger import LedgerBroken, concerned, concerned_champions, read, take_in
from privacy.models import Erasure
from privacy.services import erase_again, erase_champion_again


class Command(BaseCommand):
    help = (
        "Erases everybody again whom the ledger of erasures names and the database still knows. Run it after every "
        "restore, before the web server and the worker start. Doing it again changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "files", nargs="*", help="what export_erasures printed, or logs of the web server; - for standard input"
        )

    def handle(self, *args, **options) -> None:
        try:
            new = sum(take_in(read(_lines(name))) for name in options["files"])
        except (LedgerBroken, OSError, UnicodeDecodeError) as error:
            raise CommandError(f"The ledger cannot be read, and nobody was erased. {error}") from None
        entries = list(Erasure.objects.all())
        again = sum(erase_again(attendee=attendee, entries=found) for attendee, found in concerned(entries))
        for champion in concerned_champions(entries):
            erase_champion_again(champion=champion)
            again += 1
        self.stdout.write(f"{len(entries)} in the ledger, {new} of them new here. Erased again: {again}.")


def _lines(name: str) -> list[str]:
    return sys.stdin.readlines() if name == "-" else Path(name).read_text().splitlines()
