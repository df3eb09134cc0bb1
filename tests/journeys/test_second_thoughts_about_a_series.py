"""An organiser moves what is left of a series an hour later, and calls two of its surgeries off: each seen first."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from bookings.invariants import violations
from surgeries.models import Surgery
from surgeries.templatetags.times import when
from tests.bookings.test_changing_a_series import every_tuesday, four_of
from tests.factories import UserFactory
from tests.journeys.visitor import Visitor


def hours() -> list[str]:
    every = Surgery.objects.order_by("starts_at")
    return [f"{timezone.localtime(each.starts_at):%H:%M} {each.state}" for each in every]


@pytest.mark.parametrize("visitor", ["with JavaScript"], indirect=True)
def test_this_and_later_ones_move_and_several_are_called_off(visitor: Visitor) -> None:
    series = every_tuesday()
    first, second, third, _ = four_of(series)
    visitor.let_in(UserFactory.create(organiser=True))
    page = visitor.page
    main = page.get_by_role("main")

    page.goto(f"/organise/surgeries/{second.reference}/")
    visitor.press("Edit or move")
    visitor.type("From", "11am")
    visitor.type("Until", "midday")
    visitor.choose("This one and all later ones")
    visitor.press_button("See what changes")
    visitor.sees("What changes, and who is told")
    expect(main).to_contain_text("3 surgeries change")
    expect(page.get_by_text("Told: 1 booked")).to_have_count(3)
    expect(main).to_contain_text("The series follows")
    assert hours() == ["10:00 published"] * 4
    visitor.press_button("Move them and tell everybody")
    expect(main).to_contain_text("are changed")
    assert hours() == ["10:00 published", *["11:00 published"] * 3]

    page.goto(f"/organise/series/{series.reference}/")
    visitor.press("Call off surgeries")
    visitor.choose("Those that I tick")
    for surgery in Surgery.objects.filter(pk__in=[first.pk, third.pk]):
        visitor.tick(when(surgery))
    visitor.press_button("See who is told")
    visitor.sees("Call off 2 surgeries?")
    visitor.type("Why do they not take place?", "The café is being painted.")
    visitor.press_button("Call them off and tell everybody")
    visitor.sees(series.name)
    assert hours() == ["10:00 called_off", "11:00 published", "11:00 called_off", "11:00 published"]
    assert violations() == {}
