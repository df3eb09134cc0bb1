"""A department's single sign-on, against a real OpenID provider: who gets in, and what is not believed."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from accounts import provider
from accounts.models import User
from runner.environment import ROOT
from tests.accounts.signing_in import add_app, is_signed_in, sign_in
from tests.bookings.pages import words_of
from tests.factories import UserFactory
from tests.openid_provider import CLIENT, SECRET

ALICE = "alice@example.gov.uk"
BACK = "http://127.0.0.1/sign-in/single-sign-on/back/"
START = "/sign-in/single-sign-on/"
ANOTHER_TIME = 1_000_000_000
pytestmark = pytest.mark.django_db
Tell = Callable[..., None]


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The provider's address, and the file that tells it what to say."""
    told = tmp_path_factory.mktemp("openid") / "told.json"
    told.write_text("{}")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DJANGO")}
    command = [sys.executable, "-W", "ignore", "-m", "tests.openid_provider", str(port), BACK]
    with (told.parent / "log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment | {"OPENID_TOLD": str(told)}, stdout=log, stderr=log
        )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            assert process.poll() is None, (told.parent / "log").read_text()
            with suppress(requests.RequestException):
                requests.get(f"{address}/.well-known/openid-configuration", timeout=5).raise_for_status()
                break
            time.sleep(0.1)
        yield address, told
    finally:
        process.kill()
        process.wait()


@pytest.fixture(autouse=True)
def single_sign_on(settings, issuer) -> None:
    settings.PUBLIC_BASE_URL = "http://127.0.0.1"
    settings.SSO_ISSUER, settings.SSO_NAME = issuer[0], "Coast login"
    settings.SOCIALACCOUNT_PROVIDERS = {"single_sign_on": {"APPS": [client_at(issuer[0])]}}


def client_at(address: str) -> dict:
    scope = {"server_url": address, "oauth_pkce_enabled": True, "scope": ["openid", "email"]}
    return {"name": "x", "provider_id": address, "client_id": CLIENT, "secret": SECRET, "settings": scope}


@pytest.fixture
def tell(issuer) -> Tell:
    """Have the provider say of the person who comes: these claims, signed like that."""

    def tell(*, sign: str = "", **claims: object) -> None:
        known = {"sub": "subject-1", "email": ALICE, "email_verified": True}
        issuer[1].write_text(json.dumps({"claims": known | claims, "sign": sign}))

    tell()
    return tell


@pytest.fixture
def alice(db) -> User:
    return UserFactory.create(email=ALICE, name="Alice", organiser=True)


def there_and_back(client: Client, **changes: str) -> object:
    """Press the link, let the provider send the browser back, and arrive, with changes to what it brings."""
    there = client.get(START)["Location"]
    brought = requests.get(there, allow_redirects=False, timeout=10).headers["Location"]
    assert brought.startswith(BACK)
    query = {name: values[0] for name, values in parse_qs(urlsplit(brought).query).items()} | changes
    return client.get(f"{urlsplit(BACK).path}?{urlencode(query)}")


def test_whoever_the_department_vouches_for_is_signed_in(client, alice, tell):
    assert there_and_back(client)["Location"] == "/start/"
    assert "Hello Alice" in words_of(client.get("/account/"))


def test_they_go_on_to_where_they_wanted_to_go_and_nowhere_else(client, alice, tell):
    for wanted, reached in [("/admin/", "/admin/"), ("https://example.com/", "/start/")]:
        browser = Client()
        there = browser.get(START, {"next": wanted})["Location"]
        brought = requests.get(there, allow_redirects=False, timeout=10).headers["Location"]
        assert browser.get(brought)["Location"] == reached


def test_our_second_factor_is_not_asked_for(client, alice, tell):
    there_and_back(client)
    assert client.get("/admin/").status_code == 200
    emailed = Client()
    sign_in(emailed, ALICE)
    add_app(emailed)
    again = Client()
    there_and_back(again)
    assert again.get("/admin/").status_code == 200


def test_with_a_code_by_email_it_still_is(client, alice, tell):
    there_and_back(client)
    emailed = Client()
    sign_in(emailed, ALICE)
    assert emailed.get("/admin/")["Location"] == "/account/second-factor/"


def test_they_are_known_by_issuer_and_subject_whatever_becomes_of_the_address(client, alice, tell):
    there_and_back(client)
    tell(email="married@example.gov.uk", email_verified=False)
    again = Client()
    there_and_back(again)
    assert "Hello Alice" in words_of(again.get("/account/"))
    account = SocialAccount.objects.get()
    assert (account.uid, account.user, account.extra_data) == ("subject-1", alice, {})


def test_another_subject_with_the_same_address_is_not_let_in(client, alice, tell):
    there_and_back(client)
    tell(sub="subject-2")
    later = Client()
    assert "we do not know you yet" in words_of(there_and_back(later))
    assert not is_signed_in(later)


