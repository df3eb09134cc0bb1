"""An organiser moves a surgery and cancels a booking: that it was them is read by all, and their words by nobody."""

import re

import pytest
from playwright.sync_api import expect

from tests.bookings.pages import private
from tests.factories import BookingFactory, SurgeryFactory, UserFactory, VenueFactory
from tests.journeys.visitor import Visitor

REASON = "Their manager rang about the flood."


@pytest.mark.parametrize("visitor", ["with JavaScript"], indirect=True)
def test_what_was_changed_is_read_on_its_own_page_and_found_among_everything(visitor: Visitor) -> None:
    surgery = SurgeryFactory.create(slots=1, venue__name="Canteen", venue__office__name="Leeds")
    VenueFactory.create(name="Library", office=surgery.venue.office)
    ada, ben = (BookingFactory.create(surgery=surgery, name=name, attendee__name=name) for name in ("Ada", "Ben"))
    page = visitor.page
    main = page.get_by_role("main")

    # Ben cancels by himself, and an organiser does the rest.
    page.goto(private(ben, "cancel/"))
    visitor.press_button("Cancel my booking")
    visitor.let_in(UserFactory.create(organiser=True, name="Olu Organiser"))
    page.goto(f"/organise/surgeries/{surgery.reference}/")
    visitor.press("Edit or move")
    visitor.select("Where", "Library, Leeds")
    visitor.press_button("See what changes")
    visitor.press_button("Move it and tell them")
    page.goto(f"/organise/people/{ada.attendee_id}/")
    visitor.press(re.compile("^Cancel"))
    visitor.type("Why?", REASON)
    visitor.press_button("Cancel it and tell them")
    expect(main).to_contain_text("The booking is cancelled")
    expect(main).to_contain_text(REASON)

    # The page of the surgery leads to all three, whoever did it, the latest first.
    page.goto(f"/organise/surgeries/{surgery.reference}/")
    visitor.press("Who did what to it")
    visitor.sees("Surgery: ")
    acts = page.locator(".app-acts__act")
    cancelled, moved, by_ben = (acts.nth(number) for number in range(3))
    expect(cancelled).to_contain_text("Olu Organiser, from the page of the person")
    expect(cancelled).to_contain_text("Cancelled booking “Ada”")
    expect(cancelled).to_contain_text("Why it was cancelled: changed (what it says is not kept)")
    expect(moved).to_contain_text("Olu Organiser, from the page of the surgery")
    expect(moved).to_contain_text("Venue: Canteen, Leeds → Library, Leeds")
    expect(by_ben).to_contain_text("By themselves, from their private link")
    expect(by_ben).to_contain_text("Cancelled booking “Ben”")
    expect(main).not_to_contain_text(REASON)

    # Among everything, it is found by who did it and to what.
    visitor.press("Who did what")
    visitor.sees("Who did what")
    expect(main).to_contain_text("Added venue “Library, Leeds”")
    visitor.select("Who", "Olu Organiser")
    visitor.select("What", "Bookings")
    visitor.press_button("Show")
    expect(acts).to_have_count(2)
    expect(main).not_to_contain_text("Ben")
    expect(main).not_to_contain_text(REASON)
    visitor.press(re.compile("^booking “Ada” of surgery “Library, Leeds”"))
    visitor.sees("Booking: Ada")
    expect(acts.first).to_contain_text("State: Confirmed → Cancelled")
    visitor.press("Its page")
    visitor.sees("Library, Leeds")
