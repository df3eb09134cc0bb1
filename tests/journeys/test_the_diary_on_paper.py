"""The diary prints sideways, across the sheet, and a quiet month on one."""

from calendar import Calendar

import pypdfium2
import pytest
from playwright.sync_api import Page

from runner.product import Product
from tests.factories import SurgeryFactory, UserFactory, VenueFactory, local
from tests.journeys.test_the_brief import let_in


def sheets(page: Page) -> list[tuple[int, int]]:
    """How large each sheet is, in points: A4 is 595 by 842."""
    with pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True)) as printed:
        return [(round(width), round(height)) for width, height in (sheet.get_size() for sheet in printed)]


@pytest.mark.parametrize("way", ["", "&as=list"], ids=["calendar", "list"])
def test_a_quiet_month_takes_one_sheet(page: Page, live_product: Product, way: str) -> None:
    # One that takes six weeks of the calendar, as the longest do.
    ahead = (local(days) for days in range(1, 400))
    first = next(day for day in ahead if day.day == 1 and len(Calendar().monthdayscalendar(day.year, day.month)) == 6)
    cafe = VenueFactory.create(name="Ground floor café", office__name="Newcastle upon Tyne")
    for day in (3, 10, 17, 24):
        SurgeryFactory.create(starts_at=first.replace(day=day), venue=cafe)
    let_in(UserFactory.create(organiser=True), page)
    page.goto(f"/organise/diary/?month={first:%Y-%m}{way}")
    assert sheets(page) == [(842, 595)]


def test_control_a_head_on_a_sheet_of_its_own_is_found(page: Page, live_product: Product) -> None:
    let_in(UserFactory.create(organiser=True), page)
    page.goto("/organise/diary/")
    page.evaluate("document.querySelector('header').style.setProperty('display', 'block', 'important')")
    assert len(sheets(page)) > 1
