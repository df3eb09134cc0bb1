"""Organisers keep the department's own lists: they add, change, retire and bring back. What is in use stays."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import models
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from organisation.lists import lists, register
from organisation.models import Department, Headcount, Office, Team, Topic
from organisation.uses import count_all
from surgeries.models import Venue
from tests.bookings.test_statements_per_page import statements
from tests.factories import (
    BookingFactory,
    ChampionFactory,
    CheatSheetFactory,
    DirectorateFactory,
    GradeFactory,
    HeadcountFactory,
    OfficeFactory,
    SurgeryFactory,
    SurgeryRequestFactory,
    SymptomFactory,
    TeamFactory,
    TopicFactory,
    UserFactory,
    VenueFactory,
)

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


@pytest.fixture
def organiser(client: Client) -> Client:
    client.force_login(UserFactory.create(organiser=True))
    return client


def words(response: Any) -> str:
    return " ".join(response.content.decode().split())


def rows() -> dict[str, tuple[models.Model, dict[str, Any]]]:
    """A row of each list, and what its form should be sent with."""
    topic, office, directorate = TopicFactory.create(), OfficeFactory.create(), DirectorateFactory.create()
    return {
        "offices": (office, {"name": "Leeds", "nation": "ENG", "slug": ""}),
        "venues": (VenueFactory.create(), {"name": "Canteen", "office": office.pk, "directions": "Left."}),
        "directorates": (directorate, {"name": "Policy"}),
        "teams": (TeamFactory.create(), {"name": "Comms", "directorate": directorate.pk, "also_known_as": "press"}),
        "grades": (GradeFactory.create(), {"name": "Grade 7", "rank": "70"}),
        "topics": (topic, {"name": "Mastodon", "kind": "platform", "slug": ""}),
        "symptoms": (
            SymptomFactory.create(topics=[topic]),
            {"words": "I am lost", "topics": [topic.pk], "position": 1},
        ),
        "cheat-sheets": (
            CheatSheetFactory.create(),
            {"topic": topic.pk, "level": "beginner", "title": "First", "body": "Hello.", "reviewed_on": "2026-01-31"},
        ),
    }


def address(view: str, name: str, *args: Any) -> str:
    return reverse(f"organisation:{view}", args=[name, *args])


# ── Add, change, retire ───────────────────────────────────────────────────────────────────────────────────────
def test_there_is_a_row_of_every_list_in_these_tests():
    assert set(rows()) == set(lists)


@pytest.mark.parametrize("name", lists)
def test_a_row_is_added_and_is_offered_from_then_on(organiser: Client, name: str):
    _, sent = rows()[name]
    answer = organiser.post(address("add_row", name), sent, follow=True)
    added = lists[name].model._default_manager.latest("pk")
    assert answer.redirect_chain == [(f"{address('row', name, added.pk)}?done=added", 303)]
    page = words(organiser.get(address("own_list", name)))
    assert page.index('caption--m">Offered') < page.index(str(sent.get("name") or sent.get("words") or sent["title"]))


@pytest.mark.parametrize("name", lists)
def test_a_row_is_changed_retired_and_brought_back(organiser: Client, name: str):
    row, sent = rows()[name]
    page = address("row", name, row.pk)
    assert organiser.post(page, sent)["Location"] == f"{page}?done=saved"
    row.refresh_from_db()
    assert str(sent.get("name") or sent.get("words") or sent["title"]) in str(row)

    assert organiser.get(address("retire_row", name, row.pk)).status_code == 405
    organiser.post(address("retire_row", name, row.pk))
    assert type(row)._default_manager.get(pk=row.pk).is_retired
    assert "Bring it back" in words(organiser.get(page))
    assert ">Retired</caption>" in words(organiser.get(address("own_list", name)))

    organiser.post(address("bring_row_back", name, row.pk))
    assert not type(row)._default_manager.get(pk=row.pk).is_retired


@pytest.mark.parametrize("name", lists)
def test_a_form_that_is_empty_says_what_is_missing_and_changes_nothing(organiser: Client, name: str):
    row, _ = rows()[name]
    before = type(row)._default_manager.values().get(pk=row.pk)
    for page in (address("add_row", name), address("row", name, row.pk)):
        answer = organiser.post(page, {})
        assert "<title>Error: " in words(answer)
        assert "This field is required" not in words(answer)
    assert str(row) in words(answer)
    assert type(row)._default_manager.values().get(pk=row.pk) == before


def test_what_another_row_has_already_is_said_beside_the_field(organiser: Client):
    OfficeFactory.create(name="Leeds", slug="leeds"), GradeFactory.create(name="Grade 7", rank=7)
    team, venue = TeamFactory.create(name="Comms"), VenueFactory.create(name="Café")
    sheet = CheatSheetFactory.create()
    for name, sent, said in [
        ("offices", {"name": "LEEDS", "nation": "ENG"}, "There is one called “LEEDS” already"),
        ("offices", {"name": "Leeds North", "slug": "Leeds", "nation": "ENG"}, "Something else is called “leeds”"),
        ("grades", {"name": "Grade 6", "rank": 7}, "Grade 7 is at place 7 already"),
        ("teams", {"name": "comms", "directorate": team.directorate_id}, "has a team called “comms” already"),
        ("venues", {"name": "CAFÉ", "office": venue.office_id}, "has a venue called “CAFÉ” already"),
        ("cheat-sheets", {"topic": sheet.topic_id, "level": "beginner"}, "There is a cheat sheet about"),
    ]:
        assert said in words(organiser.post(address("add_row", name), sent)), name


def test_two_who_add_the_same_at_once_are_told_in_words(organiser: Client, monkeypatch):
    """The look beforehand is switched off: the database refuses, and the page still says so."""
    DirectorateFactory.create(name="Policy")
    form = lists["directorates"].form
    monkeypatch.setattr(form, "others", lambda self: type(self.instance).objects.none())
    monkeypatch.setattr(form, "validate_unique", lambda self: None)
    answer = organiser.post(address("add_row", "directorates"), {"name": "Policy"})
    assert answer.status_code == 200
    assert "Somebody saved something like it a moment ago" in words(answer)


def test_the_name_in_addresses_follows_from_the_name_and_stays_when_the_name_changes(organiser: Client):
    organiser.post(address("add_row", "topics"), {"name": "Viva Engage", "kind": "platform", "slug": ""})
    topic = Topic.objects.get(slug="viva-engage")
    organiser.post(address("row", "topics", topic.pk), {"name": "Engage", "kind": "platform", "slug": ""})
    assert Topic.objects.get(pk=topic.pk).slug == "viva-engage"
    wrong = organiser.post(address("add_row", "topics"), {"name": "小红书", "kind": "platform"})
    assert "Write a name in addresses with letters from a to z" in words(wrong)


def test_what_is_retired_is_not_offered_to_other_lists_but_kept_where_it_was_chosen(organiser: Client):
    old = TopicFactory.create(name="Google Plus", is_retired=True)
    symptom = SymptomFactory.create(topics=[old])
    assert "Google Plus" not in words(organiser.get(address("add_row", "symptoms")))
    assert "Google Plus" in words(organiser.get(address("row", "symptoms", symptom.pk)))


def test_a_venue_where_surgeries_were_held_stays_at_its_office(organiser: Client):
    venue, elsewhere = SurgeryFactory.create().venue, OfficeFactory.create()
    organiser.post(address("row", "venues", venue.pk), {"name": "Canteen", "office": elsewhere.pk})
    assert Venue.objects.values_list("name", "office").get(pk=venue.pk) == ("Canteen", venue.office_id)


# ── Delete ────────────────────────────────────────────────────────────────────────────────────────────────────
def in_use() -> list[tuple[str, models.Model, str]]:
    topic, symptom, booking = TopicFactory.create(), SymptomFactory.create(), BookingFactory.create()
    booking.topics.set([topic]), booking.symptoms.set([symptom])
    champion = ChampionFactory.create()
    champion.offices.set([OfficeFactory.create()])
    return [
        ("offices", VenueFactory.create().office, "1 venue"),
        ("offices", champion.offices.get(), "1 champion"),
        ("offices", SurgeryRequestFactory.create().office, "1 surgery request"),
        ("venues", booking.surgery.venue, "1 surgery"),
        ("directorates", TeamFactory.create().directorate, "1 team"),
        ("teams", BookingFactory.create(team=TeamFactory.create()).team, "1 booking"),
        ("grades", BookingFactory.create(grade=GradeFactory.create()).grade, "1 booking"),
        ("topics", topic, "1 booking"),
        ("topics", ChampionFactory.create(topics=[TopicFactory.create()]).topics.get(), "1 skill"),
        ("topics", SymptomFactory.create(topics=[TopicFactory.create()]).topics.get(), "1 symptom"),
        ("topics", CheatSheetFactory.create().topic, "1 cheat sheet"),
        ("symptoms", symptom, "1 booking"),
    ]


def test_what_is_in_use_stays_and_the_page_says_what_uses_it(organiser: Client):
    for name, row, uses in in_use():
        page = address("delete_row", name, row.pk)
        for answer in (organiser.get(page), organiser.post(page)):
            assert f"So it stays: {uses} would be lost" in words(answer), name
        assert type(row)._default_manager.filter(pk=row.pk).exists()


def test_what_nothing_uses_is_deleted_after_asking_with_its_headcounts(organiser: Client):
    team = HeadcountFactory.create().team
    page = address("delete_row", "teams", team.pk)
    assert "This cannot be undone" in words(organiser.get(page))
    assert Team.objects.filter(pk=team.pk).exists()
    assert organiser.post(page)["Location"].endswith("/organise/lists/teams/?done=deleted")
    assert not Team.objects.exists()
    assert not Headcount.objects.exists()


def test_what_comes_into_use_while_somebody_deletes_it_stays(organiser: Client, monkeypatch):
    """The look beforehand is switched off: the database has the last word."""
    office = VenueFactory.create().office
    monkeypatch.setattr("organisation.services.uses_of", lambda row: "")
    assert organiser.post(address("delete_row", "offices", office.pk)).status_code == 200
    assert Office.objects.filter(pk=office.pk).exists()


# ── Headcounts ────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("name", [name for name, each in lists.items() if each.has_headcounts])
def test_people_are_counted_on_a_day_and_a_count_of_the_same_day_gives_way(organiser: Client, name: str):
    row, _ = rows()[name]
    for people, day in (("40", TODAY() - timedelta(days=400)), ("50", TODAY()), ("55", TODAY())):
        organiser.post(address("count_row", name, row.pk), {"people": people, "counted_on": day})
    assert list(Headcount.objects.values_list("people", flat=True)) == [55, 40]
    listed = organiser.get(address("own_list", name)).context["page"]
    assert [each.headcount for each in listed if each.pk == row.pk] == [55]

    newest = Headcount.objects.get(people=55)
    organiser.post(address("remove_count", name, row.pk, newest.pk))
    assert Headcount.objects.get().people == 40


def test_the_lists_whose_people_are_counted_are_those_that_headcounts_know():
    assert {each.owner for each in lists.values() if each.has_headcounts} == set(Headcount.OWNERS)


@pytest.mark.parametrize("people", ["", "-1", "1.5", "many", "9" * 5000, "1000001", "\0"])
def test_a_headcount_that_cannot_be_is_refused_beside_the_field(organiser: Client, people: str):
    team = TeamFactory.create()
    for sent, said in [
        ({"people": people, "counted_on": TODAY()}, "The headcount has to be a whole number from 0 to 1,000,000"),
        ({"people": "5", "counted_on": TODAY() + timedelta(days=1)}, "has to be today or earlier"),
        ({"people": "5", "counted_on": people}, "Enter the day of the headcount"),
    ]:
        assert said in words(organiser.post(address("count_row", "teams", team.pk), sent))
    assert not Headcount.objects.exists()


def test_a_headcount_of_another_row_is_not_removed_here(organiser: Client):
    count, team = HeadcountFactory.create(), TeamFactory.create()
    organiser.post(address("remove_count", "teams", team.pk, count.pk))
    assert Headcount.objects.exists()


def test_topics_have_no_headcount(organiser: Client):
    topic = TopicFactory.create()
    sent = {"people": "5", "counted_on": TODAY()}
    assert organiser.post(address("count_row", "topics", topic.pk), sent).status_code == 404
    assert organiser.post(address("remove_count", "topics", topic.pk, 1)).status_code == 404


# ── All of them ───────────────────────────────────────────────────────────────────────────────────────────────
def test_the_page_of_all_says_how_many_there_are_and_what_is_missing(organiser: Client):
    empty = words(organiser.get("/organise/lists/"))
    assert "Not named yet" in empty
    assert empty.count("None yet") == len(lists)

    Department.objects.create(pk=1, name="Department for Tests", contact_email="")
    VenueFactory.create_batch(2, directions="")
    OfficeFactory.create(is_retired=True)
    HeadcountFactory.create()
    SymptomFactory.create()
    page = words(organiser.get("/organise/lists/"))
    for said in ("2 without directions", "No address where people can reach you", "and 1 retired",
                 "2 without a headcount", "1 that point to no topic"):  # fmt: skip
        assert said in page
    for name in lists:
        assert f'href="{address("own_list", name)}"' in page


def test_everything_is_counted_with_one_statement_and_nothing_is_counted_twice():
    symptom = SymptomFactory.create(topics=TopicFactory.create_batch(3))
    of_symptom = Topic.objects.filter(symptoms=symptom)
    found = count_all({"all": Topic.objects.all(), "of the symptom": of_symptom, "offices": Office.objects.all()})
    assert found == {"all": 3, "of the symptom": 3, "offices": 0}
    assert count_all({}) == {}


def test_two_lists_of_one_name_are_a_mistake():
    from dataclasses import replace

    with pytest.raises(ValueError, match="Two lists are called 'teams'"):
        register(replace(lists["teams"]))


def test_a_long_list_is_searched_and_comes_in_pages(organiser: Client):
    TeamFactory.create_batch(60)
    TeamFactory.create(name="Zoo", also_known_as="animals")
    page = address("own_list", "teams")
    assert "Zoo" not in words(organiser.get(page))
    assert "Zoo" in words(organiser.get(f"{page}?page=2"))
    assert "Zoo" in words(organiser.get(f"{page}?q=zoo+ANIM"))
    assert "Nothing is called that" in words(organiser.get(f"{page}?q=%00nowhere"))
    assert organiser.get(f"{page}?q={'x' * 3000}&page=-9").status_code == 200


def test_each_page_takes_the_same_few_statements_with_500_rows(organiser: Client):
    made = rows()

    def each_page() -> list[int]:
        pages = ["/organise/lists/", "/organise/lists/department/"]
        for name, (row, _) in made.items():
            pages += [address("own_list", name), address("add_row", name)]
            pages += [address(view, name, row.pk) for view in ("row", "delete_row")]
        return [statements(lambda page=page: organiser.get(page)) for page in pages]

    few = each_page()
    directorate, topics = DirectorateFactory.create(), TopicFactory.create_batch(30)
    Team.objects.bulk_create(Team(name=f"Team {n}", directorate=directorate) for n in range(500))
    Office.objects.bulk_create(Office(name=f"Office of {n}", slug=f"of-{n}") for n in range(500))
    SymptomFactory.create_batch(5, topics=topics), VenueFactory.create_batch(5), CheatSheetFactory.create_batch(5)
    Headcount.objects.bulk_create(Headcount(team=team, counted_on=TODAY(), people=4) for team in Team.objects.all())
    assert each_page() == few
    assert max(few) <= 12


# ── The department ────────────────────────────────────────────────────────────────────────────────────────────
def test_the_department_begins_with_what_the_environment_says_and_rules_once_saved(organiser: Client, settings):
    settings.ALLOWED_EMAIL_DOMAINS = ["example.gov.uk"]
    page = "/organise/lists/department/"
    assert 'value="example.gov.uk"' in words(organiser.get(page))
    assert not Department.objects.exists()
    sent = {"name": " Department  for Tests", "email_domains": "@GOV.UK, nhs.uk ", "contact_email": "A@B.gov.uk",
            "cutoff_minutes": "60", "reminder_hour": "9"}  # fmt: skip
    for _ in range(2):
        assert organiser.post(page, sent).status_code == 303
    department = Department.objects.get()
    assert (department.name, department.email_domains) == ("Department for Tests", ["gov.uk", "nhs.uk"])
    assert (department.contact_email, department.cutoff_minutes) == ("a@b.gov.uk", 60)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"reminder_hour": "24"}, "The hour of reminders has to be a whole number from 0 to 23"),
        ({"email_domains": ""}, "Enter at least one email domain. Without one nobody could book"),
        ({"email_domains": "gov.uk, not a domain"}, "Domain 2: “not a domain” is not a domain. Write it like"),
        ({"email_domains": "gov.uk,,"}, "Domain 2: leave nothing empty between two commas"),
        ({"cutoff_minutes": "1000000"}, "The time when waiting lists stop has to be a whole number"),
        ({"contact_email": "nobody"}, "Enter an email address in the correct format"),
        ({"name": ""}, "Enter the name of the department"),
    ],
)
def test_settings_that_cannot_be_are_refused_beside_the_field(organiser: Client, changes: dict, said: str):
    sent = {"name": "X", "email_domains": "gov.uk", "contact_email": "", "cutoff_minutes": 1, "reminder_hour": 8}
    assert said in words(organiser.post("/organise/lists/department/", sent | changes))
    assert not Department.objects.exists()
