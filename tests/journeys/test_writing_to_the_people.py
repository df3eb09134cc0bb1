"""An organiser writes to the people of one surgery, sees it first, and it arrives in each mailbox once."""

import re

import pytest
from playwright.sync_api import expect

from tests.factories import BookingFactory, DepartmentFactory, SurgeryFactory, UserFactory, VisitFactory, local
from tests.journeys.post import Post
from tests.journeys.visitor import Visitor

SUBJECT = "The slides, and a second chance"
WORDS = "Thank you for coming, or for wanting to.\n\nThe slides are with <Priya> & me."


@pytest.mark.parametrize("visitor", ["without JavaScript"], indirect=True)
def test_who_came_waited_or_did_not_come_reads_it_once(visitor: Visitor, post: Post) -> None:
    DepartmentFactory.create()
    surgery = SurgeryFactory.create(starts_at=local(-1), slots=1)
    ada, ben = BookingFactory.create_batch(2, surgery=surgery)
    VisitFactory.create(booking=ada)
    waits = BookingFactory.create(surgery=surgery, waiting=True)
    VisitFactory.create(surgery=surgery, attendee__name="Wim Walker", attendee__email=None)
    visitor.let_in(UserFactory.create(organiser=True, name="Olu Organiser"))
    page = visitor.page
    main = page.get_by_role("main")

    page.goto(f"/organise/surgeries/{surgery.reference}/")
    visitor.press("Write to its people")
    visitor.sees("Write to its people")
    visitor.type("What would you like to say?", WORDS)
    visitor.press_button("See it first")
    expect(page).to_have_title(re.compile("^Error: "))
    visitor.follow(page.locator(".govuk-error-summary").get_by_role("link", name="Enter a subject"))
    expect(page.get_by_label("Subject")).to_be_focused()
    visitor.type("Subject", SUBJECT)
    for group in ("Booked", "Waiting", "Came", "Did not come"):
        visitor.tick(group)
    visitor.press_button("See it first")
    expect(page).to_have_title(re.compile("^What they will get: "))
    expect(page.get_by_role("heading", name="Who gets it")).to_be_focused()
    expect(main).to_contain_text("1 has no email address, and does not get it: Wim Walker.")
    page.get_by_text("3 people, each once").click()
    for somebody in (ada, ben, waits):
        expect(main).to_contain_text(f"{somebody.name}, {somebody.attendee.email}")
    letter = page.frame_locator("iframe")
    expect(letter.get_by_role("heading", level=1)).to_have_text(SUBJECT)
    expect(letter.get_by_text("The slides are with <Priya> & me.")).to_be_visible()
    post.deliver()
    assert not post.letters(ada.attendee.email, SUBJECT)

    visitor.press_button("Send it")
    expect(main).to_contain_text("It is on its way to everybody whom you saw.")
    post.deliver()
    for somebody in (ada, ben, waits):
        (arrived,) = post.letters(somebody.attendee.email, SUBJECT)
        assert WORDS in arrived.text
        assert "The slides are with &lt;Priya&gt; &amp; me." in arrived.html

    # Back at what was sent, and not sure whether it was: the same press once more.
    page.go_back()
    visitor.press_button("Send it")
    expect(main).to_contain_text("It is on its way")
    post.deliver()
    assert [len(post.letters(each.attendee.email, SUBJECT)) for each in (ada, ben, waits)] == [1, 1, 1]
    page.reload()
    page.get_by_text("What it says").click()
    expect(page.get_by_text("The slides are with <Priya> & me.")).to_be_visible()
    expect(main).to_contain_text(
        "Olu Organiser. To 3 people (booked, waiting, came, did not come). Delivered to all of them."
    )
