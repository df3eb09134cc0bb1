"""Settings come from the environment, are listed in the README, and answer a wrong value with a sentence."""

import ast
import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

ROOT = Path(settings.BASE_DIR)
PRODUCTION = {
    "SECRET_KEY": "j7Hq2mV9xT4wL0pR8sN3bK6yD1fG5cZ-aE_uQoIiXlPhWvJt2Mr",
    "PUBLIC_BASE_URL": "https://surgeries.example.gov.uk",
    "DATABASE_URL": "postgresql://app:secret@db.example/surgeries",
    "ALLOWED_EMAIL_DOMAINS": "example.gov.uk, @Agency.gov.uk",
    "EMAIL_URL": "smtp+tls://user:password@mail.example:587",
    "EMAIL_FROM": "Surgeries <surgeries@example.gov.uk>",
    "SECURITY_CONTACT": "security@example.gov.uk",
}


def read(monkeypatch: pytest.MonkeyPatch, **changes: str | None) -> dict:
    """The settings module's names as it would be read in production, with `changes` to the environment."""
    for name in names_read():
        monkeypatch.delenv(name, raising=False)
    for name, value in (PRODUCTION | changes).items():
        if value is not None:
            monkeypatch.setenv(name, value)
    return runpy.run_path(str(ROOT / "config/settings.py"))


def names_read() -> set[str]:
    """The environment variables that the settings module asks for."""
    tree = ast.parse((ROOT / "config/settings.py").read_text())
    readers = {"required", "whole_number", "switch", "str", "list"}
    return {
        node.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", getattr(node.func, "attr", "")) in readers
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }


def test_the_readme_lists_exactly_the_settings_that_are_read():
    table = (ROOT / "README.md").read_text().split("## Settings")[1].split("\n## ")[0]
    assert set(re.findall(r"^\| `([A-Z_]+)` \|", table, re.MULTILINE)) == names_read()
    assert len(names_read()) > 10


def test_nothing_else_reads_the_environment():
    others = [path for app in settings.INSTALLED_APPS for path in (ROOT / app).rglob("*.py") if (ROOT / app).exists()]
    assert others
    assert [path for path in others if re.search(r"os\.environ|getenv", path.read_text())] == []


def test_production_settings_are_read(monkeypatch: pytest.MonkeyPatch):
    found = read(monkeypatch)
    assert found["DEBUG"] is False
    assert found["ALLOWED_EMAIL_DOMAINS"] == ["example.gov.uk", "agency.gov.uk"]
    assert found["EMAIL_HOST"] == "mail.example"
    assert found["SECURE_SSL_REDIRECT"] is True
    assert found["DATABASES"]["default"]["USER"] == "app"
    assert "owner" not in found["DATABASES"]


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("SECRET_KEY", None, "the same on every machine, or use `make run`, which sets it for you."),
        ("SECRET_KEY", "short", "SECRET_KEY is too short"),
        ("SECRET_KEY_FALLBACKS", "hunter2", "SECRET_KEY_FALLBACKS holds a key that is too short"),
        ("PUBLIC_BASE_URL", None, "PUBLIC_BASE_URL is not set"),
        ("PUBLIC_BASE_URL", "surgeries.example.gov.uk", "should be a scheme and a host"),
        ("PUBLIC_BASE_URL", "https://surgeries.example.gov.uk/path", "should be a scheme and a host"),
        ("PUBLIC_BASE_URL", "http://surgeries.example.gov.uk", "has to begin with https://"),
        ("DATABASE_URL", None, "DATABASE_URL is not set"),
        ("DATABASE_URL", "mysql://root:hunter2@host/name", "DATABASE_URL is not a PostgreSQL address"),
        ("DATABASE_URL", "postgresql://host", "names no database"),
        ("ALLOWED_EMAIL_DOMAINS", None, "ALLOWED_EMAIL_DOMAINS is not set"),
        ("ALLOWED_EMAIL_DOMAINS", " , @", "ALLOWED_EMAIL_DOMAINS is not set"),
        ("ALLOWED_EMAIL_DOMAINS", "example.gov.uk,a b", "ALLOWED_EMAIL_DOMAINS is wrong: 'a b'"),
        (
            "EMBED_ORIGINS",
            "intranet.example.gov.uk",
            "EMBED_ORIGINS is wrong: 'intranet.example.gov.uk'. Set it to the",
        ),
        ("EMBED_ORIGINS", "https://one.example, http://two.example", "EMBED_ORIGINS is wrong: 'http://two.example'"),
        ("EMBED_ORIGINS", "https://intranet.example/news", "EMBED_ORIGINS is wrong"),
        ("EMBED_ORIGINS", "https://*.example", "EMBED_ORIGINS is wrong"),
        ("EMBED_ORIGINS", "https://a.example;script-src *", "EMBED_ORIGINS is wrong"),
        ("EMBED_ORIGINS", "null", "EMBED_ORIGINS is wrong: 'null'"),
        ("EMAIL_URL", None, "EMAIL_URL is not set"),
        ("EMAIL_URL", "pigeon://coop", "EMAIL_URL is not a mail server's address"),
        ("EMAIL_URL", "smtp://", "EMAIL_URL is not a mail server's address"),
        ("EMAIL_FROM", None, "Surgeries <surgeries@example.gov.uk>."),
        ("EMAIL_FROM", "junk", "EMAIL_FROM is wrong: 'junk'. Set it to one such as"),
        ("EMAIL_REPLY_TO", "junk", "EMAIL_REPLY_TO is wrong: 'junk'. Set it to one such as"),
        (
            "SECURITY_CONTACT",
            "the digital team",
            "SECURITY_CONTACT is wrong: 'the digital team'. Set it to one such as",
        ),
        ("SECURITY_CONTACT", "http://example.gov.uk/report", "SECURITY_CONTACT is wrong"),
        ("SECURITY_CONTACT", "https://example.gov.uk/a\nContact: b", "SECURITY_CONTACT is wrong"),
        ("METRICS_TOKEN", "hunter2", "METRICS_TOKEN is too short, or has other characters"),
        ("METRICS_TOKEN", "hunter2 " * 8, "METRICS_TOKEN is too short, or has other characters"),
        ("TIME_ZONE", "London", "TIME_ZONE 'London' is unknown"),
        ("TRUSTED_PROXY_COUNT", "one", "TRUSTED_PROXY_COUNT is 'one'. Set it to a whole number"),
        ("LOCK_TIMEOUT_MS", "-5", "LOCK_TIMEOUT_MS is '-5'"),
        ("LOCK_TIMEOUT_MS", "0", "LOCK_TIMEOUT_MS is '0'. Set it to a whole number from 1 on, such as 1000."),
        ("STATEMENT_TIMEOUT_MS", "0", "STATEMENT_TIMEOUT_MS is '0'"),
        ("EMAILS_PER_ADDRESS", "0", "EMAILS_PER_ADDRESS is '0'"),
        ("FORMS_PER_CLIENT", "0", "FORMS_PER_CLIENT is '0'"),
        ("EMAIL_TIMEOUT", "0", "EMAIL_TIMEOUT is '0'"),
        ("DEMONSTRATION", "maybe", "DEMONSTRATION is 'maybe'. Set it to true or false."),
        ("DEMONSTRATION", "true", "PUBLIC_BASE_URL has to be http://127.0.0.1"),
    ],
)
def test_a_wrong_value_says_what_to_set(monkeypatch: pytest.MonkeyPatch, name: str, value: str | None, says: str):
    with pytest.raises(ImproperlyConfigured) as error:
        read(monkeypatch, **{name: value})
    assert says in str(error.value)
    assert "\n" not in str(error.value)
    assert "hunter2" not in str(error.value)


