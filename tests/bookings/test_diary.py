"""The diary: every surgery of a month, drafts among them, and how each stands in words."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from bookings.diary import Asked, Which, entries_of, month_of_diary, nearest_month
from surgeries.models import Seat, Slot, Surgery
from tests.bookings.pages import words_of
from tests.bookings.test_bad_input import VALUES, each_is_its_own, encoded
from tests.bookings.test_statements_per_page import statements
from tests.everyone.diary import DIARY, NOW, month
from tests.factories import (
    SLOT,
    BookingFactory,
    ChampionFactory,
    SeriesFactory,
    ShiftFactory,
    SurgeryFactory,
    UserFactory,
    VenueFactory,
    local,
)
from tests.factories.crowds import count_rows

pytestmark = pytest.mark.django_db
MARCH = date(2027, 3, 1)


@pytest.fixture
def organiser(client):
    client.force_login(UserFactory.create(organiser=True))
    return client


@pytest.fixture
def in_march():
    with time_machine.travel(NOW, tick=False):
        yield


def standing(**facts) -> tuple[str, str, str]:
    """How one surgery stands that was made so: its state, its seats, its hosts."""
    SurgeryFactory.create(**facts)
    return words(Surgery.objects.all())


def words(surgeries) -> tuple[str, str, str]:
    (entry,) = entries_of(surgeries, now=timezone.now())
    return entry.standing.word, entry.seats, entry.hosts


# ── How a surgery stands ──────────────────────────────────────────────────────────────────────────────────────


def test_it_says_of_each_how_it_stands():
    assert standing(draft=True, slots=1, seats=1) == ("Draft", "1 seat", "No host")
    surgery = Surgery.objects.get()
    Surgery.objects.update(state=Surgery.State.PUBLISHED)
    ShiftFactory.create(surgery=surgery)
    assert words(Surgery.objects.all()) == ("Published", "1 seat left", "1 of 2 hosts")
    BookingFactory.create(surgery=surgery)
    for _ in range(3):
        BookingFactory.create(surgery=surgery, waiting=True)
    half = ShiftFactory.create(surgery=surgery, ends_at=surgery.ends_at - timedelta(minutes=5))
    assert words(Surgery.objects.all()) == ("Published", "Full: 3 waiting", "Hosts missing for part of it")
    half.ends_at = surgery.ends_at
    half.save()
    assert words(Surgery.objects.all()) == ("Published", "Full: 3 waiting", "2 hosts")
    surgery.shifts.update(ended_at=timezone.now(), ended_reason="Given back")
    assert words(Surgery.objects.all())[2] == "No host"


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ({"called_off": True}, "Called off"),
        ({"starts_at": local(-1)}, "Over"),
        ({"starts_at": local(-1), "draft": True}, "Never published"),
        ({"starts_at": local(-1), "called_off": True}, "Called off"),
    ],
)
def test_of_what_is_over_or_called_off_it_says_no_more(facts, state):
    assert standing(**facts) == (state, "", "")


# ── The month ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.usefixtures("in_march")
def test_each_day_has_its_surgeries_and_local_midnight_divides_the_months():
    last = SurgeryFactory.create(starts_at=datetime(2027, 3, 31, 22, 30, tzinfo=UTC))  # 23:30 in London by then
    SurgeryFactory.create(starts_at=datetime(2027, 3, 31, 23, 0, tzinfo=UTC))  # midnight of 1 April
    first = SurgeryFactory.create(starts_at=datetime(2027, 3, 1, 0, 0, tzinfo=UTC))
    found = month_of_diary(Asked(MARCH), now=NOW)
    assert [entry.surgery for entry in found.entries] == [first, last]
    days = {day.day: day for week in found.weeks for day in week}
    assert [entry.surgery for entry in days[date(2027, 3, 31)].entries] == [last]
    assert len(found.weeks[0]) == 7
    assert found.weeks[0][0].day == MARCH  # a Monday
    assert [day.day.day for day in days.values() if day.is_today] == [11]


@pytest.mark.usefixtures("in_march")
def test_it_is_narrowed_down_by_office_series_and_state():
    month()

    def number(**chosen: str) -> int:
        return len(month_of_diary(Asked(MARCH, **chosen), now=NOW).entries)

    by_state = {state: number(state=state) for state in Which.values}
    assert by_state == {"draft": 2, "published": 3, "short": 3, "full": 1, "called_off": 1, "over": 2}
    assert (number(), number(office="leeds"), number(series="knpw2x3"), number(series="none")) == (8, 5, 4, 4)
    assert number(office="leeds", series="knpw2x3", state="draft") == 2


@pytest.mark.usefixtures("in_march")
def test_the_page_shows_all_of_it_and_keeps_what_was_chosen_in_its_links(organiser):
    month()
    page = words_of(organiser.get(DIARY))
    assert "March 2027" in page
    for said in ("Draft, 6 seats", "Published, full: 1 waiting", "1 of 2 hosts", "Called off", "Never published"):
        assert said in page
    chosen = "office=leeds&amp;series=knpw2x3&amp;state=draft"
    page = organiser.get(f"{DIARY}?month=2027-03&office=leeds&series=knpw2x3&state=draft").content.decode()
    assert f"?month=2027-02&amp;{chosen}" in page
    assert f"?month=2027-04&amp;{chosen}" in page
    assert f"?month=2027-03&amp;{chosen}&amp;as=list" in page


@pytest.mark.parametrize("way", ["", "&as=list"])
@pytest.mark.usefixtures("in_march")
def test_a_link_leads_past_the_days_before_today_where_there_are_any(organiser, way):
    SurgeryFactory.create(starts_at=local(-2), slots=0), SurgeryFactory.create(starts_at=local(40), slots=0)
    nothing_ahead = organiser.get(f"{DIARY}?month=2027-03{way}").content.decode()
    first, second = (SurgeryFactory.create(starts_at=local(5, hour), slots=0) for hour in (10, 14))
    SurgeryFactory.create(starts_at=local(7), slots=0)
    page = organiser.get(f"{DIARY}?month=2027-03{way}").content.decode()
    assert 'href="#ahead"' in page
    assert page.count('id="ahead"') == 1
    assert page.partition('id="ahead"')[2].index(first.reference) < page.partition('id="ahead"')[2].index(
        second.reference
    )
    nothing_before = organiser.get(f"{DIARY}?month=2027-04{way}").content.decode()
    assert "ahead" not in nothing_ahead.partition("<main")[2] + nothing_before.partition("<main")[2]


@pytest.mark.usefixtures("in_march")
def test_an_empty_month_says_where_there_is_something():
    def nearest(month: date, **chosen) -> date | None:
        found = nearest_month(Asked(month, **chosen), now=NOW)
        return found.month if found else None

    assert nearest(MARCH) is None
    SurgeryFactory.create(starts_at=datetime(2027, 2, 2, 10, tzinfo=UTC))
    assert nearest(MARCH) == date(2027, 2, 1)
    SurgeryFactory.create(starts_at=datetime(2027, 5, 4, 10, tzinfo=UTC), draft=True)
    assert nearest(MARCH) == date(2027, 5, 1)
    assert nearest(date(2027, 8, 1)) == date(2027, 5, 1)
    assert nearest(MARCH, state="published") is None


# ── Always ────────────────────────────────────────────────────────────────────────────────────────────────────


def many(number: int) -> None:
    """So many surgeries, half of them in this month."""
    venue, series, today = VenueFactory.create(), SeriesFactory.create(), timezone.localdate().replace(day=3)
    moments = [
        datetime.combine(today + timedelta(days=n % 20 if n % 2 else 40 + n), datetime.min.time(), tzinfo=UTC)
        + timedelta(hours=9, minutes=n % 60, seconds=n)
        for n in range(number)
    ]
    made = Surgery.objects.bulk_create(
        Surgery(venue=venue, series=None if n % 3 else series, state="published", starts_at=at, ends_at=at + SLOT)
        for n, at in enumerate(moments)
    )
    slots = Slot.objects.bulk_create(
        Slot(surgery=each, starts_at=each.starts_at, ends_at=each.ends_at) for each in made
    )
    Seat.objects.bulk_create(Seat(slot=slot, surgery_id=slot.surgery_id, number=1) for slot in slots)


@pytest.mark.parametrize("query", ["", "?as=list", "?state=full"])
def test_it_takes_at_most_12_statements_with_2000_surgeries(transactional_db, organiser, query):
    many(20)
    ShiftFactory.create(surgery=Surgery.objects.first(), champion=ChampionFactory.create())
    few = statements(lambda: organiser.get(f"{DIARY}{query}"))
    assert few <= 12
    many(1980)
    count_rows()
    assert statements(lambda: organiser.get(f"{DIARY}{query}")) == few


@pytest.mark.parametrize("query", ["month=2027-13", "month=%00", "month=1999-12", "office=x%00", "series=nobody"])
def test_what_is_not_understood_is_anything(organiser, query):
    response = organiser.get(f"{DIARY}?{query}")
    assert response.status_code == 200
    assert f"{timezone.localdate():%Y-%m}" in response.content.decode()


@pytest.mark.parametrize(("month", "missing"), [("2000-01", "the month before"), ("2099-12", "the month after")])
def test_the_calendar_has_an_end_on_either_side(organiser, month, missing):
    assert missing not in words_of(organiser.get(f"{DIARY}?month={month}"))


@each_is_its_own
@given(sent=st.fixed_dictionaries({}, optional=dict.fromkeys(("month", "office", "series", "state", "as"), VALUES)))
def test_whatever_stands_in_the_address_is_answered_kindly(organiser, sent):
    assert organiser.get(f"{DIARY}?{encoded(sent)}").status_code == 200
