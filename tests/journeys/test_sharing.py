"""An organiser copies the words about a surgery with one press; without JavaScript they mark them themselves."""

from playwright.sync_api import Browser, Page, expect

from bookings.sharing import texts_for_surgery
from runner.product import Product
from tests.factories import SurgeryFactory, UserFactory
from tests.journeys.test_the_brief import let_in
from tests.live import visit


def test_the_words_are_copied_as_they_stand(page: Page) -> None:
    surgery = SurgeryFactory.create()
    let_in(UserFactory.create(organiser=True), page)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"/champion/surgeries/{surgery.reference}/share/")
    words = page.get_by_label("For Teams").input_value()
    assert surgery.reference in words

    page.get_by_role("button", name="Copy the text for Teams").click()

    expect(page.get_by_role("status").filter(has_text="Copied")).to_have_count(1)
    assert page.evaluate("navigator.clipboard.readText()") == words
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject() }")  # as without HTTPS
    page.get_by_role("button", name="Copy the text for the intranet").click()
    expect(page.get_by_role("status").filter(has_text="Copied")).to_have_count(2)
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.replace("\r\n", "\n") == page.get_by_label("For the intranet").input_value()


def test_without_javascript_there_is_no_button_that_does_nothing(chromium: Browser, live_product: Product) -> None:
    surgery = SurgeryFactory.create()
    with visit(chromium, live_product, java_script_enabled=False) as page:
        let_in(UserFactory.create(organiser=True), page)
        page.goto(f"/champion/surgeries/{surgery.reference}/share/")
        expect(page.get_by_label("For Teams")).to_be_visible()
        expect(page.get_by_role("button", name="Copy", include_hidden=False)).to_have_count(0)
        assert len(texts_for_surgery(surgery)) == page.get_by_role("textbox").count()
