"""The web server and the worker side by side, as `make run`, the tests and the benchmarks start them."""

import socket
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from runner.processes import PATIENCE, CannotRun, Child


@dataclass
class Product:
    """A running product: its address, and the processes behind it."""

    url: str
    web: Child
    worker: Child | None

    @property
    def children(self) -> list[Child]:
        return [child for child in (self.web, self.worker) if child]


@contextmanager
def reserved_port(port: int = 0) -> Iterator[socket.socket]:
    """A socket bound to `port` of this machine (0: any free one), held until the end.

    A taken port is known before anything is started, and a restart of the web server cannot lose it.
    """
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


@contextmanager
def product(
    listener: socket.socket, environment: Mapping[str, str], *, logs: Path, worker: bool = True
) -> Iterator[Product]:
    """The web server on `listener` and, if wanted, the worker, under `environment`; both stopped at the end.

    Neither learns how to sign in as the owner of the database. Logs go on in the folder `logs`, which another
    product may be writing to. Raises CannotRun when the product does not answer within half a minute.
    """
    environment = {name: value for name, value in environment.items() if name != "DATABASE_OWNER_URL"}
    descriptor = listener.fileno()
    serve = ["-m", "config.serve", "--bind", f"fd://{descriptor}"]
    running = Product(
        url=f"http://127.0.0.1:{listener.getsockname()[1]}",
        web=Child("web", serve, logs / "web.log", environment, sockets=(descriptor,)),
        worker=Child("worker", ["manage.py", "work"], logs / "worker.log", environment) if worker else None,
    )
    try:
        for child in running.children:
            child.start()
        _wait_until_it_answers(running)
        yield running
    finally:
        for child in running.children:
            child.ask_to_stop()
        deadline = time.monotonic() + PATIENCE
        for child in running.children:
            child.wait_until_stopped(deadline)


def _wait_until_it_answers(running: Product) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with suppress(OSError), urllib.request.urlopen(f"{running.url}/readyz", timeout=5):
            return
        for child in running.children:
            child.keep_alive()
        time.sleep(0.05)
    raise CannotRun(f"The web server does not answer: see {running.web.log}.")
