"""A colleague becomes a champion, by keyboard alone and without JavaScript, and an organiser approves."""

import re

import pytest
from playwright.sync_api import Browser, expect

from champions.models import Champion
from runner.product import Product
from tests.factories import DepartmentFactory, OfficeFactory, TopicFactory, UserFactory
from tests.journeys.visitor import Visitor, somebody

ALICE, NIA = "alice.adeyemi@example.gov.uk", "nia.prosser@example.gov.uk"


def code_in_email(visitor: Visitor, to: str, subject: str) -> str:
    """The code, as the email shows it."""
    code = re.search(r"Your code: (\d{3} \d{3})", visitor.read_email(to, subject).text)
    assert code
    return code[1]


def sign_in(visitor: Visitor, email: str, *, onwards: str) -> None:
    """With the code, from the page that asks for it."""
    visitor.sees("Sign in")
    visitor.type("Work email address", email)
    visitor.press_button("Email me a code")
    visitor.sees("Enter the code")
    code = code_in_email(visitor, email, "Your code to sign in")
    visitor.page.goto(f"/sign-in/code/?next={onwards}")
    visitor.type("Code", code)
    visitor.press_button("Sign in")


@pytest.mark.usefixtures("worker")
@pytest.mark.parametrize("visitor", ["without JavaScript", "by keyboard"], indirect=True)
def test_somebody_applies_is_approved_and_sees_their_page(
    visitor: Visitor, chromium: Browser, live_product: Product
) -> None:
    DepartmentFactory.create()
    TopicFactory.create(name="LinkedIn")
    OfficeFactory.create(name="Leeds")
    UserFactory.create(email=NIA, name="Nia Prosser", organiser=True)

    # One page and one press, with a mistake on the way.
    visitor.page.goto("/champions/")
    visitor.press("Become a champion")
    visitor.type("Your name", "Alice Adeyemi")
    visitor.type("Work email address", ALICE)
    visitor.select("LinkedIn", "I could teach it")
    visitor.tick("Tuesday")
    visitor.select("How often at most would you host?", "Twice a month")
    visitor.type("A line about you (optional)", "I was afraid of it too.")
    visitor.press_button("Continue")
    visitor.follow(visitor.page.locator(".govuk-error-summary").get_by_role("link"))
    visitor.tick("Leeds")
    visitor.press_button("Continue")

    # The code shows that the address is hers.
    visitor.sees("One more step")
    code = code_in_email(visitor, ALICE, "Your code to become a champion")
    visitor.page.goto("/champions/join/code/")
    visitor.type("Code", code)
    visitor.press_button("Send my application")
    visitor.sees("Your application is with the organisers")
    expect(visitor.page.get_by_text("LinkedIn (could teach it)")).to_be_visible()

    # An organiser reads of it, signs in, and approves.
    with somebody(chromium, live_product, "with JavaScript") as nia:
        nia.read_email(NIA, "Somebody would like to be a champion")
        nia.follow_the_email("Read the application")
        address = f"/organise/champions/{Champion.objects.get().pk}/"
        sign_in(nia, NIA, onwards=address)
        nia.sees("Alice Adeyemi")
        expect(nia.page.get_by_text("I was afraid of it too.")).to_be_visible()
        nia.press_button("Approve")
        expect(nia.page.get_by_text("Approved by Nia Prosser")).to_be_visible()

    # She reads it, and sees her page.
    assert "From now on you can host" in visitor.read_email(ALICE, "Welcome, champion").text
    visitor.follow_the_email("See your page", leads_to="champion")
    visitor.sees("Hello Alice Adeyemi")
    expect(visitor.page.get_by_text("You are a champion")).to_be_visible()
