"""Hosts run a busy surgery together, each from a phone: what one does the others see, and no press is lost."""

import re
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Locator, Page, expect

from bookings.models import Help, Visit
from runner.product import Product
from surgeries.models import Shift, Surgery
from tests.everyone.room import room_of
from tests.factories import (
    BookingFactory,
    ChampionFactory,
    DepartmentFactory,
    ShiftFactory,
    SurgeryFactory,
    UserFactory,
)
from tests.journeys.visitor import Visitor
from tests.live import visit

# What another host did is there within two seconds; and as long as an answer takes on this machine just then.
APPEARS_WITHIN = 2.0
PHONE = {"viewport": {"width": 320, "height": 640}, "has_touch": True}


@pytest.fixture
def surgery(transactional_db: None) -> Surgery:
    """Going on now, hosted by Amina, Ben and Carys; Alice and Bob have booked."""
    DepartmentFactory.create()
    made = SurgeryFactory.create(starts_at=timezone.now() - timedelta(minutes=5))
    for name in ("Amina Yusuf", "Ben Ashworth", "Carys Morgan"):
        ShiftFactory.create(surgery=made, champion=ChampionFactory.create(name=name, user=UserFactory.create()))
    for name in ("Alice Adeyemi", "Bob O’Brien"):
        BookingFactory.create(surgery=made, name=name, question="Should I start again?")
    return made


@contextmanager
def phones(
    chromium: Browser, product: Product, surgery: Surgery, number: int, **options: object
) -> Iterator[list[Page]]:
    """The room on the phones of so many of its hosts, each in a browser of its own."""
    with ExitStack() as browsers:
        pages = []
        for shift in surgery.shifts.order_by("pk")[:number]:
            page = browsers.enter_context(visit(chromium, product, **PHONE, **options))
            assert shift.champion.user
            Visitor(page).let_in(shift.champion.user)
            page.goto(room_of(surgery))
            pages.append(page)
        yield pages


def card(page: Page, name: str) -> Locator:
    """What the page shows of somebody."""
    return page.locator("#room li").filter(has=page.get_by_role("heading", name=name, exact=True))


def press(page: Page, name: str, button: str) -> None:
    card(page, name).get_by_role("button", name=button).first.click()


def answer_takes(page: Page) -> float:
    """How long the machine takes for an answer just now."""
    began = time.monotonic()
    page.evaluate("() => fetch(location.href).then((answer) => answer.text())")
    return time.monotonic() - began


def test_three_hosts_see_within_two_seconds_what_one_of_them_did(chromium, live_product, surgery):
    with phones(chromium, live_product, surgery, 3) as (amina, ben, carys):
        # Carys reads what Alice told them, and begins to type.
        press(amina, "Alice Adeyemi", "Here")
        expect(amina.locator("#room-said")).to_contain_text("Alice Adeyemi is here.")
        card(carys, "Alice Adeyemi").get_by_text("What they told us").click()
        carys.get_by_text("Add a walk-in").click()
        carys.get_by_label("Their name").fill("Dora Ok")

        usual = max(answer_takes(page) for page in (ben, carys))
        press(amina, "Bob O’Brien", "Here")
        expect(card(amina, "Bob O’Brien")).to_contain_text("here since")
        began = time.monotonic()
        for page in (ben, carys):
            expect(card(page, "Bob O’Brien")).to_contain_text("here since")
            expect(page.locator("#room-news")).to_contain_text("Waiting now")
        assert time.monotonic() - began <= APPEARS_WITHIN + 3 * usual

        expect(carys.get_by_label("Their name")).to_be_focused()
        assert carys.get_by_label("Their name").input_value() == "Dora Ok"
        expect(carys.get_by_text("Should I start again?").first).to_be_visible()
        carys.get_by_label("Their name").press_sequentially("afor")
        carys.get_by_role("button", name="They are here").click()
        for page in (amina, ben, carys):
            expect(card(page, "Dora Okafor")).to_contain_text("Walked in")


def test_of_two_who_press_at_once_the_slower_sees_who_sat_down(chromium, live_product, surgery):
    with phones(chromium, live_product, surgery, 2) as (amina, ben):
        press(amina, "Alice Adeyemi", "Here")
        expect(card(ben, "Alice Adeyemi")).to_contain_text("here since")
        # Ben's phone has not heard of it when he presses.
        ben.route("**/room/?version=*", lambda route: route.abort())
        press(amina, "Alice Adeyemi", "Sit down")
        expect(card(amina, "Alice Adeyemi")).to_contain_text("With you since")
        expect(card(ben, "Alice Adeyemi")).to_contain_text("here since")
        card(ben, "Alice Adeyemi").get_by_role("button", name="Me", exact=False).last.click()
        expect(ben.locator("#room-said")).to_contain_text("Amina Yusuf sat down with Alice Adeyemi a moment ago.")
        expect(card(ben, "Alice Adeyemi")).to_contain_text("With Amina Yusuf since")
        assert Help.objects.get().shift.champion.name == "Amina Yusuf"


