"""What else people do, by keyboard alone and without JavaScript: filter, put mistakes right, edit, move, hand back."""

import re

import pytest
from playwright.sync_api import expect

from bookings.models import Booking
from organisation.models import Office
from surgeries.models import Surgery
from tests.factories import (
    BookingFactory,
    DepartmentFactory,
    OfficeFactory,
    SurgeryFactory,
    SymptomFactory,
    local,
)
from tests.journeys.visitor import Visitor

ALICE = "alice.adeyemi@example.gov.uk"


def two_surgeries() -> tuple[Surgery, Surgery]:
    """One in Leeds, and one in York where one of two seats is taken."""
    DepartmentFactory.create()
    SymptomFactory.create(words="I opened an account and never used it")
    leeds, york = (OfficeFactory.create(name=name, slug=name.lower()) for name in ("Leeds", "York"))
    first = SurgeryFactory.create(venue__office=leeds, venue__name="Ground floor café", seats=1)
    second = SurgeryFactory.create(
        venue__office=york, venue__name="Canteen", slots=2, seats=1, starts_at=local(8, hour=14)
    )
    BookingFactory.create(surgery=second, slot=second.slots.last())
    return first, second


@pytest.mark.parametrize("visitor", ["without JavaScript", "by keyboard"], indirect=True)
def test_somebody_filters_errs_corrects_edits_moves_hands_back_and_leaves(visitor: Visitor) -> None:
    _, second = two_surgeries()
    page = visitor.page
    page.wait_for_timeout(1_100)  # the product may keep the list of the test before for a second

    # Only what is in Leeds.
    page.goto("/")
    visitor.select("Office", "Leeds")
    visitor.press_button("Show surgeries")
    expect(page.get_by_role("link", name=re.compile("Canteen"))).to_have_count(0)
    visitor.press(re.compile("Ground floor café"))

    # A mistake is told on top, and leads to its field.
    visitor.press_button("Book a seat")
    visitor.choose(re.compile("10am to 10:20am"))
    visitor.type("Work email address", "alcie.adeyemi@example.gov.uk")
    visitor.press_button("Book a seat")
    expect(page).to_have_title(re.compile("^Error: "))
    summary = page.locator(".govuk-error-summary")
    if page.locator("body.js-enabled").count():
        expect(summary).to_be_focused()
    visitor.follow(summary.get_by_role("link", name="Enter your name"))
    expect(page.get_by_label("Your name", exact=True)).to_be_focused()
    visitor.type("Your name", "Alice Adeyemi")
    visitor.press_button("Book a seat")
    visitor.sees("You have a seat")

    # The address was mistyped.
    visitor.press(re.compile("Change your email address"))
    visitor.type("Your work email address", ALICE)
    visitor.press_button("Send it there instead")
    expect(page.get_by_text(f"We have sent everything to {ALICE}.")).to_be_visible()

    # So was the name.
    visitor.press(re.compile("Change your name"))
    visitor.type("Your name", "Alice B. Adeyemi")
    visitor.press_button("Save")
    expect(page.get_by_text("That is the name that your host will see.")).to_be_visible()

    # What they asked, and what serves the evidence.
    visitor.press(re.compile("Change what you asked"))
    visitor.tick("I opened an account and never used it")
    visitor.type("What would you like to ask? (optional)", "Where do I begin?")
    visitor.press_button("Save")
    expect(page.get_by_text("Your hosts see what you told us.")).to_be_visible()
    visitor.select("Which office do you work in?", "York")
    visitor.press_button("Send my answers")

    # Another surgery, then back in line for another time there, and off the list.
    visitor.press("Come to another surgery instead")
    visitor.press(re.compile("Canteen"))
    visitor.choose(re.compile("2pm to 2:20pm"))
    visitor.press_button("Take this time")
    expect(page.get_by_text("Your booking has moved.")).to_be_visible()
    visitor.press("Hand your seat back and wait for another time")
    visitor.tick("2:20pm to 2:40pm")
    visitor.press_button("Hand my seat back and wait")
    visitor.sees("You are first in line")
    visitor.press("Leave the waiting list")
    visitor.press_button("Leave the waiting list")

    booking = Booking.objects.get(attendee__email=ALICE)
    assert (booking.state, booking.surgery, booking.office) == ("cancelled", second, Office.objects.get(name="York"))
    assert (booking.name, booking.attendee.name) == ("Alice B. Adeyemi", "Alice B. Adeyemi")
    assert (booking.question, booking.symptoms.count()) == ("Where do I begin?", 1)
