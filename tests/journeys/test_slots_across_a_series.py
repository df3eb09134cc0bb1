"""An organiser changes the slots of all the surgeries of a series: seen first, and who would have to move is named."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from bookings.invariants import violations
from surgeries.models import Surgery
from surgeries.templatetags.times import when
from tests.bookings.test_changing_a_series import every_tuesday, four_of
from tests.factories import BookingFactory, DepartmentFactory, UserFactory
from tests.journeys.post import Post
from tests.journeys.visitor import Visitor


def slots() -> list[str]:
    """Of each surgery, when its slots begin and how many seats they have."""
    return [
        " ".join(f"{timezone.localtime(slot.starts_at):%H:%M}×{slot.seats.count()}" for slot in each.slots.all())
        for each in Surgery.objects.order_by("starts_at")
    ]


@pytest.mark.parametrize("visitor", ["by keyboard"], indirect=True)
def test_more_seats_at_all_and_then_another_last_slot_where_nobody_has_to_move(visitor: Visitor, post: Post) -> None:
    DepartmentFactory.create()
    series = every_tuesday()
    first, second, full, last = four_of(series)
    BookingFactory.create_batch(5, surgery=full)
    waits = BookingFactory.create(surgery=full, waiting=True)
    stays = full.bookings.get(seat__number=1, slot=full.slots.last())
    visitor.let_in(UserFactory.create(organiser=True))
    page = visitor.page
    main = page.get_by_role("main")

    # A seat more in the first slot of each: whoever waits for one is named by number, gets it and reads of it.
    page.goto(f"/organise/surgeries/{first.reference}/")
    visitor.press("Slots and seats")
    seats = page.get_by_label("Seats, 10am to 10:20am", exact=True)
    visitor.tab_to(seats)
    page.keyboard.type("3")  # what is there is marked, as Tab leaves it
    visitor.choose("All that are still to come")
    visitor.press_button("Save")
    visitor.sees("What changes at 4 surgeries")
    expect(main).to_contain_text("10am to 10:20am: 2 → 3 seats")
    expect(main).to_contain_text(f"{when(full)}, {full.venue}: 1 waits")
    assert slots() == ["10:00×2 10:20×2 10:40×2"] * 4
    visitor.press_button("Change them")
    expect(main).to_contain_text("They are changed where you saw it.")
    post.deliver()
    (letter,) = post.letters(waits.attendee.email, re.compile("^A seat came free"))
    assert "10am to 10:20am" in letter.text

    # The clock has made the surgeries of the next weeks meanwhile, and they are like that as well.
    more, shorter = "10:00×3 10:20×2 10:40×2", "10:00×3 10:20×2 10:45×1"
    number = len(slots())
    assert slots() == [more] * number
    assert number > 4

    # A shorter last slot, from the second on: where the old one is booked, nothing is changed, and it says who it is.
    page.goto(f"/organise/surgeries/{second.reference}/slots/")
    visitor.tick("Take it out 10:40am to 11am")
    visitor.type("From", "10.45")
    visitor.type("Until", "11am")
    visitor.type("Seats", "1")
    visitor.choose("This one and all later ones")
    visitor.press_button("Save")
    visitor.sees(f"What changes at {number - 2} surgeries")
    expect(main).to_contain_text("10:40am to 11am: taken out")
    expect(main).to_contain_text("10:45am to 11am: new, with 1 seat")
    expect(page.get_by_role("heading", name="1 is left alone")).to_be_visible()
    expect(main).to_contain_text(stays.name)
    expect(main).to_contain_text("would have to move first")
    visitor.press_button("Change them")
    expect(main).to_contain_text("changed where you saw it")
    assert slots() == [more, shorter, more, *[shorter] * (number - 3)]
    assert violations() == {}

    # Everybody can book it.
    page.goto(f"/surgeries/{last.reference}/book/")
    expect(page.get_by_role("radio", name=re.compile("^10:45am to 11am"))).to_be_enabled()
    expect(page.get_by_role("radio", name=re.compile("^10:40am"))).to_have_count(0)
