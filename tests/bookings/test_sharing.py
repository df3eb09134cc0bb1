"""The words that make a surgery or a series known: what they say, for which place, and who is given them."""

from datetime import date, time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from bookings.sharing import texts_for_series, texts_for_surgery
from surgeries.models import Surgery
from tests.factories import (
    ChampionFactory,
    OfficeFactory,
    SeriesFactory,
    ShiftFactory,
    SurgeryFactory,
    TopicFactory,
    UserFactory,
    VenueFactory,
    local,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def surgery() -> Surgery:
    venue = VenueFactory.create(name="Ground floor café", office=OfficeFactory.create(name="Leeds", slug="leeds"))
    made = SurgeryFactory.create(venue=venue, starts_at=local(7, 10), slots=6)
    topics = [TopicFactory.create(name=name) for name in ("LinkedIn", "Privacy", "Blogs", "YouTube")]
    for name, known in (("Amina Yusuf", topics[:2]), ("Tom Price", topics[2:])):
        champion = ChampionFactory.create(name=name, topics=known, user=UserFactory.create())
        ShiftFactory.create(surgery=made, champion=champion)
    return made


def page_of(thing, client) -> str:
    name = "bookings:share" if isinstance(thing, Surgery) else "bookings:share_series"
    return client.get(reverse(name, args=[thing.reference])).content.decode()


@pytest.fixture
def organiser(client):
    client.force_login(UserFactory.create(organiser=True))
    return client


# ── What they say ─────────────────────────────────────────────────────────────────────────────────────────────
def test_each_of_them_says_when_and_where_and_how_to_come(surgery):
    texts = texts_for_surgery(surgery)
    assert [text.slug for text in texts] == ["intranet", "engage", "teams"]
    for text in texts:
        for fact in ("10am to midday", "Ground floor café, Leeds", f"http://127.0.0.1/surgeries/{surgery.reference}/"):
            assert fact in text.words, text.slug
        assert "Drop in" in text.words or "drop in" in text.words
        assert "!" not in text.words


def test_each_has_the_form_of_its_place(surgery):
    intranet, engage, teams = (text.words for text in texts_for_surgery(surgery))
    assert "\n" not in teams
    assert len(teams) < 280
    assert len(teams) < len(engage) < len(intranet)
    assert engage.rstrip().endswith("before we meet.")  # with a question, which people answer
    assert "Where: Ground floor café, Leeds\n" in intranet


def test_they_say_who_hosts_and_what_they_know_and_nothing_else_of_them(surgery):
    intranet, engage, _ = (text.words for text in texts_for_surgery(surgery))
    for words in (intranet, engage):
        assert "Amina Yusuf and Tom Price, who know about LinkedIn, Privacy, Blogs and more" in words
        assert "@" not in words


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"is_drop_in": False}, "Book a time, and the seat is yours"),
        ({"slots": 0}, "Just drop in"),
        ({}, "Drop in for as long as you like, or book a time that is yours"),
    ],
)
def test_they_invite_in_the_way_in_which_one_can_come(facts, says):
    for text in texts_for_surgery(SurgeryFactory.create(**facts)):
        assert says in text.words
        assert ("rop in" in text.words) is facts.get("is_drop_in", True)


def test_nobody_is_named_while_nobody_hosts():
    intranet, engage, _ = (text.words for text in texts_for_surgery(SurgeryFactory.create()))
    assert "Who hosts: digital champions" in intranet
    assert "With " not in engage


def test_those_of_a_series_say_when_it_always_is_and_lead_to_its_office():
    venue = VenueFactory.create(office=OfficeFactory.create(slug="leeds"))
    series = SeriesFactory.create(venue=venue, starts_on=date(2026, 3, 3), start_time=time(10), end_time=time(12))
    following = SurgeryFactory.create(series=series, starts_at=local(7, 10))
    for text in texts_for_series(series, following):
        assert "Every second Tuesday, 10am to midday" in text.words
        assert "http://127.0.0.1/?office=leeds" in text.words
    assert "The next one is on " in texts_for_series(series, following)[0].words
    assert "The next one" not in texts_for_series(series, None)[0].words


