"""Nobody adds a slot at the time of another: people would be offered both, at the same tables."""

from datetime import datetime

import pytest

from bookings.services.diary import add_slot
from surgeries.models import Slot, Surgery
from surgeries.services import DiaryError
from tests.bookings.pages import page_of, words_of
from tests.everyone.managing import address
from tests.factories import SlotFactory, SurgeryFactory, UserFactory, local

pytestmark = pytest.mark.django_db
WORDS = "It overlaps the slot 10am to 10:20am. Give that slot more seats, or choose another time"


@pytest.fixture
def surgery() -> Surgery:
    """Until 11am, with slots until 10:40am."""
    return SurgeryFactory.create(slots=2, ends_at=local(hour=11))


@pytest.fixture
def organiser(client):
    client.force_login(UserFactory.create(organiser=True))
    return client


def at(surgery: Surgery, minute: int) -> datetime:
    return surgery.starts_at.replace(minute=minute)


def sent(surgery: Surgery, **more) -> dict:
    """The form of its slots with a new one from 10:10am to 10:30am."""
    usual = {f"{name}_{slot.pk}": 2 for slot in surgery.slots.all() for name in ("seats", "was")}
    return usual | {"begins": "10:10", "ends": "10:30", "seats": 7} | more


def spans(surgery: Surgery) -> list[str]:
    return [str(slot) for slot in surgery.slots.order_by("starts_at", "pk")]


@pytest.mark.parametrize(
    ("begins", "ends", "there"),
    [
        (10, 30, "10am to 10:20am"),
        (5, 15, "10am to 10:20am"),  # within it
        (19, 20, "10am to 10:20am"),
        (39, 50, "10:20am to 10:40am"),
        (20, 30, None),
        (10, 50, "10am to 10:20am"),  # around another
    ],
)
def test_the_service_refuses_it(surgery, begins, ends, there):
    words = f"overlaps the slot {there}. Give that" if there else "There is a slot that begins then already"
    with pytest.raises(DiaryError, match=words):
        add_slot(surgery=surgery, starts_at=at(surgery, begins), ends_at=at(surgery, ends), seats=1)
    assert len(spans(surgery)) == 2


def test_what_begins_as_another_ends_does_not_overlap_it(surgery):
    for _ in range(2):  # the second time it is there
        add_slot(surgery=surgery, starts_at=at(surgery, 40), ends_at=surgery.ends_at, seats=1)
    assert spans(surgery)[2:] == ["10:40am to 11am"]


def test_the_form_says_so_beside_the_new_slot_and_keeps_what_was_typed(organiser, surgery):
    page = address(surgery, "manage_slots")
    last = surgery.slots.last()
    answer = organiser.post(page, sent(surgery, **{f"seats_{last.pk}": 6}))
    form = answer.context["form"]
    assert form.errors == {"begins": [WORDS]}
    typed = [form[name].value() for name in ("begins", "ends", "seats", f"seats_{last.pk}")]
    assert typed == ["10:10", "10:30", "7", "6"]
    assert words_of(answer).count(WORDS) == 2  # in the summary as well
    assert [slot.seats.count() for slot in surgery.slots.all()] == [2, 2]
    assert "10:10am to 10:30am" not in words_of(organiser.get(page_of(surgery)))


def test_without_the_form_the_service_still_says_so_there(organiser, surgery, monkeypatch):
    monkeypatch.setattr("bookings.forms.slots.overlap", lambda *_: False)
    answer = organiser.post(address(surgery, "manage_slots"), sent(surgery))
    assert answer.context["form"].errors == {"begins": [WORDS]}
    assert len(spans(surgery)) == 2


def test_a_slot_that_is_taken_out_at_the_same_time_is_not_in_the_way(organiser, surgery):
    first, last = surgery.slots.all()
    page = address(surgery, "manage_slots")
    gone = {f"remove_{slot.pk}": "on" for slot in (first, last)}
    other = organiser.post(page, sent(surgery, **{f"remove_{last.pk}": "on"}))
    assert other.context["form"].errors == {"begins": [WORDS]}
    assert organiser.post(page, sent(surgery, **gone)).status_code == 303
    assert spans(surgery) == ["10:10am to 10:30am"]


def test_those_that_overlap_already_stay_and_can_have_other_seats(organiser, surgery):
    there: Slot = SlotFactory.create(surgery=surgery, starts_at=at(surgery, 10), seats=2)
    page = address(surgery, "manage_slots")
    more = sent(surgery, begins="", ends="", seats="") | {f"seats_{there.pk}": 5}
    assert organiser.post(page, more).status_code == 303
    assert there.seats.count() == 5
    assert len(spans(surgery)) == 3
