"""The directory of champions shows what they chose to show, and finds them by nothing else."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from champions.models import Champion, ChampionQuerySet
from tests.bookings.pages import words_of
from tests.factories import (
    ChampionFactory,
    OfficeFactory,
    ShiftFactory,
    SurgeryFactory,
    TopicFactory,
    UserFactory,
    local,
)

pytestmark = pytest.mark.django_db
ALL = ["topics", "offices", "about", "email"]


@pytest.fixture
def alice(db) -> Champion:
    champion = ChampionFactory(
        name="Alice Adeyemi", user=UserFactory(email="alice@example.gov.uk"), about="I was afraid of it too.",
        experience="Ran the allotment’s page.", topics=[TopicFactory(name="LinkedIn", slug="linkedin")],
    )  # fmt: skip
    champion.offices.add(OfficeFactory(name="Leeds", slug="leeds"))
    return champion


def listed(client, query: str = "") -> str:
    """What the list says: neither the filters above it nor what stands below."""
    page = client.get(f"/champions/{query}")
    found = page.content.decode().partition('<ul class="app-champions">')[2].partition("</ul>")[0]
    page.content = found.encode()
    return words_of(page)


def test_name_topics_offices_and_line_are_shown_until_they_say_otherwise(client, alice):
    assert listed(client) == "Alice Adeyemi I was afraid of it too. Knows: LinkedIn Hosts in Leeds"


@pytest.mark.parametrize(
    ("part", "words"),
    [("topics", "LinkedIn"), ("offices", "Leeds"), ("about", "afraid"), ("email", "alice@example.gov.uk")],
)
def test_each_part_is_shown_if_they_chose_so_and_only_then(client, alice, part, words):
    Champion.objects.update(shown=[part])
    assert words in listed(client)
    Champion.objects.update(shown=[other for other in ALL if other != part])
    assert "Alice" in listed(client)
    assert words not in client.get("/champions/").content.decode().partition('class="app-champions"')[2]


def test_it_leads_to_the_next_surgery_where_one_can_meet_them(client, alice):
    ShiftFactory(champion=alice, surgery=SurgeryFactory(starts_at=local(30)))
    shift = ShiftFactory(champion=alice)
    ShiftFactory(champion=alice, surgery=SurgeryFactory(draft=True, starts_at=local(3)))
    ShiftFactory(
        champion=alice,
        surgery=SurgeryFactory(called_off=True, starts_at=local(3)),
        ended_at=timezone.now(),
        ended_reason="x",
    )
    page = client.get("/champions/").content.decode()
    assert page.count("Hosts next") == 1
    assert f'href="{shift.surgery.get_absolute_url()}"' in page
    Champion.objects.update(shown=["topics", "about", "email"])
    assert "Hosts next" not in client.get("/champions/").content.decode()


def test_it_leads_to_the_surgeries_that_it_is_limited_to(client, alice):
    page = client.get("/champions/?topic=linkedin&office=leeds").content.decode()
    assert (
        '<a class="govuk-link" href="/?office=leeds&amp;topic=linkedin">See coming surgeries in Leeds for LinkedIn'
        in page
    )
    assert "See coming surgeries" not in client.get("/champions/").content.decode()


def test_nobody_is_found_by_what_they_do_not_show(client, alice):
    for query, part in (("?topic=linkedin", "topics"), ("?office=leeds", "offices")):
        Champion.objects.update(shown=[part])
        assert "Alice" in listed(client, query)
        Champion.objects.update(shown=[other for other in ALL if other != part])
        assert listed(client, query) == ""


def test_control_they_would_be_found_if_it_did_not_ask_what_they_show(client, alice, monkeypatch):
    Champion.objects.update(shown=[])
    monkeypatch.setattr(ChampionQuerySet, "showing", lambda champions, what: champions)
    assert "Alice" in listed(client, "?topic=linkedin&office=leeds")


@pytest.mark.parametrize(
    "facts", [{"is_listed": False}, {"state": "left"}, {"state": "resting", "resting_until": "2030-03-01"}]
)
def test_who_is_not_listed_or_does_not_host_is_not_there(client, alice, facts):
    Champion.objects.update(**facts)
    assert listed(client) == ""


def test_it_is_limited_by_topic_and_office_and_forgives_what_it_does_not_know(client, alice):
    ChampionFactory(name="Bob", topics=[TopicFactory(slug="privacy")])
    assert "Bob" not in listed(client, "?topic=%20LinkedIn&office=leeds")
    assert "Alice" not in listed(client, "?topic=privacy")
    assert "Bob" in listed(client, "?topic=nothing&office=%00&page=x")
    assert "No champion in Leeds for Topic" in words_of(client.get("/champions/?topic=privacy&office=leeds"))


def test_500_champions_take_no_more_queries_than_a_few_and_come_in_pages(client, alice):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get("/champions/")
        return len(captured)

    queries()  # the department's name is kept for a second
    few = queries()
    made = Champion.objects.bulk_create(Champion(name=f"Champion {number:03}") for number in range(500))
    for champion in made[:30]:
        champion.offices.set(alice.offices.all())
    queries()  # a second has passed meanwhile
    assert queries() == few <= 12
    page = words_of(client.get("/champions/?page=21"))
    assert "501 champions, page 21 of 21" in page
    assert "Champion 499" in page


def test_nobody_is_looked_at_who_reads_it(client, alice):
    client.force_login(alice.user)
    response = client.get("/champions/")
    assert "Cookie" not in response.get("Vary", "")
    assert "Your account" not in response.content.decode()