def test_of_a_series_whose_next_one_has_moved_they_say_when_and_where_it_is():
    series = SeriesFactory.create(start_time=time(10), end_time=time(12))
    usual = SurgeryFactory.create(series=series, venue=series.venue, starts_at=local(7, 10), ends_at=local(7, 12))
    later = SurgeryFactory.create(series=series, starts_at=local(7, 14), ends_at=local(7, 16), venue__name="Library")
    assert f"{usual.local_start:%A %-d %B}.\n" in texts_for_series(series, usual)[0].words
    for text in texts_for_series(series, later)[:2]:
        assert f"{later.local_start:%A %-d %B}, 2pm to 4pm, in Library, {later.venue.office}." in text.words


# ── When there is something to share ──────────────────────────────────────────────────────────────────────────
def test_of_a_draft_it_says_that_it_has_to_be_published_first(organiser):
    page = page_of(SurgeryFactory.create(draft=True), organiser)
    assert "Publish it before you share this" in page
    assert "<textarea" in page


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: SurgeryFactory.create(called_off=True), "is called off"),
        (lambda: SurgeryFactory.create(starts_at=timezone.now() - timedelta(days=3)), "is over"),
        (lambda: SeriesFactory.create(starts_on=date(2026, 3, 3), ends_on=date(2026, 3, 17)), "has ended"),
    ],
)
def test_of_what_is_no_more_there_is_nothing(organiser, make, says):
    page = page_of(make(), organiser)
    assert says in page
    assert "<textarea" not in page


def test_the_next_of_a_series_is_one_that_people_can_come_to(organiser):
    series = SeriesFactory.create()
    SurgeryFactory.create(series=series, draft=True, starts_at=local(3))
    SurgeryFactory.create(series=series, called_off=True, starts_at=local(4))
    page = page_of(series, organiser)
    assert "The next one" not in page
    assert "whoever reads them now would come in vain" in page
    published = SurgeryFactory.create(series=series, starts_at=local(5))
    page = page_of(series, organiser)
    assert f"The next one is on {published.local_start:%A %-d %B}" in page
    assert "in vain" not in page


# ── For whom, and where they find it ──────────────────────────────────────────────────────────────────────────
def test_whoever_hosts_one_of_a_series_may_share_all_of_it_and_others_may_not(surgery, client):
    surgery.series = SeriesFactory.create(venue=surgery.venue)
    surgery.save()
    address = reverse("bookings:share_series", args=[surgery.series.reference])
    host, other = surgery.shifts.first().champion.user, ChampionFactory.create(user=UserFactory.create()).user
    client.force_login(host)
    assert f'href="{address}"' in page_of(surgery, client)
    assert client.get(address).status_code == 200
    client.force_login(other)
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("name", ["bookings:brief", "bookings:register"])
@pytest.mark.parametrize("is_organiser", [True, False])
def test_the_brief_and_the_register_lead_to_it_and_organisers_to_what_is_printed(client, surgery, name, is_organiser):
    user = UserFactory.create(organiser=True) if is_organiser else surgery.shifts.first().champion.user
    client.force_login(user)
    page = client.get(reverse(name, args=[surgery.reference])).content.decode()
    assert f'href="/champion/surgeries/{surgery.reference}/share/"' in page
    for what in ("poster", "cards"):
        assert (f'href="/organise/surgeries/{surgery.reference}/{what}/"' in page) is is_organiser


@pytest.mark.parametrize("make", [SurgeryFactory.create, SeriesFactory.create])
def test_the_administration_leads_to_it(organiser, make):
    thing = make()
    page = organiser.get(reverse(f"admin:surgeries_{thing._meta.model_name}_change", args=[thing.pk])).content.decode()
    kind = "surgeries" if isinstance(thing, Surgery) else "series"
    assert f'href="/champion/{kind}/{thing.reference}/share/"' in page


def test_the_page_of_a_series_leads_to_its_words(organiser):
    page = organiser.get(reverse("bookings:series", args=[(made := SeriesFactory.create()).reference]))
    words = reverse("bookings:share_series", args=[made.reference])
    assert f'href="{words}"' in page.content.decode()
    assert organiser.get(words).status_code == 200


def test_a_name_is_never_markup(organiser):
    venue = VenueFactory.create(name="</textarea><script>alert(1)</script>")
    page = page_of(SurgeryFactory.create(venue=venue), organiser)
    assert "<script>alert" not in page
    assert "&lt;/textarea&gt;" in page


def test_it_takes_few_statements_however_many_host(surgery, organiser, django_assert_max_num_queries):
    for _ in range(12):
        ShiftFactory.create(surgery=surgery, champion=ChampionFactory.create(topics=TopicFactory.create_batch(2)))
    with django_assert_max_num_queries(9):
        page_of(surgery, organiser)
