"""Finding a surgery in a browser: by keyboard, and without JavaScript."""

import pytest
from playwright.sync_api import Browser, Page, expect

from runner.product import Product
from tests.factories import OfficeFactory, SurgeryFactory, VenueFactory


@pytest.fixture
def nothing_kept_any_more(page: Page) -> Page:
    """The product may keep the list of the test before for a second."""
    page.wait_for_timeout(1_100)
    return page


def test_without_javascript_somebody_filters_the_list_and_reaches_a_surgery(
    chromium: Browser, live_product: Product
) -> None:
    leeds = OfficeFactory.create(name="Leeds", slug="leeds")
    in_leeds = SurgeryFactory.create(venue=VenueFactory.create(office=leeds))
    SurgeryFactory.create()
    context = chromium.new_context(base_url=live_product.url, java_script_enabled=False)
    page = context.new_page()
    page.wait_for_timeout(1_100)
    page.goto("/")
    page.get_by_label("Office").select_option("Leeds")
    page.get_by_role("button", name="Show surgeries").click()
    assert page.url.endswith("/?office=leeds&topic=")
    expect(page.get_by_role("link", name="Leeds")).to_have_count(1)
    page.get_by_role("link", name="Leeds").click()
    assert page.url.endswith(in_leeds.get_absolute_url())
    expect(page.get_by_role("button", name="Book a seat")).to_be_visible()
    context.close()


def test_by_keyboard_alone_somebody_asks_for_a_surgery(nothing_kept_any_more: Page) -> None:
    page = nothing_kept_any_more
    OfficeFactory.create(name="York", slug="york")
    page.goto("/?office=york")
    page.get_by_role("button", name="Tell the organisers that you would come").press("Enter")
    expect(page.get_by_label("Office")).to_have_value("york")
    page.get_by_role("button", name="Tell the organisers").press("Enter")
    expect(page.get_by_role("heading", name="Thank you for telling us")).to_be_visible()


def test_the_whole_entry_can_be_pressed(nothing_kept_any_more: Page) -> None:
    page = nothing_kept_any_more
    surgery = SurgeryFactory.create()
    page.goto("/")
    page.get_by_text("seats left").click(force=True)
    page.wait_for_url(f"**{surgery.get_absolute_url()}")
