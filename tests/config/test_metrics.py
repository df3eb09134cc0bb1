"""Monitoring reads how the service is, with the token of the installation alone; and the suggested alerts work."""

import re
from datetime import timedelta
from math import inf
from pathlib import Path

import pytest
import yaml
from django.conf import settings as product
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bookings import invariants
from notifications.models import DutyRun, OutboxEmail
from notifications.registry import duties
from organisation.kept import forget
from tests.factories import BookingFactory
from tests.notifications.letters import queue_letter, queue_letters

pytestmark = pytest.mark.django_db
TOKEN = "k7Hq2mV9xT4wL0pR8sN3bK6yD1fG5cZa"
RULES = (Path(product.BASE_DIR) / "docs/operations.md").read_text()
NUMBER = re.compile(r'^(?P<name>[a-z_]+)(?:\{duty="(?P<duty>[A-Za-z_.]+)"\})? (?P<value>\+Inf|[0-9.e+]+)$')
Numbers = dict[tuple[str, str], float]


@pytest.fixture(autouse=True)
def switched_on(settings) -> None:
    settings.METRICS_TOKEN = TOKEN


@pytest.fixture
def all_is_well(db: None) -> None:
    """Every duty has just been done."""
    now = timezone.now()
    DutyRun.objects.bulk_create(DutyRun(name=name, due_at=now + duty.every, ran_at=now)
                                for name, duty in duties.items())  # fmt: skip


def ask(client: Client, **headers: str):
    return client.get("/metrics", headers=headers)


def numbers(client: Client) -> Numbers:
    """What is read, each number by its name and its duty. Every line is one of the format."""
    response = ask(client, authorization=f"Bearer {TOKEN}")
    assert response.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert "no-store" in response.headers["Cache-Control"]
    text = response.content.decode()
    found: Numbers = {}
    for block in re.split(r"^# HELP ", text, flags=re.MULTILINE)[1:]:
        said, kind, *lines = block.splitlines()
        name = said.split()[0]
        assert kind == f"# TYPE {name} gauge"
        for line in lines:
            number = NUMBER.match(line)
            assert number, line
            assert number["name"] == name
            found[name, number["duty"] or ""] = float(number["value"])
    assert text.endswith("\n")
    return found


# ── Who may ask ───────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    "said", [None, "", TOKEN, f"Bearer {TOKEN[:-1]}", f"Bearer {TOKEN}x", "Bearer \xe9", "Basic x"]
)
def test_nobody_may_read_it_without_the_token(client: Client, said: str | None):
    response = ask(client, **({} if said is None else {"authorization": said}))
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert b"surgeries_" not in response.content


def test_without_a_token_in_the_settings_there_is_no_such_page_whatever_is_shown(client: Client, settings):
    settings.METRICS_TOKEN = ""
    for said in (f"Bearer {TOKEN}", "Bearer ", "Bearer"):
        assert ask(client, authorization=said).status_code == 404


# ── What it says ──────────────────────────────────────────────────────────────────────────────────────────────
def test_it_says_how_old_the_outbox_is_and_names_nobody(client: Client, all_is_well):
    now = timezone.now()
    booking = BookingFactory.create()
    queue_letter(1, now=now - timedelta(hours=3), to=booking.attendee.email, context={"name": booking.name})
    OutboxEmail.objects.update(next_try_at=now + timedelta(hours=1))  # the mail server was away
    queue_letter(2, now=now - timedelta(minutes=10))
    for number in (3, 4):
        queue_letter(number, now=now - timedelta(days=2))
    OutboxEmail.objects.filter(about__number__gte=3).update(state=OutboxEmail.State.DEAD)
    OutboxEmail.objects.filter(about__number=4).update(left_alone_at=now)  # as an organiser has decided
    found = numbers(client)
    assert found["surgeries_outbox_unsent", ""] == 2
    assert found["surgeries_outbox_dead", ""] == 1
    assert found["surgeries_outbox_age_seconds", ""] == pytest.approx(3 * 3600, abs=60)
    assert found["surgeries_outbox_overdue_seconds", ""] == pytest.approx(600, abs=60)
    text = ask(client, authorization=f"Bearer {TOKEN}").content.decode()
    assert "@" not in text
    assert booking.name not in text


def test_it_says_of_every_duty_for_how_long_it_should_have_run(client: Client, all_is_well):
    late, never = sorted(duties)[:2]
    now = timezone.now()
    DutyRun.objects.filter(name=late).update(ran_at=now - duties[late].every - timedelta(minutes=20))
    DutyRun.objects.filter(name=never).update(ran_at=None)
    found = {
        duty: value for (name, duty), value in numbers(client).items() if name == "surgeries_clock_overdue_seconds"
    }
    assert found.keys() == duties.keys()
    assert found.pop(late) == pytest.approx(1200, abs=60)
    assert found.pop(never) == inf
    assert set(found.values()) == {0}


