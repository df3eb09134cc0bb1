"""The whole journey through gunicorn, the worker and a browser: with JavaScript and without, narrow, by keyboard."""

import re
from uuid import uuid4

import pytest
import vobject
from playwright.sync_api import Browser, Page

from bookings.models import Booking
from bookings.services.booking import Answers, book
from runner.product import Product
from surgeries.models import Surgery
from tests.factories import ChampionFactory, DepartmentFactory, ShiftFactory, SurgeryFactory, TopicFactory
from tests.journeys.visitor import Email, Visitor, somebody

ALICE, BOB = "alice.adeyemi@example.gov.uk", "bob.obrien@example.gov.uk"
CHANGE = "See or change your booking"


def two_surgeries() -> tuple[Surgery, Surgery]:
    """One with three free seats, and one whose only seat is Bob's."""
    DepartmentFactory.create()
    topic = TopicFactory.create(name="LinkedIn")
    free = SurgeryFactory.create(slots=3, seats=1, venue__name="Ground floor café")
    full = SurgeryFactory.create(slots=1, seats=1, venue__name="Canteen")
    for surgery in (free, full):
        ShiftFactory.create(surgery=surgery, champion=ChampionFactory.create(topics=[topic]))
    only = full.slots.get()
    book(surgery=full, slot=only, name="Bob O’Brien", email=BOB, answers=Answers(), request_id=uuid4())
    return free, full


def entry(email: Email):
    """The method of the calendar file that came with the email, and its entry."""
    assert email.calendar
    read = vobject.readOne(email.calendar.decode())
    return read.method.value, read.vevent


@pytest.mark.usefixtures("worker")
def test_somebody_books_moves_cancels_waits_and_is_promoted(
    visitor: Visitor, chromium: Browser, live_product: Product
) -> None:
    free, full = two_surgeries()
    first, second, _ = free.slots.all()

    # Book, read the confirmation, and open its calendar file.
    visitor.page.goto("/")
    visitor.press(re.compile("Ground floor café"))
    visitor.press_button("Book a seat")
    visitor.choose(re.compile("10am to 10:20am"))
    visitor.type("Your name", "Alice Adeyemi")
    visitor.type("Work email address", " Alice.Adeyemi@example.gov.uk ")
    visitor.press_button("Book a seat")
    visitor.sees("You have a seat")
    booked = visitor.read_email(ALICE, re.compile("^Your seat: .*10am, Ground floor café"))
    method, entered = entry(booked)
    assert (method, entered.dtstart.value) == ("REQUEST", first.starts_at)

    # Move to another slot from the link in the email.
    visitor.follow_the_email(CHANGE)
    visitor.press("Take another time")
    visitor.choose(re.compile("10:20am to 10:40am"))
    visitor.press_button("Take this time")
    visitor.sees("10:20am to 10:40am")
    method, moved = entry(visitor.read_email(ALICE, re.compile("^Your new time: .*10:20am")))
    assert (method, moved.dtstart.value, moved.uid.value) == ("REQUEST", second.starts_at, entered.uid.value)
    assert int(moved.sequence.value) > int(entered.sequence.value)

    # Cancel in two presses.
    visitor.follow_the_email(CHANGE)
    visitor.press("Cancel your booking")
    visitor.press_button("Cancel my booking")
    visitor.sees("Your booking is cancelled")
    method, withdrawn = entry(visitor.read_email(ALICE, re.compile("^Cancelled: ")))
    assert (method, withdrawn.uid.value) == ("CANCEL", entered.uid.value)
    assert int(withdrawn.sequence.value) > int(moved.sequence.value)

    # Join the waiting list of the full one.
    visitor.page.goto("/")
    visitor.press(re.compile("Canteen"))
    visitor.press_button("Join the waiting list")
    visitor.type("Your name", "Alice Adeyemi")
    visitor.type("Work email address", ALICE)
    visitor.press_button("Join the waiting list")
    visitor.sees("You are first in line")
    waiting = visitor.read_email(ALICE, re.compile("^Waiting list: .*Canteen"))
    assert "Your place: First in line" in waiting.text
    assert waiting.calendar is None

    # Somebody else cancels, and the seat is theirs.
    with somebody(chromium, live_product, "with JavaScript") as bob:
        bob.read_email(BOB, re.compile("^Your seat: "))
        bob.follow_the_email(CHANGE)
        bob.press("Cancel your booking")
        bob.press_button("Cancel my booking")
        bob.sees("Your booking is cancelled")
    promoted = visitor.read_email(ALICE, re.compile("^A seat came free for you: .*Canteen"))
    assert "A seat has come free, and it is yours" in promoted.text
    method, at = entry(promoted)
    assert (method, at.dtstart.value) == ("REQUEST", full.slots.get().starts_at)
    visitor.follow_the_email(CHANGE)
    visitor.sees("10am to 10:20am")

    states = Booking.objects.filter(attendee__email=ALICE).order_by("pk").values_list("surgery", "state")
    assert list(states) == [(free.pk, "cancelled"), (full.pk, "confirmed")]


def test_control_what_no_key_leads_to_is_found(page: Page) -> None:
    page.set_content("<p><span role='button'>Cancel my booking</span> <a href='/'>Keep it</a></p>")
    with pytest.raises(AssertionError, match="Tab does not lead"):
        Visitor(page, by_keyboard=True).press_button("Cancel my booking")
