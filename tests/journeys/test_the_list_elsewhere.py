"""The intranet shows the list in a frame, its scripts read it; a site that nobody named can do neither."""

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, expect

from bookings.views.embed import EMBED_IS_KEPT
from runner.product import Product
from tests.factories import OfficeFactory, SurgeryFactory, VenueFactory
from tests.live import PATIENCE_MS, site_elsewhere

READ = """async (address) => {
    try { return (await (await fetch(address)).json()).count; } catch (error) { return error.name; }
}"""


@pytest.fixture
def elsewhere(chromium: Browser, live_product: Product) -> Iterator[Page]:
    """A browser whose pages may be refused: the console says so, and that is as it should be."""
    context = chromium.new_context(locale="en-GB", timezone_id="Europe/London")
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()


def frame(page: Page, site: str, address: str) -> None:
    page.goto(f"{site}/news?{urlencode({'frame': address})}")


def is_refused(page: Page) -> bool:
    """What Chromium shows instead of a page that may not be framed."""
    return page.frames[1].url.startswith("chrome-error:")


def test_the_intranet_shows_the_list_and_what_is_pressed_opens_in_the_whole_window(
    elsewhere: Page, live_product: Product, intranet: str
) -> None:
    leeds = VenueFactory.create(office=OfficeFactory.create(name="Leeds", slug="leeds"))
    surgery, other = SurgeryFactory.create(venue=leeds), SurgeryFactory.create()
    elsewhere.wait_for_timeout(1000 * EMBED_IS_KEPT)  # so long the product may show the list of the test before
    frame(elsewhere, intranet, f"{live_product.url}/embed/")
    shown = elsewhere.frame_locator("iframe")
    expect(shown.get_by_role("heading", level=1)).to_have_text("Come to a social media surgery")
    expect(shown.get_by_role("link", name=str(other.venue))).to_be_visible()

    shown.get_by_label("Office").select_option("leeds")
    shown.get_by_role("button", name="Show surgeries").click()
    expect(shown.get_by_role("link", name=str(other.venue))).to_be_hidden()
    assert elsewhere.url.startswith(intranet)
    assert elsewhere.evaluate(READ, f"{live_product.url}/embed/surgeries.json") == 2
    assert elsewhere.context.cookies() == []

    shown.get_by_role("link", name=str(surgery.venue)).click()
    elsewhere.wait_for_url(f"{live_product.url}{surgery.get_absolute_url()}")


def test_control_another_site_can_do_neither_nor_the_intranet_with_any_other_page(
    elsewhere: Page, live_product: Product, intranet: str
) -> None:
    SurgeryFactory.create()
    with site_elsewhere() as other:
        frame(elsewhere, other, f"{live_product.url}/embed/")
        assert is_refused(elsewhere)
        assert elsewhere.evaluate(READ, f"{live_product.url}/embed/surgeries.json") == "TypeError"
    frame(elsewhere, intranet, f"{live_product.url}/")
    assert is_refused(elsewhere)
    assert elsewhere.evaluate(READ, f"{live_product.url}/") == "TypeError"
