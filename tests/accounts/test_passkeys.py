"""Passkeys, in a browser with an authenticator: made, shown at the next sign-in, and only there."""

import os
from collections.abc import Iterator

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from runner.product import product, reserved_port
from tests.accounts.signing_in import is_signed_in, sign_in
from tests.factories import OfficeFactory, UserFactory
from tests.live import database_url, visit

ALICE = "alice@example.gov.uk"
ADD, STEP = "/account/second-factor/passkey/", "/sign-in/second-factor/"
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def page(chromium: Browser, transactional_db: None, tmp_path) -> Iterator[Page]:
    """A browser with a passkey's authenticator built in. There are none for a number, so the address is a name."""
    with reserved_port() as listener:
        address = f"http://localhost:{listener.getsockname()[1]}"
        inherited = {name: value for name, value in os.environ.items() if name != "DJANGO_ALLOW_ASYNC_UNSAFE"}
        environment = inherited | {"DATABASE_URL": database_url(), "PUBLIC_BASE_URL": address}
        running = product(listener, environment, logs=tmp_path, worker=False)
        with running as started, visit(chromium, started, base_url=address) as page:
            session = page.context.new_cdp_session(page)
            session.send("WebAuthn.enable")
            session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
            yield page


def take_over(page: Page, client: Client) -> None:
    """Go on in the browser as who the client is."""
    name = "sessionid"
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "domain": "localhost", "path": "/"}])


def test_a_passkey_is_made_and_shown_at_the_next_sign_in(page: Page, client: Client):
    UserFactory.create(email=ALICE, name="Alice", organiser=True)
    OfficeFactory.create()  # the department is set up
    sign_in(client, ALICE)
    take_over(page, client)
    page.goto(ADD)
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    assert Authenticator.objects.filter(type="webauthn").count() == 1

    again = Client()
    assert sign_in(again, ALICE)["Location"] == STEP
    assert not is_signed_in(again)
    take_over(page, again)
    page.goto(STEP)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", name="What needs you", level=1)).to_be_visible()


WRONG = ["", "1", "{}", "[]", '"x"', '{"id": "x"}', '{"id": "eA", "rawId": "eA", "type": "public-key", "response": {}}']


@pytest.mark.django_db
@pytest.mark.parametrize("sent", WRONG)
def test_whatever_else_is_sent_is_no_passkey(client: Client, settings, sent: str):
    settings.PUBLIC_BASE_URL = "https://surgeries.example.gov.uk"
    user = UserFactory.create(email=ALICE)
    sign_in(client, ALICE)
    assert client.post(ADD, {"credential": sent}).status_code == 200
    assert not Authenticator.objects.exists()
    Authenticator.objects.create(user=user, type="totp", data={"secret": ""})
    again = Client()
    sign_in(again, ALICE)
    assert again.post(STEP, {"credential": sent}).status_code == 200
    assert not is_signed_in(again)


@pytest.mark.django_db
def test_there_are_none_for_a_number(client: Client):
    sign_in(client, UserFactory.create().email)
    assert client.get(ADD).status_code == 404
    assert "Passkeys" not in client.get("/account/second-factor/").content.decode()
