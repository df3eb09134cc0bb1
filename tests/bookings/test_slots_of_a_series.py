"""Slots and seats of several surgeries of a series at once, and of those that it makes later."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from bookings.errors import OutOfDate
from bookings.invariants import violations
from bookings.series_slots import Wanted, slots_change_of
from bookings.services.diary import add_slot
from bookings.services.editing import change_slots
from bookings.services.series_slots import change_slots_of_series
from notifications.models import OutboxEmail
from surgeries.models import PatternSlot, Series, Surgery
from surgeries.services import DiaryError, Within, extend_series
from tests.bookings.pages import words_of
from tests.bookings.test_changing_a_series import WEEK, every_tuesday, four_of, weekday
from tests.bookings.test_editing_a_surgery import hidden
from tests.bookings.test_statements_per_page import statements
from tests.everyone.managing import address
from tests.factories import BookingFactory, SurgeryFactory, UserFactory

pytestmark = pytest.mark.django_db
TEN, HALF_PAST, ELEVEN = Within(0, 20), Within(20, 20), Within(40, 20)
MORE = Wanted(seats={HALF_PAST: 5}, was={HALF_PAST: 2})
TAKEN_OUT = Wanted(removed=frozenset({ELEVEN}))


@pytest.fixture
def series() -> Series:
    return every_tuesday()


@pytest.fixture
def surgeries(series) -> list[Surgery]:
    """Four Tuesdays of three slots with two seats each, somebody booked in the first slot of each."""
    return four_of(series)


def seats(surgery: Surgery) -> dict[str, int]:
    return {f"{timezone.localtime(slot.starts_at):%H:%M}": slot.seats.count() for slot in surgery.slots.all()}


def made_later(series: Series) -> dict[str, int]:
    (made, *_) = extend_series(series=series, until=weekday(6)).made
    return seats(made)


USUAL = {"10:00": 2, "10:20": 2, "10:40": 2}


@pytest.mark.parametrize(("which", "changed"), [("later", [1, 2, 3]), ("all", [0, 1, 2, 3])])
@pytest.mark.parametrize(
    ("wanted", "after"),
    [
        (MORE, USUAL | {"10:20": 5}),
        (TAKEN_OUT, {"10:00": 2, "10:20": 2}),
        (Wanted(seats=dict.fromkeys((TEN, HALF_PAST, ELEVEN), 4), was=dict.fromkeys((TEN, HALF_PAST, ELEVEN), 2)),
         dict.fromkeys(USUAL, 4)),
        (Wanted(removed=frozenset({ELEVEN}), added={Within(45, 15): 1}), {"10:00": 2, "10:20": 2, "10:45": 1}),
    ],
)  # fmt: skip
def test_those_that_are_meant_change_and_so_does_what_the_series_makes_later(
    series, surgeries, which, changed, wanted, after
):
    change_slots_of_series(surgery=surgeries[1], wanted=wanted, which=which)
    assert [seats(surgery) for surgery in surgeries] == [after if n in changed else USUAL for n in range(4)]
    assert made_later(series) == after
    assert PatternSlot.objects.exists() == (len(set(after.values())) > 1 or len(after) < 3)
    assert violations() == {}


def test_back_to_the_usual_the_series_names_no_slots_of_its_own(series, surgeries):
    for before, wanted in ((2, 5), (5, 2)):
        change = Wanted(seats={HALF_PAST: wanted}, was={HALF_PAST: before})
        change_slots_of_series(surgery=surgeries[0], wanted=change, which="all")
        assert PatternSlot.objects.exists() == (wanted == 5)
    assert made_later(series) == USUAL


def test_more_seats_go_to_who_waits_at_each_of_them(surgeries):
    for surgery in surgeries[2:]:
        BookingFactory.create_batch(5, surgery=surgery)
        BookingFactory.create(surgery=surgery, waiting=True)
    change_slots_of_series(surgery=surgeries[0], wanted=MORE, which="all")
    assert [surgery.bookings.waiting().count() for surgery in surgeries] == [0, 0, 0, 0]
    assert OutboxEmail.objects.filter(kind="booking_promoted").count() == 2


def test_never_below_what_is_booked_and_it_says_who_would_have_to_move(surgeries):
    first = surgeries[2].slots.first()
    names = sorted([surgeries[2].bookings.get().name, BookingFactory.create(surgery=surgeries[2], slot=first).name])
    fewer = Wanted(seats={TEN: 1}, was={TEN: 2})
    it = change_slots_of_series(surgery=surgeries[0], wanted=fewer, which="all")
    assert [seats(surgery)["10:00"] for surgery in surgeries] == [1, 1, 2, 1]
    assert [(each.surgery, each.why) for each in it.left_alone] == [
        (
            surgeries[2],
            f"Of its slot 10am to 10:20am, 2 are booked. One of {names[0]} and {names[1]} would have to move first",
        )
    ]
    with pytest.raises(DiaryError, match="would have to move first"):
        change_slots_of_series(surgery=surgeries[2], wanted=fewer, which="all")


def test_what_was_changed_by_hand_or_is_on_record_is_left_alone(surgeries):
    surgeries[1].slots.last().seats.first().delete()
    BookingFactory.create(surgery=surgeries[2], slot=surgeries[2].slots.last(), cancelled=True)
    chosen = BookingFactory.create(surgery=surgeries[3], waiting=True)
    chosen.suits.add(surgeries[3].slots.last())
    five = Wanted(seats={ELEVEN: 5}, was={ELEVEN: 2})
    (why,) = (each.why for each in slots_change_of(surgeries[0], five, "all", now=timezone.now()).left_alone)
    assert why == "It was changed by hand: its slot 10:40am to 11am has 1 seat"
    surgeries[2].bookings.filter(state="cancelled").update(slot=surgeries[2].slots.last())
    whys = [each.why for each in slots_change_of(surgeries[0], TAKEN_OUT, "all", now=timezone.now()).left_alone]
    assert ["booked" in why or "chose" in why for why in whys] == [True, True]
    late = Wanted(added={Within(60, 20): 1})
    assert all("It is over before" in each.why
               for each in slots_change_of(surgeries[0], late, "all", now=timezone.now()).left_alone)  # fmt: skip


def set_seats(surgery: Surgery, within: Within, number: int) -> None:
    """By hand, at this surgery alone."""
    slot = surgery.slots.get(starts_at=within.times(surgery.starts_at)[0])
    change_slots(surgery=surgery, seats={slot.pk: number})


def shown(surgery: Surgery, wanted: Wanted) -> tuple[list[str], list[str]]:
    """What changes, and why others are left alone."""
    it = slots_change_of(surgery, wanted, "all", now=timezone.now())
    return it.lines, [each.why for each in it.left_alone]


def test_who_shows_the_way_may_have_been_changed_by_hand_and_the_others_are_not_said_to_be(series, surgeries):
    set_seats(surgeries[1], HALF_PAST, 0)
    set_seats(surgeries[3], HALF_PAST, 4)
    five = Wanted(seats={HALF_PAST: 5}, was={HALF_PAST: 0})
    by_hand = "It was changed by hand: its slot 10:20am to 10:40am has 4 seats"
    assert shown(surgeries[1], five) == (["10:20am to 10:40am: 0 or 2 → 5 seats"], [by_hand])
    change_slots_of_series(surgery=surgeries[1], wanted=five, which="all")
    assert [seats(surgery)["10:20"] for surgery in surgeries] == [5, 5, 5, 4]
    assert made_later(series) == USUAL | {"10:20": 5}


def test_those_that_the_series_made_before_it_was_changed_are_not_changed_by_hand(series, surgeries):
    Series.objects.filter(pk=series.pk).update(seats_per_slot=3)
    change_slots_of_series(surgery=surgeries[0], wanted=MORE, which="all")
    assert [seats(surgery)["10:20"] for surgery in surgeries] == [5] * 4


def test_a_slot_that_only_the_one_has_is_missing_nowhere_else(series, surgeries):
    surgeries[0].slots.last().delete()
    late = Within(45, 15)
    begins, ends = late.times(surgeries[0].starts_at)
    add_slot(surgery=surgeries[0], starts_at=begins, ends_at=ends, seats=1)
    surgeries[3].slots.all()[1].delete()
    alone = Wanted(seats={late: 5}, was={late: 1})
    assert shown(surgeries[0], alone)[1] == ["It has no slot 10:45am to 11am"] * 3
    both = Wanted(seats={late: 5, HALF_PAST: 5}, was={late: 1, HALF_PAST: 2})
    assert shown(surgeries[0], both)[1] == ["It was changed by hand: it has no slot 10:20am to 10:40am"]
    change_slots_of_series(surgery=surgeries[0], wanted=both, which="all")
    more = USUAL | {"10:20": 5}
    assert [seats(surgery) for surgery in surgeries[1:3]] == [more] * 2
    assert made_later(series) == more


def test_no_new_slot_overlaps_another_at_any_of_them_nor_at_what_the_series_makes_later(series, surgeries):
    new = Wanted(added={Within(50, 10): 1})
    with pytest.raises(DiaryError, match="The new slot, 10:50am to 11am, would overlap its slot 10:40am to 11am"):
        change_slots_of_series(surgery=surgeries[0], wanted=new, which="all")
    for surgery in (surgeries[0], surgeries[2]):
        surgery.slots.last().delete()
    why = "The new slot, 10:50am to 11am, would overlap its slot 10:40am to 11am"
    assert shown(surgeries[0], new)[1] == [why] * 2
    change_slots_of_series(surgery=surgeries[0], wanted=new, which="all")
    after = {"10:00": 2, "10:20": 2, "10:50": 1}
    assert [seats(surgery) for surgery in surgeries] == [after, USUAL, after, USUAL]
    assert made_later(series) == USUAL


def test_the_preview_says_what_changes_and_its_button_does_what_was_seen(client, series, surgeries):
    client.force_login(UserFactory.create(organiser=True))
    page, slots = address(surgeries[1], "manage_slots"), list(surgeries[1].slots.all())
    assert "Which surgeries of the series?" in words_of(client.get(page))
    usual = {f"{name}_{slot.pk}": 2 for slot in slots for name in ("seats", "was")} | {"which": "later"}
    assert "Nothing is different yet" in words_of(client.post(page, usual))
    sent = usual | {
        f"seats_{slots[1].pk}": 1,
        f"remove_{slots[2].pk}": "on",
        "begins": "10:45",
        "ends": "11am",
        "seats": 3,
    }
    seen = client.post(page, sent)
    words = words_of(seen)
    assert "What changes at 3 surgeries 10:20am to 10:40am: 2 → 1 seat 10:40am to 11am: taken out" in words
    assert "10:45am to 11am: new, with 3 seats" in words
    assert "The series follows" in words
    assert seats(surgeries[1]) == USUAL
    again = client.post(page, hidden(seen) | {"again": ""})
    assert 'value="10:45"' in again.content.decode()
    BookingFactory.create(surgery=surgeries[3], slot=surgeries[3].slots.last())
    anew = client.post(page, hidden(seen))
    assert anew.status_code == 409
    assert "1 is booked" in words_of(anew)
    assert client.post(page, hidden(anew)).url.endswith("?done=slots_of_several")
    assert [seats(surgery) for surgery in surgeries] == [
        USUAL, *[{"10:00": 2, "10:20": 1, "10:45": 3}] * 2, USUAL,
    ]  # fmt: skip
    with pytest.raises(OutOfDate):
        change_slots_of_series(surgery=surgeries[0], wanted=MORE, which="all", seen="x")


def test_it_takes_the_same_few_statements_however_long_the_series_is(client, series, surgeries):
    client.force_login(UserFactory.create(organiser=True))
    page, slots = address(surgeries[0], "manage_slots"), list(surgeries[0].slots.all())
    sent = {f"{name}_{slot.pk}": 2 for slot in slots for name in ("seats", "was")} | {"which": "all"}
    sent |= {f"seats_{slots[1].pk}": 5}
    few = statements(lambda: client.post(page, sent))
    for n in range(4, 12):
        at = surgeries[0].starts_at + n * WEEK
        more = SurgeryFactory.create(series=series, starts_at=at, ends_at=at + timedelta(hours=1))
        BookingFactory.create_batch(3, surgery=more), BookingFactory.create(surgery=more, waiting=True)
    assert statements(lambda: client.post(page, sent)) == few
    assert few <= 12


@pytest.mark.parametrize("facts", [{"minutes": 0}, {"seats": 0}])
def test_the_database_refuses_a_pattern_without_seats_or_minutes(series, facts):
    with pytest.raises(IntegrityError), transaction.atomic():
        PatternSlot.objects.create(series=series, begins_after=0, **{"minutes": 20, "seats": 1} | facts)
