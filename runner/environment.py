"""The environment of the product on a developer's machine: what nobody has to set by hand."""

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path

from runner.postgres import OWNER, Server, folder_for

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"
DEFAULT_PORT = 8000


def kept(name: str, make: Callable[[], str]) -> str:
    """The secret `name`, made on first use and kept in var/ for this user's eyes only."""
    path = VAR / name
    VAR.mkdir(exist_ok=True)
    with suppress(FileExistsError), os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(make())
    return path.read_text().strip()


def embedded_server() -> Server:
    """The server whose data is kept under var/."""
    return Server(folder_for(VAR / "postgres"))


@contextmanager
def local_environment(port: int = DEFAULT_PORT) -> Iterator[Server | None]:
    """Fill in what the environment does not set, in `os.environ`, for as long as the database has to be there.

    Yields the embedded server, or None when DATABASE_URL names another.
    """
    server = None if os.environ.get("DATABASE_URL") else embedded_server()
    with server.in_use() if server else nullcontext():
        defaults = {
            "DEMONSTRATION": "true",
            "PUBLIC_BASE_URL": f"http://127.0.0.1:{port}",
            "SECRET_KEY": kept("secret-key", lambda: secrets.token_urlsafe(60)),
        }
        if server:
            defaults |= {"DATABASE_URL": server.url(), "DATABASE_OWNER_URL": server.url(OWNER)}
        for name, value in defaults.items():
            os.environ.setdefault(name, value)
        yield server
