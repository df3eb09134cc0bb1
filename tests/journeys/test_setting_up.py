"""A new department, from an empty database to its first published surgery, by one organiser in a browser."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from organisation.models import Department, Headcount, Office, Team
from organisation.working_days import is_working_day
from surgeries.models import Surgery
from tests.factories import UserFactory
from tests.journeys.visitor import Visitor

TEAMS = "name;headcount;directorate;also known as\r\nFlood Forecasting;96;Resilience;warning desk\r\nCafés;4;;\r\n"


@pytest.mark.parametrize("visitor", ["with JavaScript", "without JavaScript"], indirect=True)
def test_from_nothing_to_the_first_published_surgery(visitor: Visitor, tmp_path: Path) -> None:
    file = tmp_path / "teams.csv"
    file.write_bytes(TEAMS.encode("cp1252"))
    visitor.let_in(UserFactory.create(name="Nia Prosser", organiser=True))
    page = visitor.page

    def go_on(what: str) -> None:
        page.goto("/organise/start/")
        visitor.press_button(what)

    page.goto("/start/")
    visitor.sees("Set up your surgeries")
    visitor.press_button("Name your department")
    visitor.type("Name of the department", "Department for Tests")
    visitor.press_button("Save")

    go_on("Add an office")
    visitor.type("Name", "Cardiff")
    visitor.choose("Wales")
    visitor.press_button("Add")
    visitor.sees("Office Cardiff")

    go_on("Add a venue with directions")
    visitor.press_button("Add")  # with a mistake on the way
    visitor.follow(page.locator(".govuk-error-summary").get_by_role("link", name="Choose the office"))
    visitor.select("Office", "Cardiff")
    visitor.type("Name", "Ground floor café")
    visitor.type("Directions (optional)", "Past reception, second door on the left.")
    visitor.press_button("Add")
    visitor.sees("Venue Ground floor café, Cardiff")

    go_on("Add a directorate")
    visitor.type("Name", "Resilience")
    visitor.press_button("Add")

    # The teams come from a file, of which one line is wrong.
    page.goto("/organise/lists/teams/import/")
    page.get_by_label("The file").set_input_files(file)
    visitor.press_button("See what would change")
    expect(page.locator(".govuk-error-summary")).to_contain_text("A line of the file is wrong")
    expect(page.get_by_role("table")).to_contain_text("“Cafés” is no team yet")
    visitor.press_button("Go on without the wrong lines")
    visitor.sees("What would change")
    visitor.press_button("Import the teams and headcounts")
    expect(page.get_by_text("The headcounts are imported.")).to_be_visible()
    assert (Team.objects.get().also_known_as, Headcount.objects.get().people) == ("warning desk", 96)

    go_on("Add topics")
    visitor.type("Name", "LinkedIn")
    visitor.press_button("Add")

    # The first champion is the organiser.
    page.goto("/champion/application/")
    visitor.select("LinkedIn", "I use it daily")
    visitor.tick("Cardiff")
    visitor.select("How often at most would you host?", "Once a month")
    visitor.press_button("Send my application")
    go_on("Take in a champion")
    visitor.press("Nia Prosser")
    visitor.press_button("Approve")

    go_on("Publish a surgery")
    visitor.select("Venue", "Ground floor café, Cardiff")
    days = (timezone.localdate() + timedelta(days=7 + more) for more in range(7))
    day = next(day for day in days if is_working_day(day, Office.Nation.WALES))
    page.get_by_label("Date", exact=True).fill(day.isoformat())
    visitor.press_button("Show the dates")
    visitor.choose("Publish them at once")
    visitor.press_button("Make what is ticked")

    page.goto("/organise/start/")
    expect(page.get_by_text("Everything is there, and people can book.")).to_be_visible()
    visitor.press("See what they see")
    expect(page.get_by_role("link", name="Ground floor café, Cardiff")).to_be_visible()
    assert (Department.objects.get().name, Surgery.objects.get().state) == ("Department for Tests", "published")
