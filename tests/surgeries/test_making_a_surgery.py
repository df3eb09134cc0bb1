"""A surgery is made as a draft, with slots that lie within it and seats in every slot."""

from datetime import timedelta

import pytest

from surgeries.models import Surgery
from surgeries.services import DiaryError, SlotDoesNotFit, create_surgery
from tests.factories import DepartmentFactory, VenueFactory, local

pytestmark = pytest.mark.django_db


def make(minutes: int = 120, **facts) -> Surgery:
    start = local()
    defaults = {"slot_minutes": 20, "seats_per_slot": 3, "is_drop_in": True}
    return create_surgery(
        venue=VenueFactory(), starts_at=start, ends_at=start + timedelta(minutes=minutes), **defaults | facts
    )


def test_a_new_surgery_is_a_draft_with_slots_back_to_back_and_seats_in_each():
    surgery = make(note="Bring a mug.")
    slots = list(surgery.slots.all())
    assert surgery.state == Surgery.State.DRAFT
    assert surgery.note == "Bring a mug."
    assert [str(slot) for slot in slots] == [
        "10am to 10:20am", "10:20am to 10:40am", "10:40am to 11am", "11am to 11:20am",
        "11:20am to 11:40am", "11:40am to midday",
    ]  # fmt: skip
    assert [[seat.number for seat in slot.seats.all()] for slot in slots] == [[1, 2, 3]] * 6
    assert set(surgery.seats.values_list("surgery_id", flat=True)) == {surgery.pk}


def test_the_last_slot_is_left_out_if_it_would_end_after_the_surgery():
    surgery = make(minutes=90)
    assert [str(slot) for slot in surgery.slots.all()][-1] == "11am to 11:20am"


def test_a_surgery_can_be_one_long_slot():
    surgery = make(slot_minutes=120, seats_per_slot=12)
    assert [str(slot) for slot in surgery.slots.all()] == ["10am to midday"]
    assert surgery.seats.count() == 12


def test_the_waiting_list_stops_when_the_department_says_unless_the_surgery_says_otherwise():
    DepartmentFactory(cutoff_minutes=45)
    assert make().cutoff_minutes == 45
    assert make(cutoff_minutes=0).cutoff_minutes == 0


@pytest.mark.parametrize(
    ("facts", "error", "words"),
    [
        ({"slot_minutes": 121}, SlotDoesNotFit, "longer than the surgery"),
        ({"slot_minutes": 4}, DiaryError, "at least 5 minutes"),
        ({"seats_per_slot": 0}, DiaryError, "between 1 and 200 seats"),
        ({"seats_per_slot": 201}, DiaryError, "between 1 and 200 seats"),
        ({"minutes": 24 * 60}, DiaryError, "on the day on which it starts"),
        ({"minutes": 0}, DiaryError, "end has to come after the start"),
        ({"minutes": -60}, DiaryError, "end has to come after the start"),
    ],
)
def test_what_cannot_be_is_refused_in_words_and_leaves_nothing_behind(facts, error, words):
    with pytest.raises(error, match=words):
        make(**facts)
    assert not Surgery.objects.exists()
