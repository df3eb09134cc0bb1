"""`make bench`: the product beside a bare Django floor, on the same gunicorn and PostgreSQL, in one run.

Each pair is measured in turns, and the ratio is that of the medians, so that a busy machine slows both. The figures
that the ratios are held to are the product's own: a ratio below its figure makes the run fail.
"""

import itertools
import os
import runpy
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import psutil
import psycopg

from bench.crowd import ROOT, Measured, Pair, measure
from runner.postgres import OWNER, Server, temporary_server
from runner.processes import Child
from runner.product import Product, product, reserved_port

SECONDS = float(os.environ.get("BENCH_SECONDS", "3"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}


def environment(server: Server, port: int) -> dict[str, str]:
    """The settings of the product under measurement; nothing that the defaults would refuse a crowd from one client."""
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "SECRET_KEY": "only-for-benchmarks-only-for-benchmarks-only-for-benchmarks",
        "PUBLIC_BASE_URL": f"http://127.0.0.1:{port}",
        "DATABASE_URL": server.url(),
        "DATABASE_OWNER_URL": server.url(OWNER),
        "ALLOWED_EMAIL_DOMAINS": "gov.uk",
        "DEMONSTRATION": "true",
        "FORMS_PER_CLIENT": "100000000",
    }


@contextmanager
def floor(server: Server, logs: Path) -> Iterator[str]:
    """The floor on a free port, in a database of its own. Yields its address."""
    with reserved_port() as listener:
        url = server.url(OWNER, "floor")
        with psycopg.connect(server.url(OWNER), autocommit=True) as owner:
            owner.execute("CREATE DATABASE floor")
        settings = os.environ | {
            "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings", "PYTHONPATH": str(ROOT),
        }  # fmt: skip
        subprocess.run([sys.executable, "-m", "bench.floor.wsgi"], env=settings, cwd=ROOT, check=True)
        serve = ["-m", "gunicorn", "--config", "/dev/null", "--bind", f"fd://{listener.fileno()}"]
        serve += [*same_gunicorn(), "bench.floor.wsgi:application"]
        web = Child("floor", serve, logs / "floor.log", settings, sockets=(listener.fileno(),))
        web.start()
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        try:
            wait_until_it_answers(web, f"{address}/static/")
            yield address
        finally:
            web.ask_to_stop()
            web.wait_until_stopped(time.monotonic() + 10)


def same_gunicorn() -> list[str]:
    """The settings of the product's own gunicorn that speed depends on."""
    ours = runpy.run_path(str(ROOT / "gunicorn.conf.py"))
    names = ("workers", "worker_class", "threads", "timeout", "worker_tmp_dir")
    options = [word for name in names for word in (f"--{name.replace('_', '-')}", str(ours[name]))]
    return [*options, "--keep-alive", str(ours["keepalive"]), "--preload", "--no-control-socket"]


def wait_until_it_answers(web: Child, address: str) -> None:
    """Give the process ten seconds to answer. Raises RuntimeError with its log if it does not."""
    for _ in range(100):
        with suppress(OSError), urllib.request.urlopen(address, timeout=5):
            return
        time.sleep(0.1)
    raise RuntimeError(web.log.read_text())


def analyze(server: Server) -> None:
    """What autovacuum does within a minute: statements are planned by how many rows there are."""
    for database in ({}, {"database": "floor"}):
        with psycopg.connect(server.url(OWNER, **database), autocommit=True) as owner:
            owner.execute("ANALYZE")


def alternate(
    pair: Pair, ours: str, floors: str, seeds: Iterator[int], *, server: Server
) -> tuple[Measured, Measured, float]:
    """Measure both in turns, once they are warm. Returns the whole of each, and the ratio of their median rates."""
    for url, act in ((floors, pair.floors), (ours, pair.ours)):
        measure(url, act, seconds=SECONDS, seeds=seeds)
    analyze(server)
    rounds = [
        (
            measure(floors, pair.floors, seconds=SECONDS, seeds=seeds),
            measure(ours, pair.ours, seconds=SECONDS, seeds=seeds),
        )
        for _ in range(ROUNDS)
    ]
    together = [
        Measured(
            rate=statistics.median(turn[side].rate for turn in rounds),
            times=[each for turn in rounds for each in turn[side].times],
        )
        for side in (1, 0)
    ]
    return together[0], together[1], together[0].rate / together[1].rate


def memory(running: Product) -> dict[str, float]:
    """Proportional set sizes in MB: each web worker (the largest), and web server and worker together."""
    processes = [psutil.Process(child.process.pid) for child in running.children if child.process]
    everybody = [each for process in processes for each in (process, *process.children(recursive=True))]
    sizes = {each.pid: each.memory_full_info().pss / 1e6 for each in everybody}
    web = processes[0].children(recursive=True)
    return {"largest web worker": max(sizes[each.pid] for each in web), "all together": sum(sizes.values())}


def main() -> int:
    """Measure everything beside the floor, and say what is missed: 1 if anything is."""
    from bench.pages import PAIRS, prepare, weigh

    missed = []
    with ExitStack() as stack:
        logs = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="surgeries-bench-")))
        server = stack.enter_context(temporary_server(settings=DURABLE))
        listener = stack.enter_context(reserved_port())
        settings = environment(server, listener.getsockname()[1])
        os.environ.update(settings)
        prepare()
        floors = stack.enter_context(floor(server, logs))
        seeds = itertools.count(1)
        print(f"{ROUNDS} rounds of {SECONDS:g} s each, in turns\n")
        print(f"{'':<26}{'ours/s':>9}{'median':>9}{'p99 ms':>9}{'floor/s':>10}{'median':>9}{'p99 ms':>9}{'ratio':>8}")
        with product(listener, settings, logs=logs, worker=False) as running:
            for pair in PAIRS:
                ours, theirs, ratio = alternate(pair, running.url, floors, seeds, server=server)
                least = "" if pair.figure is None else f"   at least {pair.figure}"
                print(
                    f"{pair.name:<26}{ours.rate:>9.0f}{ours.median:>9.1f}{ours.p99:>9.1f}"
                    f"{theirs.rate:>10.0f}{theirs.median:>9.1f}{theirs.p99:>9.1f}{ratio:>8.2f}{least}"
                )
                if pair.figure is not None and ratio < pair.figure:
                    missed.append(f"{pair.name}: {ratio:.2f} instead of {pair.figure}")
        with reserved_port() as another, product(another, settings, logs=logs) as running:
            measure(running.url, PAIRS[0].ours, seconds=2, seeds=seeds)
            measure(running.url, PAIRS[-1].ours, seconds=2, seeds=seeds)
            print("\nMemory, MB (PSS)")
            for name, size, most in zip(memory(running), memory(running).values(), (90, 300), strict=True):
                print(f"{name:<26}{size:>9.0f}   at most {most}")
                if size > most:
                    missed.append(f"{name}: {size:.0f} MB instead of {most}")
        print("\nPages" + f"{'queries':>30}{'bytes':>10}{'gzipped':>10}")
        for name, queries, plain, zipped in weigh():
            print(f"{name:<26}{queries:>9}{plain:>10}{zipped:>10}")
    for miss in missed:
        print(f"MISSED  {miss}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