def test_the_subject_of_another_issuer_is_somebody_else(client, alice, tell):
    SocialAccount.objects.create(user=alice, provider="https://elsewhere.example.gov.uk", uid="subject-1")
    tell(email="mallory@example.gov.uk")
    there_and_back(client)
    assert not is_signed_in(client)


@pytest.mark.parametrize("verified", [False, None, "true", 1])
def test_an_address_that_is_not_verified_leads_to_nobody(client, alice, tell, verified):
    tell(email_verified=verified)
    assert "has checked" in words_of(there_and_back(client))
    assert not is_signed_in(client)
    assert not SocialAccount.objects.exists()


def test_nobody_is_taken_in_whom_we_do_not_know(client, tell):
    assert "we do not know you yet" in words_of(there_and_back(client))
    assert not User.objects.exists()


def test_somebody_inactive_is_not_let_in_any_more(client, alice, tell):
    there_and_back(client)
    User.objects.update(is_active=False)
    later = Client()
    assert "we do not know you yet" in words_of(there_and_back(later))
    assert not is_signed_in(later)


NOT_BELIEVED = {
    "nonce": {"nonce": "of-another-sign-in"},
    "no nonce": {"nonce": None},
    "audience": {"aud": "another-client"},
    "two audiences, for the other": {"aud": [CLIENT, "another-client"], "azp": "another-client"},
    "issuer": {"iss": "https://elsewhere.example.gov.uk"},
    "expiry": {"exp": ANOTHER_TIME},
    "not yet": {"iat": 9_999_999_999, "nbf": 9_999_999_999},
    "no expiry": {"exp": None},
    "no subject": {"sub": None},
    "unsigned": {"sign": "none"},
    "signed with the secret": {"sign": "secret"},
    "signed with another key": {"sign": "another key"},
}


@pytest.mark.parametrize("wrong", NOT_BELIEVED)
def test_a_token_with_anything_wrong_signs_nobody_in(client, alice, tell, wrong):
    tell(**NOT_BELIEVED[wrong])
    response = there_and_back(client)
    assert response.status_code == 403
    assert "Something went wrong" in words_of(response)
    assert not is_signed_in(client)


@pytest.mark.parametrize("wrong", ["nonce", "issuer", "expiry", "signed with another key"])
def test_control_without_a_look_at_the_token_it_would(client, alice, tell, monkeypatch, wrong):
    def believe(issuer: provider.Issuer, app: object, id_token: str) -> dict:
        return provider.jwt.decode(id_token, options={"verify_signature": False})

    monkeypatch.setattr(provider.Issuer, "_claims", believe)
    tell(**NOT_BELIEVED[wrong])
    there_and_back(client)
    assert is_signed_in(client)


@pytest.mark.parametrize("state", ["", "made-up"])
def test_another_state_signs_nobody_in(client, alice, tell, state):
    assert there_and_back(client, state=state).status_code == 403
    assert not is_signed_in(client)


def test_what_was_brought_works_once_and_in_no_other_browser(client, alice, tell):
    there = client.get(START)["Location"]
    brought = requests.get(there, allow_redirects=False, timeout=10).headers["Location"]
    thief = Client()
    assert thief.get(brought).status_code == 403
    assert client.get(brought).status_code == 302
    client.post("/account/sign-out/")
    assert client.get(brought).status_code == 403
    assert not is_signed_in(client)


def test_whoever_changes_their_mind_there_is_told_so(client, tell):
    client.get(START)
    assert client.get(f"{START}back/?error=access_denied").status_code == 403


def test_a_provider_that_says_it_is_another_is_not_asked(client, settings, issuer):
    settings.SSO_ISSUER = issuer[0].replace("127.0.0.1", "localhost")
    settings.SOCIALACCOUNT_PROVIDERS = {
        "single_sign_on": {"APPS": [client_at(issuer[0]) | {"provider_id": settings.SSO_ISSUER}]}
    }
    assert client.get(START).status_code == 403


def test_a_provider_that_is_away_is_said_so(client, settings):
    settings.SSO_ISSUER = "http://127.0.0.1:9"
    settings.SOCIALACCOUNT_PROVIDERS = {"single_sign_on": {"APPS": [client_at("http://127.0.0.1:9")]}}
    assert "Something went wrong" in words_of(client.get(START))


def test_where_there_is_none_nothing_speaks_of_it(client, settings):
    assert "Sign in with Coast login" in words_of(client.get("/sign-in/"))
    settings.SSO_ISSUER = settings.SSO_NAME = ""
    assert "Coast login" not in words_of(client.get("/sign-in/"))
    assert client.get(START).status_code == client.get(f"{START}back/").status_code == 404
