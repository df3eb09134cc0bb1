"""Cheat sheets: one per topic and level, kept by organisers, listed for everybody."""

from datetime import date

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from organisation.kept import forget
from organisation.models import CheatSheet, Topic
from tests.admin_forms import complaints, send
from tests.factories import CheatSheetFactory, DepartmentFactory, TopicFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def organiser(client):
    client.force_login(UserFactory(administrator=True))
    return client


def words(response) -> str:
    return " ".join(response.content.decode().split())


# ── One per topic and level ───────────────────────────────────────────────────────────────────────────────────
def test_there_is_one_per_topic_and_level():
    sheet = CheatSheetFactory()
    CheatSheetFactory(topic=sheet.topic, level="experienced")
    with pytest.raises(IntegrityError, match="cheat_sheet_is_one_per_topic_and_level"):
        CheatSheetFactory(topic=sheet.topic)


def test_there_is_no_third_level():
    with pytest.raises(IntegrityError, match="cheat_sheet_level_is_known"):
        CheatSheetFactory(level="wizard")


# ── The list ──────────────────────────────────────────────────────────────────────────────────────────────────
def test_everybody_sees_them_by_topic_beginners_first(client):
    linkedin = TopicFactory(name="LinkedIn")
    CheatSheetFactory(title="More of it", topic=linkedin, level="experienced")
    CheatSheetFactory(title="A first step", topic=linkedin)
    CheatSheetFactory(title="Before anything else", topic=TopicFactory(name="Starting out", kind=Topic.Kind.MATTER))
    response = client.get("/cheat-sheets/")
    page = words(response)
    places = [page.index(each) for each in ("Starting out", "Before anything", "LinkedIn", "A first step", "More of")]
    assert places == sorted(places)
    assert page.count(">LinkedIn</dt>") == 1
    assert not response.cookies
    assert response.headers["Cache-Control"] == "no-cache"


def test_what_is_retired_is_not_listed_nor_what_goes_with_its_topic(client):
    CheatSheetFactory(title="Out of date", is_retired=True)
    CheatSheetFactory(title="About a platform of old", topic=TopicFactory(is_retired=True))
    page = words(client.get("/cheat-sheets/"))
    assert "Out of date" not in page
    assert "About a platform of old" not in page
    assert "None is written yet" in page


def test_many_take_as_few_statements_as_one(client):
    DepartmentFactory()
    numbers = []
    for more in (1, 20):
        CheatSheetFactory.create_batch(more)
        forget()
        with CaptureQueriesContext(connection) as queries:
            client.get("/cheat-sheets/")
        numbers.append(len(queries))
    assert numbers == [2, 2]  # the department and the sheets


# ── Kept by organisers ────────────────────────────────────────────────────────────────────────────────────────
def test_an_organiser_writes_one_and_sees_it_on_the_site(organiser):
    topic = TopicFactory(slug="linkedin")
    facts = {
        "topic": topic.pk,
        "level": "beginner",
        "title": "A first step",
        "body": "## Begin",
        "reviewed_on": "2026-03-02",
    }
    assert complaints(send(organiser, "organisation_cheatsheet_add", **facts)) == ""
    sheet = CheatSheet.objects.get()
    assert sheet.reviewed_on == date(2026, 3, 2)
    page = words(organiser.get(reverse("admin:organisation_cheatsheet_change", args=[sheet.pk])))
    assert "Begin a line with ## for a heading" in page
    assert 'href="/cheat-sheets/linkedin/beginner/"' in page
    assert "Begin</h2>" in words(organiser.get("/cheat-sheets/linkedin/beginner/"))


def test_a_retired_one_has_no_link_to_a_page_that_is_gone(organiser):
    sheet = CheatSheetFactory(is_retired=True)
    page = words(organiser.get(reverse("admin:organisation_cheatsheet_change", args=[sheet.pk])))
    assert sheet.get_absolute_url() not in page


def test_a_second_one_is_refused_in_words(organiser):
    first, second = CheatSheetFactory(), CheatSheetFactory()
    refused = send(organiser, "organisation_cheatsheet_change", second.pk, topic=first.topic_id)
    assert "There is a cheat sheet about this topic at this level already." in complaints(refused)


def test_two_who_write_the_same_one_at_once_are_told_in_words(organiser, monkeypatch):
    """The look beforehand is switched off: the database refuses, and the page still says so."""
    first, second = CheatSheetFactory(), CheatSheetFactory()
    monkeypatch.setattr(CheatSheet, "validate_constraints", lambda self, exclude=None: None)
    refused = send(organiser, "organisation_cheatsheet_change", second.pk, topic=first.topic_id)
    assert "There is a cheat sheet about this topic at this level already." in complaints(refused)


@pytest.mark.parametrize(
    "changes", [{"title": ""}, {"body": ""}, {"body": "x" * 5001}, {"level": "wizard"}, {"topic": 0}]
)
def test_what_cannot_be_is_refused_beside_the_field(organiser, changes):
    assert complaints(send(organiser, "organisation_cheatsheet_change", CheatSheetFactory().pk, **changes))


def test_a_topic_with_a_cheat_sheet_stays(organiser):
    sheet = CheatSheetFactory()
    organiser.post(reverse("admin:organisation_topic_delete", args=[sheet.topic_id]), {"post": "yes"})
    assert Topic.objects.filter(pk=sheet.topic_id).exists()
