"""`make run`: one command that serves the product, says in one sentence why it cannot, and leaves nothing behind."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg
import pytest

from runner.environment import ROOT
from runner.postgres import Server, folder_for
from runner.product import reserved_port

NOT_WANTED = ("DATABASE_URL", "DATABASE_OWNER_URL", "SECRET_KEY", "PUBLIC_BASE_URL", "DEMONSTRATION")


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A checkout of its own, so that a developer's var/ is left alone."""
    folder = tmp_path_factory.mktemp("checkout")
    ignored = shutil.ignore_patterns(".git", ".venv", "node_modules", "var", ".*_cache")
    shutil.copytree(ROOT, folder, ignore=ignored, dirs_exist_ok=True, symlinks=True)
    yield folder
    data = folder_for(folder / "var" / "postgres")
    Server(data).stop()  # the only one to outlive a killed supervisor: the next start finds it running
    shutil.rmtree(data)


@dataclass
class Run:
    """`python -m runner` in a checkout, as the Makefile starts it."""

    process: subprocess.Popen
    port: int

    def get(self, address: str) -> bytes:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{address}", timeout=5) as response:
            return response.read()

    def wait_until_it_answers(self, address: str = "/readyz", *, seconds: float = 60) -> None:
        deadline = time.monotonic() + seconds
        while True:
            try:
                self.get(address)
                return
            except OSError:
                assert time.monotonic() < deadline, "no answer"
                assert self.process.poll() is None, self.process.communicate()
                time.sleep(0.1)

    def children(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)


def start(checkout: Path, port: int, **settings: str) -> subprocess.Popen:
    environment = {name: value for name, value in os.environ.items() if name not in NOT_WANTED}
    return subprocess.Popen(
        [sys.executable, "-m", "runner"],
        cwd=checkout,
        env=environment | {"PORT": str(port)} | settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


@pytest.fixture
def run(checkout: Path) -> Iterator[Run]:
    with reserved_port() as free:
        port = free.getsockname()[1]
    with start(checkout, port) as process:
        running = Run(process, port)
        try:
            running.wait_until_it_answers()
            yield running
        finally:
            process.terminate()
            process.communicate()


def test_the_first_start_serves_the_demonstration_and_a_second_keeps_its_data(run: Run, checkout: Path):
    assert b"Coming surgeries" in run.get("/")
    assert stat_mode(checkout / "var" / "secret-key") == 0o600
    with psycopg.connect(Server(folder_for(checkout / "var" / "postgres")).url()) as database:
        places = {place for (place,) in database.execute("SELECT DISTINCT place FROM history_change")}
    assert "command load_demo" in places
    assert "" not in places, "something was recorded as done directly in the database"


def stat_mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_everything_and_says_so(run: Run, sign: signal.Signals):
    family = run.children()
    started = " ".join(word for process in family for word in process.cmdline())
    assert "bin/postgres" in started
    assert "config.serve" in started
    assert "manage.py work" in started
    os.killpg(run.process.pid, sign)  # Ctrl-C reaches the whole group
    os.killpg(run.process.pid, sign)  # and an impatient person presses it twice
    out, err = run.process.communicate(timeout=20)
    assert run.process.returncode == 0, err
    assert out.endswith("Stopped.\n")
    assert "Traceback" not in err
    assert psutil.wait_procs(family, timeout=1)[1] == []


def test_whatever_is_killed_comes_back(run: Run):
    for name in ("config.serve", "manage.py", "/postgres"):
        before = first(run, name)
        before.kill()
        before.wait(5)
        deadline = time.monotonic() + 15
        while first(run, name) is None:
            assert time.monotonic() < deadline, f"{name} did not come back"
            time.sleep(0.05)
        run.wait_until_it_answers(seconds=15)


def first(run: Run, name: str) -> psutil.Process | None:
    """The process of that name that the supervisor itself has started, if it is there."""
    found = psutil.Process(run.process.pid).children()
    return next((process for process in found if name in " ".join(process.cmdline())), None)


def test_what_it_starts_does_not_outlive_it_even_when_it_is_killed(run: Run):
    family = run.children()
    database = [process for process in family if process.name() == "postgres"]
    run.process.kill()
    served = [process for process in family if process not in database and process.is_running()]
    assert psutil.wait_procs(served, timeout=10)[1] == []
    for process in database:  # which the next start would take over as it is
        with suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGINT)
    psutil.wait_procs(database, timeout=10)


def cannot_start(checkout: Path, port: int, **settings: str) -> str:
    with start(checkout, port, **settings) as process:
        _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert err.count("\n") == 1
    return err


def test_a_taken_port_is_said_in_one_sentence(checkout: Path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert cannot_start(checkout, port) == (
            f"Port {port} is taken: stop what uses it, or choose another, as in `make run PORT={port % 65535 + 1}`.\n"
        )


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"PORT": "http"}, "PORT is 'http'."),
        ({"WEB_CONCURRENCY": "many"}, "WEB_CONCURRENCY is 'many'. Set it to a number from 1 to 100, such as 2."),
        ({"PUBLIC_BASE_URL": "http://surgeries.example.gov.uk"}, "PUBLIC_BASE_URL has to be http://127.0.0.1"),
        ({"TIME_ZONE": "London"}, "TIME_ZONE 'London' is unknown."),
        ({"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing"}, "The database cannot be used: "),
        ({"DATABASE_URL": "sqlite:///db"}, "DATABASE_URL is not a PostgreSQL address."),
    ],
)
def test_a_wrong_setting_is_said_in_one_sentence(checkout: Path, settings: dict[str, str], says: str):
    with reserved_port() as free:
        port = free.getsockname()[1]
    assert says in cannot_start(checkout, port, **settings)
