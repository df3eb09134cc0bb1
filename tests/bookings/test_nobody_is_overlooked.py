"""Nobody waits beside a free seat that they could have: `check_invariants` finds whoever does, and what excuses it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from bookings.invariants import violations
from bookings.services.waiting import promote
from surgeries.models import Shift, Surgery
from tests.factories import BookingFactory, ChampionFactory, ShiftFactory, SurgeryFactory, UserFactory

OVERLOOKED = "nobody waits beside a free seat that they could have"


@pytest.mark.django_db
class TestNobodyIsOverlooked:
    """Alice waits at a surgery with a free seat, as no service leaves it, and what excuses that."""

    @pytest.fixture
    def waiting(self, surgery, alice):
        return BookingFactory.create(surgery=surgery, attendee=alice, waiting=True)

    def test_somebody_who_could_have_a_seat_is_found(self, surgery, waiting):
        assert violations() == {OVERLOOKED: [waiting.pk]}
        promote(surgery, now=timezone.now())
        assert violations() == {}

    def test_without_a_free_seat_nobody_is(self, surgery, waiting):
        BookingFactory.create_batch(6, surgery=surgery)
        assert violations() == {}

    def test_a_seat_that_does_not_suit_is_none(self, surgery, waiting):
        first = surgery.slots.first()
        waiting.suits.add(first)
        assert violations() == {OVERLOOKED: [waiting.pk]}
        BookingFactory.create_batch(2, surgery=surgery, slot=first)
        assert violations() == {}

    def test_nor_is_one_that_clashes(self, surgery, alice, waiting):
        BookingFactory.create(attendee=alice, surgery=SurgeryFactory.create(slots=1, slot_length=timedelta(hours=1)))
        assert violations() == {}

    def test_nor_is_one_at_which_they_host(self, surgery, alice, waiting):
        champion = ChampionFactory.create(user=UserFactory.create(email=alice.email))
        shift = ShiftFactory.create(champion=champion)
        assert violations() == {}
        Shift.objects.filter(pk=shift.pk).update(ended_at=timezone.now() - timedelta(minutes=6), ended_reason="Ill")
        assert OVERLOOKED in violations()

    @pytest.mark.parametrize("fact", [{"cutoff_minutes": 8 * 24 * 60}, {"state": "draft"}])
    def test_past_the_cut_off_or_before_it_is_published_nobody_is(self, surgery, waiting, fact):
        Surgery.objects.filter(pk=surgery.pk).update(**fact)
        assert violations() == {}

    def test_the_clock_has_five_minutes_for_those_whom_something_else_set_free(self, waiting):
        off = SurgeryFactory.create(called_off=True)
        assert violations() == {}
        Surgery.objects.filter(pk=off.pk).update(called_off_at=timezone.now() - timedelta(minutes=6))
        assert OVERLOOKED in violations()
