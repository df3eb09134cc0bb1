"""Worker processes, as they run in production: `manage.py work`."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.live import database_url

ROOT = Path(__file__).resolve().parents[2]
EMAIL_TIMEOUT = 3


class Worker:
    """A process that works until it is stopped or killed."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        command = [sys.executable, "-W", "error", "manage.py", "work"]
        self.process = subprocess.Popen(command, cwd=ROOT, env=environment)

    def kill(self) -> None:
        """As the kernel does when memory runs out."""
        self.process.kill()
        self.process.wait()

    def stop(self, *, within: float = 15) -> int:
        """SIGTERM, as a supervisor sends it. Returns the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(within)


class Workers:
    """Several workers over the database of the test, which know how to write letters."""

    def __init__(self, mail_server: tuple[str, int], **environment: str) -> None:
        host, port = mail_server
        self.environment = os.environ | {
            "DATABASE_URL": database_url(),
            "DJANGO_SETTINGS_MODULE": "tests.notifications.settings",
            "EMAIL_URL": f"smtp://{host}:{port}",
            "EMAIL_TIMEOUT": str(EMAIL_TIMEOUT),
            **environment,
        }
        self.running: list[Worker] = []

    def start(self, count: int = 1) -> None:
        self.running += [Worker(self.environment) for _ in range(count)]

    def kill_the_oldest_and_start_another(self) -> None:
        """The oldest is the one that is surely at work."""
        self.running.pop(0).kill()
        self.start()


@contextmanager
def workers(mail_server: tuple[str, int], count: int, **environment: str) -> Iterator[Workers]:
    """That many workers, gone at the end."""
    team = Workers(mail_server, **environment)
    try:
        team.start(count)
        yield team
    finally:
        for worker in team.running:
            worker.process.terminate()
        for worker in team.running:
            worker.process.wait(30)
