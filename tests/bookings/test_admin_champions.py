"""A champion's page reads addresses kindly, and warns of what unticking “is active” leaves behind."""

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from tests.admin_forms import complaints, send
from tests.factories import ChampionFactory, ShiftFactory, SurgeryFactory, UserFactory, local

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(client):
    client.force_login(UserFactory(administrator=True))
    return client


def save(client, champion, **changes) -> str:
    """What is said after the champion is saved."""
    response = send(client, "champions_champion_change", champion.pk, **changes)
    assert complaints(response) == ""
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


def test_unticking_active_names_the_surgeries_that_they_still_host(client):
    alice = ChampionFactory(name="Alice")
    coming = ShiftFactory(champion=alice).surgery
    over = ShiftFactory(champion=alice, surgery=SurgeryFactory(starts_at=local(days=-7))).surgery
    words = save(client, alice, is_active=None)
    assert "Alice still hosts: " in words
    assert "tick delete beside the host" in words
    assert reverse("admin:surgeries_surgery_change", args=[coming.pk]) in words
    assert reverse("admin:surgeries_surgery_change", args=[over.pk]) not in words


def test_who_hosts_nothing_or_stays_active_gets_no_warning(client):
    bob = ChampionFactory(name="Bob")
    assert "still hosts" not in save(client, bob, is_active=None)
    charlie = ShiftFactory().champion
    assert "still hosts" not in save(client, charlie, about="Here for the biscuits")


def test_the_address_is_read_as_kindly_as_on_the_form_that_books(client):
    alice = ChampionFactory(name="Alice")
    save(client, alice, email=" Alice @Example.GOV.UK\u200b")
    alice.refresh_from_db()
    assert alice.user.email == "alice@example.gov.uk"
    refused = send(client, "champions_champion_change", alice.pk, email='"alice"@example.gov.uk')
    assert "in the correct format" in complaints(refused)
    save(client, alice, email="")
    alice.refresh_from_db()
    assert alice.user is None
