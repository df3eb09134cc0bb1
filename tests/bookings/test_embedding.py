"""The list within other people's pages: who may show it, what it says, and that nothing else may be framed."""

import json
from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.views.embed import EMBED_SHOWS, FEED_HOLDS
from organisation.kept import forget
from tests.access import ORGANISER, make_world
from tests.bookings.test_kept_for_a_second import many
from tests.factories import (
    BookingFactory,
    ChampionFactory,
    DepartmentFactory,
    OfficeFactory,
    ShiftFactory,
    SurgeryFactory,
    TopicFactory,
    UserFactory,
    VenueFactory,
    local,
)
from tests.test_access import TABLE

INTRANET, OTHER = "https://intranet.example.gov.uk", "https://other.example"
PAGE, FEED = "/embed/", "/embed/surgeries.json"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def origins(settings):
    settings.EMBED_ORIGINS = [INTRANET, "https://b.example:8443"]


@pytest.fixture
def surgery():
    venue = VenueFactory.create(name="Ground floor café", office=OfficeFactory.create(name="Leeds", slug="leeds"))
    made = SurgeryFactory.create(venue=venue, starts_at=local(7, 10), slots=2, seats=2)
    topics = [TopicFactory.create(name=name) for name in ("LinkedIn", "Privacy")]
    champion = ChampionFactory.create(name="Amina Yusuf", topics=topics, user=UserFactory.create(email="a@gov.uk"))
    ShiftFactory.create(surgery=made, champion=champion)
    OfficeFactory.create(name="York", slug="york")
    return made


def may_be_framed(response) -> list[str]:
    """By whom, as the policy says; and that no other header says otherwise."""
    policy = dict(part.strip().split(" ", 1) for part in response["Content-Security-Policy"].split(";"))
    by = policy["frame-ancestors"].split()
    assert ("X-Frame-Options" in response) is (by == ["'none'"])
    return by


# ── Who may show it ───────────────────────────────────────────────────────────────────────────────────────────
def test_the_sites_that_are_named_may_frame_it_and_the_policy_is_as_strict_as_ever_otherwise(client, settings):
    response = client.get(PAGE)
    assert may_be_framed(response) == settings.EMBED_ORIGINS
    assert "unsafe" not in response["Content-Security-Policy"]
    assert "default-src 'none'" in response["Content-Security-Policy"]


def test_so_they_may_when_it_is_unchanged(client, settings):
    etag = client.get(PAGE)["ETag"]
    response = client.get(PAGE, headers={"If-None-Match": etag})
    assert response.status_code == 304
    assert may_be_framed(response) == settings.EMBED_ORIGINS


def test_nobody_may_while_none_is_named(client, settings):
    settings.EMBED_ORIGINS = []
    assert may_be_framed(client.get(PAGE)) == ["'none'"]
    assert "Access-Control-Allow-Origin" not in client.get(FEED, headers={"Origin": INTRANET})


def test_nothing_else_may_be_framed():
    world = make_world()
    framed = {
        row.name
        for row in TABLE
        if may_be_framed(world.client_of(ORGANISER).get(row.address(world, ORGANISER))) != ["'none'"]
    }
    assert framed == {"bookings:embed"}


@pytest.mark.parametrize(("origin", "allowed"), [(INTRANET, True), (OTHER, False), ("null", False), ("*", False)])
def test_scripts_of_the_sites_that_are_named_may_read_the_feed(client, surgery, origin, allowed):
    for address in (FEED, f"{FEED}?office=nowhere"):
        response = client.get(address, headers={"Origin": origin})
        assert response.get("Access-Control-Allow-Origin") == (origin if allowed else None)
        assert "Origin" in response["Vary"]
    assert "Access-Control-Allow-Origin" not in client.get("/", headers={"Origin": origin})


# ── What they say ─────────────────────────────────────────────────────────────────────────────────────────────
def test_the_page_says_what_the_list_says_and_opens_in_the_whole_window(client, surgery):
    page = client.get(f"{PAGE}?office=Leeds").content.decode()
    for part in ("10am to 10:40am, Ground floor café, Leeds", "With Amina Yusuf: ", "4 seats left"):
        assert part in page
    assert '<base target="_top">' in page
    assert f'href="{surgery.get_absolute_url()}"' in page
    assert 'target="_self"' in page.partition("<form")[2].partition(">")[0]
    assert "<script" not in page


