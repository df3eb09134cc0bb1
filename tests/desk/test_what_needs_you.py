"""Each kind of thing that needs an organiser is listed from its threshold on, and not before."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from bookings.models import Booking, SurgeryRequest
from desk import thresholds
from desk.needs import KINDS, needs, week_ahead
from notifications.models import OutboxEmail
from notifications.services import queue_email
from tests.bookings.pages import words_of
from tests.bookings.test_statements_per_page import statements
from tests.factories import (
    BookingFactory,
    ChampionFactory,
    DecisionFactory,
    DepartmentFactory,
    HelpFactory,
    OfficeFactory,
    OutcomeFactory,
    ShiftFactory,
    SurgeryFactory,
    SurgeryRequestFactory,
    TeamFactory,
    TopicFactory,
    UserFactory,
    VenueFactory,
    VisitFactory,
    local,
)

pytestmark = pytest.mark.django_db
# A Tuesday in the middle of a month.
NOW = datetime(2027, 3, 16, 9, 30, tzinfo=UTC)
MOMENT = timedelta(seconds=1)
PAGE = "/organise/"


@pytest.fixture(autouse=True)
def _then():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def organiser(client: Client) -> Client:
    client.force_login(UserFactory.create(organiser=True))
    return client


def found(slug: str) -> list[tuple[str, str]]:
    """What is listed of a kind: what it is, and what is said of it."""
    sections = {section.kind.slug: section for section in needs(now=NOW).sections}
    return [(line.what, line.detail) for line in sections[slug].lines] if slug in sections else []


def at(moment: datetime, **facts):
    return SurgeryFactory.create(starts_at=moment, **facts)


def hosted(moment: datetime, hosts: int = 1, **facts):
    surgery = at(moment, **facts)
    ShiftFactory.create_batch(hosts, surgery=surgery)
    return surgery


def test_nothing_needs_anybody_where_there_is_nothing():
    assert needs(now=NOW).sections == ()


def test_a_published_surgery_without_a_host_from_four_weeks_before():
    limit = NOW + thresholds.NOBODY_HOSTS_WITHIN
    at(limit)
    at(limit - MOMENT, draft=True)
    at(limit - MOMENT, called_off=True)
    at(NOW - MOMENT)  # is under way, and on the page of today
    hosted(limit - MOMENT)
    assert found("no-host") == []
    here = at(limit - MOMENT, venue=VenueFactory.create(name="Café", office__name="Leeds"))
    assert found("no-host") == [("Tuesday 13 April, 10:29am to 11:29am, Café, Leeds", "Nobody has booked yet")]
    BookingFactory.create(surgery=here)
    ShiftFactory.create(surgery=here, given_back=True)
    assert [detail for _, detail in found("no-host")] == ["1 person has booked"]


def test_a_surgery_that_is_short_of_hosts_from_two_weeks_before():
    limit = NOW + thresholds.SHORT_WITHIN
    hosted(limit)
    hosted(limit - MOMENT, hosts=2)
    at(limit - MOMENT)  # has none, which is the other list
    assert found("short-of-hosts") == []
    hosted(limit - MOMENT)
    part = hosted(limit - MOMENT)
    ShiftFactory.create(surgery=part, ends_at=part.starts_at + timedelta(minutes=20))
    assert [detail for _, detail in found("short-of-hosts")] == ["1 of 2 hosts", "Hosts missing for part of it"]


def crowded(waiting: int, **facts):
    surgery = hosted(NOW + timedelta(days=3), hosts=2, slots=1, seats=1, **facts)
    BookingFactory.create(surgery=surgery)
    for _ in range(waiting):
        BookingFactory.create(surgery=surgery, waiting=True)
    return surgery


def test_a_waiting_list_that_the_other_surgeries_of_the_office_cannot_take():
    crowded(thresholds.WAITING_FOR_ANOTHER - 1)
    assert found("waiting") == []
    there = crowded(thresholds.WAITING_FOR_ANOTHER)
    assert [detail for _, detail in found("waiting")] == ["3 people waiting, no seat at that office"]
    line = needs(now=NOW).to_decide[-1].lines[0]
    assert line.act_href == f"/organise/diary/new/?like={there.reference}"

    at(NOW + thresholds.ROOM_WITHIN, venue=there.venue, slots=1, seats=3)  # too late for them
    at(NOW + timedelta(days=4), slots=1, seats=3)  # elsewhere
    at(NOW + timedelta(days=4), venue=there.venue, slots=1, seats=3, draft=True)
    assert [detail for _, detail in found("waiting")] == ["3 people waiting, no seat at that office"]
    at(NOW + timedelta(days=4), venue=there.venue, slots=1, seats=2)
    assert [detail for _, detail in found("waiting")] == ["3 people waiting, 2 free seats at that office"]
    at(NOW + thresholds.ROOM_WITHIN - MOMENT, venue=there.venue, slots=1, seats=1)
    assert found("waiting") == []


def test_an_application_that_waits_for_an_answer():
    ChampionFactory.create(applied=True, state="asked_back")
    assert found("applications") == []
    ChampionFactory.create(applied=True, name="Amina Yusuf", applied_at=NOW - timedelta(days=2))
    assert found("applications") == [("Amina Yusuf", "Waits since Sunday 14 March")]
    for name, asked_ago in (("Bob", thresholds.UNANSWERED_AFTER + MOMENT), ("Cyd", thresholds.UNANSWERED_AFTER)):
        asked = ChampionFactory.create(applied=True, state="asked_back", name=name, applied_at=NOW - timedelta(days=40))
        for ago in (timedelta(days=39), asked_ago):  # the last time counts
            DecisionFactory.create(champion=asked, outcome="asked_back", words="Where?", decided_at=NOW - ago)
    assert found("applications") == [
        ("Bob", "Asked on Tuesday 2 March, and has not answered"),
        ("Amina Yusuf", "Waits since Sunday 14 March"),
    ]


def helped(ended_ago: timedelta, **facts):
    surgery = hosted(NOW - ended_ago - timedelta(hours=1), hosts=2, **facts)
    help_ = HelpFactory.create(visit=VisitFactory.create(surgery=surgery), shift=surgery.shifts.first())
    return help_.visit


def test_outcomes_are_missing_once_hosts_cannot_write_them_and_while_organisers_can():
    helped(thresholds.OUTCOMES_DUE_AFTER - MOMENT)
    helped(timedelta(days=30))
    OutcomeFactory.create(visit=helped(timedelta(days=3)))
    VisitFactory.create(surgery=at(NOW - timedelta(days=3)))  # whom nobody helped
    assert found("outcomes") == []
    helped(thresholds.OUTCOMES_DUE_AFTER)
    helped(timedelta(days=30) - MOMENT)
    assert [detail for _, detail in found("outcomes")] == ["1 person without an outcome"] * 2


def given_up(number: int = 1, **facts) -> OutboxEmail:
    about = {"booking": number}
    queue_email(kind="booking_booked", to="bob@example.gov.uk", about=about, dedupe_key=f"x:{number}", now=NOW)
    OutboxEmail.objects.filter(dedupe_key=f"x:{number}").update(
        **{"state": "dead", "last_error": "It was not sent: SMTPRecipientsRefused 550 5.1.1."} | facts
    )
    return OutboxEmail.objects.get(dedupe_key=f"x:{number}")


def test_an_email_that_was_given_up_and_not_left_at_that():
    given_up(1, state="queued"), given_up(2, state="dropped"), given_up(3, left_alone_at=NOW)
    assert found("emails") == []
    given_up(4)
    assert [detail for _, detail in found("emails")] == ["There is no such address"]
    assert found("emails")[0][0].endswith(", to bob@example.gov.uk")


def test_a_topic_that_people_ask_for_and_no_champion_knows_who_hosts():
    topic, since = TopicFactory.create(name="TikTok"), NOW - thresholds.ASKED_LATELY
    ask = SurgeryRequestFactory.create(topic=topic, office=None)
    for _ in range(thresholds.ASKED_AT_LEAST - 1):
        old = SurgeryRequestFactory.create(topic=topic, office=None)
        SurgeryRequest.objects.filter(pk=old.pk).update(created_at=since)
    assert found("topics") == []
    BookingFactory.create(created_at=since + MOMENT).topics.add(topic)
    ChampionFactory.create(topics=[topic], left=True)
    assert found("topics") == [("TikTok", "Asked for twice")]
    retired = TopicFactory.create(is_retired=True)
    SurgeryRequestFactory.create_batch(2, topic=retired, office=None)
    assert len(found("topics")) == 1
    ChampionFactory.create(topics=[topic])
    assert found("topics") == []
    assert ask.pk


def test_an_office_with_nothing_published_that_is_still_to_come():
    office = OfficeFactory.create(name="Leeds", slug="leeds")
    OfficeFactory.create(is_retired=True)
    venue = VenueFactory.create(office=office)
    over = at(NOW - timedelta(hours=2), venue=venue, slots=1)
    assert over.is_over(NOW)
    assert found("offices") == [("Leeds", "Nothing in the diary")]
    at(local(5), venue=venue, draft=True)
    SurgeryRequestFactory.create(office=office, topic=None)
    assert found("offices") == [("Leeds", "1 draft to publish, 1 asked for one")]
    at(NOW - MOMENT, venue=venue)  # still to come, as long as it is not over
    assert found("offices") == []


def test_the_form_that_it_leads_to_begins_with_a_venue_of_that_office(organiser: Client):
    OfficeFactory.create(name="Hull"), VenueFactory.create(name="Atrium")
    cafe = VenueFactory.create(name="Café", office__name="Leeds")
    VenueFactory.create(name="Attic", office=cafe.office, is_retired=True)
    acts = {line.what: line.act_href for section in needs(now=NOW).sections for line in section.lines}
    for office, chosen in (("Leeds", f'value="{cafe.pk}" selected'), ("Hull", "")):
        form = organiser.get(acts[office]).content.decode()
        assert chosen in form
        assert form.count("selected>Café") == bool(chosen)


def hosting(days: list[int], **facts):
    champion = ChampionFactory.create(**facts)
    for number in days:
        ShiftFactory.create(champion=champion, surgery=at(local(number)))
    return champion


def test_a_champion_who_hosts_more_than_they_like_to_or_than_is_often():
    hosting([1, 2], most_shifts_a_month=2)
    hosting([1, 2, 3, 20], most_shifts_a_month=3)  # the last is in April
    hosting([1, 2, 3, 6])  # 4 in March
    hosting([47, 48, 49, 50, 51])  # May is far away
    hosting([-3, -2, 20], most_shifts_a_month=1)  # too many, and over
    resting = hosting([1, 2, 3], most_shifts_a_month=1, state="resting", resting_until=NOW.date())
    assert resting.pk
    assert found("overloaded") == []
    hosting([1, 2, -3], name="Amina", most_shifts_a_month=2)
    hosting([20, 21, 22, 23, 24], name="Bob")
    assert found("overloaded") == [
        ("Amina", "3 surgeries in March; they like at most 2"),
        ("Bob", "5 surgeries in April; more than 4 a month is a lot"),
    ]


def test_a_champion_who_is_the_only_one_at_an_office():
    leeds, york = OfficeFactory.create(name="Leeds"), OfficeFactory.create(name="York")
    amina, bob, gone = ChampionFactory.create(name="Amina"), ChampionFactory.create(), ChampionFactory.create(left=True)
    amina.offices.set([leeds, york])
    bob.offices.set([leeds])
    gone.offices.set([york])
    assert found("alone") == [("Amina", "The only one at York")]
    bob.offices.add(york)
    assert found("alone") == []


def test_a_champion_who_has_not_hosted_for_long_and_will_not_soon():
    limit = NOW - thresholds.QUIET_AFTER

    def last_hosted(ended: datetime, **facts):
        surgery = at(ended - timedelta(minutes=60))
        return ShiftFactory.create(surgery=surgery, champion=ChampionFactory.create(**facts)).champion

    last_hosted(limit + MOMENT)
    ShiftFactory.create(champion=last_hosted(limit), surgery=at(local(60)))
    last_hosted(limit, left=True)
    ChampionFactory.create()  # of whom nobody knows since when
    DecisionFactory.create(decided_at=limit + MOMENT)
    assert found("quiet") == []
    last_hosted(limit, name="Amina")
    DecisionFactory.create(decided_at=limit, champion__name="Bob")
    assert sorted(found("quiet")) == [
        ("Amina", "Last hosted 16 Dec 2026"),
        ("Bob", "Joined 16 Dec 2026, not hosted yet"),
    ]


def everything(size: int) -> None:
    """So many of every kind."""
    topics = TopicFactory.create_batch(size)
    for number in range(size):
        at(local(2)), hosted(local(3)), crowded(3), helped(timedelta(days=3))
        given_up(number, about={"booking": Booking.objects.latest("pk").pk})
        ChampionFactory.create(applied=True), OfficeFactory.create()
        SurgeryRequestFactory.create_batch(2, topic=topics[number], office=None)
        hosting([1, 2, 3, 6, 7])
        ChampionFactory.create().offices.set([OfficeFactory.create()])
        DecisionFactory.create(decided_at=NOW - timedelta(days=200))


def test_every_kind_says_how_many_there_are_and_shows_the_first_few(organiser: Client):
    everything(6)
    sections = needs(now=NOW).sections
    assert [section.kind for section in sections] == list(KINDS)
    assert {len(section.lines) for section in sections} == {4}
    assert all(section.number >= 6 for section in sections)
    page = organiser.get(PAGE).content.decode()
    for section in sections:
        assert f"See all {section.number}<" in page
        everything_of_it = organiser.get(section.kind.href)
        assert everything_of_it.status_code == 200
        assert page.count(section.kind.rule.replace("’", "’")) == 1
        if not section.kind.page:
            assert f"{section.number} in all" in everything_of_it.content.decode()


def test_each_line_leads_to_a_page_that_is_there(organiser: Client):
    everything(1)
    for section in needs(now=NOW).sections:
        for line in section.lines:
            for href in filter(None, (line.href, line.act_href)):
                assert organiser.get(href).status_code == 200, (section.kind.slug, href)


def test_the_page_of_a_quiet_champion_leads_to_the_month_in_which_hosts_are_missing_next(organiser: Client):
    page = f"/organise/champions/{ChampionFactory.create().pk}/shifts/"
    hosted(local(1), hosts=2)
    assert "See where hosts are missing" not in organiser.get(page).content.decode()
    there = hosted(local(40), hosts=1)
    link = f"/organise/diary/?month={there.local_start:%Y-%m}&amp;state=short&amp;as=list"
    assert f'href="{link}"' in organiser.get(page).content.decode()
    assert there.reference in organiser.get(link.replace("&amp;", "&")).content.decode()


def test_the_page_takes_the_same_few_statements_however_much_there_is(organiser: Client):
    everything(1)
    pages = [PAGE, *(kind.href for kind in KINDS if kind.page != "champions:applications")]
    pages.append(f"/organise/champions/{ChampionFactory.create().pk}/shifts/")
    few = [statements(lambda page=page: organiser.get(page)) for page in pages]
    everything(12)
    assert [statements(lambda page=page: organiser.get(page)) for page in pages] == few
    assert max(few) <= 12


def test_today_comes_with_the_pages_that_it_is_run_from_and_the_week_with_what_is_to_come():
    today, tomorrow = at(local(0, 8)), at(local(1))
    last, after = at(local(7) - timedelta(hours=10) - MOMENT), at(local(7) - timedelta(hours=10))
    at(local(2), called_off=True)
    week = week_ahead(now=NOW)
    assert [entry.surgery for entry in week.today] == [today]
    assert [entry.surgery for entry in week.later] == [tomorrow, last]
    assert week.next
    assert week.next.surgery == after


def test_how_the_week_ahead_stands_reads_on_after_the_hosts(organiser: Client):
    surgery = hosted(local(2), hosts=2, slots=1, seats=1)
    BookingFactory.create(surgery=surgery), BookingFactory.create(surgery=surgery, waiting=True)
    page = words_of(organiser.get(PAGE))
    assert "2 hosts, full: 1 waiting" in page


def test_a_quiet_morning_says_so_and_when_the_next_surgery_is(organiser: Client):
    hosted(local(60), hosts=2)
    DepartmentFactory.create(), TeamFactory.create(), TopicFactory.create()
    page = " ".join(organiser.get(PAGE).content.decode().split())
    assert "Nothing to decide." in page
    assert "Nothing needs you" in page
    assert "Saturday 15 May, 10am to 11am" in page
    # Whatever stands there: here the next surgery, which is months away.
    assert page.count("The days ahead") == 2
    assert "The next seven days" not in page
