"""A host runs the room by keyboard alone: the focus stays with whom the last press was about, and in sight."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from bookings.models import Outcome, Visit
from bookings.services.attending import check_in
from surgeries.models import Surgery
from tests.everyone.room import room_of
from tests.factories import (
    BookingFactory,
    ChampionFactory,
    DepartmentFactory,
    ShiftFactory,
    SurgeryFactory,
    TopicFactory,
    UserFactory,
    VisitFactory,
)
from tests.journeys.visitor import Visitor
from tests.live import visit

PHONE = {"viewport": {"width": 320, "height": 640}}


@pytest.fixture
def surgery(transactional_db: None) -> Surgery:
    """Going on now, hosted by Amina; Alice is expected before five others, and five more wait already."""
    DepartmentFactory.create()
    made = SurgeryFactory.create(starts_at=timezone.now() - timedelta(minutes=5), slots=3, seats=4)
    ShiftFactory.create(surgery=made, champion=ChampionFactory.create(name="Amina Yusuf", user=UserFactory.create()))
    topic = TopicFactory.create()
    for name in ("Alice Adeyemi", "Bob", "Carys", "Dev", "Ela", "Finn"):
        BookingFactory.create(surgery=made, name=name).topics.set([topic])
    for name in ("Gus", "Hana", "Idris", "Jo", "Kit"):
        VisitFactory.create(surgery=made, name=name)
    return made


def card(page: Page, name: str) -> Locator:
    return page.locator("#room li").filter(has=page.get_by_role("heading", name=name, exact=True))


def test_here_sit_down_done_and_outcome_by_keyboard_alone(chromium, live_product, surgery):
    with visit(chromium, live_product, **PHONE) as page:
        amina = Visitor(page, by_keyboard=True)
        user = surgery.shifts.get().champion.user
        amina.let_in(user)
        page.goto(room_of(surgery))

        def press(name: str, button: str, *, says: str) -> None:
            amina.follow(card(page, name).get_by_role("button", name=button).first)
            expect(page.locator("#room-said")).to_contain_text(says)
            expect(card(page, name)).to_be_focused()
            expect(card(page, name)).to_be_in_viewport()

        press("Alice Adeyemi", "Here", says="Alice Adeyemi is here.")
        # What another host does meanwhile leaves the focus where it is.
        page.keyboard.press("Tab")
        sit_down = card(page, "Alice Adeyemi").get_by_role("button", name="Sit down")
        expect(sit_down).to_be_focused()
        check_in(booking=surgery.bookings.get(name="Bob"), by=user)
        expect(page.locator("#room-news")).to_contain_text("Bob")
        expect(sit_down).to_be_focused()
        # Even where the press that has it is gone: it is with the person, or whoever is next.
        amina.tab_to(card(page, "Carys").get_by_role("button", name="Here"))
        check_in(booking=surgery.bookings.get(name="Carys"), by=user)
        expect(card(page, "Dev")).to_be_focused()
        expect(card(page, "Dev")).to_be_in_viewport()
        press("Alice Adeyemi", "Sit down", says="You sit with Alice Adeyemi.")
        page.keyboard.press("Tab")
        expect(card(page, "Alice Adeyemi").get_by_role("button", name="Done")).to_be_focused()
        press("Alice Adeyemi", "Done", says="Alice Adeyemi is done.")
        # Taken back, and done again: each time they are where they were.
        amina.follow(page.get_by_role("button", name="Undo", exact=True))
        expect(page.locator("#room-said")).to_contain_text("Alice Adeyemi waits again.")
        expect(card(page, "Alice Adeyemi")).to_be_focused()
        expect(card(page, "Alice Adeyemi")).to_be_in_viewport()
        press("Alice Adeyemi", "Sit down", says="You sit with Alice Adeyemi.")
        press("Alice Adeyemi", "Done", says="Alice Adeyemi is done.")

        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="What came of it? Alice Adeyemi")).to_be_focused()
        page.keyboard.press("Enter")
        amina.sees("what came of it")
        amina.choose(re.compile("^Answered"))
        amina.press_button("Save")
        amina.sees("The room")
        expect(card(page, "Alice Adeyemi")).to_contain_text("What came of it is recorded")

        amina.follow(page.locator("summary", has_text="Add a walk-in"))
        amina.type("Their name", "Dora Okafor")
        amina.follow(page.get_by_role("button", name="They are here"))
        expect(card(page, "Dora Okafor")).to_contain_text("Walked in")
        expect(page.locator(":focus")).to_have_count(1)
    assert Outcome.objects.get().result == "answered"
    assert Visit.objects.filter(helps__isnull=False).distinct().count() == 1
