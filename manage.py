#!/usr/bin/env python
"""Django's command line for social media surgeries.

Without DATABASE_URL it uses the database of `make run`, and starts its server for as long as the command takes.
"""

import os
import sys
from contextlib import nullcontext
from pathlib import Path


def main() -> None:
    """Run the command, and say in one sentence what is wrong with the settings if it cannot."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    from history.acting import acting

    try:
        with local_database(), acting(place=" ".join(["command", *sys.argv[1:2]])):
            execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(str(error))


def local_database():
    """What `make run` left under var/, unless the environment names a database or nothing is there."""
    if os.environ.get("DATABASE_URL") or not Path(__file__).with_name("var").joinpath("postgres").exists():
        return nullcontext()
    from runner.environment import local_environment

    return local_environment()


if __name__ == "__main__":
    main()
