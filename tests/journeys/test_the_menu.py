"""Whoever is signed in has pages of their own: on a phone they are behind one word, elsewhere they are all there."""

import pytest
from playwright.sync_api import expect

from tests.factories import ChampionFactory, UserFactory
from tests.journeys.visitor import Visitor
from tests.live import visit

PHONE, DESK = {"width": 320, "height": 640}, {"width": 768, "height": 900}
# A row with one word in it. The menu of everybody and of an organiser took five.
ONE_ROW_PX = 60
THEIRS = ["Your page", "People", "Attendance", "Your account"]


@pytest.mark.parametrize("has_scripts", [True, False])
def test_an_organisers_menu_is_one_row_on_a_phone_and_opens_within_one_screen(chromium, live_product, has_scripts):
    host = ChampionFactory.create(user=UserFactory.create(organiser=True))
    with visit(chromium, live_product, viewport=PHONE, java_script_enabled=has_scripts) as page:
        Visitor(page).let_in(host.user)
        page.goto("/organise/attendance/")
        menu = page.get_by_role("navigation", name="Menu")
        closed = menu.bounding_box()
        assert closed
        assert closed["height"] <= ONE_ROW_PX
        expect(menu.get_by_role("link")).to_have_count(0)

        Visitor(page, by_keyboard=True).follow(menu.get_by_text("Menu", exact=True))
        for name in ["Coming surgeries", *THEIRS]:
            expect(menu.get_by_role("link", name=name)).to_be_in_viewport(ratio=1)
        menu.get_by_role("link", name="People").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("People")


@pytest.mark.parametrize("has_scripts", [True, False])
def test_where_there_is_room_all_of_it_is_there_without_a_press(chromium, live_product, has_scripts):
    with visit(chromium, live_product, viewport=DESK, java_script_enabled=has_scripts) as page:
        Visitor(page).let_in(UserFactory.create(organiser=True))
        page.goto("/organise/attendance/")
        menu = page.get_by_role("navigation", name="Menu")
        expect(menu.get_by_text("Menu", exact=True)).to_be_hidden()
        for name in ["Coming surgeries", *THEIRS[1:]]:
            expect(menu.get_by_role("link", name=name)).to_be_in_viewport(ratio=1)
        if has_scripts:  # and closes when a tablet is turned
            page.set_viewport_size(PHONE)
            expect(menu.get_by_role("link")).to_have_count(0)
