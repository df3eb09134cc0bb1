"""What people typed about a surgery is deleted 90 days after it, and so is who was asked to host there."""

from datetime import timedelta

import pytest
from django.utils import timezone

from bookings import duties
from bookings.duties import forget_words
from bookings.models import Ask, Booking
from surgeries.models import Shift, Surgery
from tests.factories import (
    BookingFactory,
    LetterFactory,
    OutcomeFactory,
    ShiftFactory,
    SurgeryFactory,
    ThanksFactory,
    local,
)

pytestmark = pytest.mark.django_db
SECRET = "Between you and me"


def surgery_with_words(days: int) -> Surgery:
    """One that ends in so many days, with words of everybody's in every place for them."""
    surgery = SurgeryFactory.create(starts_at=local(days))
    BookingFactory.create(surgery=surgery, question=SECRET)
    BookingFactory.create(surgery=surgery, adjustments=SECRET, cancelled=True, cancelled_reason="Called off.")
    ShiftFactory.create(surgery=surgery)
    ThanksFactory.create(surgery=surgery, words=SECRET)
    LetterFactory.create(surgery=surgery, subject=SECRET, words=SECRET)
    OutcomeFactory.create(visit__surgery=surgery, next_step=SECRET, pledge=SECRET, is_next_step_shared=True)
    for reason in (SECRET, Shift.TAKEN_OFF, Shift.CALLED_OFF):
        ended = ShiftFactory.create(surgery=surgery, given_back=True, ended_reason=reason)
        Ask.objects.create(champion=ended.champion, surgery=surgery, asked_at=timezone.now())
    return surgery


def words_left(surgery: Surgery) -> int:
    """In how many places somebody's words are left."""
    said = [*surgery.bookings.values_list("question", "adjustments"), *surgery.shifts.values_list("ended_reason")]
    said += surgery.thanks.values_list("words")
    said += surgery.letters.values_list("subject", "words")
    said += surgery.visits.values_list("outcome__next_step", "outcome__pledge")
    return str(said).count(SECRET)


def test_words_go_ninety_days_after_the_surgery_and_not_before():
    old, recent = surgery_with_words(-100), surgery_with_words(-80)
    forget_words(old.ends_at + timedelta(days=90, seconds=-1))
    assert (words_left(old), words_left(recent), Ask.objects.count()) == (8, 8, 6)
    forget_words(old.ends_at + timedelta(days=90))
    assert (words_left(old), words_left(recent), Ask.objects.count()) == (0, 8, 3)
    assert list(old.shifts.order_by("pk").values_list("ended_reason", flat=True)) == [
        "", "Given back", "Taken off by an organiser", "called off",
    ]  # fmt: skip
    forget_words(recent.ends_at + timedelta(days=90))
    assert words_left(recent) == 0


def test_however_many_there_are(monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(duties, "SLICE", 2)
    for _ in range(5):
        surgery_with_words(-100)
    with django_assert_num_queries(1 + 7 * 3):
        forget_words(timezone.now())
    assert not Booking.objects.exclude(question="", adjustments="").exists()


def test_why_a_surgery_was_called_off_goes_as_well():
    old = SurgeryFactory.create(starts_at=local(-100), called_off=True, called_off_reason=SECRET)
    forget_words(old.ends_at + timedelta(days=90, seconds=-1))
    old.refresh_from_db()
    assert old.called_off_reason == SECRET
    forget_words(old.ends_at + timedelta(days=90))
    old.refresh_from_db()
    assert old.called_off_reason == Shift.CALLED_OFF
