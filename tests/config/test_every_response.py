"""What is true of every response: its headers, its line in the log, and an answer in time when the database is not."""

import json
import logging
import socket
import time
import urllib.error
import urllib.request
from threading import Thread

import pytest
from django.contrib.auth.decorators import login_not_required
from django.core.handlers.wsgi import WSGIHandler
from django.db import IntegrityError, connection, connections, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import include, path
from psycopg.conninfo import make_conninfo

from config import settings as settings_module
from config.logs import JSONFormatter
from tests.factories import UserFactory

TOKEN = "eyJib29raW5nIjo0Mn0:1abcde:s3cr3t-s1gn4tur3"
EMAIL = "alice.adeyemi@example.gov.uk"


@login_not_required
def booking(request: HttpRequest, token: str) -> HttpResponse:
    if token == "missing":
        raise Http404(token)
    raise IntegrityError(f"Key (email)=({EMAIL}) already exists.")


@login_not_required
def slow(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(30)")
    return HttpResponse()


@login_not_required
def locked(request: HttpRequest) -> HttpResponse:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(42)")
    return HttpResponse("unlocked")


handler500 = "config.views.server_error"
urlpatterns = [
    path("bookings/<str:token>/", booking),
    path("slow/", slow),
    path("locked/", locked),
    path("", include("config.urls")),
]
here = pytest.mark.urls(__name__)


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture):
    """What the log says, as it would be written."""
    caplog.set_level(logging.INFO)

    def written() -> list[dict]:
        return [json.loads(JSONFormatter().format(record)) for record in caplog.records]

    return written


@pytest.fixture
def lenient() -> Client:
    return Client(raise_request_exception=False)


# ── Headers ───────────────────────────────────────────────────────────────────────────────────────────────────

EXPECTED = {
    "Content-Security-Policy": "default-src 'none'",
    "Permissions-Policy": "camera=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Robots-Tag": "noindex",
    "X-Request-ID": "",
}


@pytest.mark.parametrize(
    "address", ["/healthz", "/readyz", "/accessibility/", "/admin/login/", "/nowhere/", "/admin/", "/static/none.css"]
)
def test_every_kind_of_page_carries_every_header(live_product, address: str):
    try:
        response = urllib.request.urlopen(live_product.url + address)
    except urllib.error.HTTPError as error:
        response = error
    with response:
        assert {name for name, part in EXPECTED.items() if part not in response.headers.get(name, "missing")} == set()
        policy = response.headers["Content-Security-Policy"]
        assert "unsafe" not in policy


def test_only_what_a_browser_may_keep_for_its_back_button_does_not_vary_by_cookie(client, surgery):
    form = client.get(f"/surgeries/{surgery.reference}/book/")
    assert (form["Cache-Control"], form.get("Vary")) == ("private, no-cache", None)
    client.force_login(UserFactory.create())
    for address in ("/account/", "/account/second-factor/", "/sign-in/code/"):
        assert client.get(address)["Vary"] == "Cookie"


def test_a_static_file_carries_every_header_and_is_kept_for_ever(live_product):
    with urllib.request.urlopen(f"{live_product.url}/accessibility/") as page:
        stylesheet = page.read().decode().split('rel="stylesheet" href="')[1].split('"')[0]
    with urllib.request.urlopen(live_product.url + stylesheet) as response:
        assert {name for name, part in EXPECTED.items() if part not in response.headers.get(name, "missing")} == set()
        assert "immutable" in response.headers["Cache-Control"]


@here
def test_an_error_carries_every_header(lenient: Client):
    response = lenient.get(f"/bookings/{TOKEN}/")
    assert response.status_code == 500
    assert {name for name, part in EXPECTED.items() if part not in response.headers.get(name, "missing")} == set()


def test_control_a_header_is_missed_when_the_middleware_is_off(client: Client, settings):
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if name != "config.middleware.add_headers"]
    assert "Permissions-Policy" not in client.get("/healthz").headers


def test_https_is_asked_for_again_for_two_years(client: Client, settings):
    settings.SECURE_HSTS_SECONDS = 63_072_000
    assert "max-age=63072000" in client.get("/healthz", secure=True).headers["Strict-Transport-Security"]


# ── The log ───────────────────────────────────────────────────────────────────────────────────────────────────


@here
@pytest.mark.django_db
def test_a_request_is_logged_by_its_route_and_not_its_address(lenient: Client, lines):
    response = lenient.get(f"/bookings/missing/?email={EMAIL}")
    line = next(line for line in lines() if line["logger"] == "request")
    assert line["route"] == "/bookings/<str:token>/"
    assert (line["method"], line["status"]) == ("GET", 404)
    assert line["request"] == response["X-Request-ID"]
    assert line["ms"] >= 0
    assert EMAIL not in json.dumps(lines())


@here
def test_a_trouble_is_logged_with_its_place_and_without_the_values_of_the_row(lenient: Client, lines):
    lenient.get(f"/bookings/{TOKEN}/")
    trouble = next(line for line in lines() if line["level"] == "error")
    assert trouble["exception"][0]["kind"] == "IntegrityError"
    assert "test_every_response.py" in trouble["exception"][0]["where"][-1]
    assert EMAIL not in json.dumps(lines())
    assert TOKEN not in json.dumps(lines())


