"""On the day the private page leads to where one says that one is here, and knows who has said so."""

from datetime import timedelta

import pytest
import time_machine

from bookings.models import Help, Visit
from tests.bookings.pages import private, words_of
from tests.factories import BookingFactory, HelpFactory, OutcomeFactory, VisitFactory

pytestmark = pytest.mark.django_db
LEADS_THERE = "Say that you are here"


def at(client, booking, moment) -> str:
    with time_machine.travel(moment, tick=False):
        return words_of(client.get(private(booking)))


def test_it_leads_there_from_when_the_doors_open_until_the_end(client, alices_booking):
    slot, surgery = alices_booking.slot, alices_booking.surgery
    assert LEADS_THERE not in at(client, alices_booking, surgery.starts_at - timedelta(hours=2))
    for moment in (surgery.starts_at - timedelta(minutes=30), slot.starts_at + timedelta(minutes=1)):
        assert LEADS_THERE in at(client, alices_booking, moment)
    assert LEADS_THERE not in at(client, alices_booking, surgery.ends_at + timedelta(minutes=1))
    waiting = BookingFactory.create(surgery=surgery, waiting=True)
    assert LEADS_THERE in at(client, waiting, surgery.starts_at - timedelta(minutes=30))


def test_who_is_here_already_is_not_called_late(client, alices_booking):
    during = alices_booking.slot.starts_at + timedelta(minutes=5)
    assert "even if you are late" in at(client, alices_booking, during)
    VisitFactory.create(booking=alices_booking, arrived_at=alices_booking.surgery.starts_at)
    words = at(client, alices_booking, during)
    assert "even if you are late" not in words
    assert LEADS_THERE not in words
    assert "You are here: a host has you on their list." in words


@pytest.mark.parametrize("minutes", [-5, 5])
def test_who_has_been_helped_is_thanked_and_finds_there_what_came_of_it(client, alices_booking, minutes):
    during = alices_booking.slot.starts_at + timedelta(minutes=minutes)
    visit = VisitFactory.create(booking=alices_booking, arrived_at=during - timedelta(minutes=20))
    help_ = HelpFactory.create(visit=visit, starts_at=during - timedelta(minutes=15))
    assert "You are here" in at(client, alices_booking, during)
    Help.objects.update(ends_at=during)
    Visit.objects.update(left_at=during)
    words = at(client, alices_booking, during)
    for untrue in ("Your time is now", "You are here", LEADS_THERE, "This one is over"):
        assert untrue not in words
    assert f"Thank you for coming. {help_.shift.champion} helped you." in words
    assert "If they write down what came of it, you will find it here." in words
    OutcomeFactory.create(visit=visit, next_step="Follow three people.")
    words = at(client, alices_booking, during)
    assert "Follow three people." in words
    assert "you will find it here" not in words
    Visit.objects.update(left_at=None)
    assert "You are here" in at(client, alices_booking, during), "called back"
