"""Every page in every state: axe, reflow, spacing, forced colours, focus and mistakes. And these checks find faults."""

from base64 import b64encode
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from runner.product import Product
from tests.everyone.states import STATES, Shown
from tests.fit import NODE_MODULES, axe_faults, error_faults, faults_at_every_size, focus_faults
from tests.live import ROOMY, visit

Show = Callable[[str], Shown]


# What the page is answered with.
SHOWN: list[Shown] = []


@pytest.fixture(scope="module")
def one_page(chromium: Browser, shared_product: Product) -> Iterator[Page]:
    with visit(chromium, shared_product) as page:
        page.add_init_script(path=NODE_MODULES / "axe-core" / "axe.min.js")
        answer_instead(page)
        yield page


@pytest.fixture
def browser_page(one_page: Page) -> Page:
    """A page as wide as most screens, without cookies. It still shows what the test before did, which ends as soon as
    another is opened: to open a page takes a third of each test.
    """
    one_page.emulate_media(forced_colors="none")
    one_page.set_viewport_size(ROOMY)
    one_page.context.clear_cookies()
    return one_page


def answer_instead(page: Page) -> None:
    """Answer what the page asks for with what is SHOWN; styles and scripts come from the product.

    By the browser's own protocol: with a route of Playwright's it would fetch each of those anew for every page.
    """
    devtools = page.context.new_cdp_session(page)

    def answer(asked: dict[str, Any]) -> None:
        made, path = SHOWN[-1], urlsplit(asked["request"]["url"]).path
        status, headers, body = 204, {}, ""  # to a page that asks by itself there is no news
        if path.endswith("/letter/"):
            status, headers, body = 200, {"Content-Type": "text/html"}, "<p>Hello</p>"
        elif path != made.path:
            devtools.send("Fetch.continueRequest", {"requestId": asked["requestId"]})
            return
        elif asked["resourceType"] == "Document":
            status, headers, body = made.status, made.headers, made.html
        devtools.send(
            "Fetch.fulfillRequest",
            {
                "requestId": asked["requestId"],
                "responseCode": status,
                "responseHeaders": [{"name": name, "value": value} for name, value in headers.items()],
                "body": b64encode(body.encode()).decode(),
            },
        )

    devtools.on("Fetch.requestPaused", answer)
    kinds = [{"urlPattern": "*", "resourceType": kind} for kind in ("Document", "XHR", "Fetch")]
    devtools.send("Fetch.enable", {"patterns": kinds})


def open_page(page: Page, made: Shown) -> None:
    """Show the page as it was answered, with its headers."""
    SHOWN[:] = [made]
    page.goto(made.path)


@pytest.mark.parametrize("state", STATES)
def test_the_page_fits_every_size_and_setting(show: Show, browser_page: Page, state: str) -> None:
    open_page(browser_page, show(state))

    faults = error_faults(browser_page) + faults_at_every_size(browser_page) + focus_faults(browser_page)

    assert faults == []


@pytest.mark.parametrize("state", ["the list", "book, everything wrong", "mailbox"])
def test_the_focus_shows_with_forced_colours_as_well(show: Show, browser_page: Page, state: str) -> None:
    browser_page.emulate_media(forced_colors="active")
    open_page(browser_page, show(state))

    assert focus_faults(browser_page) == []


def test_the_skip_link_is_the_first_stop_and_leads_past_the_navigation(show: Show, browser_page: Page) -> None:
    open_page(browser_page, show("cookies"))
    browser_page.keyboard.press("Tab")
    expect(browser_page.get_by_role("link", name="Skip to main content")).to_be_focused()
    expect(browser_page.get_by_role("link", name="Skip to main content")).to_be_in_viewport()

    browser_page.keyboard.press("Enter")

    expect(browser_page.get_by_role("main")).to_be_focused()


# ── Controls: what is wrong is found ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("fault", "found"),
    [
        ("document.documentElement.removeAttribute('lang')", "html-has-lang"),
        ("document.querySelector('main p').style.color = '#ccc'", "color-contrast"),
        ("document.querySelector('main').insertAdjacentHTML('beforeend', '<input>')", "label"),
        ("document.querySelector('main').insertAdjacentHTML('beforeend', '<h4>Too deep</h4>')", "heading-order"),
        ("document.querySelector('h1').remove()", "page-has-heading-one"),
        ("document.querySelectorAll('.app-footer__link').forEach((link) => { link.style.fontSize = '4px';"
         " link.style.padding = 0; link.closest('ul').style.gap = 0; })", "target-size"),
    ],
)  # fmt: skip
def test_a_fault_is_found_by_axe(show: Show, browser_page: Page, fault: str, found: str) -> None:
    open_page(browser_page, show("privacy"))

    browser_page.evaluate(fault)

    assert {line.partition(":")[0] for line in axe_faults(browser_page)} == {found}


