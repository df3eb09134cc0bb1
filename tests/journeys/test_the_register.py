"""The register during the surgery and after it; and attendance, whose numbers lead to who is behind them."""

import csv
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.db.models import F
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from surgeries.models import Shift, Slot, Surgery
from tests.everyone.attending import happened
from tests.everyone.registering import page_of
from tests.factories import (
    BookingFactory,
    ChampionFactory,
    DepartmentFactory,
    OfficeFactory,
    ShiftFactory,
    SurgeryFactory,
    UserFactory,
    VenueFactory,
    local,
)
from tests.journeys.visitor import Visitor
from tests.live import visit

PHONE = {"viewport": {"width": 320, "height": 640}}


@pytest.fixture
def surgery(transactional_db: None) -> Surgery:
    """Going on now, hosted by Amina; Alice and Bob have booked."""
    DepartmentFactory.create()
    made = SurgeryFactory.create(starts_at=timezone.now() - timedelta(minutes=20))
    ShiftFactory.create(surgery=made, champion=ChampionFactory.create(name="Amina Yusuf", user=UserFactory.create()))
    for name in ("Alice Adeyemi", "Bob O’Brien"):
        BookingFactory.create(surgery=made, attendee__name=name)
    return made


@pytest.fixture
def organiser(transactional_db: None) -> User:
    return UserFactory.create(organiser=True, name="Olu Organiser")


def days_go_by(surgery: Surgery) -> None:
    """The surgery was two days ago, at a time when surgeries are: it is the organisers' to put right."""
    ago = surgery.starts_at - local(-2, 12)
    for rows in (
        Surgery.objects.filter(pk=surgery.pk), Slot.objects.filter(surgery=surgery),
        Shift.objects.filter(surgery=surgery),
    ):  # fmt: skip
        rows.update(starts_at=F("starts_at") - ago, ends_at=F("ends_at") - ago)
    surgery.refresh_from_db()


def clock_of(surgery: Surgery, minutes: int) -> str:
    """So many minutes after the start, as people write it."""
    return f"{timezone.localtime(surgery.starts_at + timedelta(minutes=minutes)):%H:%M}"


def row(page: Page, name: str) -> Locator:
    return page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=name))


def state_of(page: Page, name: str) -> Locator:
    return row(page, name).locator(".app-register__state")


def downloaded(page: Page, link: str) -> list[dict[str, str]]:
    """The rows of the file behind this link."""
    with page.expect_download() as download:
        page.get_by_role("link", name=link, exact=True).click()
    with Path(download.value.path()).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_hosts_mark_who_came_and_organisers_put_the_rest_right_after_the_day(
    chromium, live_product, surgery, organiser
):
    with visit(chromium, live_product, **PHONE) as page:
        Visitor(page).let_in(surgery.shifts.get().champion.user)
        page.goto(page_of(surgery))
        row(page, "Alice Adeyemi").get_by_role("button", name="Came").click()
        expect(state_of(page, "Alice Adeyemi")).to_have_text("Came")
        expect(row(page, "Alice Adeyemi")).to_be_in_viewport()
        expect(state_of(page, "Bob O’Brien")).to_have_text("Booked")

    days_go_by(surgery)
    with visit(chromium, live_product) as page:
        Visitor(page).let_in(organiser)
        page.goto(page_of(surgery))
        expect(state_of(page, "Bob O’Brien")).to_have_text("Did not come")
        row(page, "Alice Adeyemi").get_by_role("link", name="Add who helped").click()
        page.get_by_label("Who sat with them").select_option("Amina Yusuf")
        page.get_by_label("From", exact=True).fill(clock_of(surgery, 10))
        page.get_by_label("Until", exact=True).fill("later")
        page.get_by_label("When did they leave?").fill(clock_of(surgery, 25))
        page.get_by_role("button", name="Save").click()
        page.get_by_role("link", name="Enter when it ended as a time").click()
        expect(page.get_by_label("Until", exact=True)).to_be_focused()
        assert page.get_by_label("Until", exact=True).input_value() == "later"
        page.get_by_label("Until", exact=True).fill(clock_of(surgery, 25))
        page.get_by_role("button", name="Save").click()
        expect(row(page, "Alice Adeyemi")).to_contain_text("Amina Yusuf, ")
        expect(page.locator(".app-register__corrections")).to_contain_text("Alice Adeyemi: ")

        page.get_by_role("link", name="Add who came").click()
        page.get_by_label("Who walked in?").fill("Grace Hopper\nAlan Turing, alan@")
        page.get_by_role("button", name="Add to the register").click()
        page.get_by_role("link", name="Line 2: ").click()
        expect(page.get_by_label("Who walked in?")).to_be_focused()
        assert page.get_by_label("Who walked in?").input_value() == "Grace Hopper\nAlan Turing, alan@"
        page.get_by_label("Who walked in?").fill("Grace Hopper\nAlan Turing, alan.turing@example.gov.uk")
        page.get_by_role("button", name="Add to the register").click()
        expect(page.get_by_role("alert")).to_contain_text("They are in the register.")
        states = {each["Name"]: each["State"] for each in downloaded(page, "CSV")}
        for name, state in states.items():
            expect(state_of(page, name)).to_have_text(state)
    assert states == {
        "Alice Adeyemi": "Came", "Bob O’Brien": "Did not come", "Grace Hopper": "Walked in",
        "Alan Turing": "Walked in",
    }  # fmt: skip


def test_a_number_of_attendance_opens_its_list_and_back_keeps_the_filter(chromium, live_product, organiser):
    DepartmentFactory.create()
    leeds, cardiff = (VenueFactory.create(office=OfficeFactory.create(name=name)) for name in ("Leeds", "Cardiff"))
    for venue, days, came in ((leeds, 7, 3), (leeds, 14, 1), (cardiff, 7, 2)):
        made = SurgeryFactory.create(venue=venue, starts_at=local(-days), seats=4)
        happened(made, came=came, missed=1, walked_in=1)
    with visit(chromium, live_product) as page:
        Visitor(page).let_in(organiser)
        page.goto("/organise/attendance/")
        page.get_by_label("Office", exact=True).select_option("Leeds")
        page.get_by_role("button", name="Show").click()
        expect(page.get_by_role("rowheader")).to_have_count(3)  # two weeks, and their sum
        filtered, weeks = page.url, page.get_by_role("rowheader").all_inner_texts()
        page.get_by_role("link", name=re.compile("^3 came, ")).click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Came: 3")
        names = page.get_by_role("rowheader").all_inner_texts()
        assert len(names) == 3
        assert [each["Name"] for each in downloaded(page, "CSV")] == names

        page.locator(".govuk-back-link").click()
        expect(page.get_by_label("Office", exact=True)).to_have_value(leeds.office.slug)
        expect(page.get_by_role("rowheader")).to_have_text(weeks)
        shown = [line.get_by_role("cell").all_inner_texts() for line in page.get_by_role("row").all()[1:]]
        numbers = [[cell.split()[0] for cell in cells] for cells in shown]
        assert [list(each.values())[1:] for each in downloaded(page, "CSV")] == numbers
        page.go_back(), page.go_back()
        assert page.url == filtered
