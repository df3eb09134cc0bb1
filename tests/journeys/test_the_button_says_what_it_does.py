"""The button of the booking form says whether it books a seat or joins the waiting list, where both can be chosen."""

import re

import pytest
from playwright.sync_api import Page, expect

from bookings.models import Booking
from tests.factories import BookingFactory, DepartmentFactory, SurgeryFactory


@pytest.mark.usefixtures("live_product")
def test_it_books_or_waits_as_chosen_above(page: Page) -> None:
    DepartmentFactory.create(email_domains=["example.gov.uk"])
    surgery = SurgeryFactory.create(slots=3, seats=1)
    BookingFactory.create(surgery=surgery)
    page.goto(f"/surgeries/{surgery.reference}/book/")
    buttons = page.get_by_role("main").get_by_role("button")  # those that are shown
    expect(buttons).to_have_text(["Book a seat"])

    page.get_by_role("radio", name=re.compile("^Wait for")).check()
    expect(buttons).to_have_text(["Join the waiting list"])
    page.get_by_role("radio", name=re.compile("^10:20am")).check()
    expect(buttons).to_have_text(["Book a seat"])

    page.get_by_role("radio", name=re.compile("^Wait for")).check()
    page.get_by_label("Your name", exact=True).fill("Alice Adeyemi")
    page.get_by_label("Work email address").fill("alice.adeyemi@example.gov.uk")
    page.get_by_role("button", name="Join the waiting list").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("in line")
    assert Booking.objects.waiting().get().attendee.email == "alice.adeyemi@example.gov.uk"
