"""Whoever hosts is told what organisers do to their shift, and their calendar follows."""

from dataclasses import replace

import pytest
from django.core import mail
from icalendar import Calendar

from bookings.facts import Facts
from bookings.services.diary import call_off
from bookings.services.editing import end_shift, host
from bookings.services.hosting import take_shift
from bookings.services.moving import change_surgery
from champions.models import Champion
from notifications.models import OutboxEmail
from notifications.worker import Worker
from surgeries.models import Shift, Surgery, Venue
from surgeries.templatetags.times import clock, day
from tests.factories import ChampionFactory, ShiftFactory, SurgeryFactory, UserFactory, VenueFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice() -> Champion:
    return ChampionFactory.create(name="Alice", user=UserFactory.create(email="alice@example.gov.uk"))


@pytest.fixture
def shift(alice: Champion, surgery: Surgery) -> Shift:
    return ShiftFactory.create(champion=alice, surgery=surgery)


def put_on(champion: Champion, surgery: Surgery) -> Shift:
    return host(surgery=surgery, champion=champion, starts_at=surgery.starts_at, ends_at=surgery.ends_at)


def told() -> tuple[str, str, str]:
    """The subject and the words of the one email that goes to Alice, and what its file asks of her calendar."""
    Worker().run(until_idle=True)
    (message,) = [message for message in mail.outbox if message.to == ["alice@example.gov.uk"]]
    asks = Calendar.from_ical(message.attachments[0][1])["METHOD"]
    return str(message.subject), str(message.body), str(asks)


def test_whom_an_organiser_puts_on_a_surgery_has_it_in_their_calendar(alice: Champion, surgery: Surgery) -> None:
    put_on(alice, surgery)
    subject, words, method = told()
    assert subject.startswith("You host: ")
    assert method == "REQUEST"
    assert "The organisers have put you on this surgery." in words
    assert "Thank you for hosting" not in words


def test_whoever_takes_a_shift_is_thanked(alice: Champion, surgery: Surgery) -> None:
    take_shift(surgery=surgery, champion=alice, starts_at=surgery.starts_at, ends_at=surgery.ends_at)
    _, words, _ = told()
    assert "Thank you for hosting" in words
    assert "organisers have put you" not in words


def test_whom_an_organiser_takes_off_has_it_there_no_more(shift: Shift) -> None:
    end_shift(shift=shift, reason=Shift.TAKEN_OFF)
    end_shift(shift=shift, reason=Shift.TAKEN_OFF)
    subject, words, method = told()
    assert subject.startswith("You no longer host on ")
    assert method == "CANCEL"
    assert "An organiser has taken you off" in words


def move_to(venue: Venue, surgery: Surgery, **facts) -> None:
    """Change the venue and nothing else, as the form does."""
    surgery.refresh_from_db()
    change_surgery(surgery=surgery, facts=replace(Facts.of(surgery), venue=venue, **facts))


def test_hosts_are_led_to_another_venue_and_so_is_their_calendar(shift: Shift) -> None:
    surgery, elsewhere = shift.surgery, VenueFactory.create(name="The other café")
    ShiftFactory.create(surgery=surgery, champion__user=UserFactory.create(), given_back=True)
    for _ in range(2):
        move_to(elsewhere, surgery)
    assert OutboxEmail.objects.count() == 1
    move_to(elsewhere, surgery, note="Cake.")
    subject, words, method = told()
    assert subject.startswith("Your shift has moved: ")
    assert "Where: The other café" in words
    assert method == "REQUEST"
    event = Calendar.from_ical(mail.outbox[0].attachments[0][1]).events[0]
    assert (event["SEQUENCE"], str(event["LOCATION"])) == (2, str(elsewhere)), "as it is by the time it is sent"


def test_hosts_hear_why_their_surgery_is_called_off(shift: Shift) -> None:
    call_off(surgery=shift.surgery, reason="The café is flooded.")
    subject, words, method = told()
    assert subject == f"Called off: {day(shift.starts_at)}, {clock(shift.starts_at)}, {shift.surgery.venue}"
    assert method == "CANCEL"
    assert "The surgery does not take place: The café is flooded." in words
    assert "Thank you for telling us" not in words


def test_nobody_is_told_of_a_draft(alice: Champion) -> None:
    shift = put_on(alice, SurgeryFactory.create(draft=True))
    move_to(VenueFactory.create(), shift.surgery)
    end_shift(shift=shift, reason=Shift.TAKEN_OFF)
    assert not OutboxEmail.objects.exists()
