"""A champion takes a shift, gives it back, and a colleague takes it from the email."""

import re

import pytest
from django.conf import settings
from django.test import Client

from surgeries.models import Shift
from tests.factories import ChampionFactory, DepartmentFactory, SurgeryFactory, UserFactory
from tests.journeys.visitor import Visitor


@pytest.mark.parametrize("visitor", ["without JavaScript"], indirect=True)
def test_taken_given_back_and_taken_from_the_email(visitor: Visitor) -> None:
    DepartmentFactory.create()
    SurgeryFactory.create(hosts_wanted=1)
    alice, bob = (
        ChampionFactory.create(name=name, user=UserFactory.create(email=f"{name}@example.gov.uk".lower()))
        for name in ("Alice", "Bob")
    )
    client = Client()
    client.force_login(alice.user)
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": key, "domain": "127.0.0.1", "path": "/"}
    visitor.page.context.add_cookies([cookie])  # type: ignore[list-item]
    visitor.page.goto("/champion/shifts/")
    visitor.press(re.compile("^Take this shift"), role="button")
    visitor.sees("Your shifts")
    assert Shift.objects.live().get().champion == alice

    visitor.press(re.compile("^Give it back"))
    visitor.type("Why can you not come?", "A clash with leave")
    visitor.press_button("Give it back")
    visitor.sees("Your shifts")

    visitor.page.context.clear_cookies()
    letter = visitor.read_email("bob@example.gov.uk", re.compile("^Could you host"))
    link = re.search(r"https?://\S+(/step-in/\S+)", letter.text)
    assert link
    visitor.page.goto(link[1])
    visitor.press_button("Take this shift")
    visitor.sees("You host this one")
    assert Shift.objects.live().get().champion == bob
