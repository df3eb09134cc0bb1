"""`manage.py check_invariants`: a metric that must be 0, cheap enough to ask every minute."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from bookings.invariants import violations


class Command(BaseCommand):
    help = "Count the rows that break what must never be false. Prints 0, or which rows they are and exits with 1."

    def handle(self, *args: Any, **options: Any) -> None:
        found = violations()
        self.stdout.write(str(sum(len(ids) for ids in found.values())))
        if found:
            raise CommandError(
                "\n".join(f"Broken: {sentence} (rows {', '.join(map(str, ids))})" for sentence, ids in found.items())
            )
