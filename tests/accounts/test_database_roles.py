"""The application's role reads and writes rows, and can change or empty nothing else."""

import pytest
from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import ProgrammingError, connection, connections, transaction

from runner.postgres import APPLICATION, OWNER

DENIED = [
    "CREATE TABLE mine (id int)",
    "CREATE TEMPORARY TABLE mine (id int)",
    "DROP TABLE accounts_user CASCADE",
    "ALTER TABLE accounts_user DISABLE TRIGGER USER",
    "ALTER TABLE accounts_user DROP CONSTRAINT user_email_is_normalised",
    "TRUNCATE accounts_user CASCADE",
    "UPDATE django_admin_log SET change_message = ''",
    "DELETE FROM django_admin_log",
    "DELETE FROM django_migrations",
]


@pytest.fixture
def logged_act(db):
    user = get_user_model().objects.create_superuser("alice@example.gov.uk")
    return LogEntry.objects.create(user=user, action_flag=ADDITION, object_repr="x")


def test_tests_run_as_the_application(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == (APPLICATION,)


@pytest.mark.parametrize("statement", DENIED)
def test_the_application_may_not(statement, logged_act):
    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"), transaction.atomic():
        connection.cursor().execute(statement)


@pytest.mark.parametrize("statement", DENIED)
@pytest.mark.django_db(databases=["default", "owner"])
def test_control_the_owner_may(statement):
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == (OWNER,)
        cursor.execute(statement)
        transaction.set_rollback(True, using="owner")


def test_history_can_be_added_to(logged_act):
    assert LogEntry.objects.get() == logged_act


@pytest.mark.django_db(transaction=True)
def test_migrating_again_changes_no_right():
    def rights():
        with connection.cursor() as cursor:
            cursor.execute("SELECT relname, relacl::text FROM pg_class WHERE relnamespace = 'public'::regnamespace")
            return sorted(cursor.fetchall())

    before = rights()
    call_command("migrate", verbosity=0)
    assert rights() == before


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_a_test_that_commits_leaves_nothing_behind(turn):
    get_user_model().objects.create_user("bob@example.gov.uk")
    assert get_user_model().objects.count() == 1
