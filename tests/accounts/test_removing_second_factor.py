"""Removing the second factor: whoever has to have one and has none left gets no further, at once and everywhere."""

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from accounts import second_factor
from accounts.models import User
from tests.accounts.signing_in import add_app, is_signed_in, show, sign_in
from tests.bookings.pages import words_of
from tests.factories import ChampionFactory, UserFactory

ALICE = "alice@example.gov.uk"
SETTING_UP = "/account/second-factor/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def alice(client) -> User:
    """She has set up her app and is signed in."""
    alice = UserFactory.create(email=ALICE, organiser=True)
    sign_in(client, ALICE)
    add_app(client)
    return alice


@pytest.fixture
def elsewhere(alice) -> Client:
    """Another browser, in which she is signed in as well."""
    browser = Client()
    sign_in(browser, ALICE)
    show(browser, second_factor.recovery_codes(alice)[0])
    return browser


def remove_page() -> str:
    return f"{SETTING_UP}{Authenticator.objects.get(type='totp').pk}/remove/"


def remove_app(client: Client):
    return client.post(remove_page())


def test_whoever_removes_the_last_has_no_recovery_codes_either(client, alice):
    page = remove_page()
    assert "your recovery codes stop working as well" in words_of(client.get(page))
    assert Authenticator.objects.count() == 2, "reading changes nothing"
    assert client.post(page)["Location"] == f"{SETTING_UP}?done=removed"
    assert Authenticator.objects.count() == 0
    elsewhere = Client()
    sign_in(elsewhere, ALICE)
    assert elsewhere.get("/admin/")["Location"] == SETTING_UP


def test_whoever_has_to_have_one_and_removes_the_last_gets_no_further_at_once(client, alice, elsewhere):
    assert "signed out everywhere but here" in words_of(client.get(remove_page()))
    assert [browser.get("/organise/").status_code for browser in (client, elsewhere)] == [200, 200]
    remove_app(client)
    for address in ("/organise/", "/organise/people/", "/admin/"):
        assert client.get(address)["Location"] == SETTING_UP
    assert "you need a second factor" in words_of(client.get(SETTING_UP))
    assert not is_signed_in(elsewhere)
    add_app(client)
    assert client.get("/organise/").status_code == 200


def test_control_the_session_alone_would_count_as_one_that_has_shown_it(client, alice, monkeypatch):
    monkeypatch.setattr(second_factor, "sign_out_everywhere", lambda user: None)
    monkeypatch.setattr(second_factor, "stay_signed_in_without", lambda request: None)
    remove_app(client)
    assert client.get("/organise/").status_code == 200


def test_whoever_has_another_left_goes_on_everywhere(client, alice, elsewhere):
    second_factor.add_passkey(user=alice, credential={})
    remove_app(client)
    assert [browser.get("/organise/").status_code for browser in (client, elsewhere)] == [200, 200]


def test_a_champion_who_removes_the_last_goes_on(client):
    sign_in(client, ChampionFactory.create(user=UserFactory.create()).user.email)
    add_app(client)
    remove_app(client)
    assert client.get("/champion/").status_code == 200
