"""Clients: processes that each keep a connection open and do one thing again and again for a while."""

import http.client
import multiprocessing
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
CLIENTS = 4


@dataclass(frozen=True)
class Answer:
    """What came back: a header by its name, whatever its case, and the bytes as they were sent."""

    headers: http.client.HTTPMessage
    content: bytes


class Client:
    """One connection to 127.0.0.1 that is kept open, a cookie jar of one cookie, and the token of its form."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.host = f"{parts.hostname}:{parts.port}"
        self.connection = http.client.HTTPConnection(self.host, timeout=30)
        self.cookie = ""
        self.token = ""

    def request(self, method: str, path: str, body: str = "", *, expect: int = 200) -> Answer:
        """Send a request and read the answer. Raises RuntimeError if its status is another."""
        headers = {"Accept-Encoding": "gzip", "Connection": "keep-alive"}
        if self.cookie:
            headers["Cookie"] = self.cookie
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            self.connection.request(method, path, body or None, headers)
            response = self.connection.getresponse()
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            self.connection.close()  # the server closed a connection that it had kept long enough
            self.connection.request(method, path, body or None, headers)
            response = self.connection.getresponse()
        content = response.read()
        if response.status != expect:
            raise RuntimeError(f"{method} {path} answered {response.status} instead of {expect}")
        return Answer(response.headers, content)


Act = Callable[[Client, int], None]


@dataclass(frozen=True)
class Pair:
    """What the product does, what the floor does for comparison, and the least that the ratio may be."""

    name: str
    ours: Act
    floors: Act
    figure: float | None


@dataclass
class Measured:
    """What a round of clients saw: acts a second, and how long acts took, in milliseconds."""

    rate: float
    times: list[float]

    @property
    def median(self) -> float:
        return statistics.median(self.times)

    @property
    def p99(self) -> float:
        return sorted(self.times)[int(len(self.times) * 0.99)]


def _work(url: str, act: Act, seed: int, seconds: float, results: "multiprocessing.Queue") -> None:
    try:
        results.put(_again_and_again(Client(url), act, seed * 10_000_000, seconds))
    except Exception as error:
        results.put(error)


def _again_and_again(client: Client, act: Act, number: int, seconds: float) -> list[float]:
    """How long each act took, in milliseconds. The first one opens the connection, and is not counted."""
    act(client, number)
    times: list[float] = []
    until = time.perf_counter() + seconds
    while (began := time.perf_counter()) < until:
        number += 1
        act(client, number)
        times.append((time.perf_counter() - began) * 1000)
    return times


def measure(url: str, act: Act, *, seconds: float, seeds: Iterator[int]) -> Measured:
    """Have CLIENTS processes do `act` for so many seconds. `act` gets a number that no other call ever gets."""
    context = multiprocessing.get_context("fork")
    results = context.Queue()
    clients = [context.Process(target=_work, args=(url, act, next(seeds), seconds, results)) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    times = [results.get(timeout=seconds + 60) for _ in clients]
    for client in clients:
        client.join()
    for error in times:
        if isinstance(error, Exception):
            raise error
    together = [each for mine in times for each in mine]
    return Measured(rate=len(together) / seconds, times=together)
