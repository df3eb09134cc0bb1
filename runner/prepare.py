"""`python -m runner.prepare`: bring the database and the static files up to date; the demonstration once."""

import os
import sys

import django
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command, get_commands
from django.db import DatabaseError


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        django.setup()
        prepare()
    except ImproperlyConfigured as error:
        print(error, file=sys.stderr)
    except DatabaseError as error:
        first_line = str(error).strip().partition("\n")[0]
        print(f"The database is of no use: {first_line}. Mend it, or set DATABASE_URL to another.", file=sys.stderr)
    else:
        return 0
    return 1


def prepare() -> None:
    """Migrate as the owner, collect static files and, in a demonstration without surgeries, load the department."""
    from django.conf import settings

    from surgeries.models import Surgery

    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    if settings.DEMONSTRATION and "load_demo" in get_commands() and not Surgery.objects.exists():
        call_command("load_demo")


if __name__ == "__main__":
    sys.exit(main())
