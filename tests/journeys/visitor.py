"""A member of staff at a browser: with or without JavaScript, on a narrow screen, by keyboard alone."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, ElementHandle, Locator, Page, expect

from accounts.models import User
from runner.product import Product
from tests.journeys.post import Post, post_office
from tests.live import PATIENCE_MS, visit

# Without JavaScript the screen is narrow as well: each page in every state is looked at in both widths elsewhere.
WAYS = {
    "with JavaScript": {},
    "without JavaScript": {"java_script_enabled": False, "viewport": {"width": 320, "height": 640}},
    "by keyboard": {"viewport": {"width": 320, "height": 640}},
}
# More stops of the Tab key than any page has.
STOPS = 200


@dataclass
class Email:
    """An email as the demonstration mailbox shows it."""

    text: str
    calendar: bytes | None


@dataclass
class Visitor:
    """Somebody who uses the product as people do: by the names of links, buttons and fields."""

    page: Page
    by_keyboard: bool = False

    def let_in(self, user: User) -> None:
        """Sign them in without a code, which has a journey of its own."""
        client = Client()
        client.force_login(user)
        key = settings.SESSION_COOKIE_NAME
        self.page.context.add_cookies(
            [{"name": key, "value": client.cookies[key].value, "domain": "127.0.0.1", "path": "/"}]
        )

    def press(self, name: str | re.Pattern, *, role: str = "link") -> None:
        """Press the link (or button) of that name."""
        target = self.page.get_by_role(role, name=name, exact=isinstance(name, str)).first
        expect(target).to_be_visible()
        if self.by_keyboard:
            with self.page.expect_event("load"):
                self.follow(target)
        else:
            target.click()

    def follow(self, target: Locator) -> None:
        """Press the link, which may lead somewhere on the same page."""
        if not self.by_keyboard:
            return target.click()
        self.tab_to(target)
        return self.page.keyboard.press("Enter")

    def press_button(self, name: str) -> None:
        """Press the button of that name: of a form, or a link that looks like one."""
        self.press(name, role="button")

    def type(self, label: str, text: str) -> None:
        """Type into the field with that label."""
        field = self.page.get_by_label(label, exact=True)
        if self.by_keyboard:
            self.tab_to(field)
            self.page.keyboard.type(text)
        else:
            field.fill(text)

    def select(self, label: str, option: str) -> None:
        """Choose from the list with that label: by keyboard, by typing what it begins with."""
        field = self.page.get_by_label(label, exact=True)
        if self.by_keyboard:
            self.tab_to(field)
            self.page.keyboard.type(option)
        else:
            field.select_option(option)
        expect(field.locator("option:checked")).to_have_text(option)

    def tick(self, label: str) -> None:
        """Tick the box with that label."""
        box = self.page.get_by_role("checkbox", name=label, exact=True)
        if self.by_keyboard:
            self.tab_to(box)
            self.page.keyboard.press("Space")
        else:
            box.check()
        expect(box).to_be_checked()

    def choose(self, label: str | re.Pattern) -> None:
        """Choose one of several: by keyboard with Tab to the group, and the arrows within it."""
        choice = self.page.get_by_role("radio", name=label)
        if not self.by_keyboard:
            return choice.check()
        element = choice.element_handle()
        for _ in range(STOPS):
            if is_focused(element):
                self.page.keyboard.press("Space")
                return expect(choice).to_be_checked()
            in_the_group = self.page.evaluate("document.activeElement.type === 'radio'")
            self.page.keyboard.press("ArrowDown" if in_the_group else "Tab")
        raise AssertionError(f"No key leads to {label!r}.")

    def tab_to(self, target: Locator) -> None:
        """Press Tab until the target has the focus, and see that it shows."""
        element = target.element_handle()
        for _ in range(STOPS):
            if is_focused(element):
                return expect(target).to_be_in_viewport()
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab does not lead to {target}.")

    def sees(self, heading: str) -> None:
        """Wait for the page whose first heading says this."""
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(heading)

    def read_email(self, to: str, subject: str | re.Pattern) -> Email:
        """Open the newest email to that address with that subject in the mailbox, waiting until it has arrived."""
        until = time.monotonic() + PATIENCE_MS / 1000
        link = self.page.locator(".app-mailbox__email").get_by_role("link", name=subject)
        while True:
            self.page.goto(f"/mailbox/?to={to}")
            if link.count():
                break
            assert time.monotonic() < until, f"No email {subject!r} has arrived."
            time.sleep(0.2)
        self.press(subject)
        text = self.page.locator(".app-mailbox__text").inner_text()
        attached = self.page.get_by_role("link", name="invite.ics")
        if not attached.count():
            return Email(text, None)
        response = self.page.request.get(attached.get_attribute("href") or "")
        assert response.ok
        return Email(text, response.body())

    def follow_the_email(self, button: str, *, leads_to: str = "bookings") -> None:
        """From the email that is open: press its button or, by keyboard, the link in its plain text."""
        if self.by_keyboard:
            self.press(re.compile(rf"\b{leads_to}\b"))
        else:
            self.page.wait_for_load_state()  # until then the page, and the button with it, may still move
            with self.page.expect_navigation():
                self.page.frame_locator("iframe").get_by_role("link", name=button).click()


def is_focused(element: ElementHandle) -> bool:
    return element.evaluate("(element) => element === document.activeElement")


@contextmanager
def somebody(chromium: Browser, product: Product, way: str) -> Iterator[Visitor]:
    """A visitor with a browser of their own."""
    with visit(chromium, product, **WAYS[way]) as page:
        yield Visitor(page, by_keyboard=way == "by keyboard")


@pytest.fixture(params=WAYS)
def visitor(request: pytest.FixtureRequest, chromium: Browser, live_product: Product) -> Iterator[Visitor]:
    """The same person three times: each way of using the product once."""
    with somebody(chromium, live_product, request.param) as person:
        yield person


@pytest.fixture
def post(live_product: Product) -> Iterator[Post]:
    """Where emails arrive over SMTP, in place of the demonstration mailbox."""
    with post_office(live_product) as post:
        yield post
