"""The list of coming surgeries: what it says, its filters, its pages, and what it offers when there is nothing."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.utils import timezone

from organisation.kept import forget
from tests.factories import (
    BookingFactory,
    ChampionFactory,
    DepartmentFactory,
    OfficeFactory,
    ShiftFactory,
    SurgeryFactory,
    TopicFactory,
    VenueFactory,
    local,
)

pytestmark = pytest.mark.django_db


def listing(client, query: str = "") -> str:
    forget()
    response = client.get(f"/{query}")
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def leads_to(page: str) -> list[str]:
    """The references of the surgeries on the page, in order."""
    return [part.split("/", 1)[0] for part in page.split('href="/surgeries/')[1:]]


@pytest.fixture
def leeds():
    return OfficeFactory.create(name="Leeds", slug="leeds")


@pytest.fixture
def linkedin():
    return TopicFactory.create(name="LinkedIn", slug="linkedin")


@pytest.fixture
def in_leeds_about_linkedin(leeds, linkedin):
    surgery = SurgeryFactory.create(venue=VenueFactory.create(office=leeds, name="Fourth floor café"))
    ShiftFactory.create(surgery=surgery, champion=ChampionFactory.create(name="Amina Yusuf", topics=[linkedin]))
    return surgery


def test_an_entry_says_day_time_place_hosts_topics_and_seats_in_one_link(client, leeds, linkedin):
    with time_machine.travel(datetime(2026, 3, 2, 9, tzinfo=UTC), tick=False):
        surgery = SurgeryFactory.create(
            venue=VenueFactory.create(office=leeds, name="Fourth floor café"), slots=4, is_drop_in=True
        )
        for name in ("Tom Price", "Amina Yusuf"):
            ShiftFactory.create(
                surgery=surgery, champion=ChampionFactory.create(name=name, topics=[linkedin, TopicFactory.create()])
            )
        page = listing(client)
    assert "Monday 9 March, </span>10am to 11:20am, Fourth floor café, Leeds</a>" in page
    assert "With Amina Yusuf and Tom Price: LinkedIn, Topic" in page
    assert "8 seats left" in page
    assert "or drop in" in page
    assert leads_to(page) == [surgery.reference]


def test_the_header_names_the_department(client):
    assert "Your department</span>" in listing(client)
    DepartmentFactory.create(name="Department for Coastal Resilience")
    assert "Department for Coastal Resilience</span>" in listing(client)
    assert "Department for Coastal Resilience</span>" in client.get("/ask/").content.decode()


def test_surgeries_stand_in_order_of_time_under_their_weeks(client):
    with time_machine.travel(datetime(2026, 3, 4, 9, tzinfo=UTC), tick=False):  # a Wednesday
        later, soon, next_week = (SurgeryFactory.create(starts_at=local(days)) for days in (14, 1, 5))
        page = listing(client)
    assert leads_to(page) == [soon.reference, next_week.reference, later.reference]
    headings = [part.split("</h2>")[0] for part in page.split('<h2 class="app-week">')[1:]]
    assert headings == ["This week", "Next week", "Week of 16 March"]


def test_of_a_surgery_in_a_year_the_list_names_the_year(client):
    with time_machine.travel(datetime(2026, 11, 29, 12, tzinfo=UTC), tick=False):
        SurgeryFactory.create(starts_at=datetime(2027, 12, 3, 10, 30, tzinfo=UTC))
        page = listing(client)
    assert '<h2 class="app-week">Week of 29 November 2027</h2>' in page
    assert "Friday 3 December 2027, </span>10:30am" in page
    assert "Dec<br>2027</span>" in page  # the leaf of a calendar beside it


def test_a_week_begins_on_monday_in_london(client):
    with time_machine.travel(datetime(2026, 6, 7, 12, tzinfo=UTC), tick=False):  # a Sunday
        SurgeryFactory.create(starts_at=local(1, hour=0, minute=20))  # 23:20 of that Sunday in UTC
        page = listing(client)
    assert '<h2 class="app-week">Next week</h2>' in page
    assert "Monday 8 June" in page


def test_drafts_past_and_called_off_surgeries_are_not_listed(client):
    SurgeryFactory.create(draft=True)
    SurgeryFactory.create(called_off=True)
    SurgeryFactory.create(starts_at=local(-2))
    assert leads_to(listing(client)) == []


def test_a_surgery_is_listed_until_it_is_over(client):
    surgery = SurgeryFactory.create(slots=3)
    with time_machine.travel(surgery.ends_at, tick=False) as clock:
        assert leads_to(listing(client)) == []
        clock.move_to(surgery.slots.last().starts_at)
        assert leads_to(listing(client)) == [surgery.reference]


def test_a_shift_that_was_given_back_is_not_shown(client):
    ShiftFactory.create(given_back=True, champion=ChampionFactory.create(name="Gone Again"))
    assert "Gone Again" not in listing(client)


def test_a_retired_topic_is_not_shown(client):
    retired = TopicFactory.create(name="Vine", is_retired=True)
    ShiftFactory.create(champion=ChampionFactory.create(name="Amina Yusuf", topics=[retired]))
    page = listing(client)
    assert "With Amina Yusuf" in page
    assert "Vine" not in page


def test_of_many_topics_the_best_known_come_first_and_the_rest_are_counted(client, linkedin):
    champion = ChampionFactory.create(
        name="Amina Yusuf", topics=[TopicFactory.create(name=f"Topic {letter}") for letter in "ABCDEFG"]
    )
    champion.skills.filter(topic__name="Topic G").update(level=3)
    ShiftFactory.create(champion=champion)
    assert "Amina Yusuf: Topic G, Topic A, Topic B, Topic C, Topic D and 2 more topics" in listing(client)


def test_the_topic_that_is_looked_for_comes_first(client, in_leeds_about_linkedin, linkedin):
    champion = in_leeds_about_linkedin.shifts.get().champion
    champion.skills.create(topic=TopicFactory.create(name="A topic"), level=3)
    assert "Amina Yusuf: A topic, LinkedIn" in listing(client)
    assert "Amina Yusuf: LinkedIn, A topic" in listing(client, "?topic=linkedin")


# ── Filters ───────────────────────────────────────────────────────────────────────────────────────────────────
def test_filters_by_office_and_topic_stand_in_the_address(client, in_leeds_about_linkedin, linkedin):
    elsewhere = SurgeryFactory.create()
    ShiftFactory.create(surgery=elsewhere, champion=ChampionFactory.create(topics=[linkedin]))
    about_nothing = SurgeryFactory.create(venue=in_leeds_about_linkedin.venue)
    assert len(leads_to(listing(client))) == 3
    in_leeds = listing(client, "?office=leeds")
    assert leads_to(in_leeds) == [in_leeds_about_linkedin.reference, about_nothing.reference]
    assert "2 coming surgeries in Leeds" in in_leeds
    assert '<option value="leeds" selected>Leeds</option>' in in_leeds
    assert leads_to(listing(client, "?topic=linkedin")) == [in_leeds_about_linkedin.reference, elsewhere.reference]
    both = listing(client, "?office=leeds&topic=linkedin")
    assert leads_to(both) == [in_leeds_about_linkedin.reference]
    assert "1 coming surgery in Leeds about LinkedIn" in both
    assert "<title>Coming surgeries in Leeds about LinkedIn" in both


@pytest.mark.parametrize("spelling", ["?office=LEEDS", "?office=%20leeds%20", "?office=nowhere&office=leeds"])
def test_spaces_and_capitals_in_a_filter_are_forgiven(client, in_leeds_about_linkedin, spelling):
    SurgeryFactory.create()
    assert leads_to(listing(client, spelling)) == [in_leeds_about_linkedin.reference]


def test_what_we_do_not_know_is_left_out_and_said_so_without_repeating_it(client, in_leeds_about_linkedin):
    page = listing(client, "?office=<script>alert(1)</script>&topic=unheard-of")
    assert leads_to(page) == [in_leeds_about_linkedin.reference]
    assert "We do not know the office or the topic in that address" in page
    assert "alert" not in page
    assert "unheard" not in page


def test_an_empty_choice_says_nothing(client, in_leeds_about_linkedin):
    page = listing(client, "?office=&topic=")
    assert leads_to(page) == [in_leeds_about_linkedin.reference]
    assert "We do not know" not in page


def test_a_retired_office_is_unknown(client):
    OfficeFactory.create(name="Old Leeds", slug="old", is_retired=True)
    page = listing(client, "?office=old")
    assert "Old Leeds" not in page
    assert "We do not know the office" in page


# ── Pages ─────────────────────────────────────────────────────────────────────────────────────────────────────
def test_twenty_stand_on_a_page_and_the_filters_stay(client, leeds):
    venue = VenueFactory.create(office=leeds)
    surgeries = [SurgeryFactory.create(venue=venue, slots=1, starts_at=local(day)) for day in range(1, 43)]
    first, last = listing(client, "?office=leeds&junk=1"), listing(client, "?office=leeds&page=3")
    assert leads_to(first) == [surgery.reference for surgery in surgeries[:20]]
    assert 'href="?office=leeds&amp;page=2" rel="next"' in first
    assert "junk" not in first
    assert leads_to(last) == [surgery.reference for surgery in surgeries[40:]]
    assert "page 3 of 3" in last


@pytest.mark.parametrize(
    ("asked", "shown"),
    [("2", 2), ("99", 2), ("999999999999", 2), ("0", 1), ("-3", 1), ("two", 1), ("1e3", 1), ("%00", 1), ("", 1)],
)
def test_a_page_that_does_not_exist_shows_the_nearest_one(client, asked, shown):
    venue = VenueFactory.create()
    for day in range(1, 23):
        SurgeryFactory.create(venue=venue, slots=1, starts_at=local(day))
    assert f"page {shown} of 2" in listing(client, f"?page={asked}")


# ── Nothing found ─────────────────────────────────────────────────────────────────────────────────────────────
def test_when_nothing_is_found_others_are_offered_those_about_the_topic_first(client, leeds, linkedin):
    sooner = SurgeryFactory.create(starts_at=local(2))
    fitting = SurgeryFactory.create(starts_at=local(9))
    ShiftFactory.create(surgery=fitting, champion=ChampionFactory.create(topics=[linkedin]))
    full = SurgeryFactory.create(starts_at=local(1), slots=1, seats=1, is_drop_in=False)
    BookingFactory.create(surgery=full)
    page = listing(client, "?office=leeds&topic=linkedin")
    assert "No surgery in Leeds about LinkedIn is planned yet" in page
    assert leads_to(page) == [fitting.reference, sooner.reference]
    assert 'href="/ask/?office=leeds&amp;topic=linkedin"' in page
    assert 'href="/calendar/"' in page
    assert 'href="/?topic=linkedin"' in page
    assert 'href="/?office=leeds"' in page


def test_before_the_first_surgery_the_page_is_no_dead_end(client):
    page = listing(client)
    assert "No surgery is planned yet" in page
    assert 'href="/ask/"' in page


# ── Seats in words ────────────────────────────────────────────────────────────────────────────────────────────
def test_seats_left_are_those_without_a_live_booking(client):
    surgery = SurgeryFactory.create(slots=1, seats=3, is_drop_in=False)
    BookingFactory.create(surgery=surgery)
    BookingFactory.create(surgery=surgery, cancelled=True)
    assert "2 seats left" in listing(client)
    BookingFactory.create(surgery=surgery)
    assert "1 seat left" in listing(client)


def test_a_full_surgery_says_how_many_are_waiting(client):
    surgery = SurgeryFactory.create(slots=1, seats=1, is_drop_in=False)
    BookingFactory.create(surgery=surgery)
    page = listing(client)
    assert "Full <span" in page
    assert "waiting list open" in page
    BookingFactory.create_batch(3, surgery=surgery, waiting=True)
    assert "Full: 3 waiting" in listing(client)


def test_at_a_full_surgery_people_may_drop_in(client):
    surgery = SurgeryFactory.create(slots=1, seats=1)
    BookingFactory.create(surgery=surgery)
    page = listing(client)
    assert "Drop-ins welcome" in page
    assert "or drop in" not in page


def test_a_full_surgery_is_not_what_others_are_sent_to(client, linkedin):
    full, free = SurgeryFactory.create(slots=1, seats=1), SurgeryFactory.create()
    BookingFactory.create(surgery=full)
    assert leads_to(listing(client, "?topic=linkedin")) == [free.reference]


def test_while_nobody_hosts_an_entry_says_so(client):
    SurgeryFactory.create()
    assert "Hosts to be confirmed" in listing(client)


def test_seats_of_slots_that_have_begun_do_not_count(client):
    surgery = SurgeryFactory.create(slots=3, seats=2, is_drop_in=False)
    first, second, third = surgery.slots.all()
    with time_machine.travel(first.starts_at, tick=False) as clock:
        assert "4 seats left" in listing(client)
        clock.move_to(second.starts_at)
        assert "2 seats left" in listing(client)
        clock.move_to(third.starts_at)
        assert "Under way" in listing(client)


def test_a_surgery_without_slots_is_drop_in(client):
    SurgeryFactory.create(slots=0, is_drop_in=True)
    page = listing(client)
    assert "Drop in" in page
    assert "seats left" not in page


def test_the_local_day_is_shown_whatever_zone_is_active(client):
    SurgeryFactory.create(starts_at=datetime(2030, 7, 1, 9, tzinfo=UTC))
    with timezone.override("Pacific/Kiritimati"):
        page = listing(client)
    assert "Monday 1 July 2030, </span>10am" in page
