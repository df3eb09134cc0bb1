"""Whoever opens a connection and says nothing, or stops half-way, keeps nobody else waiting for long."""

import os
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

from bench.__main__ import wait_until_it_answers
from runner.processes import Child
from runner.product import Product, reserved_port

HALF = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n"
# As many as can be answered at once, and more.
MANY = 8


@contextmanager
def connections(url: str, *, clients: int) -> Iterator[list[socket.socket]]:
    """Connections on which nothing has been said."""
    where = urlsplit(url)
    with ExitStack() as open_until_then:
        address = (where.hostname, where.port)
        yield [open_until_then.enter_context(socket.create_connection(address, timeout=20)) for _ in range(clients)]


def seconds_until_answered(url: str) -> float:
    began = time.monotonic()
    with urlopen(url, timeout=60) as answer:
        assert answer.status == 200
    return time.monotonic() - began


def test_a_connection_that_is_opened_in_advance_keeps_nobody_waiting(shared_product: Product) -> None:
    with connections(shared_product.url, clients=MANY):
        assert seconds_until_answered(f"{shared_product.url}/healthz") < 2


def test_a_request_that_ends_half_way_is_given_up(shared_product: Product) -> None:
    with connections(shared_product.url, clients=1) as [client]:
        client.sendall(HALF)
        assert client.recv(1) == b""  # closed; without a limit this times out


def test_control_gunicorn_alone_waits_for_whoever_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "plain.py").write_text("def app(environ, start): start('200 OK', []); return [b'Here']")
    with reserved_port() as listener:
        bare = ["-m", "gunicorn", "--config", "/dev/null", "--worker-class", "gthread", "--no-control-socket"]
        command = [*bare, "--chdir", str(tmp_path), "--bind", f"fd://{listener.fileno()}", "plain:app"]
        web = Child("plain", command, tmp_path / "log", os.environ, sockets=(listener.fileno(),))
        web.start()
        try:
            url = f"http://127.0.0.1:{listener.getsockname()[1]}"
            wait_until_it_answers(web, url)
            with connections(url, clients=1):
                assert seconds_until_answered(url) > 2
        finally:
            web.ask_to_stop()
            web.wait_until_stopped(time.monotonic() + 10)
