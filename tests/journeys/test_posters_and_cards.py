"""An organiser prints posters and table cards: each is one sheet, and its QR code leads where it says.

What Chromium would print is read by two libraries that had no part in drawing it.
"""

from collections.abc import Callable
from itertools import pairwise

import pypdfium2
import pytest
import zxingcpp
from playwright.sync_api import Page

from organisation.models import Department
from runner.product import Product
from surgeries.models import Surgery
from tests.everyone.printing import long_series, long_surgery, series, surgery
from tests.factories import SurgeryFactory, UserFactory
from tests.journeys.test_the_brief import let_in

MM = 72 / 25.4  # of the points in which a PDF counts
SCALE = 2
MOST_TRIES = 10
Printed = Callable[[str], pypdfium2.PdfDocument]


@pytest.fixture
def printed(page: Page) -> Printed:
    """Opens a page as an organiser, and prints it.

    The product keeps the name of the department for a second, which may be that of the test before: of a long one it
    makes smaller letters. So the page is opened until it is in the name of the department as it is.
    """
    let_in(UserFactory.create(organiser=True), page)

    def printed(address: str) -> pypdfium2.PdfDocument:
        page.goto(address)
        name, tries = Department.current().name, 0
        while name not in page.locator(".app-paper").inner_text() and tries < MOST_TRIES:
            page.wait_for_timeout(200)
            page.reload()
            tries += 1
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


@pytest.mark.parametrize("make", [series, long_series])
def test_the_longest_rhythm_and_days_leave_the_poster_of_a_series_on_one_sheet(
    page: Page, printed: Printed, make: Callable
) -> None:
    printed(f"/organise/series/{make().reference}/poster/")
    day = "Wednesday 23\N{NO-BREAK SPACE}September"
    far = "29\N{NO-BREAK SPACE}September 2027"
    for what, words in (
        ("day", "Every second Wednesday of the month"),
        ("hours", "10:20am to 12:40pm"),
        ("next", f"Next on {day}, 30\N{NO-BREAK SPACE}September, {day} and {day}"),
        ("next", f"Next on {far}, {far}, {far} and {far}"),
    ):
        page.locator(f".app-poster__{what}").evaluate("(element, words) => { element.textContent = words }", words)
        assert not cut_off(page)


def largest_mm(page: Page, what: str, paper: int = 210) -> float:
    """How large its letters are printed on a sheet of so many millimetres across.

    By the sheet, in the one moment in which it is for paper: a busy browser may still be at the end of printing.
    """
    page.emulate_media(media="print")
    size = page.wait_for_function(
        """([what, paper]) => {
            const size = parseFloat(getComputedStyle(document.querySelector(what)).fontSize);
            return matchMedia("print").matches && size / document.querySelector(".app-paper").clientWidth * paper;
        }""",
        arg=[what, paper],
    ).json_value()
    page.emulate_media(media="null")
    return size


@pytest.mark.parametrize(("kind", "make"), [("surgeries", long_surgery), ("series", series)])
def test_on_a3_the_same_poster_is_larger_in_every_part(page: Page, printed: Printed, kind: str, make: Callable) -> None:
    address = f"/organise/{kind}/{make().reference}/poster/"
    (small,) = printed(address)
    (code_before,) = codes(small)
    parts = (".app-poster__hours", ".app-poster__where", ".app-poster__link")
    letters = [largest_mm(page, part) for part in parts]
    page.get_by_role("link", name="Make it A3").click()
    (sheet,) = printed(page.url)
    assert [round(length / MM) for length in sheet.get_size()] == [297, 420]
    assert not cut_off(page)
    assert [largest_mm(page, part, 297) / before for part, before in zip(parts, letters, strict=True)] == [
        pytest.approx(297 / 210, abs=0.01)
    ] * len(parts)
    (code,) = codes(sheet)
    assert code.text == code_before.text
    assert narrowest_mm(code) / narrowest_mm(code_before) == pytest.approx(297 / 210, abs=0.02)
    page.get_by_role("link", name="Make it A4").click()
    assert not page.url.endswith("a3")


# The smallest letter that an eye without a fault reads is 5 minutes of arc high; half as much again is comfortable.
COMFORTABLE_MM = 1.5 * 4000 * 5 / 60 * 3.1416 / 180 / 0.7  # of type, of whose size a capital is 0.7


def facts_mm(page: Page) -> float:
    """How large the smallest letters are of those that say when and where."""
    return min(largest_mm(page, f".app-poster__{fact}") for fact in ("day", "hours", "where"))


@pytest.mark.parametrize(("kind", "make"), [("surgeries", surgery), ("series", series)])
def test_when_and_where_it_is_can_be_read_from_four_metres(
    page: Page, printed: Printed, kind: str, make: Callable
) -> None:
    printed(f"/organise/{kind}/{make().reference}/poster/")
    assert facts_mm(page) >= COMFORTABLE_MM


def test_control_names_as_long_as_may_be_cannot_on_a4_and_the_page_says_so(page: Page, printed: Printed) -> None:
    printed(f"/organise/surgeries/{long_surgery().reference}/poster/")
    assert facts_mm(page) < COMFORTABLE_MM
    assert page.get_by_text("on A3 they read from further away").is_visible()


def test_control_what_is_decoded_is_told_apart_and_what_is_too_long_is_found(page: Page, printed: Printed) -> None:
    shown, other = surgery(), SurgeryFactory.create()
    (sheet,) = printed(f"/organise/surgeries/{shown.reference}/poster/")
    assert all(other.reference not in code.text for code in codes(sheet))
    assert Surgery.objects.get(reference=codes(sheet)[0].text.split("/")[-2]) == shown
    page.evaluate("document.querySelector('.app-poster__what').textContent += ' And more.'.repeat(200)")
    assert cut_off(page)
