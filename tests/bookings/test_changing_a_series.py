"""Editing one surgery of a series, this and later ones, or all: who changes alike, who is left alone, what follows."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from django.utils import timezone

from bookings.errors import OutOfDate
from bookings.facts import Facts
from bookings.invariants import violations
from bookings.models import Booking
from bookings.series_moves import Which, series_move_of
from bookings.services.moving import change_surgery
from notifications.models import OutboxEmail
from surgeries.models import Series, Surgery, Venue, local_moment
from surgeries.services import DiaryError, extend_series
from tests.bookings.pages import words_of
from tests.bookings.test_editing_a_surgery import hidden
from tests.bookings.test_statements_per_page import statements
from tests.everyone.managing import address, as_it_is
from tests.factories import (
    AttendeeFactory,
    BookingFactory,
    SeriesFactory,
    ShiftFactory,
    SurgeryFactory,
    UserFactory,
    VenueFactory,
)

pytestmark = pytest.mark.django_db
WEEK, HOUR = timedelta(weeks=1), timedelta(hours=1)


def weekday(number: int) -> date:
    """A Tuesday, so many weeks from the one after next."""
    today = timezone.localdate()
    return today + timedelta(days=(1 - today.weekday()) % 7 + 7 + 7 * number)


def every_tuesday() -> Series:
    return SeriesFactory.create(starts_on=weekday(0), every_weeks=1, end_time=time(11), seats_per_slot=2)


def four_of(series: Series) -> list[Surgery]:
    """Four Tuesdays from 10:00 to 11:00, somebody booked at each."""
    made = [
        SurgeryFactory.create(
            series=series, venue=series.venue, starts_at=local_moment(weekday(n), time(10)),
            ends_at=local_moment(weekday(n), time(11)),
        )
        for n in range(4)
    ]  # fmt: skip
    for surgery in made:
        BookingFactory.create(surgery=surgery)
    return made


@pytest.fixture
def series() -> Series:
    return every_tuesday()


@pytest.fixture
def surgeries(series) -> list[Surgery]:
    return four_of(series)


def times() -> list[str]:
    starts = Surgery.objects.filter(series__isnull=False).order_by("starts_at").values_list("starts_at", flat=True)
    return [f"{timezone.localtime(at):%a %H:%M}" for at in starts]


def later(surgery: Surgery, by: timedelta = HOUR, **facts) -> Facts:
    return replace(Facts.of(surgery), starts_at=surgery.starts_at + by, ends_at=surgery.ends_at + by, **facts)


@pytest.mark.parametrize(
    ("which", "after", "pattern"),
    [
        (Which.THIS, ["Tue 10:00", "Tue 11:00", "Tue 10:00", "Tue 10:00"], time(10)),
        (Which.LATER, ["Tue 10:00", "Tue 11:00", "Tue 11:00", "Tue 11:00"], time(11)),
        (Which.ALL, ["Tue 11:00"] * 4, time(11)),
    ],
)
def test_who_is_meant_changes_and_is_told_once_and_the_pattern_follows(series, surgeries, which, after, pattern):
    change_surgery(surgery=surgeries[1], facts=later(surgeries[1]), which=which)
    series.refresh_from_db()
    assert times() == after
    assert series.start_time == pattern
    assert OutboxEmail.objects.filter(kind="booking_surgery_moved").count() == after.count("Tue 11:00")
    made = extend_series(series=series, until=weekday(5)).made
    assert {f"{timezone.localtime(each.starts_at):%H:%M}" for each in made} == {f"{pattern:%H:%M}"}
    assert violations() == {}


def test_they_move_to_another_day_of_their_week_and_stay_at_their_hour(series, surgeries):
    change_surgery(surgery=surgeries[0], facts=later(surgeries[0], timedelta(days=1)), which=Which.ALL)
    series.refresh_from_db()
    assert times() == ["Wed 10:00"] * 4
    assert series.starts_on == weekday(0) + timedelta(days=1)
    assert extend_series(series=series, until=weekday(3) + WEEK - timedelta(days=2)).made == []
    with pytest.raises(DiaryError, match="within their week"):
        change_surgery(
            surgery=surgeries[0], facts=later(Surgery.objects.get(pk=surgeries[0].pk), WEEK), which=Which.ALL
        )


def on(surgery: Surgery, day: date) -> Facts:
    """The surgery on another day, at its hours."""
    surgery.refresh_from_db()
    start, end = (timezone.localtime(at).time() for at in (surgery.starts_at, surgery.ends_at))
    return replace(Facts.of(surgery), starts_at=local_moment(day, start), ends_at=local_moment(day, end))


def test_one_that_was_moved_by_hand_leads_the_others_to_its_new_day_and_out_of_no_week(series, surgeries):
    """The others come to the day that is asked for, and not as many days away from theirs."""
    one = surgeries[0]
    change_surgery(surgery=one, facts=on(one, weekday(0) + timedelta(days=1)))
    assert times() == ["Wed 10:00", "Tue 10:00", "Tue 10:00", "Tue 10:00"]
    change_surgery(surgery=one, facts=on(one, weekday(0) - timedelta(days=1)), which=Which.ALL)
    series.refresh_from_db()
    assert times() == ["Mon 10:00"] * 4
    assert series.starts_on == weekday(0) - timedelta(days=1)
    assert extend_series(series=series, until=weekday(3)).made == []


def test_back_on_the_day_of_its_series_it_moves_nobody_else_to_another_day(series, surgeries):
    one = surgeries[0]
    change_surgery(surgery=one, facts=on(one, weekday(0) + timedelta(days=1)))
    back = replace(on(one, weekday(0)), hosts_wanted=5)
    it = change_surgery(surgery=one, facts=back, which=Which.ALL)
    series.refresh_from_db()
    assert times() == ["Tue 10:00"] * 4
    assert (series.starts_on, series.hosts_wanted) == (weekday(0), 5)
    assert len(it.moves) == 4
    assert OutboxEmail.objects.filter(kind="booking_surgery_moved").count() == 2  # both of them to this one


def test_a_series_that_comes_once_a_month_keeps_its_day(series, surgeries):
    Series.objects.update(nth_in_month=2)
    with pytest.raises(DiaryError, match="one day of every month"):
        change_surgery(surgery=surgeries[0], facts=later(surgeries[0], timedelta(days=1)), which=Which.ALL)
    change_surgery(surgery=surgeries[0], facts=later(surgeries[0], timedelta(days=1)))


def test_what_was_changed_by_hand_or_would_clash_is_left_alone(series, surgeries):
    by_hand, clashing = surgeries[1], surgeries[2]
    change_surgery(surgery=by_hand, facts=later(by_hand, 4 * HOUR))
    SurgeryFactory.create(venue=series.venue, starts_at=clashing.ends_at, draft=True)
    it = change_surgery(surgery=surgeries[0], facts=later(surgeries[0]), which=Which.ALL)
    assert times() == ["Tue 11:00", "Tue 14:00", "Tue 10:00", "Tue 11:00"]
    assert [each.surgery for each in it.left_alone] == [by_hand, clashing]
    assert "by hand" in it.left_alone[0].why
    assert "Another surgery is at" in it.left_alone[1].why


def taken_by_another_series(surgeries: list[Surgery]) -> Venue:
    """A venue where something else is at the time of each of these."""
    venue = VenueFactory.create(name="Ground floor café")
    for surgery in surgeries:
        SurgeryFactory.create(venue=venue, starts_at=surgery.starts_at, ends_at=surgery.ends_at)
    return venue


@pytest.mark.parametrize(
    ("number", "why"),
    [
        (0, ""),
        (1, ""),
        (2, "something is in the way at 2 of the 4 surgeries that were to change"),
        (4, "something is in the way at each of the 4 surgeries that were to change"),
    ],
)
def test_the_series_follows_no_change_that_clashes_at_half_of_its_surgeries(client, series, surgeries, number, why):
    client.force_login(UserFactory.create(organiser=True))
    venue, before = taken_by_another_series(surgeries[:number]), series.venue
    page = address(surgeries[0], "edit_surgery")
    seen = client.post(page, as_it_is(surgeries[0], venue=venue.pk, which="all"))
    stays = f"The series stays as it is, because {why}. Surgeries that it makes later are held as the series says now."
    assert (stays in words_of(seen), "The series follows" in words_of(seen)) == (bool(why), not why)
    assert client.post(page, hidden(seen)).status_code == 303
    series.refresh_from_db(), surgeries[0].refresh_from_db()
    assert series.venue == (before if why else venue)
    # The one on whose page that was asked goes there, as it does alone.
    assert surgeries[0].venue == venue
    assert all(Surgery.objects.get(pk=each.pk).venue == before for each in surgeries[1:number])


def test_the_last_one_that_goes_to_a_taken_venue_takes_its_series_along_no_more(series, surgeries):
    venue, before = taken_by_another_series(surgeries[3:]), series.venue
    it = change_surgery(surgery=surgeries[3], facts=replace(Facts.of(surgeries[3]), venue=venue), which=Which.LATER)
    series.refresh_from_db()
    assert (series.venue, it.pattern, it.pattern_stays) == (before, {}, "the venue is taken then")
    assert it.is_of_several


def test_what_was_changed_by_hand_does_not_keep_the_series_from_following(series, surgeries):
    Surgery.objects.filter(pk__in=[each.pk for each in surgeries[1:]]).update(hosts_wanted=5)
    change_surgery(surgery=surgeries[0], facts=replace(Facts.of(surgeries[0]), hosts_wanted=3), which=Which.ALL)
    series.refresh_from_db()
    assert series.hosts_wanted == 3


def test_a_series_that_followed_on_the_page_and_would_not_by_now_is_shown_once_more(client, series, surgeries):
    client.force_login(UserFactory.create(organiser=True))
    page, venue, before = address(surgeries[3], "edit_surgery"), VenueFactory.create(), series.venue
    seen = client.post(page, as_it_is(surgeries[3], venue=venue.pk, which="later"))
    assert "The series follows" in words_of(seen)
    # It is the last one, so that nothing else on the page becomes another.
    SurgeryFactory.create(venue=venue, starts_at=surgeries[3].starts_at, ends_at=surgeries[3].ends_at)
    anew = client.post(page, hidden(seen))
    assert anew.status_code == 409
    assert "The series stays as it is, because the venue is taken then." in words_of(anew)
    series.refresh_from_db()
    assert series.venue == before


def test_only_what_changes_is_changed_at_the_others(series, surgeries):
    Surgery.objects.filter(pk=surgeries[2].pk).update(note="Cake.", hosts_wanted=5)
    venue = VenueFactory.create()
    change_surgery(surgery=surgeries[0], facts=replace(Facts.of(surgeries[0]), venue=venue), which=Which.ALL)
    series.refresh_from_db(), surgeries[2].refresh_from_db()
    assert set(Surgery.objects.values_list("venue", flat=True)) == {venue.pk} == {series.venue_id}
    assert (surgeries[2].note, surgeries[2].hosts_wanted) == ("Cake.", 5)


def test_the_preview_lists_each_and_its_button_does_what_was_seen(client, surgeries):
    client.force_login(UserFactory.create(organiser=True))
    page = address(surgeries[1], "edit_surgery")
    assert "Which surgeries of the series?" in words_of(client.get(page))
    seen = client.post(page, as_it_is(surgeries[1], begins="11am", ends="midday", which="later"))
    words = words_of(seen)
    assert "3 surgeries change" in words
    assert "The series follows" in words
    for booking in Booking.objects.exclude(surgery=surgeries[0]):
        assert booking.name in words
    BookingFactory.create(surgery=surgeries[3], name="Carol Cave")
    anew = client.post(page, hidden(seen))
    assert anew.status_code == 409
    assert "Carol Cave" in words_of(anew)
    assert client.post(page, hidden(anew)).status_code == 303
    assert times() == ["Tue 10:00", "Tue 11:00", "Tue 11:00", "Tue 11:00"]
    with pytest.raises(OutOfDate):
        change_surgery(surgery=surgeries[1], facts=later(surgeries[1]), which="later", seen="x")


def test_that_nobody_is_told_is_said_once_and_not_below_each_surgery(client, surgeries):
    client.force_login(UserFactory.create(organiser=True))
    page = address(surgeries[0], "edit_surgery")

    def preview(**facts) -> str:
        return words_of(client.post(page, as_it_is(surgeries[0], which="all", **facts)))

    note, moves = {"note": "Bring a cup."}, {"begins": "11am", "ends": "midday"}
    words = preview(**note)
    assert words.count("Nobody is told") == 1
    assert words.index("4 surgeries change Nobody is told.") < words.index("Bring a cup.")
    assert "nobody is" not in preview(**moves).lower()  # each of them says who is
    Surgery.objects.filter(pk=surgeries[3].pk).update(state="draft")
    words = preview(**moves)
    assert words.count("Told: 1 booked") == 3
    assert words.count("Who is told stands below each surgery. Where nothing is said, nobody is.") == 1
    Surgery.objects.update(state="draft")
    assert "4 surgeries change Nobody is told: they are drafts." in preview(**moves)


def test_a_series_takes_the_same_few_statements_however_long_it_is(client, series, surgeries):
    client.force_login(UserFactory.create(organiser=True))
    page = address(surgeries[0], "edit_surgery")

    def count() -> int:
        sent = as_it_is(surgeries[0], begins="11am", ends="midday", which="all")
        return statements(lambda: client.post(page, sent))

    ShiftFactory.create(surgery=surgeries[1], champion__user=UserFactory.create())
    few = count()
    for n in range(4, 12):
        start = local_moment(weekday(n), time(10))
        more = SurgeryFactory.create(series=series, venue=series.venue, starts_at=start, ends_at=start + HOUR)
        BookingFactory.create(surgery=more), ShiftFactory.create(surgery=more, champion__user=UserFactory.create())
    assert count() == few
    assert few <= 12
    assert series_move_of(surgeries[0], later(surgeries[0]), "all", now=timezone.now()).pattern


def test_whom_it_would_double_book_several_times_is_one_person(client, surgeries):
    client.force_login(UserFactory.create(organiser=True))
    zoe = AttendeeFactory.create()

    def words() -> str:
        moves = {"begins": "11am", "ends": "midday", "which": "all"}
        return words_of(client.post(address(surgeries[0], "edit_surgery"), as_it_is(surgeries[0], **moves)))

    for surgery in surgeries[:2]:
        booking = BookingFactory.create(surgery=surgery, attendee=zoe)
        there = SurgeryFactory.create(starts_at=booking.slot.starts_at + HOUR, slots=1, slot_length=HOUR)
        BookingFactory.create(surgery=there, attendee=zoe)
    assert "This person cannot come then" in words()
    ShiftFactory.create(surgery=there, champion=ShiftFactory.create(surgery=surgeries[1]).champion)
    assert "These people cannot come then" in words()
