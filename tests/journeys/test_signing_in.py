"""Signing in at a browser: with the code in the mailbox, then with an app as well, and out again."""

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from playwright.sync_api import expect

from bookings.demonstration.people import address_of
from bookings.demonstration.signing_in import CHAMPION, ORGANISER, load_ready_made
from notifications.models import MailboxEmail
from tests.accounts.signing_in import code_of
from tests.factories import ChampionFactory, DepartmentFactory
from tests.journeys.visitor import Visitor


def type_code_of_email(visitor: Visitor, name: str) -> None:
    """Ask for a code as one of the ready-made people, read it in the mailbox, and type it."""
    MailboxEmail.objects.all().delete()  # so that the next code there is this one
    visitor.page.goto("/sign-in/?next=/account/")
    visitor.press_button(re.compile(f"^{name}, "))
    visitor.sees("Enter the code")
    code = re.search(r"Your code: (\d{3} \d{3})", visitor.read_email(address_of(name), "Your code to sign in").text)
    assert code
    visitor.page.goto("/sign-in/code/?next=/account/")
    visitor.type("Code", code[1])
    visitor.press_button("Sign in")


def type_code_of_app(visitor: Visitor, secret: str, button: str) -> None:
    """Type what the app shows now, which has to be the same when it arrives."""
    if time.time() % 30 > 25:
        time.sleep(31 - time.time() % 30)
    visitor.type("Code", code_of(secret))
    visitor.press_button(button)


@pytest.mark.usefixtures("worker")
@pytest.mark.parametrize("visitor", ["without JavaScript"], indirect=True)
def test_a_champion_and_an_organiser_sign_in_and_out(visitor: Visitor) -> None:
    page = visitor.page
    DepartmentFactory.create()
    ChampionFactory.create(name=CHAMPION)
    load_ready_made()

    # A champion signs in with the code alone.
    type_code_of_email(visitor, CHAMPION)
    visitor.sees(f"Hello {CHAMPION}")
    visitor.press_button("Sign out")
    expect(page.get_by_text("You have signed out.")).to_be_visible()

    # An organiser adds an app on their phone, and is told so by email.
    type_code_of_email(visitor, ORGANISER)
    visitor.sees(f"Hello {ORGANISER}")
    visitor.press("Your second factor")
    visitor.press_button("Set up an app")
    secret = page.locator(".app-key").inner_text().replace(" ", "")
    type_code_of_app(visitor, secret, "Use this app")
    visitor.sees("Recovery codes")
    assert "Added: An app on a phone" in visitor.read_email(address_of(ORGANISER), re.compile("was added")).text
    page.goto("/account/")
    visitor.press_button("Sign out")

    # From then on, the code from the email is not enough.
    Authenticator.objects.filter(type="totp").update(last_used_at=None)  # in place of waiting for the app's next code
    type_code_of_email(visitor, ORGANISER)
    visitor.sees("Your second factor")
    page.goto("/account/")
    visitor.sees("Sign in")
    type_code_of_email(visitor, ORGANISER)
    type_code_of_app(visitor, secret, "Continue")
    visitor.sees(f"Hello {ORGANISER}")
    visitor.press_button("What needs you")
    visitor.sees("What needs you")
