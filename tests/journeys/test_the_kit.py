"""Each part of the kit prints on one sheet of A4, and the cheat sheets on one each."""

import re

import pytest
from playwright.sync_api import Page

from bookings.demonstration.department import TOPICS, load_cheat_sheets
from organisation.models import CheatSheet
from tests.factories import CheatSheetFactory, DepartmentFactory, TopicFactory


def sheets_of_paper(page: Page, address: str) -> list[tuple[int, int]]:
    """The width and height of each, in points."""
    page.goto(address)
    # The poster says itself that it has none; printers need some for the rest.
    margin = {} if "poster" in address else dict.fromkeys(("top", "right", "bottom", "left"), "10mm")
    printed = page.pdf(format="A4", prefer_css_page_size=True, margin=margin)
    boxes = re.findall(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", printed)
    return [(round(float(width)), round(float(height))) for width, height in boxes]


A4, A3 = (595, 842), (842, 1191)


def test_each_is_one_sheet(page: Page) -> None:
    DepartmentFactory.create(name="Department for Coasts and Rivers and Everything Else")
    for part in ("checklist", "invitation", "first-ten-minutes", "poster"):
        assert [pytest.approx(size, abs=1) for size in sheets_of_paper(page, f"/kit/{part}/")] == [A4], part
    assert sheets_of_paper(page, "/kit/poster/?paper=a3") == [pytest.approx(A3, abs=1)]


def test_so_is_each_cheat_sheet(page: Page) -> None:
    for name, slug, kind in TOPICS:
        TopicFactory.create(name=name, slug=slug, kind=kind)
    load_cheat_sheets()
    assert len(sheets_of_paper(page, "/kit/cheat-sheets/")) == CheatSheet.objects.count()


def test_control_what_is_too_long_takes_two(page: Page) -> None:
    CheatSheetFactory.create(body="A paragraph of its own.\n\n" * 100)
    assert len(sheets_of_paper(page, "/kit/cheat-sheets/")) > 1