@pytest.mark.parametrize(
    ("value", "origins"),
    [
        ("", []),
        ("https://Intranet.example/ ,, https://b.example:8443", ["https://intranet.example", "https://b.example:8443"]),
        ("http://127.0.0.1:9000", ["http://127.0.0.1:9000"]),
    ],
)
def test_who_may_show_the_list_is_read_as_browsers_name_them(
    monkeypatch: pytest.MonkeyPatch, value: str, origins: list
):
    assert read(monkeypatch, EMBED_ORIGINS=value)["EMBED_ORIGINS"] == origins


def test_several_hosts_share_the_time_that_a_person_waits(monkeypatch: pytest.MonkeyPatch):
    url = "postgresql://app:secret@db1,db2:5433/surgeries?target_session_attrs=read-write"
    database = read(monkeypatch, DATABASE_URL=url)["DATABASES"]["default"]
    assert database["HOST"] == "db1,db2"
    assert database["PORT"] == ",5433"
    assert database["OPTIONS"]["target_session_attrs"] == "read-write"
    assert database["OPTIONS"]["connect_timeout"] == 2
    assert "lock_timeout=1000" in database["OPTIONS"]["options"]


def test_the_application_waits_for_no_lock_for_long_and_the_owner_may(monkeypatch: pytest.MonkeyPatch):
    databases = read(monkeypatch, DATABASE_OWNER_URL="postgresql://owner@db.example/surgeries")["DATABASES"]
    assert "lock_timeout" in databases["default"]["OPTIONS"]["options"]
    assert "lock_timeout" not in databases["owner"]["OPTIONS"]["options"]


def manage(*command: str, **changes: str) -> subprocess.CompletedProcess:
    return python("manage.py", *command, **changes)


def python(*command: str, **changes: str) -> subprocess.CompletedProcess:
    ours = names_read() | {"DJANGO_ALLOW_ASYNC_UNSAFE"}  # the latter is for the browser's tests alone
    environment = {name: value for name, value in os.environ.items() if name not in ours}
    environment |= PRODUCTION | changes
    return subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


def test_check_deploy_is_clean_in_production():
    checked = manage("check", "--deploy", "--fail-level", "WARNING")
    assert checked.returncode == 0, checked.stderr


def test_control_check_deploy_finds_a_site_without_https():
    checked = manage("check", "--deploy", "--fail-level", "WARNING", PUBLIC_BASE_URL="http://127.0.0.1")
    assert checked.returncode != 0
    assert "security.W" in checked.stderr


def test_check_deploy_warns_where_nobody_is_told_about_a_weakness():
    checked = manage("check", "--deploy", "--fail-level", "WARNING", SECURITY_CONTACT="")
    assert checked.returncode != 0
    assert "surgeries.W001" in checked.stderr


def test_the_command_line_answers_a_wrong_setting_with_one_sentence():
    checked = manage("check", SECRET_KEY="short")
    assert checked.returncode == 1
    assert checked.stderr == "SECRET_KEY is too short. Set it to at least 50 random characters.\n"


@pytest.mark.parametrize(
    ("name", "value"), [("PORT", "http"), ("PORT", "65536"), ("WEB_CONCURRENCY", "many"), ("WEB_CONCURRENCY", "0")]
)
def test_the_web_server_answers_a_wrong_number_with_one_sentence(name: str, value: str):
    started = python("-m", "config.serve", **{name: value})
    assert started.returncode == 1
    assert started.stderr.startswith(f"{name} is '{value}'. Set it to a number from 1 to ")
    assert started.stderr.count("\n") == 1


def test_control_gunicorn_alone_stops_with_a_traceback():
    assert "Traceback" in python("-m", "gunicorn", WEB_CONCURRENCY="many").stderr
