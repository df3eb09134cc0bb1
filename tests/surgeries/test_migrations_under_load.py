"""A migration may change a column while processes of the version before it still run, with statements prepared."""

from collections.abc import Iterator

import pytest
from django.db import NotSupportedError, connection, connections, transaction

from organisation.models import Office
from surgeries.transactions import plan_again, retried
from tests.factories import OfficeFactory


def widen(characters: int) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"ALTER TABLE organisation_office ALTER name TYPE varchar({characters})")


@pytest.fixture
def prepared(transactional_db) -> Iterator[None]:
    """An office that has been read so often that PostgreSQL has prepared how, and a column that is wider since."""
    OfficeFactory.create(name="Leeds")
    as_migrated = Office._meta.get_field("name").max_length
    for _ in range(5):
        Office.objects.get()
    widen(333)
    yield
    widen(as_migrated)


def test_a_page_goes_on_after_a_column_was_widened(prepared):
    assert [Office.objects.get().name for _ in range(3)] == ["Leeds"] * 3


def test_without_planning_again_it_would_fail_for_as_long_as_the_connection_lives(prepared):
    connection.execute_wrappers.remove(plan_again)
    try:
        for _ in range(3):
            with pytest.raises(NotSupportedError):
                Office.objects.get()
    finally:
        connection.execute_wrappers.append(plan_again)


def test_a_transaction_is_tried_again_after_a_column_was_widened(prepared):
    tries = []

    @retried
    def read() -> str:
        tries.append(1)
        with transaction.atomic():
            return Office.objects.get().name

    assert read() == "Leeds"
    assert len(tries) == 2
