"""Build the demonstration department, or bring its diary up to date."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from bookings.demonstration.loading import AnotherDepartment, load


class Command(BaseCommand):
    help = (
        "Builds the demonstration department in an empty database: offices, champions, ten weeks of surgeries back and "
        "ahead, and who booked. Loading it again brings the diary up to date and leaves everything else alone."
    )

    def handle(self, *args, **options) -> None:
        try:
            loaded = load()
        except AnotherDepartment:
            raise CommandError(
                "This database holds a department of its own. The demonstration department needs an empty one."
            ) from None
        if loaded.is_first:
            self.stdout.write(
                f"The demonstration department is there: {loaded.surgeries} surgeries and {loaded.bookings} bookings."
            )
        else:
            self.stdout.write(
                f"The demonstration department is up to date: {loaded.surgeries} new surgeries, "
                f"{loaded.bookings} new bookings."
            )
        self.stdout.write(
            f"Sign in at {settings.PUBLIC_BASE_URL}/sign-in/ as a champion, an organiser or an administrator."
        )
