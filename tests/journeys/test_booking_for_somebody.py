"""An organiser on the phone: finds somebody whose name they heard, books for them, and cancels again."""

import pytest
from playwright.sync_api import expect

from bookings.models import Booking
from tests.factories import AttendeeFactory, SurgeryFactory, UserFactory
from tests.journeys.visitor import Visitor


@pytest.mark.parametrize("visitor", ["without JavaScript"], indirect=True)
def test_somebody_whose_name_is_misspelt_is_found_and_gets_a_seat(visitor: Visitor) -> None:
    SurgeryFactory.create()
    charlie = AttendeeFactory.create(name="Charlie Chowdhury", email="charlie.chowdhury@example.gov.uk")
    visitor.let_in(UserFactory.create(organiser=True))
    page = visitor.page
    page.goto("/organise/people/")
    page.get_by_label("Name, email address or team").fill("chowdry charly")
    page.get_by_role("button", name="Find").click()
    assert "chow" not in page.url
    page.get_by_role("link", name="Charlie Chowdhury").click()
    page.get_by_role("button", name="Book for them").click()
    page.get_by_role("list").get_by_role("link", name="10am").click()
    page.get_by_label("10:20am to 10:40am").check()
    page.get_by_label("Not sure yet, and that is fine").check()
    page.get_by_role("button", name="Book for them").click()
    expect(page.get_by_role("main")).to_contain_text("they have a confirmation by email")
    assert Booking.objects.get().attendee == charlie
    page.get_by_role("link", name="Cancel the booking").click()
    page.get_by_label("Why?").fill("As you asked on the phone.")
    page.get_by_role("button", name="Cancel it and tell them").click()
    expect(page.get_by_role("main")).to_contain_text("by an organiser: As you asked on the phone.")
    assert Booking.objects.get().is_cancelled
