"""Keeps the web server, the worker and the embedded database running, and ends them together."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from runner.environment import DEFAULT_PORT, ROOT, VAR, local_environment
from runner.postgres import Server
from runner.processes import die_with_parent

LOGS = VAR / "log"
PATIENCE = 8.0
"""Seconds that a process has to end by itself after SIGTERM."""


class CannotRun(Exception):
    """The product cannot start or go on. Its text is one sentence that says what to do."""


@dataclass
class Child:
    """One process that is started again when it dies, unless it keeps dying."""

    name: str
    command: list[str]
    sockets: tuple[int, ...] = ()
    process: subprocess.Popen | None = None
    deaths: deque[float] = field(default_factory=lambda: deque(maxlen=5))

    @property
    def log(self) -> Path:
        return LOGS / f"{self.name}.log"

    def start(self) -> None:
        LOGS.mkdir(parents=True, exist_ok=True)
        environment = {name: value for name, value in os.environ.items() if name != "DATABASE_OWNER_URL"}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, *self.command],
                cwd=ROOT,
                env=environment,
                pass_fds=self.sockets,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C reaches the whole group of the terminal; we end children in order
                preexec_fn=die_with_parent,
            )

    def keep_alive(self) -> None:
        """Start it again if it has died; give up when it died five times within half a minute."""
        if self.process is None or self.process.poll() is None:
            return
        self.deaths.append(time.monotonic())
        if len(self.deaths) == self.deaths.maxlen and self.deaths[-1] - self.deaths[0] < 30:
            raise CannotRun(f"The {self.name} process keeps stopping: see {self.log}.")
        self.start()

    def ask_to_stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def wait_until_stopped(self, deadline: float) -> None:
        """Wait until it has ended; at `deadline` (monotonic seconds) end it and all that it started."""
        if self.process is None:
            return
        try:
            self.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def run() -> None:
    """Run the product until SIGINT, SIGTERM or SIGHUP. Raises CannotRun or PostgresError with what is wrong."""
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, _stop)
    with suppress(KeyboardInterrupt), reserved_port(chosen_port()) as listener:
        port = listener.getsockname()[1]
        with local_environment(port) as server:
            prepare()
            with children(listener) as processes:
                wait_until_it_answers(port, processes)
                announce(port)
                watch(processes, server)
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


@contextmanager
def reserved_port(port: int) -> Iterator[socket.socket]:
    """A socket bound to `port` of this machine, held as long as we run, so that a restart cannot lose the port."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except PermissionError:
            raise CannotRun(f"Port {port} is for root only: choose another, as in `make run PORT=8080`.") from None
        except OSError:
            raise CannotRun(
                f"Port {port} is taken: stop what uses it, or choose another, as in `make run PORT={port % 65535 + 1}`."
            ) from None
        yield listener


def prepare() -> None:
    """Migrate, collect and load in a process of its own, which says itself what is wrong."""
    process = subprocess.Popen([sys.executable, "-m", "runner.prepare"], cwd=ROOT, start_new_session=True)
    try:
        if process.wait():
            raise CannotRun("Nothing was started.")
    finally:
        process.terminate()
        process.wait()


@contextmanager
def children(listener: socket.socket) -> Iterator[list[Child]]:
    """The web server on `listener` and the worker; stopped together at the end, the web server first."""
    descriptor = listener.fileno()
    web = Child("web", ["-m", "gunicorn", "--bind", f"fd://{descriptor}"], sockets=(descriptor,))
    worker = Child("worker", ["manage.py", "work"])
    started = [web, worker] if list(ROOT.glob("*/management/commands/work.py")) else [web]
    try:
        for child in started:
            child.log.unlink(missing_ok=True)
            child.start()
        yield started
    finally:
        deadline = time.monotonic() + PATIENCE
        for child in started:
            child.ask_to_stop()
        for child in started:
            child.wait_until_stopped(deadline)


def wait_until_it_answers(port: int, processes: list[Child]) -> None:
    """Return once the web server answers; it has half a minute."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5):
            return
        for child in processes:
            child.keep_alive()
        time.sleep(0.05)
    raise CannotRun(f"The web server does not answer: see {processes[0].log}.")


def announce(port: int) -> None:
    """Print where to look, and how to get into the administration pages of the demonstration."""
    print(f"\nSocial media surgeries: {os.environ['PUBLIC_BASE_URL']}/")
    if os.environ["DEMONSTRATION"].lower() == "true":
        print(f"Every email it sends:   http://127.0.0.1:{port}/mailbox/")
        password = os.environ["DEMONSTRATION_ADMIN_PASSWORD"]
        print(f"Administration pages:   http://127.0.0.1:{port}/admin/  (administrator@example.gov.uk, {password})")
    print(f"Logs:                   {LOGS}\nCtrl-C stops it.", flush=True)


def watch(processes: list[Child], server: Server | None) -> None:
    """Bring back whatever dies, for ever."""
    while True:
        if server is not None and server.process() is None:
            server.start()
        for child in processes:
            child.keep_alive()
        time.sleep(0.25)
