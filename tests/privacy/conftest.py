"""An organiser who is signed in, and somebody who is here twice. What needs Django is imported late."""

import pytest


@pytest.fixture
def organiser(client):
    from tests.factories import UserFactory

    user = UserFactory.create(organiser=True)
    client.force_login(user)
    return user


@pytest.fixture
def zoe(db):
    from tests.factories import AttendeeFactory

    return AttendeeFactory.create(name="Zoë Adams", email="zoe.adams@example.gov.uk")


@pytest.fixture
def zoe_married(db):
    from tests.factories import AttendeeFactory

    return AttendeeFactory.create(name="Zoë Brown", email="zoe.brown@example.gov.uk")
