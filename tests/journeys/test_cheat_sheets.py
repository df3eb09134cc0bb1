"""Cheat sheets on paper: each on one page, from a button that is there only for those whose browser can press it."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from bookings.demonstration.department import TOPICS, load_cheat_sheets
from organisation.models import CheatSheet
from runner.product import Product
from tests.factories import ChampionFactory, CheatSheetFactory, ShiftFactory, SurgeryFactory, TopicFactory
from tests.live import visit


def pages_on_paper(page: Page, sheet: CheatSheet) -> int:
    page.goto(sheet.get_absolute_url())
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4")))


def with_surgeries(sheet: CheatSheet) -> CheatSheet:
    host = ChampionFactory.create(topics=[sheet.topic])
    ShiftFactory.create(surgery=SurgeryFactory.create(), champion=host)
    return sheet


def test_each_of_the_demonstration_prints_on_one_page(page: Page) -> None:
    for name, slug, kind in TOPICS:
        TopicFactory.create(name=name, slug=slug, kind=kind)
    load_cheat_sheets()

    for sheet in CheatSheet.objects.all():
        assert pages_on_paper(page, with_surgeries(sheet)) == 1, sheet


def test_a_sheet_that_is_too_long_is_found(page: Page) -> None:
    assert pages_on_paper(page, CheatSheetFactory.create(body="A paragraph of its own.\n\n" * 100)) > 1


def test_the_button_prints(page: Page) -> None:
    page.goto(with_surgeries(CheatSheetFactory.create()).get_absolute_url())
    page.evaluate("window.print = () => { document.title = 'printed' }")

    page.get_by_role("button", name="Print this page").click()

    expect(page).to_have_title("printed")


@pytest.mark.parametrize("scripts", [True, False])
def test_it_is_there_only_with_javascript(chromium: Browser, live_product: Product, scripts: bool) -> None:
    sheet = CheatSheetFactory.create()
    with visit(chromium, live_product, java_script_enabled=scripts) as page:
        page.goto("/")
        page.get_by_role("link", name="Cheat sheets").click()
        page.get_by_role("link", name=sheet.title).click()

        expect(page.get_by_role("heading", level=1)).to_contain_text(sheet.title)
        expect(page.get_by_role("button", name="Print this page")).to_be_visible(visible=scripts)
