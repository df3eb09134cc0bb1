"""Calendars follow: whatever is done, and in whatever order emails are written and arrive, entries end up right."""

import os
import re
from contextlib import suppress
from dataclasses import dataclass, field, replace
from uuid import uuid4

import pytest
import vobject
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bookings import messages
from bookings.errors import BookingError
from bookings.models import Booking
from bookings.services.booking import Answers, book, cancel, correct_email, move
from bookings.services.diary import call_off
from bookings.services.waiting import hand_back
from notifications.models import OutboxEmail
from notifications.registry import Message, writers
from surgeries.models import Slot, Surgery
from tests.bookings.letters import EMAIL, NAME, STORIES, undone, write
from tests.factories import SurgeryFactory, local

pytestmark = pytest.mark.django_db
EXAMPLES = 500 if os.environ.get("FULL_SIZE") else 40


def entry_in(calendar: bytes):
    """The method of an iCalendar file and its one entry, read with another library than the one that wrote it."""
    read = vobject.readOne(calendar.decode())
    assert len(read.contents["vevent"]) == 1
    return read.method.value, read.vevent


ENTERED = {"booked", "booked_by_an_organiser", "promoted", "promoted_by_a_move", "kept", "moved",
           "moved_by_an_organiser", "moved_off_the_waiting_list", "surgery_moved"}  # fmt: skip
WITHDRAWN = {"handed_back", "cancelled", "cancelled_late", "cancelled_by_an_organiser", "called_off", "sent_in_error",
             "released"}  # fmt: skip


@pytest.mark.parametrize("name", STORIES)
def test_an_email_enters_withdraws_or_leaves_calendars_alone(name):
    message = write(STORIES[name]())
    assert message
    method = entry_in(message.calendar)[0] if message.calendar else None
    assert method == ("REQUEST" if name in ENTERED else "CANCEL" if name in WITHDRAWN else None)


@pytest.mark.parametrize("name", ENTERED)
def test_an_entry_has_the_time_and_place_of_the_seat(name):
    message = write(STORIES[name]())
    assert message
    assert message.calendar
    _, entry = entry_in(message.calendar)
    booking = Booking.objects.get(attendee__email=EMAIL)
    assert booking.slot
    assert entry.uid.value == booking.calendar_uid
    assert int(entry.sequence.value) == booking.calendar_sequence
    assert (entry.dtstart.value, entry.dtend.value) == (booking.slot.starts_at, booking.slot.ends_at)
    assert entry.location.value == str(booking.surgery.venue)
    assert entry.status.value == "CONFIRMED"
    assert entry.attendee.value == f"mailto:{EMAIL}"
    assert entry.attendee.params["CN"] == [NAME]
    assert "organizer" in entry.contents


@pytest.mark.parametrize("name", WITHDRAWN)
def test_an_entry_is_withdrawn_by_its_name_with_a_higher_sequence(name):
    row = STORIES[name]()
    booking = Booking.objects.get(pk=row.about["booking"])
    message = write(row)
    assert message
    assert message.calendar
    _, entry = entry_in(message.calendar)
    assert entry.uid.value == booking.calendar_uid
    assert int(entry.sequence.value) == booking.calendar_sequence > 0
    assert entry.status.value == "CANCELLED"
    assert entry.attendee.value == f"mailto:{EMAIL}"
    assert "organizer" in entry.contents


def test_a_withdrawal_that_was_overtaken_is_made_up_for():
    """Handed back and left the list before the worker came: the one email that is sent takes the entry out."""
    STORIES["handed_back"]()
    cancel(booking=Booking.objects.get(attendee__email=EMAIL))
    (sent,) = filter(None, [write(row) for row in OutboxEmail.objects.filter(recipient=EMAIL)])
    assert sent.calendar
    assert entry_in(sent.calendar)[0] == "CANCEL"


# ── Any acts, written and delivered in any order ──────────────────────────────────────────────────────────────
PEOPLE = [EMAIL, "bob.obrien@example.gov.uk", "charlie.chowdhury@example.gov.uk"]


@dataclass
class Calendars:
    """What a mail program does with what arrives (RFC 5546, 2.1.5 and 3.2): the newest word on each entry counts."""

    newest: dict[tuple[str, str], tuple] = field(default_factory=dict)

    def receive(self, to: str, message: Message) -> None:
        if not message.calendar:
            return
        method, entry = entry_in(message.calendar)
        version = (int(entry.sequence.value), entry.dtstamp.value)
        known = self.newest.get((to, entry.uid.value))
        if known is None or version >= known[0]:
            at = (entry.dtstart.value, entry.dtend.value, entry.location.value) if method == "REQUEST" else None
            self.newest[to, entry.uid.value] = (version, at)

    def entries(self) -> dict[tuple[str, str], tuple]:
        return {key: at for key, (_, at) in self.newest.items() if at}


def entries_in_the_database() -> dict[tuple[str | None, str], tuple]:
    return {
        (booking.attendee.email, booking.calendar_uid): (
            booking.slot.starts_at,
            booking.slot.ends_at,
            str(booking.surgery.venue),
        )
        for booking in Booking.objects.holding_a_seat().for_the_page()
    }


