"""What every test stands on: a real PostgreSQL, with the roles of production."""

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack

import hypothesis
import pytest
from django.db.backends.base.base import BaseDatabaseWrapper
from pytest_django import DjangoDbBlocker
from whitenoise import WhiteNoise
from xdist.scheduler import LoadScopeScheduling

from runner.environment import ROOT
from runner.postgres import OWNER, PostgresError, temporary_server

ENVIRONMENT = {
    "SECRET_KEY": "only-for-tests-only-for-tests-only-for-tests-only-for-tests",
    "PUBLIC_BASE_URL": "http://127.0.0.1",
    "ALLOWED_EMAIL_DOMAINS": "gov.uk",
    "EMAIL_URL": "smtp://127.0.0.1:25",
    "EMAIL_FROM": "Social media surgeries <surgeries@example.gov.uk>",
}
until_the_end = ExitStack()
# Whether the server of this run is one of our own: it holds nothing yet, and its programs are at hand.
OUR_SERVER = "TESTS_STARTED_A_SERVER"
# The tests of each share what takes long to make.
RUN_BY_ONE_PROCESS = {
    "tests/accounts/test_single_sign_on.py",
    "tests/bookings/test_demonstration_department.py",
    "tests/bookings/test_exports.py",
    "tests/everyone/test_every_page_has_its_states.py",
    "tests/runner/test_make_run.py",
}

# Tables with what migrating writes by itself, which no test changes.
MIGRATED = {"auth_permission", "django_content_type"}

# How long an example takes says how busy the machine is, and nothing about the product.
hypothesis.settings.register_profile("suite", deadline=None)
hypothesis.settings.load_profile("suite")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Before Django reads its settings: start the server that all the processes of this run share."""
    # Tests start Python some hundred times: what it imports is compiled once, whatever the shell says.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
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
        os.environ[OUR_SERVER] = "yes"
    os.environ.setdefault("DATABASE_URL", "postgresql:///not-needed-to-list-tests")
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    from django.conf import settings

    assert settings.DATABASES  # read now; pytest-django then sets up the applications


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Take in the fixtures that need models, which are ready only now, and have the static files collected."""
    for plugin in ("tests.people", "tests.live", "tests.journeys.visitor", "tests.everyone.showing"):
        session.config.pluginmanager.import_plugin(plugin)
    if not hasattr(session.config, "workerinput") and not session.config.option.collectonly:
        from runner.prepare import collect_static_files

        if not (ROOT / "static/built/.stamp").exists():
            raise pytest.UsageError("Styles and scripts are not built: run `make assets` first.")
        collect_static_files()


class OneByOne(LoadScopeScheduling):
    """Gives each process the next test when it has time; those of a file that is run by one process, all at once."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return file if file in RUN_BY_ONE_PROCESS else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> OneByOne:
    """How the tests are shared out among several processes."""
    return OneByOne(config, log)


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


def pytest_collection_finish() -> None:
    """What has been imported and collected stays until the end, so the garbage collector need not look through it.

    It also looks less often: a test leaves much behind, and all of it at once.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(scope="session")
def django_db_setup(
    pytestconfig: pytest.Config,
    django_test_environment: None,
    django_db_modify_db_settings: None,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[None]:
    """Make each process its test database, as the owner, whichever role the tests that were chosen act as."""
    from django.conf import settings
    from django.db import connections
    from django.test.utils import setup_databases, teardown_databases

    from tests.migrated import tables_from

    with ExitStack() as around, django_db_blocker.unblock():
        is_ours = OUR_SERVER in os.environ
        if is_ours:
            around.enter_context(tables_from(pytestconfig.cache.mkdir("migrated")))
        databases = setup_databases(verbosity=0, interactive=False, aliases=set(settings.DATABASES), keepdb=is_ours)
    yield
    with django_db_blocker.unblock():
        connections.close_all()  # nobody can drop a database that somebody else is connected to
        teardown_databases(databases, verbosity=0)


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    """Forget the pages and lists that the process keeps for a while, so that no test sees those of another."""
    from organisation.kept import forget

    forget()


@pytest.fixture(autouse=True, scope="session")
def static_files_listed_once() -> Iterator[None]:
    """Have the static files listed once and not by every test's client, which took longer than most tests take."""
    listed: dict[tuple[str, str], dict] = {}
    list_them = WhiteNoise.update_files_dictionary

    def list_once(self: WhiteNoise, root: str, prefix: str) -> None:
        if (root, prefix) not in listed:
            list_them(self, root, prefix)
            listed[root, prefix] = dict(self.files)
        self.files |= listed[root, prefix]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoise, "update_files_dictionary", list_once)
        yield


@pytest.fixture(autouse=True, scope="session")
def emptied_where_something_is() -> Iterator[None]:
    """Have only those tables emptied that a test has filled: all of them, and then to write down each permission
    anew, took longer than most tests that commit."""
    from django.core.management.commands import flush

    def empty(style: object, connection: BaseDatabaseWrapper, reset_sequences: bool, allow_cascade: bool) -> list[str]:
        tables = {*connection.introspection.django_table_names(only_existing=True, include_views=False)} - MIGRATED
        name = connection.ops.quote_name
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(f"(SELECT '{table}' FROM {name(table)} LIMIT 1)" for table in tables))
            filled = [table for (table,) in cursor.fetchall()]
        return connection.ops.sql_flush(style, filled, reset_sequences=reset_sequences, allow_cascade=True)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flush, "sql_flush", empty)
        patch.setattr(flush, "emit_post_migrate_signal", lambda *facts: None)
        yield


@pytest.fixture(autouse=True, scope="session")
def let_in_by_force() -> Iterator[None]:
    """Whoever a test lets in with `force_login` has shown a second factor; who signs in as people do has to show it."""
    from allauth.account.internal.flows.login import record_authentication
    from django.contrib.auth.signals import user_logged_in

    def show(request, user, **kwargs: object) -> None:
        if not hasattr(request, "allauth"):  # no request that came through the middleware
            record_authentication(request, user, "mfa")

    user_logged_in.connect(show)
    yield
    user_logged_in.disconnect(show)
