"""`make run`: everything that the product consists of, kept running and ended together."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress

from config import serve
from runner.environment import ROOT, VAR, local_environment
from runner.postgres import Server
from runner.product import Product, product, reserved_port

LOGS = VAR / "log"


def run() -> None:
    """Run the product until SIGINT, SIGTERM or SIGHUP. Raises CannotRun or PostgresError with what is wrong."""
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, _stop)
    port = serve.port()
    serve.processes()  # a wrong number is said here rather than in the log
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
    """Print where to look, and where to sign in to the demonstration."""
    print(f"\nSocial media surgeries  {os.environ['PUBLIC_BASE_URL']}/")
    if os.environ["DEMONSTRATION"].lower() == "true":
        print(f"Every email it sends    {running.url}/mailbox/")
        print(f"Sign in                 {running.url}/sign-in/")
    print(f"Logs                    {LOGS}\nCtrl-C stops it.", flush=True)


def watch(running: Product, server: Server | None) -> None:
    """Bring back whatever dies, for ever."""
    while True:
        if server is not None and server.process() is None:
            server.start()
        for child in running.children:
            child.keep_alive()
        time.sleep(0.25)
