"""An organiser prints posters and table cards: each is one sheet, and its QR code leads where it says.

What Chromium would print is read by two libraries that had no part in drawing it.
"""

from collections.abc import Callable
from itertools import pairwise

import pypdfium2
import pytest
import zxingcpp
from playwright.sync_api import Page

from runner.product import Product
from surgeries.models import Surgery
from tests.everyone.printing import long_series, long_surgery, series, surgery
from tests.factories import SurgeryFactory, UserFactory
from tests.journeys.test_the_brief import let_in

MM = 72 / 25.4  # of the points in which a PDF counts
SCALE = 2
Printed = Callable[[str], pypdfium2.PdfDocument]


@pytest.fixture
def printed(page: Page) -> Printed:
    """Opens a page as an organiser, and prints it."""
    let_in(UserFactory.create(organiser=True), page)

    def printed(address: str) -> pypdfium2.PdfDocument:
        page.goto(address)
        return pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True))

    return printed


def codes(sheet: pypdfium2.PdfPage) -> list[zxingcpp.Barcode]:
    """Every QR code on a sheet."""
    drawn = sheet.render(scale=SCALE, grayscale=True)
    pixels = memoryview(drawn.buffer).cast("B", (drawn.height, drawn.stride))
    return zxingcpp.read_barcodes(pixels, formats=zxingcpp.BarcodeFormat.QRCode)


def narrowest_mm(code: zxingcpp.Barcode) -> float:
    """The length of its shortest side on paper."""
    place = code.position
    corners = [place.top_left, place.top_right, place.bottom_right, place.bottom_left, place.top_left]
    sides = [((a.x - b.x) ** 2 + (a.y - b.y) ** 2) ** 0.5 for a, b in pairwise(corners)]
    return min(sides) / SCALE / MM


def cut_off(page: Page) -> bool:
    """Whether something on the sheet lies beyond its edge."""
    page.emulate_media(media="print")
    beyond = page.evaluate(
        """() => {
            const sheet = document.querySelector(".app-paper"), edge = sheet.getBoundingClientRect();
            return [...sheet.querySelectorAll("*")].some((element) => {
                const box = element.getBoundingClientRect();
                return box.top < edge.top || box.bottom > edge.bottom + 1 || box.right > edge.right + 1;
            });
        }"""
    )
    page.emulate_media(media="null")
    return beyond


@pytest.mark.parametrize(
    ("kind", "make", "here"),
    [
        ("surgeries", surgery, "/here/"),
        ("surgeries", long_surgery, "/here/"),
        ("series", series, "/here/series/"),
        ("series", long_series, "/here/series/"),
    ],
)
def test_each_is_one_sheet_of_a4_whose_codes_lead_where_it_says(
    live_product: Product, page: Page, printed: Printed, kind: str, make: Callable, here: str
) -> None:
    reference = make().reference
    for what, number in (("poster", 1), ("cards", 2)):
        sheet, *more = printed(f"/organise/{kind}/{reference}/{what}/")
        assert more == []
        assert [round(length / MM) for length in sheet.get_size()] == [210, 297]
        found = codes(sheet)
        assert [code.text for code in found] == [f"{live_product.url}{here}{reference}/"] * number
        assert min(map(narrowest_mm, found)) >= 35
        words = sheet.get_textpage().get_text_range().replace("\r\n", "")
        assert f"{live_product.url.partition('://')[2]}{here}{reference}" in words
        assert "Print this page" not in words
        assert not cut_off(page)


def test_control_what_is_decoded_is_told_apart_and_what_is_too_long_is_found(page: Page, printed: Printed) -> None:
    shown, other = surgery(), SurgeryFactory.create()
    (sheet,) = printed(f"/organise/surgeries/{shown.reference}/poster/")
    assert all(other.reference not in code.text for code in codes(sheet))
    assert Surgery.objects.get(reference=codes(sheet)[0].text.split("/")[-2]) == shown
    page.evaluate("document.querySelector('.app-poster__what').textContent += ' And more.'.repeat(200)")
    assert cut_off(page)
