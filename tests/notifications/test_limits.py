"""Limits hold exactly, across processes and under many tries at once, and what is counted names nobody."""

from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from django.db import connection, transaction

from notifications.limits import EMAILS_PER_ADDRESS, FORMS_PER_CLIENT, LimitReached, count
from notifications.models import LimitCount
from tests.notifications.test_claiming import at_once

# Far ahead, for a worker that runs beside the tests clears away the windows that are over.
NOON = datetime(2126, 3, 3, 12, 0, tzinfo=UTC)
ALICE = "alice@example.gov.uk"


def is_allowed(key: str = ALICE, *, now: datetime = NOON) -> bool:
    try:
        count(EMAILS_PER_ADDRESS, key, now=now)
    except LimitReached:
        return False
    return True


@pytest.fixture
def seven_a_day(settings) -> None:
    settings.EMAILS_PER_ADDRESS = 7


@pytest.mark.usefixtures("seven_a_day")
def test_of_forty_tries_at_once_exactly_as_many_get_through_as_may(transactional_db):
    assert sum(at_once(40, is_allowed)) == 7
    assert LimitCount.objects.get().count == 7


@pytest.mark.usefixtures("seven_a_day")
def test_control_reading_first_and_writing_afterwards_lets_more_through(transactional_db):
    LimitCount.objects.create(what="emails to an address", key="x", window_ends_at=NOON, count=0)
    have_read = Barrier(40)

    def reads_then_writes() -> bool:
        counted = LimitCount.objects.get(key="x").count
        have_read.wait()
        LimitCount.objects.filter(key="x").update(count=counted + 1)
        return counted < 7

    assert sum(at_once(40, reads_then_writes)) > 7


@pytest.mark.usefixtures("seven_a_day")
def test_each_address_has_a_limit_of_its_own(db):
    assert [is_allowed() for _ in range(8)] == [True] * 7 + [False]
    assert is_allowed("bob@example.gov.uk")


@pytest.mark.usefixtures("seven_a_day")
def test_the_next_window_begins_from_nothing(db):
    assert [is_allowed() for _ in range(8)][-1] is False
    assert is_allowed(now=NOON + timedelta(days=1))


def test_whoever_runs_into_a_limit_learns_which_and_until_when(db, settings):
    settings.FORMS_PER_CLIENT = 0
    with pytest.raises(LimitReached) as reached:
        count(FORMS_PER_CLIENT, "192.0.2.1", now=NOON + timedelta(minutes=20))
    assert reached.value.limit is FORMS_PER_CLIENT
    assert reached.value.until == NOON + timedelta(hours=1)


def test_counting_is_one_statement_and_its_own_transaction(transactional_db, django_assert_num_queries):
    with django_assert_num_queries(1) as statements:  # without a BEGIN, PostgreSQL commits it by itself
        count(EMAILS_PER_ADDRESS, ALICE, now=NOON)
    assert [statement["sql"].split()[0] for statement in statements] == ["INSERT"]


def test_a_try_is_counted_even_if_what_follows_fails(transactional_db):
    def act_and_fail() -> None:
        count(EMAILS_PER_ADDRESS, ALICE, now=NOON)
        with transaction.atomic():
            raise RuntimeError

    with pytest.raises(RuntimeError):
        act_and_fail()
    assert LimitCount.objects.get().count == 1


def test_counting_within_a_transaction_is_refused_because_a_rollback_would_undo_it(transactional_db):
    with transaction.atomic(), pytest.raises(RuntimeError):
        count(EMAILS_PER_ADDRESS, ALICE, now=NOON)


def test_what_is_stored_names_nobody_and_cannot_be_guessed_without_the_key(db, settings):
    count(EMAILS_PER_ADDRESS, ALICE, now=NOON)
    with connection.cursor() as cursor:
        cursor.execute("SELECT notifications_limitcount::text FROM notifications_limitcount")
        [stored] = cursor.fetchone()
    assert "alice" not in stored
    first = LimitCount.objects.get().key
    settings.SECRET_KEY = "another key " * 5
    count(EMAILS_PER_ADDRESS, ALICE, now=NOON)
    assert set(LimitCount.objects.values_list("key", flat=True)) > {first}