@dataclass
class Post:
    """Emails between the outbox and the mail programs; a worker may be slow, so that a later email arrives first."""

    calendars: Calendars = field(default_factory=Calendars)
    written: set[int] = field(default_factory=set)
    on_the_way: list[tuple[str, Message]] = field(default_factory=list)

    def write_one(self, pick: int) -> None:
        left = list(OutboxEmail.objects.exclude(pk__in=self.written).order_by("pk"))
        if left:
            row = left[pick % len(left)]
            self.written.add(row.pk)
            message = write(row)
            if message:
                self.on_the_way.append((row.recipient, message))

    def deliver_one(self, pick: int) -> None:
        if self.on_the_way:
            self.calendars.receive(*self.on_the_way.pop(pick % len(self.on_the_way)))

    def deliver_all(self, picks: list[int]) -> None:
        while OutboxEmail.objects.exclude(pk__in=self.written).exists():
            self.write_one(picks[len(self.written) % len(picks)])
        while self.on_the_way:
            self.deliver_one(picks[len(self.on_the_way) % len(picks)])


def do(act: str, who: int, where: int) -> None:
    """Somebody does something, if it can be done."""
    slots = list(Slot.objects.order_by("pk"))
    bookings = list(Booking.objects.live().for_the_page().order_by("pk"))
    slot, email = slots[where % len(slots)], PEOPLE[who % len(PEOPLE)]
    facts = {"surgery": slot.surgery, "name": NAME, "email": email, "answers": Answers(), "request_id": uuid4()}
    with suppress(BookingError):
        if act == "book":
            book(slot=slot, **facts)
        elif act == "wait":
            book(slot=None, **facts)
        elif act == "call off":
            call_off(surgery=Surgery.objects.order_by("pk")[where % 2], reason="No coffee")
        elif bookings:
            booking = bookings[who % len(bookings)]
            match act:
                case "move":
                    move(booking=booking, slot=slot)
                case "hand back":
                    hand_back(booking=booking)
                case "cancel":
                    cancel(booking=booking)
                case "correct":
                    correct_email(booking=booking, email=PEOPLE[where % len(PEOPLE)])


ACTS = ["book", "book", "wait", "move", "move", "hand back", "cancel", "correct", "write", "write", "deliver"]
numbers = st.integers(0, 7)
steps = st.lists(st.tuples(st.sampled_from([*ACTS, "call off"]), numbers, numbers), max_size=25)


def check_that_calendars_follow(acts: list[tuple[str, int, int]], picks: list[int]) -> None:
    with undone():
        for day in (7, 8):
            SurgeryFactory.create(starts_at=local(day), slots=2, seats=1)
        post = Post()
        for act, who, where in acts:
            if act == "write":
                post.write_one(where)
            elif act == "deliver":
                post.deliver_one(where)
            else:
                do(act, who, where)
        post.deliver_all(picks)
        assert post.calendars.entries() == entries_in_the_database()


any_order = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    report_multiple_bugs=False,
)


@any_order
@given(steps, st.lists(numbers, min_size=1))
def test_whatever_is_done_and_in_whatever_order_emails_arrive_calendars_end_up_right(db, acts, picks):
    check_that_calendars_follow(acts, picks)


BOOK_AND_MOVE = [("book", 0, 0), ("write", 0, 0), ("move", 0, 1), ("write", 0, 0)]
LATER_FIRST = [("deliver", 0, 1), ("deliver", 0, 0)]
HAND_BACK_AND_CANCEL = [
    *[("book", 0, 0), ("write", 0, 0), ("deliver", 0, 0), ("book", 1, 1), ("hand back", 0, 0), ("cancel", 0, 0)]
]


@pytest.mark.parametrize("acts", [BOOK_AND_MOVE + LATER_FIRST, HAND_BACK_AND_CANCEL])
def test_two_orders_that_once_went_wrong(acts):
    check_that_calendars_follow(acts, [0])


def test_control_without_a_rising_sequence_calendars_go_wrong(monkeypatch):
    written = messages.booking_calendar

    def unnumbered(booking, *, method):
        undated = re.sub(rb"(DTSTAMP:).*?(\r\n)", rb"\g<1>20260101T000000Z\2", written(booking, method=method))
        return re.sub(rb"(SEQUENCE:).*?(\r\n)", rb"\g<1>0\2", undated)

    monkeypatch.setattr(messages, "booking_calendar", unnumbered)
    with pytest.raises(AssertionError):
        check_that_calendars_follow(BOOK_AND_MOVE + LATER_FIRST, [0])


def test_control_if_only_who_holds_a_seat_could_withdraw_it_calendars_go_wrong(monkeypatch):
    """As if leaving the waiting list never needed to withdraw anything."""
    cancelled = writers["booking_cancelled"]

    def forgetful(row):
        message = cancelled(row)
        return message and replace(message, calendar=None)

    monkeypatch.setitem(writers, "booking_cancelled", forgetful)
    with pytest.raises(AssertionError):
        check_that_calendars_follow(HAND_BACK_AND_CANCEL, [0])
