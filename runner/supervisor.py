"""`make run`: everything that the product consists of, kept running and ended together."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress

from runner.environment import DEFAULT_PORT, ROOT, VAR, local_environment
from runner.postgres import Server
from runner.processes import CannotRun
from runner.product import Product, product, reserved_port

LOGS = VAR / "log"
PASSWORD_FILE = VAR / "administrator-password"


def run() -> None:
    """Run the product until SIGINT, SIGTERM or SIGHUP. Raises CannotRun or PostgresError with what is wrong."""
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, _stop)
    port = chosen_port()
    with suppress(KeyboardInterrupt), reserved_port(port) as listener, local_environment(port) as server:
        prepare()
        with product(listener, os.environ, logs=LOGS) as running:
            announce(running)
            watch(running, server)
    print("Stopped.", flush=True)


def _stop(*_) -> None:
    """Leave `run` from wherever it is, and do not let a second press disturb the clearing up."""
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, signal.SIG_IGN)
    raise KeyboardInterrupt


def chosen_port() -> int:
    """The port that PORT names."""
    value = os.environ.get("PORT", "").strip() or str(DEFAULT_PORT)
    if not value.isdecimal() or not 0 < int(value) < 65536:
        raise CannotRun(f"PORT is {value!r}. Set it to a number from 1 to 65535, such as {DEFAULT_PORT}.")
    return int(value)


def prepare() -> None:
    """Migrate, collect and load in a process of its own, which says itself what is wrong."""
    process = subprocess.Popen([sys.executable, "-m", "runner.prepare"], cwd=ROOT, start_new_session=True)
    try:
        failed = process.wait()
    finally:
        process.terminate()
        process.wait()
    if failed:
        sys.exit(1)


def announce(running: Product) -> None:
    """Print where to look, and how to get into the administration pages of the demonstration."""
    print(f"\nSocial media surgeries  {os.environ['PUBLIC_BASE_URL']}/")
    if os.environ["DEMONSTRATION"].lower() == "true":
        print(f"Every email it sends    {running.url}/mailbox/")
        print(f"Administration pages    {running.url}/admin/")
        print(f"                        administrator@example.gov.uk, with the password in {PASSWORD_FILE}")
    print(f"Logs                    {LOGS}\nCtrl-C stops it.", flush=True)


def watch(running: Product, server: Server | None) -> None:
    """Bring back whatever dies, for ever."""
    while True:
        if server is not None and server.process() is None:
            server.start()
        for child in running.children:
            child.keep_alive()
        time.sleep(0.25)
