"""A champion's page reads addresses kindly, warns of what is left behind, and leaves decisions to their own page."""

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


def test_leaving_names_the_surgeries_that_they_still_host(client):
    alice = ChampionFactory(name="Alice")
    coming = ShiftFactory(champion=alice).surgery
    over = ShiftFactory(champion=alice, surgery=SurgeryFactory(starts_at=local(days=-7))).surgery
    words = save(client, alice, state="left")
    assert "Alice still hosts: " in words
    assert "tick delete beside the host" in words
    assert reverse("admin:surgeries_surgery_change", args=[coming.pk]) in words
    assert reverse("admin:surgeries_surgery_change", args=[over.pk]) not in words


def test_who_hosts_nothing_or_stays_active_gets_no_warning(client):
    bob = ChampionFactory(name="Bob")
    assert "still hosts" not in save(client, bob, state="left")
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


@pytest.mark.parametrize("state", ["active", "left"])
@pytest.mark.parametrize("was", ["applied", "declined"])
def test_who_applied_is_not_decided_about_here(client, was, state):
    applicant = ChampionFactory(applied=True, state=was)
    address = "champions_champion_change"
    assert "valid choice" in complaints(send(client, address, applicant.pk, state=state))
    assert complaints(send(client, address, applicant.pk, about="Here for the biscuits")) == ""
    assert "is told by email" in complaints(send(client, address, applicant.pk, email=None))
    assert "valid choice" in complaints(send(client, address, ChampionFactory().pk, state="applied"))


def test_who_rests_says_until_when(client):
    champion = ChampionFactory()
    assert "until when" in complaints(send(client, "champions_champion_change", champion.pk, state="resting"))
    save(client, champion, state="resting", resting_until="2030-03-01")
    champion.refresh_from_db()
    assert (champion.state, champion.is_active) == ("resting", False)
