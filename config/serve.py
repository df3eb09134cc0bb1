"""`python -m config.serve`: gunicorn, which says in one sentence what is wrong with the numbers that it is given.

gunicorn itself reads WEB_CONCURRENCY as it is imported, before our gunicorn.conf.py, and stops with a traceback.
"""

import os
import sys


def number(name: str, default: int, most: int) -> int:
    """The environment variable `name` as a number from 1 to `most`. With any other value the process ends."""
    value = os.environ.get(name, "").strip() or str(default)
    if not value.isdecimal() or not 0 < int(value) <= most:
        sys.exit(f"{name} is {value!r}. Set it to a number from 1 to {most}, such as {default}.")
    return int(value)


def port() -> int:
    """Where to listen."""
    return number("PORT", 8000, 65535)


def processes() -> int:
    """How many processes answer requests."""
    return number("WEB_CONCURRENCY", 2, 100)


if __name__ == "__main__":
    os.environ |= {"PORT": str(port()), "WEB_CONCURRENCY": str(processes())}
    from gunicorn.app.wsgiapp import run

    run(prog="gunicorn")
