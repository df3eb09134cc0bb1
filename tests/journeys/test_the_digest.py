"""An organiser has what needs them sent every Monday: it comes, leads to where it is solved, and is stopped."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from desk.duties import next_digest_at
from surgeries.models import Surgery
from surgeries.templatetags.times import day, when
from tests.factories import ChampionFactory, DepartmentFactory, OfficeFactory, SurgeryFactory, UserFactory
from tests.journeys.post import Post
from tests.journeys.visitor import Visitor

OLU = "olu.organiser@example.gov.uk"
NEEDS = re.compile("^What needs you this week: 2 to decide$")
HOUR = timedelta(hours=1)


@pytest.mark.parametrize("visitor", ["without JavaScript"], indirect=True)
def test_it_comes_on_monday_leads_to_where_each_line_is_solved_and_is_stopped(visitor: Visitor, post: Post) -> None:
    DepartmentFactory.create()
    monday = next_digest_at(timezone.now())
    surgery: Surgery = SurgeryFactory.create(starts_at=monday + timedelta(days=2, hours=3), venue__name="Canteen")
    applicant = ChampionFactory.create(applied=True)
    OfficeFactory.create(name="Hull")
    visitor.let_in(UserFactory.create(organiser=True, name="Olu Organiser", email=OLU))
    page = visitor.page
    main = page.get_by_role("main")

    page.goto("/organise/")
    visitor.press_button("Send me this every Monday")
    expect(main).to_contain_text(f"You get this page by email every Monday morning, next on {day(monday)}.")
    for at, arrived in ((monday - HOUR, 0), (monday + HOUR, 1), (monday + 5 * HOUR, 1)):
        post.deliver(at=at)
        assert len(post.letters(OLU, NEEDS)) == arrived
    (letter,) = post.letters(OLU, NEEDS)
    for words in (letter.text, letter.html):
        assert f"{when(surgery)}, {surgery.venue}: No host, 6 seats left" in words
        assert applicant.name not in words

    # On Monday they are not signed in any more. What they pressed in the email is where they get to all the same.
    page.context.clear_cookies()
    letter.open(page)
    visitor.press("Nobody hosts yet")
    visitor.sees("Sign in")
    visitor.type("Work email address", OLU)
    visitor.press_button("Email me a code")
    visitor.sees("Enter the code")
    post.deliver()
    (code,) = post.letters(OLU, "Your code to sign in")
    found = re.search(r"\d{3} \d{3}", code.text)
    assert found
    visitor.type("Code", found[0])
    visitor.press_button("Sign in")
    visitor.sees("Nobody hosts yet")
    visitor.press(re.compile("^Put a champion on"))
    visitor.sees("Put a champion on")
    expect(main).to_contain_text(when(surgery))

    for line, place in {
        "Would like to be a champion": applicant.name,
        "No surgery ahead": "Hull",
        "See what needs you": when(surgery),
    }.items():
        letter.open(page)
        visitor.press(line)
        expect(main).to_contain_text(place)

    # Whoever has the email stops it, signed in or not.
    page.context.clear_cookies()
    letter.open(page)
    visitor.press("Stop it")
    visitor.sees("Stop the email on Mondays?")
    visitor.press_button("Stop it")
    expect(page).to_have_title(re.compile("^You do not get this email any more"))
    post.deliver(at=monday + timedelta(weeks=1, hours=1))
    assert len(post.letters(OLU, "this week")) == 1