def test_a_fault_that_is_shown_at_one_width_alone_is_found(show: Show, browser_page: Page) -> None:
    open_page(browser_page, show("privacy"))
    browser_page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<h4>Too deep</h4>')")

    set_style(browser_page, "@media not ((min-width: 700px) and (max-width: 800px)) { main > h4 { display: none } }")

    assert {line.partition(":")[0] for line in faults_at_every_size(browser_page)} == {"heading-order"}


def test_a_text_that_is_hard_to_read_is_found_on_a_page_that_was_readable(show: Show, browser_page: Page) -> None:
    open_page(browser_page, show("privacy"))
    assert faults_at_every_size(browser_page) == []

    set_style(browser_page, "@media (min-width: 1000px) { main p { color: #ccc !important } }")

    for _ in range(2):  # what was found once is found again
        assert {line.partition(":")[0] for line in faults_at_every_size(browser_page)} == {"color-contrast"}


WIDE_WORD = "content: 'llanfairpwllgwyngyllgogerych'; display: block; white-space: nowrap; font: 16px monospace"
HIDDEN_FOCUS = "footer a:focus { opacity: 1; position: fixed; top: -100px }"
TINY_LINKS = ".app-footer__list { gap: 0 } .app-footer__link { font-size: 4px; padding: 0 }"


@pytest.mark.parametrize(
    ("style", "found"),
    [
        ("h1 { width: 400px }", "wider than 320"),
        (f"h1::after {{ {WIDE_WORD} }}", "with wide spacing: wider than 320"),
        (f"@media (forced-colors: active) {{ {TINY_LINKS} }}", "with forced colours: target-size"),
        (f"@media (min-width: 700px) and (max-width: 800px) {{ {TINY_LINKS} }}", "target-size"),
        ("a:focus { outline: 3px solid transparent !important; all: unset !important }", "focus does not show"),
        (HIDDEN_FOCUS, "focus is covered or out of sight"),
        ("nav::before { content: ''; position: fixed; inset: 0 }", "focus is covered or out of sight"),
    ],
)
def test_a_fault_in_the_styles_is_found(show: Show, browser_page: Page, style: str, found: str) -> None:
    open_page(browser_page, show("privacy"))

    set_style(browser_page, style)

    faults = focus_faults(browser_page) + faults_at_every_size(browser_page)
    assert any(line.startswith(found) for line in faults)


def test_what_has_shown_the_focus_before_and_is_covered_now_is_found(show: Show, browser_page: Page) -> None:
    open_page(browser_page, show("privacy"))
    assert focus_faults(browser_page) == []
    open_page(browser_page, show("privacy"))  # where every stop is known by now

    browser_page.evaluate(
        "Object.assign(document.body.appendChild(document.createElement('p')).style, {position: 'fixed', inset: 0})"
    )

    assert any(line.startswith("focus is covered") for line in focus_faults(browser_page))


def test_a_fault_behind_a_field_that_has_several_stops_is_found(show: Show, browser_page: Page) -> None:
    open_page(browser_page, show("record"))
    assert browser_page.locator("input[type=date]").count()

    set_style(browser_page, HIDDEN_FOCUS)

    assert focus_faults(browser_page) != []


def set_style(page: Page, style: str) -> None:
    page.evaluate(
        "(style) => { const sheet = new CSSStyleSheet(); sheet.replaceSync(style);"
        " document.adoptedStyleSheets = [sheet]; }", style,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("fault", "found"),
    [
        ("document.title = document.title.replace('Error: ', '')", "title"),
        ("document.querySelector('.govuk-error-summary').blur()", "the summary does not have the focus"),
        ("document.querySelector('.govuk-error-summary').remove()", "not in a summary"),
        ("document.querySelector('.govuk-error-summary li').remove()", "not in the summary"),
        ("document.querySelector('.govuk-error-summary a').href = '#nowhere'", "no field"),
    ],
)
def test_mistakes_that_are_badly_told_are_found(show: Show, browser_page: Page, fault: str, found: str) -> None:
    open_page(browser_page, show("book, nothing filled in"))

    browser_page.evaluate(fault)

    assert any(line.startswith(found) for line in error_faults(browser_page))
