"""Processes that are watched: started, brought back when they die, and ended with all that they started."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

PATIENCE = 8.0
"""Seconds that a process has to end by itself after SIGTERM."""


class CannotRun(Exception):
    """The product cannot start or go on. Its text is one sentence that says what to do."""


def die_with_parent() -> None:
    """For a new child, before it runs its program: on Linux, have it told to stop when its parent dies, however.

    The parent is the thread that started it.
    """
    parent_death_signal = 1
    prctl = getattr(ctypes.CDLL(None), "prctl", None)
    if prctl is not None:
        prctl(parent_death_signal, signal.SIGINT)


@dataclass
class Child:
    """One Python process of the product, whose output goes to `log`."""

    name: str
    command: list[str]
    log: Path
    environment: Mapping[str, str]
    sockets: tuple[int, ...] = ()
    process: subprocess.Popen | None = None
    deaths: deque[float] = field(default_factory=lambda: deque(maxlen=5))

    def start(self) -> None:
        """Start the process, in the folder of the checkout and in a session of its own.

        Ctrl-C reaches the whole group of a terminal; here only who started the children hears it, and ends them in
        order.
        """
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, *self.command],
                cwd=Path(__file__).parent.parent,
                env=self.environment,
                pass_fds=self.sockets,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
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

    def stop(self) -> None:
        """Ask it to stop and wait until it has."""
        self.ask_to_stop()
        self.wait_until_stopped(time.monotonic() + PATIENCE)

    def ask_to_stop(self) -> None:
        """Send SIGTERM, which lets it finish what it is doing."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def wait_until_stopped(self, deadline: float) -> None:
        """Wait until it has ended; at `deadline` (monotonic seconds) end it and all that it started."""
        if self.process is None:
            return
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(max(0.0, deadline - time.monotonic()))
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
