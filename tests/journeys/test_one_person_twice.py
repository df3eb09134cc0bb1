"""Somebody married and booked under both names: an organiser finds both records and makes them one."""

import re

import pytest
from playwright.sync_api import expect

from bookings.models import Booking
from privacy.merging import TWICE
from tests.bookings.pages import private
from tests.factories import AttendeeFactory, BookingFactory, SurgeryFactory, UserFactory
from tests.journeys.visitor import Visitor


@pytest.mark.parametrize("visitor", ["by keyboard"], indirect=True)
def test_two_records_become_one_and_the_seat_that_is_left_goes_to_who_waits(visitor: Visitor) -> None:
    surgery = SurgeryFactory.create(slots=1, seats=2)
    zoe = AttendeeFactory.create(name="Zoë Adams", email="zoe.adams@example.gov.uk")
    married = AttendeeFactory.create(name="Zoë Brown", email="zoe.brown@example.gov.uk")
    stays, ends = (BookingFactory.create(attendee=each, surgery=surgery, name=each.name) for each in (zoe, married))
    waits = BookingFactory.create(surgery=surgery, waiting=True)
    visitor.let_in(UserFactory.create(organiser=True))
    page = visitor.page
    page.goto(f"/organise/people/{zoe.pk}/")
    visitor.press("This is the same person as somebody else")
    visitor.type("Their other name, email address or team", "zoe brwn")
    visitor.press_button("Find")
    visitor.press(re.compile("Look at both : Zoë Adams and Zoë Brown"), role="button")
    expect(page.get_by_role("main")).to_contain_text(TWICE)
    visitor.press_button("They are one person")
    expect(page).to_have_title("Error: Are these one person? – Social media surgeries")
    visitor.choose("Zoë Brown")
    page.keyboard.press("Tab")  # out of the first question
    visitor.choose("zoe.adams@example.gov.uk")
    visitor.press_button("They are one person")
    expect(page.get_by_role("main")).to_contain_text("The two records are one now.")
    expect(page.get_by_role("heading", level=1)).to_have_text("Zoë Brown")
    states = dict(Booking.objects.values_list("pk", "state"))
    assert states == {stays.pk: "confirmed", ends.pk: "cancelled", waits.pk: "confirmed"}
    page.goto(private(ends))
    expect(page.get_by_role("main")).to_contain_text(TWICE)
