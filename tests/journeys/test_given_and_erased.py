"""Somebody asks what is held about them, and then to be removed: an organiser gives it to them, and removes them."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from bookings.models import Booking
from tests.bookings.pages import private
from tests.factories import (
    AttendeeFactory,
    BookingFactory,
    DepartmentFactory,
    SurgeryFactory,
    UserFactory,
    VisitFactory,
    local,
)
from tests.journeys.visitor import Visitor

ZOE = "zoe.adams@example.gov.uk"
QUESTION = "Can I say that the tide table is wrong?"


def figures(page: Page) -> str:
    """What the attendance of the last weeks comes to, as the page says it."""
    page.goto("/organise/attendance/")
    return page.get_by_role("table").inner_text()


@pytest.mark.parametrize("visitor", ["by keyboard"], indirect=True)
def test_somebody_is_given_what_is_held_and_is_removed_while_the_figures_stay(visitor: Visitor, tmp_path: Path) -> None:
    DepartmentFactory.create()
    zoe = AttendeeFactory.create(name="Zoë Adams", email=ZOE)
    over, full = SurgeryFactory.create(starts_at=local(-1)), SurgeryFactory.create(slots=1, seats=1)
    came = BookingFactory.create(attendee=zoe, surgery=over, name=zoe.name, question=QUESTION)
    VisitFactory.create(booking=came)
    ahead = BookingFactory.create(attendee=zoe, surgery=full, name=zoe.name)
    waits = BookingFactory.create(surgery=full, waiting=True)
    visitor.let_in(UserFactory.create(organiser=True, name="Olu Organiser"))
    page = visitor.page
    main = page.get_by_role("main")
    before = figures(page)
    assert "\nCame\n1\n" in before

    # They find them, and see how much there is before they look.
    page.goto("/organise/people/")
    visitor.type("Name, email address or team", "zoe adams")
    visitor.press_button("Find")
    visitor.press("Zoë Adams")
    visitor.press("What we hold about them, and removing them")
    visitor.sees("Zoë Adams")
    expect(main).to_contain_text("Bookings: 2")
    expect(main).not_to_contain_text(QUESTION)
    visitor.press_button("Show all of it")
    expect(page).to_have_title(re.compile("^All that we hold about Zoë Adams"))
    expect(main).to_contain_text(QUESTION)
    with page.expect_download() as download:
        visitor.follow(page.get_by_role("button", name="Download it as a file"))
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    held = json.loads(file.read_text())
    assert file.suffix == ".json"
    assert QUESTION in [row.get("question") for section in held["held"] for row in section["rows"]]

    # They remove them.
    page.goto(page.url)
    expect(main).to_contain_text("Olu Organiser, as a file")
    visitor.press("remove who they are from everything")
    visitor.sees("Remove Zoë Adams?")
    expect(main).to_contain_text("Cancelled now")
    visitor.press_button("Remove them for good")
    visitor.sees("Somebody who was removed")
    expect(main).to_contain_text("by Olu Organiser")
    expect(main).not_to_contain_text("Zoë")
    assert dict(Booking.objects.values_list("pk", "state")) == {
        came.pk: "confirmed", ahead.pk: "cancelled", waits.pk: "confirmed",
    }  # fmt: skip

    # Nobody finds them any more, their link leads nowhere, and as many came as before.
    visitor.press("People")
    visitor.type("Name, email address or team", ZOE)
    visitor.press_button("Find")
    expect(main).not_to_contain_text("Zoë")
    assert figures(page) == before
    page.goto(private(came))
    visitor.sees("We do not know this link")
    expect(main).to_contain_text("Your link also stops working if you asked us to remove you")
