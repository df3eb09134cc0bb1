"""A champion looks back: what they hosted in a period, who came meanwhile, and what people asked about."""

from datetime import date, timedelta

import pytest
import time_machine
from django.utils import timezone

from bookings.record import Period, Record, record_of
from bookings.services.diary import call_off
from champions.models import Champion
from surgeries.models import Shift
from tests.bookings.pages import words_of
from tests.bookings.test_statements_per_page import statements
from tests.everyone.recording import host_many
from tests.factories import (
    BookingFactory,
    ChampionFactory,
    HelpFactory,
    JournalEntryFactory,
    OutcomeFactory,
    ShiftFactory,
    SurgeryFactory,
    TopicFactory,
    UserFactory,
    VisitFactory,
    local,
)

pytestmark = pytest.mark.django_db
RECORD = "/champion/record/"


@pytest.fixture
def amina(client) -> Champion:
    champion = ChampionFactory.create(name="Amina Yusuf", user=UserFactory.create())
    client.force_login(champion.user)
    return champion


def hosted(champion: Champion, days: int = -7, *, slots=slice(None), **facts) -> Shift:
    """A surgery of three slots that is over; they hosted during these."""
    surgery = SurgeryFactory.create(starts_at=local(days), **facts)
    chosen = list(surgery.slots.all())[slots]
    return ShiftFactory.create(
        champion=champion, surgery=surgery, starts_at=chosen[0].starts_at, ends_at=chosen[-1].ends_at
    )


def ever(champion: Champion) -> Record:
    return record_of(champion, Period(date(2000, 1, 1), date(2099, 12, 31)), now=timezone.now())


# ── Which surgeries ───────────────────────────────────────────────────────────────────────────────────────────
def test_what_took_place_counts_and_nothing_else(amina):
    took_place = hosted(amina)
    hosted(amina, -9, draft=True)
    call_off(surgery=hosted(amina, -8).surgery, reason="The café is being painted.", now=local(-9))
    ShiftFactory.create(champion=amina, surgery__starts_at=local(-10), given_back=True)
    ShiftFactory.create(champion=amina)  # is still to come
    hosted(ChampionFactory.create())
    assert [session.surgery for session in ever(amina).sessions] == [took_place.surgery]


def test_control_by_the_shift_alone_more_would_count(amina):
    hosted(amina), hosted(amina, -9, draft=True)
    assert Shift.objects.live().filter(champion=amina).count() == len(ever(amina).sessions) + 1


def test_two_parts_of_one_surgery_are_one(amina):
    shift = hosted(amina, slots=slice(0, 1))
    last = shift.surgery.slots.last()
    ShiftFactory.create(champion=amina, surgery=shift.surgery, starts_at=last.starts_at, ends_at=last.ends_at)
    VisitFactory.create_batch(2, surgery=shift.surgery)
    assert [session.came for session in ever(amina).sessions] == [2]


# ── Who came, and what they asked about ───────────────────────────────────────────────────────────────────────
def test_who_came_while_they_hosted_counts(amina):
    shift = hosted(amina, slots=slice(1, 2))
    first, second, third = shift.surgery.slots.all()
    for slot in (first, second, third):
        booking = BookingFactory.create(surgery=shift.surgery, slot=slot)
        VisitFactory.create(booking=booking, arrived_at=second.starts_at)  # who has a slot came for it
        VisitFactory.create(surgery=shift.surgery, arrived_at=slot.starts_at)
    assert ever(amina).came == 2


def test_who_dropped_in_before_the_doors_opened_counts(amina):
    shift = hosted(amina)
    VisitFactory.create(surgery=shift.surgery, arrived_at=shift.starts_at - timedelta(minutes=5))
    assert ever(amina).came == 1


def test_what_they_asked_who_held_a_seat_or_came(amina):
    linkedin, privacy, tumblr = (TopicFactory.create(name=name) for name in ("LinkedIn", "Privacy", "Tumblr"))
    shift = hosted(amina, slots=slice(0, 1))
    slot = shift.surgery.slots.first()
    seated = BookingFactory.create(surgery=shift.surgery, slot=slot)
    came = BookingFactory.create(surgery=shift.surgery, slot=slot, cancelled=True)
    VisitFactory.create(booking=came)
    stayed_away = BookingFactory.create(surgery=shift.surgery, slot=slot, cancelled=True)
    later = BookingFactory.create(surgery=shift.surgery, slot=shift.surgery.slots.last())
    seated.topics.set([linkedin, privacy]), came.topics.set([linkedin])
    for nobody_of_theirs in (stayed_away, later):
        nobody_of_theirs.topics.set([tumblr])
    assert ever(amina).topics == (("LinkedIn", 2), ("Privacy", 1))


