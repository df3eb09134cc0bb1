"""A host opens the brief, prints it, and lets somebody sit with the other host."""

import re

from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect

from accounts.models import User
from bookings.models import Pairing
from surgeries.models import Surgery
from tests.everyone.hosting import brief_of, full
from tests.factories import BookingFactory


def as_host_of(surgery: Surgery, page: Page) -> User:
    """Sign the first host in."""
    user = surgery.shifts.earliest("pk").champion.user
    assert user
    let_in(user, page)
    return user


def let_in(user: User, page: Page) -> None:
    """Sign them in, without their having to."""
    client = Client()
    client.force_login(user)
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": key, "domain": "127.0.0.1", "path": "/"}])


def sheets_of_paper(page: Page) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4")))


def test_of_twelve_people_it_prints_on_two_pages_at_most(page: Page) -> None:
    surgery = full()
    as_host_of(surgery, page)
    page.goto(brief_of(surgery))
    assert sheets_of_paper(page) <= 2


def test_control_of_four_times_as_many_it_does_not(page: Page) -> None:
    surgery = full(seats=8)
    BookingFactory.create_batch(36, surgery=surgery, question="Should I start again? " * 12)
    as_host_of(surgery, page)
    page.goto(brief_of(surgery))
    assert sheets_of_paper(page) > 2


def test_one_press_lets_somebody_sit_with_the_other_host_and_one_takes_it_back(page: Page) -> None:
    surgery = full()
    Pairing.objects.all().delete()
    user = as_host_of(surgery, page)
    page.goto(brief_of(surgery))
    guest = page.locator(".app-guest").first
    expect(guest).to_contain_text("May sit with")
    suggested = guest.locator(".app-guest__host").inner_text()

    guest.get_by_role("button", name="instead").click()

    expect(guest).to_contain_text("Sits with")
    assert guest.locator(".app-guest__host").inner_text().split()[-2:] != suggested.split()[-2:]
    assert Pairing.objects.get().chosen_by == user

    guest.get_by_role("button", name="Back to the suggestion").click()

    expect(guest.locator(".app-guest__host")).to_have_text(suggested)
    assert not Pairing.objects.exists()
