"""Pages that need no rows: axe, reflow, spacing, forced colours and valid HTML. And that these checks find faults."""

import pytest
from django.template.loader import render_to_string
from django.test import Client
from playwright.sync_api import Page, expect

from tests.fit import axe_faults, faults_at_every_size, html_faults, sideways_faults

PAGES = ["/accessibility/", "/privacy/", "/cookies/", "/no-such-page/"]
ERRORS = ["400.html", "403.html", "403_csrf.html", "404.html", "429.html", "500.html", "503.html"]


@pytest.mark.parametrize("address", PAGES)
def test_the_page_fits_every_size_and_setting(page: Page, address: str) -> None:
    page.goto(address)

    assert faults_at_every_size(page) == []


@pytest.mark.django_db
def test_its_html_is_valid(client: Client) -> None:
    pages = {address: client.get(address).content.decode() for address in PAGES}
    pages |= {template: render_to_string(template) for template in ERRORS}

    assert html_faults(pages) == []


def test_the_skip_link_is_the_first_stop_and_leads_past_the_navigation(page: Page) -> None:
    page.goto("/cookies/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
    expect(page.get_by_role("link", name="Skip to main content")).to_be_in_viewport()

    page.keyboard.press("Enter")

    expect(page.get_by_role("main")).to_be_focused()


def test_every_stop_of_the_keyboard_can_be_seen(page: Page) -> None:
    page.goto("/privacy/")
    stops = page.locator("a[href], button, input, select, textarea, summary").count()

    for _ in range(stops):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        expect(focused).to_be_in_viewport()
        assert focused.evaluate("(element) => getComputedStyle(element).backgroundColor") == "rgb(255, 221, 0)"


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
def test_a_fault_is_found_by_axe(page: Page, fault: str, found: str) -> None:
    page.goto("/privacy/")
    assert axe_faults(page) == []

    page.evaluate(fault)

    assert any(line.startswith(f"{found}:") for line in axe_faults(page))


def test_a_page_that_is_too_wide_is_found(page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 900})
    page.goto("/privacy/")
    assert sideways_faults(page) == []

    page.evaluate("document.querySelector('h1').style.width = '400px'")

    assert sideways_faults(page) != []


def test_invalid_html_is_found() -> None:
    page = render_to_string("404.html")

    assert html_faults({"right": page}) == []
    assert html_faults({"wrong": page.replace("<h1", "<h1 id='main-content'")}) != []
    assert html_faults({"wrong": page.replace("</main>", "")}) != []
