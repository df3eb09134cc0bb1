"""A champion looks back, writes down what they learned, takes a rest, and is back."""

from datetime import timedelta

import pytest
from django.utils import dateformat, timezone
from playwright.sync_api import expect

from tests.factories import ChampionFactory, DepartmentFactory, ShiftFactory, SurgeryFactory, UserFactory, VisitFactory
from tests.journeys.visitor import Visitor


@pytest.mark.parametrize("visitor", ["without JavaScript", "by keyboard"], indirect=True)
def test_somebody_looks_back_writes_rests_and_returns(visitor: Visitor) -> None:
    DepartmentFactory.create()
    alice = ChampionFactory.create(name="Alice Adeyemi", user=UserFactory.create())
    held = SurgeryFactory.create(starts_at=timezone.now() - timedelta(days=7))
    ShiftFactory.create(surgery=held, champion=alice)
    VisitFactory.create_batch(2, surgery=held)
    visitor.let_in(alice.user)

    visitor.page.goto("/champion/")
    visitor.press("Your record")
    visitor.sees("Your record")
    expect(visitor.page.get_by_role("main")).to_contain_text("2 people")

    visitor.press("Your page")
    visitor.press("Your journal")
    visitor.press_button("Write an entry")
    visitor.type("What I learned", "That hashtags can wait.")
    visitor.press_button("Save")
    visitor.sees("Your journal")
    expect(visitor.page.get_by_text("That hashtags can wait.")).to_be_visible()
    assert [entry.is_shared for entry in alice.journal.all()] == [False]

    visitor.press("Your page")
    visitor.press("Take a rest")
    visitor.select("Back in", dateformat.format(timezone.localdate() + timedelta(days=40), "F Y"))
    visitor.press_button("Rest until then")
    visitor.sees("You are resting")
    visitor.press_button("I am back already")
    visitor.sees("Hello Alice Adeyemi")
    alice.refresh_from_db()
    assert alice.is_active
