"""Priya, an organiser who reads who did what. What needs Django is imported late."""

import pytest

ALL = "/organise/changes/"


@pytest.fixture
def organiser(db):
    from tests.factories import UserFactory

    return UserFactory.create(organiser=True, name="Priya Shah")


@pytest.fixture
def page(client, organiser):
    """What she reads at an address: of everything, unless it is another."""
    from tests.bookings.pages import words_of

    client.force_login(organiser)
    return lambda address=ALL: words_of(client.get(address))
