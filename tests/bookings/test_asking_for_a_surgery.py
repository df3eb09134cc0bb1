"""Telling the organisers that one would come: kept as an office and a topic, and nothing about who asks."""

from urllib.parse import urlencode

import pytest

from bookings.models import SurgeryRequest
from tests.factories import ChampionFactory, OfficeFactory, ShiftFactory, SurgeryFactory, TopicFactory, local

pytestmark = pytest.mark.django_db


@pytest.fixture
def leeds():
    return OfficeFactory.create(name="Leeds", slug="leeds")


@pytest.fixture
def linkedin():
    return TopicFactory.create(name="LinkedIn", slug="linkedin")


def test_what_was_looked_for_is_chosen_already(client, leeds, linkedin):
    page = "".join(client.get("/ask/?office=leeds&topic=linkedin").content.decode().split())
    assert '<optionvalue="leeds"selected>Leeds</option>' in page
    assert '<optionvalue="linkedin"selected>LinkedIn</option>' in page


@pytest.mark.parametrize(
    "wanted", [{"office": "leeds", "topic": "linkedin"}, {"office": "leeds"}, {"topic": "linkedin"}]
)
def test_the_office_and_the_topic_are_kept_and_we_say_thank_you(client, leeds, linkedin, wanted):
    coming = SurgeryFactory.create()
    response = client.post("/ask/", wanted, follow=True)
    assert response.redirect_chain == [(f"/ask/thanks/?{urlencode(wanted)}", 303)]
    page = response.content.decode()
    assert "Thank you for telling us" in page
    assert coming.get_absolute_url() in page
    assert "Tell the organisers" not in page
    request = SurgeryRequest.objects.get()
    assert request.office == (leeds if "office" in wanted else None)
    assert request.topic == (linkedin if "topic" in wanted else None)


def test_what_comes_nearest_to_it_is_named_first(client, leeds, linkedin):
    sooner = SurgeryFactory.create()
    in_leeds = SurgeryFactory.create(venue__office=leeds, starts_at=local(9))
    about_linkedin = SurgeryFactory.create(starts_at=local(10))
    ShiftFactory.create(surgery=about_linkedin, champion=ChampionFactory.create(topics=[linkedin]))

    def listed(**wanted):
        page = client.post("/ask/", wanted, follow=True).content.decode()
        return sorted((sooner, in_leeds, about_linkedin), key=lambda it: page.index(it.get_absolute_url()))

    assert listed(office="leeds") == [in_leeds, sooner, about_linkedin]
    assert listed(topic="linkedin") == [about_linkedin, sooner, in_leeds]


@pytest.mark.parametrize("query", ["", "?office=nowhere", "?office=%00&topic=%3Cscript%3E"])
def test_thanks_for_nothing_that_we_know_of_name_what_comes_next(client, query):
    coming = SurgeryFactory.create()
    assert coming.get_absolute_url() in client.get(f"/ask/thanks/{query}").content.decode()


def test_nothing_about_who_asks_can_be_kept():
    kept = {field.name for field in SurgeryRequest._meta.get_fields()}
    assert kept == {"id", "office", "topic", "created_at"}


def test_looking_at_the_form_asks_for_nothing(client, leeds):
    client.get("/ask/?office=leeds")
    client.head("/ask/?office=leeds")
    assert not SurgeryRequest.objects.exists()


def test_an_empty_form_says_what_to_choose(client):
    response = client.post("/ask/", {"office": "", "topic": ""})
    page = response.content.decode()
    assert "<title>Error: " in page
    assert "Choose an office, or what you would like help with, or both" in page
    assert 'href="#id_office"' in page
    assert not SurgeryRequest.objects.exists()


@pytest.mark.parametrize("junk", ["nowhere", "\x00", "<script>", "x" * 100_000, "１", "leeds\nleeds"])
def test_an_unknown_office_is_refused(client, leeds, junk):
    response = client.post("/ask/", {"office": junk})
    assert response.status_code == 200
    assert "<title>Error: " in response.content.decode()
    assert not SurgeryRequest.objects.exists()
    assert client.get("/ask/", {"office": junk}).status_code == 200


def test_retired_offices_and_topics_are_not_offered(client):
    OfficeFactory.create(name="Old office", slug="old", is_retired=True)
    TopicFactory.create(name="Old topic", slug="old", is_retired=True)
    assert "Old" not in client.get("/ask/").content.decode()
    assert "<title>Error: " in client.post("/ask/", {"office": "old"}).content.decode()


def test_one_client_asks_only_so_often(client, leeds, settings):
    settings.FORMS_PER_CLIENT = 2
    for _ in range(2):
        assert client.post("/ask/", {"office": "leeds"}).status_code == 303
    response = client.post("/ask/", {"office": "leeds"})
    assert response.status_code == 429
    assert int(response.headers["Retry-After"]) > 0
    assert SurgeryRequest.objects.count() == 2


def test_a_form_from_elsewhere_is_refused(leeds):
    from django.test import Client

    assert Client(enforce_csrf_checks=True).post("/ask/", {"office": "leeds"}).status_code == 403
    assert not SurgeryRequest.objects.exists()
