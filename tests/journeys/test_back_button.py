"""The Back button shows what one has just seen, with what one typed, and books nothing twice."""

import re
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from bookings.models import Booking
from notifications.limits import EMAILS_PER_ADDRESS, count
from runner.product import Product
from surgeries.models import Series, Surgery
from tests.bookings.pages import private
from tests.everyone.planning import DATES, typed
from tests.factories import BookingFactory, DepartmentFactory, SurgeryFactory, UserFactory, VenueFactory, local
from tests.journeys.visitor import Visitor
from tests.live import launch, visit

ALICE = "alice.adeyemi@example.gov.uk"


@pytest.fixture
def remembering(chromium: Browser, live_product: Product) -> Iterator[Page]:
    """A page of a browser that keeps whole pages for its Back button, as people's do and those of tests do not."""
    browser = launch(chromium.browser_type, ignore_default_args=["--disable-back-forward-cache"])
    with visit(browser, live_product) as page:
        yield page
    browser.close()


@pytest.fixture
def surgery(live_product: Product) -> Surgery:
    DepartmentFactory.create()
    return SurgeryFactory.create(slots=2, seats=1)


def test_back_to_a_form_with_an_error_shows_what_was_typed(page: Page, surgery: Surgery) -> None:
    page.goto(f"/surgeries/{surgery.reference}/book/")
    page.get_by_label("Your name", exact=True).fill("Alice Adeyemi")
    page.get_by_role("button", name="Book a seat").click()
    expect(page).to_have_title(re.compile("^Error: "))
    page.get_by_role("link", name="About this surgery").click()
    expect(page).to_have_url(re.compile(f"{surgery.reference}/$"))
    page.go_back()
    expect(page).to_have_title(re.compile("^Error: "))
    expect(page.get_by_label("Your name", exact=True)).to_have_value("Alice Adeyemi")


def test_back_to_an_error_under_the_private_link_shows_it_again(page: Page, surgery: Surgery) -> None:
    booking = BookingFactory.create(surgery=surgery)
    page.goto(private(booking, "email/"))
    page.get_by_label("Your work email address").fill("alice@")
    page.get_by_role("button", name="Send it there instead").click()
    expect(page).to_have_title(re.compile("^Error: "))
    page.get_by_role("link", name="Your booking").click()
    expect(page).not_to_have_title(re.compile("^Error: "))
    page.go_back()
    expect(page).to_have_title(re.compile("^Error: "))
    expect(page.get_by_label("Your work email address")).to_have_value("alice@")


def test_back_from_a_move_shows_what_it_came_to_and_moves_nothing_twice(page: Page, surgery: Surgery) -> None:
    visitor = Visitor(page)
    visitor.let_in(UserFactory.create(organiser=True))
    page.goto(f"/organise/surgeries/{surgery.reference}/edit/")
    page.get_by_label("From", exact=True).fill("9am")
    visitor.press_button("See what changes")
    visitor.press_button("Move it")
    expect(page.get_by_text("The surgery is changed")).to_be_visible()
    page.go_back()
    visitor.sees("What changes, and who is told")
    visitor.press_button("Move it")
    expect(page.get_by_text("The surgery is changed")).to_be_visible()
    assert timezone.localtime(Surgery.objects.get().starts_at).hour == 9


def test_back_from_too_much_at_once_shows_what_was_typed(page: Page, surgery: Surgery) -> None:
    for _ in range(EMAILS_PER_ADDRESS.most):
        count(EMAILS_PER_ADDRESS, ALICE)
    page.goto(f"/surgeries/{surgery.reference}/book/")
    page.get_by_role("radio", name=re.compile("^10am")).check()
    page.get_by_label("Your name", exact=True).fill("Alice Adeyemi")
    page.get_by_label("Work email address").fill(ALICE)
    page.get_by_role("button", name="Book a seat").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("That was a lot at once")
    page.go_back()
    expect(page.get_by_role("radio", name=re.compile("^10am"))).to_be_checked()
    expect(page.get_by_label("Your name", exact=True)).to_have_value("Alice Adeyemi")


@pytest.mark.parametrize("browser", ["remembering", "page"])
def test_back_after_booking_and_the_same_press_again_lead_to_the_same_booking(
    browser: str, surgery: Surgery, request: pytest.FixtureRequest
) -> None:
    page: Page = request.getfixturevalue(browser)
    page.goto(f"/surgeries/{surgery.reference}/book/")
    page.get_by_role("radio", name=re.compile("^10am")).check()
    page.get_by_label("Your name", exact=True).fill("Alice Adeyemi")
    page.get_by_label("Work email address").fill(ALICE)
    page.get_by_role("button", name="Book a seat").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("You have a seat")
    page.wait_for_timeout(1_100)  # the product keeps the number of seats for a second, and two presses are one
    page.go_back(wait_until="commit")  # it is not loaded again, or from what the browser kept
    expect(page.get_by_role("radio", name=re.compile("^10am"))).to_be_checked()
    expect(page.get_by_label("Your name", exact=True)).to_have_value("Alice Adeyemi")
    page.get_by_role("button", name="Book a seat").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("You have a seat")
    assert Booking.objects.get().attendee.email == ALICE


def test_back_from_what_was_made_shows_its_dates_and_the_same_press_makes_nothing_more(page: Page) -> None:
    """Looked at anew each date would be taken, by the surgery that was just made, and ticked all the same."""
    Visitor(page).let_in(UserFactory.create(organiser=True))
    first, last = (f"{local(days):%Y-%m-%d}" for days in (7, 70))
    page.goto(f"{DATES}?{urlencode(typed(VenueFactory.create().pk, starts_on=first, ends_on=last, often='w1'))}")
    boxes = page.get_by_role("checkbox")
    boxes.first.uncheck()
    page.get_by_role("button", name="Make what is ticked").click()
    expect(page.get_by_text("surgeries were made for this series")).to_be_visible()
    made = Surgery.objects.count()
    page.go_back()
    expect(page.get_by_text("Venue taken")).to_have_count(0)
    expect(boxes.first).not_to_be_checked()
    expect(boxes.last).to_be_checked()
    page.wait_for_timeout(1_100)  # two presses within a second are one
    page.get_by_role("button", name="Make what is ticked").click()
    expect(page.get_by_text("surgeries were made for this series")).to_be_visible()
    assert (Series.objects.count(), Surgery.objects.count()) == (1, made)