def test_the_feed_says_the_same_and_no_more(client, surgery):
    BookingFactory.create(surgery=surgery)
    feed = json.loads(client.get(f"{FEED}?office=leeds").content)
    (said,) = feed.pop("surgeries")
    assert feed == {"link": "http://127.0.0.1/?office=leeds", "count": 1}
    assert datetime.fromisoformat(said.pop("starts_at")) == surgery.starts_at
    assert datetime.fromisoformat(said.pop("ends_at")) == surgery.ends_at
    assert said == {
        "day": f"{surgery.local_start:%A %-d %B}",
        "times": "10am to 10:40am",
        "venue": "Ground floor café",
        "office": "Leeds",
        "hosts": "Amina Yusuf",
        "topics": ["LinkedIn", "Privacy"],
        "seats": "3 seats left",
        "seats_left": 3,
        "is_drop_in": True,
        "link": f"http://127.0.0.1/surgeries/{surgery.reference}/",
    }


def test_neither_shows_a_draft_or_one_that_is_called_off(client, surgery):
    for facts in ({"draft": True}, {"called_off": True}, {"starts_at": local(-3)}):
        SurgeryFactory.create(**facts)
    assert json.loads(client.get(FEED).content)["count"] == 1
    assert client.get(PAGE).content.decode().count("app-surgery__title") == 1


def test_where_nothing_is_planned_it_says_where_one_can_go_instead(client, surgery):
    page = client.get(f"{PAGE}?office=york").content.decode()
    assert "No surgery in York is planned yet" in page
    assert 'href="/ask/?office=york"' in page
    assert surgery.get_absolute_url() in page
    assert json.loads(client.get(f"{FEED}?office=york").content)["surgeries"] == []


def test_an_office_that_nobody_knows_is_said_on_the_page_and_an_error_of_the_feed(client, surgery):
    assert "We do not know that office" in client.get(f"{PAGE}?office=<b>x</b>").content.decode()
    response = client.get(f"{FEED}?office=nowhere")
    assert (response.status_code, json.loads(response.content)) == (404, {"error": "There is no office of that name."})


@pytest.mark.parametrize(
    "query", ["?office=%00", "?office=" + "9" * 5000, "?office=leeds&office=york", "?topic=x&page=z"]
)
def test_whatever_the_address_says_it_is_answered(client, surgery, query):
    assert client.get(PAGE + query).status_code == 200
    assert client.get(FEED + query).status_code in {200, 404}


def test_long_lists_are_cut_and_the_page_leads_to_the_rest(client):
    many(FEED_HOLDS + 1)
    page = client.get(PAGE).content.decode()
    assert page.count("app-surgery__title") == EMBED_SHOWS
    assert f"See all {FEED_HOLDS + 1} coming surgeries" in page
    feed = json.loads(client.get(FEED).content)
    assert (len(feed["surgeries"]), feed["count"]) == (FEED_HOLDS, FEED_HOLDS + 1)


# ── Nobody's, and light ───────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("address", [PAGE, FEED])
def test_it_carries_no_cookie_whoever_asks_and_is_made_once_a_second(client, surgery, address):
    DepartmentFactory.create()
    client.force_login(UserFactory.create(organiser=True))
    with CaptureQueriesContext(connection) as first:
        response = client.get(address)
    assert not response.cookies
    assert "Cookie" not in response["Vary"]
    assert len(first) <= 4
    with CaptureQueriesContext(connection) as second:
        client.get(f"{address}?junk=1&topic=linkedin&page=7")
    assert len(second) == 0
    forget()
    many(30)
    with CaptureQueriesContext(connection) as full:
        client.get(address)
    assert len(full) <= len(first)


def test_the_feed_may_be_kept_for_half_a_minute_and_the_page_is_asked_for_again(client, surgery):
    assert client.get(FEED)["Cache-Control"] == "public, max-age=30"
    assert client.get(PAGE)["Cache-Control"] == "no-cache"
