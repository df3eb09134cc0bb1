"""How long somebody stays signed in, and how they stop."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from accounts.duties import forget_old_sessions
from accounts.models import User
from tests.accounts.signing_in import ask_for_code, is_signed_in, sign_in
from tests.bookings.pages import words_of
from tests.factories import UserFactory

ALICE = "alice@example.gov.uk"
HOUR = timedelta(hours=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def alice(db) -> User:
    return UserFactory.create(email=ALICE)


@pytest.fixture
def clock() -> Iterator:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        yield clock


def test_signing_in_gives_the_session_a_new_id(client, alice):
    ask_for_code(client, ALICE)
    before = client.cookies["sessionid"].value
    sign_in(client, ALICE)
    assert client.cookies["sessionid"].value != before
    assert not Session.objects.filter(pk=before).exists()


def test_whoever_does_nothing_is_signed_out_after_the_idle_limit(client, alice, clock):
    sign_in(client, ALICE)
    clock.shift(8 * HOUR - timedelta(seconds=1))
    assert is_signed_in(client)
    clock.shift(8 * HOUR + timedelta(minutes=1))
    assert not is_signed_in(client)


@pytest.mark.parametrize("address", ["/account/", "/account/second-factor/"])
def test_whoever_does_something_stays_until_the_absolute_limit(client, alice, clock, address):
    sign_in(client, ALICE)
    for _ in range(18):
        clock.shift(4 * HOUR - timedelta(seconds=10))
        assert client.get(address).status_code == 200
    clock.shift(timedelta(minutes=4))
    assert client.get(address, follow=True).request["PATH_INFO"] == "/sign-in/"


def test_control_without_the_absolute_limit_they_would_stay(client, alice, clock, settings):
    settings.SIGNED_IN_HOURS = 10_000
    sign_in(client, ALICE)
    for _ in range(30):
        clock.shift(4 * HOUR)
        assert is_signed_in(client)


def test_signing_out_ends_the_session_on_the_server(client, alice):
    sign_in(client, ALICE)
    stolen = Client()
    stolen.cookies = client.cookies.copy()
    response = client.post("/account/sign-out/", follow=True)
    assert "You have signed out" in words_of(response)
    assert not is_signed_in(client)
    assert not is_signed_in(stolen)


@pytest.mark.parametrize("address", ["/account/sign-out/", "/account/sign-out-everywhere/"])
def test_a_link_signs_nobody_out(client, alice, address):
    sign_in(client, ALICE)
    assert client.get(address).status_code == 405
    assert is_signed_in(client)


def test_signing_out_everywhere_ends_every_session_of_theirs_and_nobody_elses(client, alice):
    bob = UserFactory.create()
    phone, bobs = Client(), Client()
    for browser in (client, phone):
        sign_in(browser, ALICE)
    sign_in(bobs, bob.email)
    client.post("/account/sign-out-everywhere/")
    assert [is_signed_in(browser) for browser in (client, phone, bobs)] == [False, False, True]
    sign_in(client, ALICE)
    assert is_signed_in(client)


def test_whoever_becomes_inactive_is_signed_out(client, alice):
    sign_in(client, ALICE)
    User.objects.update(is_active=False)
    assert not is_signed_in(client)


def test_sessions_that_have_lapsed_are_forgotten(client, alice, clock):
    ask_for_code(client, ALICE)
    forget_old_sessions(timezone.now())
    assert Session.objects.count() == 1
    forget_old_sessions(timezone.now() + 9 * HOUR)
    assert Session.objects.count() == 0
