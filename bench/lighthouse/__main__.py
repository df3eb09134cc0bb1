"""`make lighthouse`: how Lighthouse scores the four pages of the journey, on a slow phone. Less than 100 fails.

A page with faults is scored as well, which has to miss 100 in each category.

Its phone is simulated from what happened on this machine, which may have been busy: of three tries the best counts.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from shutil import which
from threading import Thread

from bench.__main__ import environment
from bench.pages import pages, prepare
from runner.postgres import temporary_server
from runner.product import product, reserved_port

CATEGORIES = ("performance", "accessibility", "best-practices")
TRIES = 3
COMMAND = Path(__file__).parent / "node_modules" / "lighthouse" / "cli" / "index.js"
QUIET = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


def report(address: str, chromium: str) -> dict:
    """What Lighthouse says of the page at this address."""
    command = ["node", str(COMMAND), address, "--quiet", "--output=json", f"--only-categories={','.join(CATEGORIES)}"]
    command += ["--no-enable-error-reporting", f"--chrome-flags={' '.join(QUIET)}"]
    run = subprocess.run(command, env=os.environ | {"CHROME_PATH": chromium}, stdout=subprocess.PIPE, check=True)
    return json.loads(run.stdout)


def best(address: str, chromium: str) -> dict:
    """The best of some reports, or the first that has nothing to complain of."""
    reports: list[dict] = []
    while len(reports) < TRIES and not any(is_perfect(each) for each in reports):
        reports.append(report(address, chromium))
    return max(reports, key=scores)


def scores(report: dict) -> list[int]:
    """Out of 100, in the order of CATEGORIES."""
    return [round(100 * (report["categories"][name]["score"] or 0)) for name in CATEGORIES]


def is_perfect(report: dict) -> bool:
    """Whether nothing costs a point."""
    return min(scores(report)) == 100


def complaints(report: dict) -> Iterator[str]:
    """What costs points, in Lighthouse's words."""
    for name in CATEGORIES:
        for part in report["categories"][name]["auditRefs"]:
            audit = report["audits"][part["id"]]
            if part["weight"] and audit["score"] is not None and audit["score"] < 1:
                yield f"{audit['id']}: {audit['title']} {audit.get('displayValue', '')}".rstrip()


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        """Say nothing of each request."""


@contextmanager
def faulty_page() -> Iterator[str]:
    """The address of a page that is slow, hard to read and careless, of which Lighthouse has to complain."""
    serve = partial(Quiet, directory=str(Path(__file__).parent / "control"))
    with ThreadingHTTPServer(("127.0.0.1", 0), serve) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def main() -> int:
    """Look at every page, and at one that has to be complained of. Returns 1 if a page has less than 100."""
    chromium = next(filter(None, map(which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        print("Lighthouse needs Chromium: apt-get install chromium", file=sys.stderr)
        return 1
    missed = False
    with ExitStack() as stack:
        logs = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="surgeries-lighthouse-")))
        server = stack.enter_context(temporary_server())
        listener = stack.enter_context(reserved_port())
        settings = environment(server, listener.getsockname()[1])
        os.environ.update(settings)
        prepare()
        running = stack.enter_context(product(listener, settings, logs=logs, worker=False))
        print(f"{'':<20}" + "".join(f"{name:>17}" for name in CATEGORIES), flush=True)
        for name, path in pages().items():
            found = best(running.url + path, chromium)
            print(f"{name:<20}" + "".join(f"{score:>17}" for score in scores(found)), flush=True)
            if not is_perfect(found):
                missed = True
                print("".join(f"    {complaint}\n" for complaint in complaints(found)), end="", flush=True)
        found = report(stack.enter_context(faulty_page()), chromium)
        print(f"{'control: faulty':<20}" + "".join(f"{score:>17}" for score in scores(found)))
        missed |= max(scores(found)) == 100
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
