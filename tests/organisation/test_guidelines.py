"""The department's social media guidelines: everybody reads the version in force, and earlier ones are kept."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone

from organisation.models import Guidelines
from tests.factories import GuidelinesFactory, UserFactory

pytestmark = pytest.mark.django_db
LISTS = "/organise/lists/guidelines/"
TODAY = timezone.localdate


@pytest.fixture
def organiser(client: Client) -> Client:
    client.force_login(UserFactory.create(organiser=True))
    return client


def words(response: Any) -> str:
    return " ".join(response.content.decode().split())


def sent(**changes: Any) -> dict[str, Any]:
    return {"title": "Social media guidelines", "version": "2", "published_on": TODAY(), "body": "## Be kind"} | changes


def test_everybody_reads_the_newest_that_is_published_and_finds_earlier_ones(client: Client):
    assert "None are published here yet" in words(client.get("/guidelines/"))
    old = GuidelinesFactory.create(version="1", published_on=TODAY() - timedelta(days=300), body="Old words")
    now = GuidelinesFactory.create(version="2", published_on=TODAY(), body="## New words")
    to_come = GuidelinesFactory.create(version="3", published_on=TODAY() + timedelta(days=1), body="Future words")

    page = words(client.get("/guidelines/"))
    assert "New words</h2>" in page
    assert "Version 1, " in page
    assert "Old words" not in page
    assert "Version 3" not in page
    earlier = words(client.get(f"/guidelines/{old.pk}/"))
    assert "Old words" in earlier
    assert "no longer in force" in earlier
    assert "no longer in force" not in words(client.get(f"/guidelines/{now.pk}/"))
    assert client.get(f"/guidelines/{to_come.pk}/").status_code == 404


def test_of_two_on_one_day_the_later_one_is_in_force(client: Client):
    GuidelinesFactory.create(body="First"), GuidelinesFactory.create(body="Second")
    assert "Second" in words(client.get("/guidelines/"))


def test_a_link_leads_to_where_they_are(client: Client):
    GuidelinesFactory.create(link="https://intranet.example.gov.uk/x?a=1&b=2", body="")
    assert 'href="https://intranet.example.gov.uk/x?a=1&amp;b=2"' in words(client.get("/guidelines/"))


@pytest.mark.parametrize(("link", "body"), [("", ""), ("https://example.gov.uk/", "Words")])
def test_the_database_wants_words_or_a_link(link: str, body: str):
    with pytest.raises(IntegrityError, match="guidelines_are_words_or_a_link"):
        GuidelinesFactory.create(link=link, body=body)


def test_organisers_add_versions_put_them_right_and_delete_only_what_is_to_come(organiser: Client):
    assert organiser.post(f"{LISTS}new/", sent())["Location"] == f"{LISTS}?done=saved"
    version = Guidelines.objects.get()
    organiser.post(f"{LISTS}{version.pk}/", sent(body="Put right"))
    assert Guidelines.objects.get().body == "Put right"
    assert organiser.post(f"{LISTS}{version.pk}/delete/").status_code == 404
    assert "add a new version" in words(organiser.get(f"{LISTS}{version.pk}/"))

    organiser.post(f"{LISTS}new/", sent(version="3", published_on=TODAY() + timedelta(days=9)))
    states = words(organiser.get(LISTS))
    assert ">In force</td>" in states
    assert ">To come</td>" in states
    organiser.post(f"{LISTS}{Guidelines.objects.get(version='3').pk}/delete/")
    assert Guidelines.objects.get() == version


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"version": ""}, "Enter the version"),
        ({"version": "1A"}, "There is a version 1A already"),
        ({"body": ""}, "Enter the address of the guidelines, or write them below"),
        ({"link": "https://example.gov.uk/"}, "Leave out either the address or the words"),
        ({"link": "javascript:alert(1)", "body": ""}, "Enter the whole address of the page"),
        ({"link": "ftp://example.gov.uk/", "body": ""}, "Enter the whole address of the page"),
        ({"published_on": "soon"}, "Enter the day of publication, such as 27/3/2027"),
        ({"body": "x" * 30_001}, "The text has to be 30000 characters or fewer"),
    ],
)
def test_what_cannot_be_is_said_beside_the_field(organiser: Client, changes: dict[str, Any], said: str):
    GuidelinesFactory.create(version="1a")
    assert said in words(organiser.post(f"{LISTS}new/", sent(**changes)))
    assert Guidelines.objects.count() == 1
