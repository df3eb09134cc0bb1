"""What every test stands on: a real PostgreSQL, with the roles of production."""

import os
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from runner.postgres import OWNER, PostgresError, temporary_server

ENVIRONMENT = {
    "SECRET_KEY": "only-for-tests-only-for-tests-only-for-tests-only-for-tests",
    "PUBLIC_BASE_URL": "http://127.0.0.1",
    "ALLOWED_EMAIL_DOMAINS": "gov.uk",
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


def pytest_sessionstart(session: pytest.Session) -> None:
    """Only now are the models of the three stock people ready to be imported."""
    session.config.pluginmanager.import_plugin("tests.people")


def pytest_unconfigure() -> None:
    until_the_end.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that commits is cleaned up after by emptying the tables, which only the owner may do."""
    from django.conf import settings

    if "owner" not in settings.DATABASES:
        return
    for item in items:
        mark = item.get_closest_marker("django_db")
        named = set(getattr(item, "fixturenames", ()))
        commits = named & {"transactional_db", "live_server"} or (mark and mark.kwargs.get("transaction"))
        if commits:
            options = {**(mark.kwargs if mark else {}), "transaction": True, "databases": ["default", "owner"]}
            item.add_marker(pytest.mark.django_db(**options), append=False)


@pytest.fixture(autouse=True, scope="session")
def quick_passwords() -> Iterator[None]:
    """Hash passwords quickly: no test is about the strength of the hash."""
    from django.test import override_settings

    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield
