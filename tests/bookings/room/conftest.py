"""Five past ten at a surgery that Amina and, if a test asks for him, Tom hosts. What needs Django is imported late."""

from datetime import timedelta

import pytest
import time_machine


@pytest.fixture(autouse=True)
def five_past_ten(surgery):
    """Five minutes after the surgery began."""
    with time_machine.travel(surgery.starts_at + timedelta(minutes=5), tick=False) as clock:
        yield clock


@pytest.fixture
def linkedin(db):
    from tests.factories import TopicFactory

    return TopicFactory.create(name="LinkedIn")


@pytest.fixture
def amina(surgery):
    from tests.bookings.room.pages import host_of

    return host_of(surgery, "Amina Yusuf")


@pytest.fixture
def tom(surgery, linkedin):
    from tests.bookings.room.pages import host_of

    return host_of(surgery, "Tom Price", topics=[linkedin])


@pytest.fixture
def phone(client, amina):
    """Amina's."""
    client.force_login(amina.champion.user)
    return client
