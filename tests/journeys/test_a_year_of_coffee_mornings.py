"""A year of every second Tuesday at two offices, from nothing, in well under two minutes of clicking."""

import re
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from surgeries.models import Series, Surgery
from tests.factories import OfficeFactory, UserFactory, VenueFactory
from tests.journeys.visitor import Visitor


def count_acts(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the visitor presses, chooses and types from now on."""
    acts: list[str] = []

    def counted(name: str) -> Callable[..., Any]:
        act = getattr(visitor, name)

        def counting(*args: Any, **options: Any) -> Any:
            acts.append(f"{name} {args[0]}")
            return act(*args, **options)

        return counting

    for name in ("press", "select", "type"):
        monkeypatch.setattr(visitor, name, counted(name))
    return acts


@pytest.mark.parametrize("visitor", ["with JavaScript", "without JavaScript", "by keyboard"], indirect=True)
def test_a_year_at_two_offices(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    for office in ("Leeds", "Cardiff"):
        VenueFactory.create(office=OfficeFactory.create(name=office, nation="ENG"), name="Canteen")
    visitor.let_in(UserFactory.create(organiser=True))
    today = timezone.localdate()
    first = today + timedelta(days=8 - today.isoweekday() + 1)
    began, acts = time.monotonic(), count_acts(visitor, monkeypatch)

    visitor.page.goto("/organise/diary/")
    visitor.press_button("New surgery or series")
    visitor.sees("New surgery or series")
    visitor.select("Venue", "Canteen, Leeds")
    visitor.page.get_by_label("Date", exact=True).fill(first.isoformat())
    visitor.select("How often", "Every second week")
    visitor.type("Or how many surgeries (optional)", "26")
    visitor.type("Name of the series (optional)", "Tuesdays in Leeds")
    visitor.press_button("Show the dates")
    visitor.sees("Check the dates")
    expect(visitor.page.get_by_role("checkbox")).to_have_count(26)
    assert not Surgery.objects.exists()
    visitor.press_button("Make what is ticked")
    visitor.sees("Tuesdays in Leeds")

    # The same again, elsewhere.
    visitor.press("Clone it to another office")
    visitor.select("Venue", "Canteen, Cardiff")
    visitor.type("Name of the series (optional)", "Tuesdays in Cardiff")
    visitor.press_button("Show the dates")
    visitor.press_button("Make what is ticked")
    visitor.sees("Tuesdays in Cardiff")
    visitor.press_button("Publish its drafts")
    visitor.press(re.compile(r"Publish \d+ drafts"), role="button")
    expect(visitor.page.get_by_text("Everybody can book them now")).to_be_visible()
    assert time.monotonic() - began < 120
    # And the date. At seven seconds each, which is slow, it is done within two minutes.
    assert 10 < len(acts) + 1 <= 16, acts

    leeds, cardiff = Series.objects.order_by("-name")
    assert 20 <= leeds.surgeries.filter(state="draft").count() <= 26
    assert leeds.surgeries.count() == cardiff.surgeries.filter(state="published").count()

    # On second thoughts, Leeds can wait.
    visitor.page.goto(f"/organise/series/{leeds.reference}/")
    visitor.press(re.compile(r"Undo: delete these \d+ drafts"), role="button")
    visitor.sees("Diary")
    assert list(Series.objects.all()) == [cardiff]


def check_the_dates(visitor: Visitor) -> None:
    """Go to the page that shows four dates before they are made."""
    venue = VenueFactory.create(office=OfficeFactory.create(name="Leeds", nation="ENG"), name="Canteen")
    visitor.let_in(UserFactory.create(organiser=True))
    first = timezone.localdate() + timedelta(days=9)
    visitor.page.goto(
        f"/organise/diary/new/dates/?venue={venue.pk}&starts_on={first}&begins=10am&ends=midday&slot_minutes=20"
        "&seats_per_slot=3&hosts_wanted=2&often=w1&times=4"
    )
    visitor.sees("Check the dates")


@pytest.mark.parametrize("visitor", ["with JavaScript", "without JavaScript"], indirect=True)
def test_enter_beside_a_date_makes_nothing_and_keeps_what_is_ticked(visitor: Visitor) -> None:
    check_the_dates(visitor)
    boxes = visitor.page.get_by_role("checkbox")
    boxes.first.set_checked(False)
    boxes.last.set_checked(True)
    visitor.page.get_by_role("radio", name="Publish them at once").check()

    for where in (boxes.last, visitor.page.get_by_role("radio").last):
        where.focus()
        with visitor.page.expect_navigation():
            visitor.page.keyboard.press("Enter")

        visitor.sees("Check the dates")
        expect(boxes).to_have_count(4)
        expect(boxes.first).not_to_be_checked()
        expect(boxes.last).to_be_checked()
        expect(visitor.page.get_by_role("radio", name="Publish them at once")).to_be_checked()
        assert not Surgery.objects.exists()

    visitor.press_button("Make what is ticked")
    visitor.sees("Every ")
    assert Surgery.objects.count() >= 1


@pytest.mark.parametrize("visitor", ["with JavaScript"], indirect=True)
def test_enter_would_make_them_if_that_were_the_first_button_of_the_form(visitor: Visitor) -> None:
    check_the_dates(visitor)
    visitor.page.evaluate("document.querySelector('button[name=look]').remove()")

    visitor.page.get_by_role("checkbox").last.focus()
    with visitor.page.expect_navigation():
        visitor.page.keyboard.press("Enter")

    visitor.sees("Every ")
    assert Surgery.objects.exists()
