"""What every test stands on: a real PostgreSQL, with the roles of production."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from runner.postgres import OWNER, PostgresError, temporary_server

ENVIRONMENT = {
    "SECRET_KEY": "only-for-tests-only-for-tests-only-for-tests-only-for-tests",
    "PUBLIC_BASE_URL": "http://127.0.0.1",
    "ALLOWED_EMAIL_DOMAINS": "gov.uk",
    "EMAIL_URL": "smtp://127.0.0.1:25",
    "EMAIL_FROM": "Social media surgeries <surgeries@example.gov.uk>",
}
until_the_end = ExitStack()


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Before Django reads its settings: start the server that all the processes of this run share."""
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    if "DATABASE_URL" not in os.environ and not config.option.collectonly:
        try:
            server = until_the_end.enter_context(temporary_server())
        except PostgresError as error:
            raise pytest.UsageError(str(error)) from None
        # Tests run as the application's role, which owns nothing; the owner makes and empties the tables.
        os.environ["DATABASE_URL"] = server.url()
        os.environ["DATABASE_OWNER_URL"] = server.url(OWNER)
    os.environ.setdefault("DATABASE_URL", "postgresql:///not-needed-to-list-tests")
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    from django.conf import settings

    assert settings.DATABASES  # read now; pytest-django then sets up the applications


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Take in the three stock people, whose models are ready only now, and have the static files collected."""
    session.config.pluginmanager.import_plugin("tests.people")
    if not hasattr(session.config, "workerinput") and not session.config.option.collectonly:
        collect_static_files()


def collect_static_files() -> None:
    """Collect the files whose hashed names pages ask for, when one has changed; once for all processes."""
    from django.conf import settings
    from django.core.management import call_command

    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    sources = [path for folder in settings.STATICFILES_DIRS for path in Path(folder).rglob("*")]
    if not (Path(settings.STATICFILES_DIRS[0]) / ".stamp").exists():
        raise pytest.UsageError("Styles and scripts are not built: run `make assets` first.")
    if not manifest.exists() or max(path.stat().st_mtime for path in sources) > manifest.stat().st_mtime:
        call_command("collectstatic", interactive=False, verbosity=0)


def pytest_unconfigure() -> None:
    until_the_end.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that commits is cleaned up after by emptying the tables, which only the owner may do.

    The others name the owner too: the test database is made for the databases that tests name.
    """
    from django.conf import settings

    if "owner" not in settings.DATABASES:
        return
    for item in items:
        mark = item.get_closest_marker("django_db")
        named = set(getattr(item, "fixturenames", ()))
        commits = named & {"transactional_db", "live_server"} or (mark and mark.kwargs.get("transaction"))
        if mark or commits or "db" in named:
            options = {**(mark.kwargs if mark else {}), "transaction": bool(commits), "databases": ["default", "owner"]}
            item.add_marker(pytest.mark.django_db(**options), append=False)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> Iterator[None]:
    """Let go of the database before it is dropped: Django closes the owner's connection, and not the application's."""
    from django.db import connections

    yield
    connections.close_all()


@pytest.fixture(autouse=True, scope="session")
def quick_passwords() -> Iterator[None]:
    """Hash passwords quickly: no test is about the strength of the hash."""
    from django.test import override_settings

    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield
