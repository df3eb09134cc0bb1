"""From nothing to the first published surgery: each line says from the data whether it is done."""

from typing import Any

import pytest
from django.test import Client

from bookings.starting import setting_up
from organisation.models import Department
from tests.bookings.test_statements_per_page import statements
from tests.factories import (
    ChampionFactory,
    DepartmentFactory,
    DirectorateFactory,
    OfficeFactory,
    SurgeryFactory,
    TeamFactory,
    TopicFactory,
    UserFactory,
    VenueFactory,
)

pytestmark = pytest.mark.django_db


def words(response: Any) -> str:
    return " ".join(response.content.decode().split())


def missing() -> list[str]:
    return [step.what for step in setting_up().steps if not step.is_done]


def test_each_step_is_done_when_what_it_asks_for_is_there_and_no_earlier():
    everything = [
        *("Name your department", "Say whose addresses may book", "Add an office", "Add a venue with directions"),
        *("Add a directorate", "Add your teams", "Add topics", "Take in a champion", "Publish a surgery"),
    ]
    assert missing() == everything

    Department.objects.create(pk=1, email_domains=[])  # saved, and neither named nor open to anybody
    OfficeFactory.create(is_retired=True), TopicFactory.create(is_retired=True)
    TeamFactory.create(is_retired=True, directorate__is_retired=True), ChampionFactory.create(left=True)
    assert missing() == everything

    Department.objects.all().delete()
    DepartmentFactory.create()
    venue = VenueFactory.create(directions="")
    assert missing() == everything[3:]
    SurgeryFactory.create(venue=venue, draft=True)
    DirectorateFactory.create()
    assert missing() == [everything[3], *everything[5:]]
    venue.directions = "Left."
    venue.save()
    TeamFactory.create(), TopicFactory.create(), ChampionFactory.create()
    assert missing() == ["Publish a surgery"]
    SurgeryFactory.create(venue=venue)
    assert missing() == []


def test_each_line_leads_to_a_page_that_is_there(client: Client):
    client.force_login(UserFactory.create(organiser=True))
    for _ in range(2):  # with nothing, and with everything
        made = setting_up()
        for step in (*made.steps, *made.later):
            assert client.get(step.where).status_code == 200, step.what
        SurgeryFactory.create(), TeamFactory.create(), TopicFactory.create()


def test_an_organiser_of_an_empty_department_begins_there(client: Client):
    client.force_login(UserFactory.create(organiser=True))
    assert client.get("/start/")["Location"] == "/organise/start/"
    page = words(client.get("/organise/start/"))
    assert "0 of 9 steps are done" in page
    assert page.count("<strong>Missing</strong>") == 9
    OfficeFactory.create()
    assert client.get("/start/")["Location"] == "/organise/"


def test_nobody_else_is_sent_there(client: Client):
    client.force_login(UserFactory.create())
    assert client.get("/start/")["Location"] == "/account/"


def test_the_page_takes_the_same_few_statements_however_much_there_is(client: Client):
    client.force_login(UserFactory.create(organiser=True))
    few = statements(lambda: client.get("/organise/start/"))
    SurgeryFactory.create_batch(5), TeamFactory.create_batch(50), TopicFactory.create_batch(5)
    assert statements(lambda: client.get("/organise/start/")) == few <= 12
