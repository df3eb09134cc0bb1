"""A champion takes a shift, gives it back, and of two colleagues who were asked the first to press takes it."""

import re

import pytest
from playwright.sync_api import Browser

from champions.models import Champion
from runner.product import Product
from surgeries.models import Shift
from tests.factories import ChampionFactory, DepartmentFactory, SurgeryFactory, UserFactory
from tests.journeys.visitor import Visitor, somebody


def follow_the_email(visitor: Visitor, champion: Champion) -> None:
    letter = visitor.read_email(champion.user.email, re.compile("^Could you host"))
    link = re.search(r"https?://\S+(/step-in/\S+)", letter.text)
    assert link
    visitor.page.goto(link[1])


@pytest.mark.usefixtures("worker")
@pytest.mark.parametrize("visitor", ["without JavaScript"], indirect=True)
def test_taken_given_back_and_taken_by_the_first_of_two_who_were_asked(
    visitor: Visitor, chromium: Browser, live_product: Product
) -> None:
    DepartmentFactory.create()
    SurgeryFactory.create(hosts_wanted=1)
    alice, bob, charlie = (
        ChampionFactory.create(name=name, user=UserFactory.create(email=f"{name}@example.gov.uk".lower()))
        for name in ("Alice", "Bob", "Charlie")
    )
    visitor.let_in(alice.user)
    visitor.page.goto("/champion/shifts/")
    visitor.press(re.compile("^Take this shift"), role="button")
    visitor.sees("Your shifts")
    assert Shift.objects.live().get().champion == alice

    visitor.press(re.compile("^Give it back"))
    visitor.type("Why can you not come?", "A clash with leave")
    visitor.press_button("Give it back")
    visitor.sees("Your shifts")

    visitor.page.context.clear_cookies()
    follow_the_email(visitor, bob)
    with somebody(chromium, live_product, "with JavaScript") as slower:
        follow_the_email(slower, charlie)
        slower.sees("Would you host")

        visitor.press_button("Take this shift")
        visitor.sees("You host this one")
        slower.press_button("Take this shift")
        slower.sees("There are enough hosts")

    assert Shift.objects.live().get().champion == bob