def test_it_takes_the_same_few_statements_however_much_there_is_and_checks_the_invariants_once_a_minute(
    client: Client, all_is_well
):
    with CaptureQueriesContext(connections["default"]) as first:
        numbers(client)
    queue_letters(300)
    with CaptureQueriesContext(connections["default"]) as second:
        numbers(client)
    assert len(second) == 2
    assert len(first) <= len(second) + len(invariants.INVARIANTS) + 3  # its own transaction


# ── The alerts that docs/operations.md suggests ───────────────────────────────────────────────────────────────
def suggested(key: str) -> list:
    """What the documentation suggests under this key of Prometheus' settings."""
    blocks = [yaml.safe_load(block) for block in re.findall(r"^```yaml\n(.*?)^```", RULES, re.MULTILINE | re.DOTALL)]
    return next(block[key] for block in blocks if key in block)


ALERTS = {rule["alert"]: rule for group in suggested("groups") for rule in group["rules"]}
CONDITION = re.compile(r"(?:(?P<change>delta)\()?(?P<name>[a-z_]+)(?:\[1h\]\))? > (?P<most>\d+)")


def raised(found: Numbers, hour_ago: Numbers) -> set[str]:
    """The alerts whose condition holds, as Prometheus would find it, an hour after it found the other numbers."""
    holds = set()
    for alert, rule in ALERTS.items():
        if rule["expr"] == 'up{job="surgeries"} == 0':
            continue
        condition = CONDITION.fullmatch(rule["expr"])
        assert condition, rule["expr"]
        values = {key: value for key, value in found.items() if key[0] == condition["name"]}
        assert values, f"{alert} asks for a number that there is not"
        before = hour_ago if condition["change"] else {}
        if any(value - before.get(key, 0) > float(condition["most"]) for key, value in values.items()):
            holds.add(alert)
    return holds


def ago(**spell: int) -> dict:
    return {"now": timezone.now() - timedelta(**spell)}


def worker_is_away() -> None:
    queue_letter(**ago(minutes=15))
    DutyRun.objects.update(ran_at=timezone.now() - timedelta(days=2))


def mail_server_is_away() -> None:
    queue_letter(**ago(hours=3))
    OutboxEmail.objects.update(attempts=4, next_try_at=timezone.now() + timedelta(minutes=30))


def email_is_given_up() -> None:
    queue_letter(**ago(minutes=5))
    OutboxEmail.objects.update(state=OutboxEmail.State.DEAD)


def duty_fails() -> None:
    DutyRun.objects.filter(name=min(duties)).update(ran_at=None)


TROUBLE = {
    worker_is_away: {"SurgeriesWorkerAway", "SurgeriesClockStopped"},
    mail_server_is_away: {"SurgeriesEmailsDelayed"},
    email_is_given_up: {"SurgeriesEmailsGivenUp"},
    duty_fails: {"SurgeriesClockStopped"},
}


@pytest.mark.parametrize("trouble", TROUBLE, ids=lambda trouble: trouble.__name__)
def test_each_trouble_raises_its_alert_and_no_other(client: Client, all_is_well, trouble):
    quiet = numbers(client)
    assert raised(quiet, quiet) == set()
    trouble()
    assert raised(numbers(client), quiet) == TROUBLE[trouble]


def test_a_broken_invariant_raises_its_alert_and_one_that_nothing_breaks_does_not(client, all_is_well, monkeypatch):
    quiet = numbers(client)
    BookingFactory.create()
    monkeypatch.setattr(invariants, "INVARIANTS", {"nobody books": "SELECT id FROM bookings_booking"})
    assert numbers(client)["surgeries_invariants_broken", ""] == 0, "they are asked once a minute"
    forget()
    assert raised(numbers(client), quiet) == {"SurgeriesInvariantBroken"}


def test_every_alert_is_raised_by_some_test_and_says_what_to_do():
    tested = {"SurgeriesAway", "SurgeriesInvariantBroken"}.union(*TROUBLE.values())
    assert ALERTS.keys() == tested
    assert all(rule["annotations"]["summary"].endswith((".", "?")) for rule in ALERTS.values())


def test_what_prometheus_is_told_to_ask_is_this_page():
    (job,) = suggested("scrape_configs")
    assert job["job_name"] == "surgeries"
    assert job.get("metrics_path", "/metrics") == "/metrics"
    assert job["authorization"].get("type", "Bearer") == "Bearer"
    assert job["scheme"] == "https"
