"""A surgery is made as a draft, with slots that lie within it and seats in every slot."""

from datetime import timedelta

import pytest
from django.utils import timezone

from surgeries.models import Seat, Surgery
from surgeries.services import CannotPublish, DiaryError, SlotDoesNotFit, create_surgery, publish
from tests.factories import DepartmentFactory, SurgeryFactory, VenueFactory, local

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


def test_publishing_shows_a_draft_to_everybody():
    surgery = make()
    assert surgery not in Surgery.objects.public()
    assert publish(surgery=surgery).state == Surgery.State.PUBLISHED
    assert surgery in Surgery.objects.public()


@pytest.mark.parametrize("state", [{}, {"called_off": True}])
def test_only_a_draft_is_published(state):
    surgery = SurgeryFactory(**state)
    with pytest.raises(CannotPublish, match="already"):
        publish(surgery=surgery)


def test_a_surgery_that_is_over_is_not_published():
    surgery = make()
    with pytest.raises(CannotPublish, match="over"):
        publish(surgery=surgery, now=surgery.ends_at)
    assert publish(surgery=surgery, now=surgery.ends_at - timedelta(seconds=1))


def test_a_surgery_without_a_seat_is_not_published():
    surgery = make()
    Seat.objects.all().delete()
    with pytest.raises(CannotPublish, match="no seat"):
        publish(surgery=surgery, now=timezone.now())
