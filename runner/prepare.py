"""`python -m runner.prepare`: bring the database and the static files up to date; the demonstration once."""

import hashlib
import os
import sys
from io import StringIO
from pathlib import Path

import django
from django.contrib.staticfiles.finders import get_finders
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import DatabaseError


def main() -> int:
    """Prepare, and say in one sentence what is in the way. Returns 1 if something is."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        django.setup()
        prepare()
    except ImproperlyConfigured as error:
        print(error, file=sys.stderr)
    except DatabaseError as error:
        first_line = str(error).strip().partition("\n")[0]
        print(
            f"The database cannot be used: {first_line}. See that it runs and that its address is right, or set "
            "DATABASE_URL to another.",
            file=sys.stderr,
        )
    else:
        return 0
    return 1


def prepare() -> None:
    """Migrate as the owner, collect static files and, in a demonstration without surgeries, load the department."""
    from django.conf import settings

    from history.acting import acting
    from surgeries.models import Surgery

    call_command("migrate", verbosity=0)
    collect_static_files()
    if settings.DEMONSTRATION and not Surgery.objects.exists():
        print("Loading the demonstration department, this once", flush=True)
        with acting(place="command load_demo"):
            call_command("load_demo", stdout=StringIO())


def collect_static_files() -> None:
    """Collect and compress the static files under their hashed names, unless they are those of the last time."""
    from django.conf import settings

    files = [storage.path(path) for finder in get_finders() for path, storage in finder.list([])]
    facts = [(path, os.stat(path).st_size, os.stat(path).st_mtime_ns) for path in sorted(files)]
    collected = Path(settings.STATIC_ROOT, ".collected")
    fingerprint = hashlib.sha256(repr(facts).encode()).hexdigest()
    if not collected.exists() or collected.read_text() != fingerprint:
        call_command("collectstatic", interactive=False, verbosity=0)
        collected.write_text(fingerprint)


if __name__ == "__main__":
    sys.exit(main())
