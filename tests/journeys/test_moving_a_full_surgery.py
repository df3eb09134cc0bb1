"""An organiser moves a full surgery, and later calls it off: people read it once, and their calendars follow."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from icalendar import Calendar, Event
from playwright.sync_api import expect

from bookings.invariants import violations
from surgeries.models import Surgery
from tests.factories import (
    BookingFactory,
    ChampionFactory,
    DepartmentFactory,
    ShiftFactory,
    SurgeryFactory,
    UserFactory,
    local,
)
from tests.journeys.visitor import Visitor

MOVED, OFF = re.compile("^Moved: "), re.compile("^Called off: ")


def says(visitor: Visitor, words: str) -> None:
    """Wait for the page that says so."""
    expect(visitor.page.get_by_role("main")).to_contain_text(words)


def calendar_of(visitor: Visitor, email: str, subject: re.Pattern) -> tuple[str, int, Event]:
    """What the file with that email asks of a calendar: the method, the sequence, and the entry itself."""
    letter = visitor.read_email(email, subject)
    assert letter.calendar
    calendar = Calendar.from_ical(letter.calendar)
    (event,) = calendar.events
    return str(calendar["METHOD"]), int(event["SEQUENCE"]), event


@pytest.mark.usefixtures("worker")
@pytest.mark.parametrize("visitor", ["without JavaScript"], indirect=True)
def test_a_full_surgery_moves_and_is_called_off_in_the_end(visitor: Visitor) -> None:
    DepartmentFactory.create()
    surgery = SurgeryFactory.create(seats=1)
    there, another = (SurgeryFactory.create(starts_at=local(days)) for days in (8, 9))
    ada, ben, *_ = seated = BookingFactory.create_batch(3, surgery=surgery)
    waits = BookingFactory.create(surgery=surgery, waiting=True)
    BookingFactory.create(surgery=there, attendee=ben.attendee, slot=there.slots.all()[1])
    ShiftFactory.create(surgery=surgery, champion=ChampionFactory.create(user=UserFactory.create()))
    visitor.let_in(UserFactory.create(organiser=True))
    day = timezone.localdate(surgery.starts_at) + timedelta(days=1)

    visitor.page.goto(f"/organise/surgeries/{surgery.reference}/")
    says(visitor, "of 3 seats in 3 slots")
    visitor.press("Edit or move")
    visitor.type("Day", f"{day:%-d/%-m/%Y}")
    visitor.press_button("See what changes")
    says(visitor, "This person cannot come then")
    says(visitor, "2 who booked")
    visitor.press_button("Move it and tell them")
    says(visitor, "The surgery is changed")

    method, sequence, event = calendar_of(visitor, ada.attendee.email, MOVED)
    assert (method, sequence, event["UID"]) == ("REQUEST", 1, ada.calendar_uid)
    assert event.start.date() == day
    ended = visitor.read_email(ben.attendee.email, re.compile("your seat has ended")).text
    assert another.reference in ended
    assert there.reference not in ended, "Ben has a seat there"
    visitor.read_email(waits.attendee.email, re.compile("^A seat came free"))
    assert violations() == {}

    visitor.page.goto(f"/organise/surgeries/{surgery.reference}/")
    visitor.press("Call it off")
    says(visitor, "3 who booked")
    visitor.type("Why does it not take place?", "The café is flooded.")
    visitor.press_button("Call it off and tell them")
    says(visitor, "It is called off")

    method, sequence, event = calendar_of(visitor, ada.attendee.email, OFF)
    assert (method, sequence, event["UID"]) == ("CANCEL", 2, ada.calendar_uid)
    assert there.reference in visitor.read_email(seated[2].attendee.email, OFF).text
    assert Surgery.objects.get(pk=surgery.pk).is_called_off
    assert violations() == {}