def test_whom_they_sat_down_with_counts_once_and_so_does_what_it_was_about(client, amina):
    linkedin, privacy = (TopicFactory.create(name=name) for name in ("LinkedIn", "Privacy"))
    shift = hosted(amina)
    booked = VisitFactory.create(booking=BookingFactory.create(surgery=shift.surgery))
    booked.booking.topics.set([linkedin])
    walked_in, helped_by_another = VisitFactory.create_batch(2, surgery=shift.surgery)
    for visit, by in ((booked, shift), (booked, shift), (walked_in, shift), (helped_by_another, None)):
        facts = {"shift": by} if by else {}
        HelpFactory.create(visit=visit, ends_at=visit.arrived_at, **facts)
    for visit in (booked, walked_in, helped_by_another):
        OutcomeFactory.create(visit=visit).topics.set([linkedin, privacy])
    assert (ever(amina).came, ever(amina).helped) == (3, 2)
    assert ever(amina).topics == (("LinkedIn", 2), ("Privacy", 2))
    said = words_of(client.get(RECORD + "?since=2000-01-01&until=2099-12-31"))
    assert "3 people came while you hosted 2 of them you helped yourself" in said


def test_where_nobody_kept_a_register_nobody_is_said_to_have_stayed_away(client, amina):
    assert hosted(amina).surgery.visits.count() == 0
    said = words_of(client.get(RECORD + "?since=2000-01-01&until=2099-12-31"))
    assert "1 surgery hosted" in said
    assert "no register of who came" in said
    assert "came while you hosted" not in said
    VisitFactory.create(surgery=hosted(amina, -8).surgery)
    said = words_of(client.get(RECORD + "?since=2000-01-01&until=2099-12-31"))
    assert "1 person came while you hosted" in said
    assert "a register of who came for 1 of the 2 surgeries" in said
    assert "not known" in said


# ── When ──────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("day", "first", "last"),
    [
        (date(2026, 3, 31), date(2025, 4, 1), date(2026, 3, 31)),
        (date(2026, 4, 1), date(2026, 4, 1), date(2027, 3, 31)),
    ],
)
def test_an_appraisal_year_is_from_april_to_march(day, first, last):
    assert Period.appraisal_year(day) == Period(first, last)
    assert Period.appraisal_year(day).before == Period(first.replace(year=first.year - 1), first - timedelta(days=1))


@time_machine.travel("2026-07-07 12:00", tick=False)
def test_it_shows_this_appraisal_year_unless_asked_for_other_days(client, amina):
    for days in (-7, -200):  # 30 June, and before 1 April
        hosted(amina, days)
    assert "1 April 2026 to 31 March 2027" in (said := words_of(client.get(RECORD)))
    assert "1 surgery hosted" in said
    everything = client.get(RECORD).context["periods"][-1][1]
    assert "2 surgeries hosted" in words_of(client.get(f"{RECORD}?{everything.query}"))
    assert "1 surgery hosted" in words_of(client.get(f"{RECORD}?since=2026-06-30&until=30/6/2026"))
    assert "No surgery in this time" in words_of(client.get(f"{RECORD}?since=2026-07-01&until=2026-07-02"))


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("since=2026-04-02&until=2026-04-01", "The last day has to come after the first one"),
        ("since=2026-04-02", "Enter the last day, such as 27/3/2027"),
        ("since=x&until=2026-04-01", "Enter the first day, such as 27/3/2027"),
        ("since=0001-01-01&until=9999-12-31", "has to be in 2000 or later"),
        ("since=%00&until=２０２６-04-01", "Enter the first day, such as 27/3/2027"),
    ],
)
def test_days_that_make_no_period_are_told_beside_them(client, amina, asked, told):
    response = client.get(f"{RECORD}?{asked}")
    assert told in words_of(response)
    assert "Error: Your record" in response.content.decode()


# ── The summary ───────────────────────────────────────────────────────────────────────────────────────────────
@time_machine.travel("2026-07-07 12:00", tick=False)
def test_the_summary_has_the_figures_and_the_entries_that_are_ticked(client, amina):
    shift = hosted(amina)
    VisitFactory.create_batch(2, surgery=shift.surgery)
    about = JournalEntryFactory.create(champion=amina, surgery=shift.surgery, learned="To listen.")
    left_out = JournalEntryFactory.create(champion=amina, learned="To be patient.")
    before = JournalEntryFactory.create(champion=amina, written_at=local(-200), learned="Long ago.")
    others = JournalEntryFactory.create(learned="What Bob learned.", is_shared=True)
    ticked = "&".join(f"entry={entry}" for entry in (about.pk, before.pk, others.pk, "x", "%00"))
    response = client.get(f"{RECORD}summary/?since=2026-04-01&until=2027-03-31&{ticked}")
    assert response.context["chosen"] == [about]
    assert list(response.context["entries"]) == [left_out, about]
    said = words_of(response).partition("hosting social media surgeries")[2]
    for words in (f"Hosted 1 surgery in {shift.surgery.venue.office}", "2 people came while", "To listen."):
        assert words in said
    assert "To be patient." not in said


def test_each_page_takes_the_same_few_statements_with_500_shifts(client, amina):
    def more(number: int) -> None:
        shift = hosted(amina)
        BookingFactory.create(surgery=shift.surgery).topics.set(TopicFactory.create_batch(number % 50))
        VisitFactory.create(surgery=shift.surgery)
        host_many(amina, shift.surgery.venue, number - 1)

    def taken() -> list[int]:
        return [statements(lambda page=page: client.get(page)) for page in PAGES]

    more(1)
    few = taken()
    Shift.objects.all().delete()
    more(500)
    assert len(ever(amina).sessions) == 500
    assert taken() == few
    assert max(few) <= 12


PAGES = tuple(f"{RECORD}{page}?since=2000-01-01&until=2099-12-31" for page in ("", "summary/"))
