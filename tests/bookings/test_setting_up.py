"""From nothing to the first published surgery: each line says from the data whether it is done."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from bookings.starting import setting_up
from organisation.models import Department
from surgeries.models import Making
from tests.bookings.test_statements_per_page import statements
from tests.factories import (
    ChampionFactory,
    DecisionFactory,
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
    everything[3] = "Write the directions to your venue"
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


def test_a_venue_without_directions_is_mended_and_no_other_one_added(client: Client):
    venue = VenueFactory.create(directions="")
    client.force_login(UserFactory.create(organiser=True))
    step = next(step for step in setting_up().steps if "directions" in step.what)
    assert step.where == f"/organise/lists/venues/{venue.pk}/"
    said = {"office": venue.office_id, "name": venue.name, "directions": "Left.", "accessibility": ""}
    client.post(step.where, said)
    assert not any("directions" in each for each in missing())


def test_a_draft_is_published_and_no_other_surgery_made(client: Client):
    client.force_login(UserFactory.create(organiser=True))

    def last() -> str:
        return next(step.where for step in setting_up().steps if step.what == "Publish a surgery")

    assert last() == "/organise/diary/new/"
    SurgeryFactory.create(draft=True, starts_at=timezone.now() - timedelta(days=9))  # which nobody can publish any more
    assert last() == "/organise/diary/new/"
    SurgeryFactory.create(draft=True, starts_at=timezone.now() + timedelta(days=9))
    first = SurgeryFactory.create(draft=True)
    assert last() == f"/organise/surgeries/{first.reference}/"
    assert f"at {first.venue}." in words(client.get("/organise/start/"))
    client.post(f"{last()}publish/")
    assert [step.is_done for step in setting_up().steps if step.what == "Publish a surgery"] == [True]


LINE = '<a class="govuk-link" href="/organise/start/">Set-up: {} of 9 done</a>. Next: <a'


def test_as_long_as_something_is_missing_each_step_leads_to_the_next(client: Client):
    client.force_login(UserFactory.create(organiser=True))
    assert LINE.format(0) in words(client.get("/organise/"))
    assert "Nothing needs you" not in words(client.get("/organise/"))
    address = client.post("/organise/lists/offices/new/", {"name": "Leeds", "nation": "ENG"})["Location"]
    added = words(client.get(address))
    assert LINE.format(1) in added
    assert '<a class="govuk-link" href="/organise/lists/offices/new/">Add another office</a>' in added
    assert "of 9 done" not in words(client.get(address.partition("?")[0])), "only after something is done"
    saved = {"name": "Tests", "email_domains": "example.gov.uk", "cutoff_minutes": 120, "reminder_hour": 8}
    page = client.get("/organise/lists/department/").context["form"].initial | saved
    address = client.post("/organise/lists/department/", {k: v for k, v in page.items() if v is not None})["Location"]
    line = words(client.get(address))
    assert LINE.format(3) in line
    assert "name your department" not in line
    assert LINE.format(3) in words(client.get("/organise/lists/teams/?done=imported"))

    surgery = SurgeryFactory.create()
    champion = DecisionFactory.create(champion=ChampionFactory.create(), outcome="approved").champion
    assert LINE.format(6) in words(client.get(f"/organise/champions/{champion.pk}/?done"))
    assert LINE.format(6) in words(client.get(f"/organise/surgeries/{surgery.reference}/?done=published"))
    TeamFactory.create(), TopicFactory.create()
    for page in ("/organise/", address, "/organise/lists/teams/?done=imported"):
        assert "of 9 done" not in words(client.get(page))


def test_what_was_published_at_once_need_not_be_published(client: Client):
    client.force_login(UserFactory.create(organiser=True))
    for is_draft, says in [(True, "add hosts and publish it"), (False, "Its page is where you add hosts.")]:
        surgery = SurgeryFactory.create(draft=is_draft)
        making = Making.objects.create(request_id=uuid4(), made_at=timezone.now())
        surgery.making = making
        surgery.save()
        assert says in words(client.get(f"/organise/diary/?made={making.pk}"))


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


def test_at_an_office_its_venue_is_chosen_and_of_an_office_without_one_it_says_so(client):
    client.force_login(UserFactory.create(organiser=True))
    venue = VenueFactory.create(office__slug="leeds")
    OfficeFactory.create(name="Truro", slug="truro")
    OfficeFactory.create(name="Hayle", slug="hayle", is_retired=True)
    new = "/organise/diary/new/"
    at_leeds, at_truro = (client.get(new, {"office": slug}) for slug in ("leeds", "truro"))
    assert f'<option value="{venue.pk}" selected>' in words(at_leeds)
    assert "Truro has no venue yet.</strong> <a" in words(at_truro)
    assert 'href="/organise/lists/venues/new/"' in words(at_truro)
    for there in (at_leeds, client.get(new), *(client.get(new, {"office": slug}) for slug in ("hayle", "nowhere"))):
        assert "has no venue yet" not in words(there)