@here
def test_control_an_ordinary_formatter_would_have_told(lenient: Client, caplog: pytest.LogCaptureFixture):
    lenient.get(f"/bookings/{TOKEN}/")
    ordinary = "\n".join(logging.Formatter().format(record) for record in caplog.records)
    assert EMAIL in ordinary
    assert TOKEN in ordinary


def test_a_message_from_elsewhere_loses_addresses_and_tokens():
    said = f"Error handling request /bookings/{TOKEN}/ {EMAIL}"
    record = logging.LogRecord("gunicorn.error", logging.ERROR, "", 0, said, None, None)
    line = JSONFormatter().format(record)
    assert EMAIL not in line
    assert TOKEN not in line
    assert "Error handling request /bookings/…/" in line


# ── The database away or busy ─────────────────────────────────────────────────────────────────────────────────


def sorry(response) -> bool:
    return response.status_code == 503 and response["Retry-After"] == "10" and b"try again" in response.content


@here
@pytest.mark.django_db(transaction=True)
def test_a_statement_that_takes_too_long_says_sorry_in_time(lenient: Client):
    began = time.monotonic()
    assert sorry(lenient.get("/slow/"))
    assert time.monotonic() - began < 5


@here
@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_a_lock_that_takes_too_long_says_sorry_in_time(lenient: Client):
    responses = []

    def ask():
        began = time.monotonic()
        responses.append((lenient.get("/locked/"), time.monotonic() - began))
        connection.close()

    with transaction.atomic(using="owner"):
        connections["owner"].cursor().execute("SELECT pg_advisory_xact_lock(42)")
        asking = Thread(target=ask)
        asking.start()
        asking.join()
    response, seconds = responses[0]
    assert sorry(response)
    assert seconds < 5


@here
@pytest.mark.django_db(transaction=True)
def test_control_a_lock_that_is_free_is_had(lenient: Client):
    assert lenient.get("/locked/").content == b"unlocked"


@pytest.fixture
def no_database(django_db_blocker):
    """The database's address leads to a host that takes connections and says nothing, as behind a dead firewall."""
    with socket.socket() as silent, django_db_blocker.unblock():
        silent.bind(("127.0.0.1", 0))
        silent.listen(5)
        port = silent.getsockname()[1]
        url = make_conninfo(host="127.0.0.1", port=port, user="app", dbname="surgeries")
        before = connection.settings_dict.copy()
        connection.close()
        connection.settings_dict.update(settings_module.database("DATABASE_URL", url))
        yield
        connection.close()
        connection.settings_dict.update(before)


@here
def test_a_database_that_does_not_answer_says_sorry_in_time(lenient: Client, no_database):
    began = time.monotonic()
    assert sorry(lenient.get("/locked/"))
    assert time.monotonic() - began < 5


def test_a_process_lives_without_its_database_and_is_not_ready(lenient: Client, no_database):
    assert lenient.get("/healthz").status_code == 200
    assert lenient.get("/readyz").status_code == 503


@pytest.mark.django_db
@pytest.mark.parametrize(("address", "status"), [("/healthz", 200), ("/readyz", 200), ("/cookies/", 400)])
def test_a_load_balancer_may_probe_by_ip_address_and_nothing_else(client: Client, settings, address: str, status: int):
    settings.SECURE_SSL_REDIRECT = True

    response = client.get(address, HTTP_HOST="10.0.0.7:8000")

    assert response.status_code == status


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/healthz", "/readyz"])
def test_without_the_exception_a_probe_by_ip_address_is_refused(client: Client, monkeypatch, address: str):
    monkeypatch.setattr("config.middleware.CommonUnlessProbed.probes", ())

    assert client.get(address, HTTP_HOST="10.0.0.7:8000").status_code == 400


@pytest.mark.django_db
def test_a_process_is_ready_when_every_migration_is_there(client: Client):
    assert client.get("/readyz").content == b"ready\n"


@pytest.mark.django_db
def test_a_process_is_not_ready_while_a_migration_is_missing(client: Client, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("config.views.known_migrations", lambda: frozenset({("bookings", "9999_tomorrow")}))
    response = client.get("/readyz")
    assert (response.status_code, response.content) == (503, b"migrations are missing\n")


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/", "/cookies/", "/nothing-here/", "/calendar.ics", "/healthz"])
def test_head_is_answered_with_the_length_of_the_page_and_without_the_page(address: str):
    """Through WSGI, because Django's test client leaves the body out by itself."""
    length, page = served("GET", address)
    assert int(length) == len(page) > 0
    assert served("HEAD", address) == (length, b"")


def served(method: str, address: str) -> tuple[str, bytes]:
    headers: dict[str, str] = {}
    environ = RequestFactory().generic(method, address, HTTP_HOST="127.0.0.1").environ
    body = b"".join(WSGIHandler()(environ, lambda status, fields: headers.update(fields)))
    return headers["Content-Length"], body