def test_a_press_that_does_not_arrive_says_so_and_is_repeated_with_one_result(chromium, live_product, surgery):
    with phones(chromium, live_product, surgery, 1) as (amina,):
        amina.context.set_offline(True)
        press(amina, "Alice Adeyemi", "Here")
        expect(card(amina, "Alice Adeyemi")).to_contain_text("That did not reach us. Press again.")
        expect(amina.locator("#room-stale")).to_have_text(
            re.compile(r"No connection since (\d+(:\d\d)?[ap]m|midday|midnight): this may be old\.")
        )
        amina.get_by_text("Add a walk-in").click()
        amina.get_by_label("Their name").fill("Dora Okafor")
        amina.get_by_role("button", name="They are here").click()
        expect(amina.locator("#walk-in")).to_contain_text("That did not reach us. Press again.")
        assert not Visit.objects.exists()

        amina.context.set_offline(False)
        expect(amina.locator("#room-stale")).to_be_hidden()
        assert amina.get_by_label("Their name").input_value() == "Dora Okafor"
        amina.get_by_role("button", name="They are here").click()
        expect(card(amina, "Dora Okafor")).to_contain_text("Walked in")
        expect(card(amina, "Alice Adeyemi")).to_contain_text("The network is back: press again.")
        # This time it arrives, and the answer does not.
        amina.route("**/act/", lambda route: (route.fetch(), route.abort()))
        press(amina, "Alice Adeyemi", "Here")
        expect(card(amina, "Alice Adeyemi")).to_contain_text("here since")
        amina.unroute("**/act/")
        expect(amina.locator(".app-room__unsent")).to_have_count(0)
        assert sorted(Visit.objects.values_list("name", flat=True)) == ["Alice Adeyemi", "Dora Okafor"]


def test_undo_stays_for_ten_seconds_words_alone_for_five_and_the_focus_is_not_lost(chromium, live_product, surgery):
    with phones(chromium, live_product, surgery, 1) as (amina,):
        amina.clock.install()
        amina.reload()
        card(amina, "Alice Adeyemi").get_by_role("button", name="Here").focus()
        amina.keyboard.press("Enter")
        expect(amina.locator("#room-said")).to_contain_text("Alice Adeyemi is here.")
        expect(card(amina, "Alice Adeyemi")).to_be_focused()
        amina.get_by_role("button", name="Undo", exact=True).click()
        expect(amina.locator("#room-said")).to_contain_text("Alice Adeyemi is not here yet.")
        amina.clock.run_for(5_500)
        expect(amina.locator("#room-said")).to_be_empty()
        press(amina, "Alice Adeyemi", "Here")
        expect(amina.locator("#room-said")).to_contain_text("Alice Adeyemi is here.")
        amina.clock.run_for(9_000)
        assert amina.locator("#room-said").get_by_role("button", name="Undo", exact=True).is_visible()
        amina.clock.run_for(1_500)
        expect(amina.locator("#room-said")).to_be_empty()


def test_who_is_signed_out_is_told_so_and_loses_nothing(chromium, live_product, surgery):
    with phones(chromium, live_product, surgery, 1) as (amina,):
        amina.context.clear_cookies(name="sessionid")
        expect(amina.locator("#room-stale")).to_contain_text("You are signed out. Sign in again")
        press(amina, "Alice Adeyemi", "Here")
        expect(card(amina, "Alice Adeyemi")).to_contain_text("That did not reach us. Press again.")
        assert not Visit.objects.exists()


def test_without_javascript_it_is_all_there(chromium, live_product, surgery):
    with phones(chromium, live_product, surgery, 2, java_script_enabled=False) as (amina, ben):
        press(amina, "Alice Adeyemi", "Here")
        press(amina, "Alice Adeyemi", "Sit down")
        expect(amina.locator("#room-said")).to_contain_text("You sit with Alice Adeyemi.")
        press(ben, "Alice Adeyemi", "Here")  # which he did not know
        expect(card(ben, "Alice Adeyemi")).to_contain_text("With Amina Yusuf since")
        press(ben, "Alice Adeyemi", "Pass on to me")
        amina.get_by_role("link", name="Show what has changed").click()
        expect(card(amina, "Alice Adeyemi")).to_contain_text("With Ben Ashworth since")
        press(amina, "Alice Adeyemi", "Done")
        expect(card(amina, "Alice Adeyemi")).to_contain_text("You, then Ben Ashworth")
        amina.get_by_text("Add a walk-in").click()
        amina.get_by_label("Their name").fill("Dora Okafor")
        amina.get_by_role("button", name="They are here").click()
        expect(card(amina, "Dora Okafor")).to_contain_text("Walked in")
    assert Shift.objects.filter(helps__visit__name="Alice Adeyemi").count() == 2
