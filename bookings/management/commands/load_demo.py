"""Build the demonstration department, or bring its diary up to date."""

import os
import secrets
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from bookings.demonstration.loading import ADMINISTRATOR, AnotherDepartment, load


class Command(BaseCommand):
    help = (
        "Builds the demonstration department in an empty database: offices, champions, ten weeks of surgeries back and "
        "ahead, and who booked. Loading it again brings the diary up to date and leaves everything else alone. "
        "The administrator's password is DEMONSTRATION_ADMIN_PASSWORD or, without it, one made up and kept in "
        "var/administrator-password."
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
        self.say_how_to_sign_in()

    def say_how_to_sign_in(self) -> None:
        """Give the administrator a password if there is none yet, and say where it is."""
        administrator = User.objects.get(email=ADMINISTRATOR)
        if not administrator.has_usable_password():
            administrator.set_password(settings.DEMONSTRATION_ADMIN_PASSWORD or new_password())
            administrator.save(update_fields=["password"])
        kept = password_file()
        if administrator.check_password(settings.DEMONSTRATION_ADMIN_PASSWORD):
            where = "the password in DEMONSTRATION_ADMIN_PASSWORD"
        elif kept.exists() and administrator.check_password(kept.read_text().strip()):
            where = f"the password in {kept}"
        else:
            where = "the password that you gave it"
        self.stdout.write(f"Sign in at {settings.PUBLIC_BASE_URL}/admin/ as {ADMINISTRATOR} with {where}.")


def password_file() -> Path:
    return settings.VAR_DIR / "administrator-password"


def new_password() -> str:
    """Make a password up, and keep it where only this account of the machine can read it."""
    password = secrets.token_urlsafe(15)
    kept = password_file()
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.unlink(missing_ok=True)
    with os.fdopen(os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(f"{password}\n")
    return password
