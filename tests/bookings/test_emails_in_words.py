"""What each email says, in text and in HTML, about real rows."""

import ast
import re
from functools import cache
from html.parser import HTMLParser
from inspect import getsource

import pytest

from bookings import after_emails, emails
from bookings.links import private_link, token_for
from bookings.models import Booking
from notifications.models import OutboxEmail
from notifications.registry import Message, writers
from notifications.services import try_again
from organisation.models import Department
from surgeries.models import Surgery
from tests.bookings.letters import EMAIL, NAME, STORIES, booked, undone, write
from tests.factories import SurgeryFactory
from tests.fit import html_faults

pytestmark = pytest.mark.django_db

# Who these emails are about has no seat any more, never had one, or is somebody else.
ENDED = {"cancelled", "cancelled_late", "cancelled_by_an_organiser", "left_the_waiting_list", "called_off", "released"}
NOT_DONE = {"booked_already", "in_line_already", "not_moved", "not_moved_to_where_they_wait", "not_moved_into_a_shift"}
ABOUT_NO_BOOKING = {"sent_in_error", "hosting_already"} | NOT_DONE
# Who these go to is not even greeted by name.
AFTERWARDS = {"came", "walked_in", "missed"}
LIVE = [name for name in STORIES if name not in ENDED | ABOUT_NO_BOOKING | AFTERWARDS]

every_email = pytest.mark.parametrize("name", STORIES)
every_live_email = pytest.mark.parametrize("name", LIVE)


class Elements(HTMLParser):
    """The elements of a page, and its words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict]] = []
        self.words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def links(self) -> set[str]:
        return {attributes["href"] for tag, attributes in self.elements if tag == "a"}


def letter(name: str) -> Message:
    """It as it is written now, and the rows that it is about."""
    message = write(STORIES[name]())
    assert message
    return message


@cache
def words_of(name: str) -> Message:
    """It alone, written once for all the tests that ask for nothing else."""
    with undone():
        return letter(name)


def test_every_kind_that_is_queued_has_a_writer_and_a_story():
    """Read from the source of what queues them, so that a new kind cannot be forgotten."""
    source = getsource(emails) + getsource(after_emails)
    texts = [node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)]
    kinds_of_ours = r"(booking|already|visit)(_[a-z]+)+"
    named = {text for text in texts if isinstance(text, str) and re.fullmatch(kinds_of_ours, text)}
    changes = set(re.findall(r'_change\("([a-z_]+)"', getsource(emails)))
    kinds = named | {f"booking_{name}" for name in changes}
    ours = {kind for kind in writers if kind.startswith(("booking_", "already_", "visit_"))}
    assert kinds == ours
    told = set()
    for act in STORIES.values():
        with undone():
            told.add(act().kind)
    assert told == ours


@every_live_email
def test_when_where_and_with_whom_come_first(name):
    message = letter(name)
    booking = Booking.objects.get(attendee__email=EMAIL)
    facts, _, rest = message.text.partition(f"Hello {NAME},")
    assert rest
    first, second, third = re.findall(r"^(When|Where|With): .+$", facts, re.MULTILINE)
    assert (first, second, third) == ("When", "Where", "With")
    words = " ".join(Elements(message.html).words)
    for fact in re.findall(r"^[A-Z][a-z ]+: (.+)$", facts, re.MULTILINE):
        assert fact in words
    assert str(booking.surgery.venue) in facts


def test_a_confirmation_says_everything():
    message = write(booked())
    day = Booking.objects.get().slot.starts_at
    assert message
    assert message.subject == f"Your seat: Tuesday {day:%-d %B}, 10am, Ground floor café, Leeds"
    assert "When: Tuesday" in message.text
    assert "10am to 10:20am" in message.text
    assert "With: Amina Yusuf and Tom Price: LinkedIn" in message.text
    for text in (message.text, " ".join(Elements(message.html).words)):
        assert "Past reception, second door on the left." in text
        assert "Step-free from the front door." in text
        assert "cancel in two presses" in text
        assert "Department for Coastal Affairs" in text
        assert "organisers@coast.example.gov.uk" in text


@every_email
def test_the_subject_is_one_line_that_says_which_surgery(name):
    subject = words_of(name).subject
    assert len(subject) < 120
    if name != "sent_in_error":
        assert re.search(r"[A-Z][a-z]+day \d+ [A-Z][a-z]+, .*", subject), subject


@every_email
def test_the_text_has_every_link_that_the_html_has(name):
    message = words_of(name)
    for link in Elements(message.html).links:
        assert link.removeprefix("mailto:") in message.text


@every_email
def test_the_private_link_goes_only_to_whom_it_belongs_while_it_is_of_use(name):
    message = letter(name)
    theirs = [private_link(booking) for booking in Booking.objects.filter(attendee__email=EMAIL)]
    has_it = name in LIVE or name in NOT_DONE or name in AFTERWARDS
    assert [link in message.text for link in theirs] == [has_it] * len(theirs)
    for booking in Booking.objects.exclude(attendee__email=EMAIL):
        assert token_for(booking) not in message.text + message.html


@every_email
def test_no_calendar_holds_the_private_link_nor_what_somebody_asked(name):
    calendar = (letter(name).calendar or b"").decode().replace("\r\n ", "")
    for booking in Booking.objects.all():
        assert token_for(booking) not in calendar
        assert "May I say this" not in calendar


@every_email
def test_what_people_type_freely_is_in_no_email(name):
    STORIES[name]()
    Booking.objects.update(question="Win a prize at evil.example", adjustments="Call 0800 evil")
    for row in OutboxEmail.objects.all():
        message = write(row)
        assert "evil" not in f"{message}"


@every_email
def test_it_sounds_like_us(name):
    message = words_of(name)
    words = message.subject + message.text + " ".join(Elements(message.html).words[2:])
    assert "!" not in words
    assert "None" not in words
    assert not re.search(r"\{[{%]|\bplease note\b|\bunfortunately\b|\bclick\b|\bpatient\b", words, re.IGNORECASE)


@every_email
def test_the_html_is_plain_letter_paper(name):
    """Nothing that runs, nothing that is fetched, no inline styles, one button at most, a language and a title."""
    html = words_of(name).html
    parsed = Elements(html)
    tags = {tag for tag, _ in parsed.elements}
    assert not tags & {"script", "iframe", "form", "input", "img", "link", "object", "svg", "font", "table"}
    assert not [attributes for _, attributes in parsed.elements if {"style"} & attributes.keys()]
    assert not [key for _, attributes in parsed.elements for key in attributes if key.startswith("on")]
    assert len([attributes for _, attributes in parsed.elements if attributes.get("class") == "button"]) <= 1
    assert ("html", {"lang": "en-GB"}) in parsed.elements
    assert not re.search(r"url\(|@import", html)


def test_all_of_the_html_is_valid():
    assert html_faults({name: words_of(name).html for name in STORIES}) == []


def test_without_a_contact_address_no_email_offers_one():
    row = booked()
    Department.objects.update(contact_email="")
    message = write(row)
    assert message
    assert "Questions?" not in message.text + message.html
    assert "mailto:" not in message.html


def test_a_late_cancellation_is_thanked():
    assert "Thank you for telling us: it helps at any time" in words_of("cancelled_late").text


def test_a_cancellation_in_time_is_thanked():
    assert "Your seat is free for somebody else. Thank you for telling us.\n" in words_of("cancelled").text


def test_a_booking_that_an_organiser_cancelled_says_so_and_why():
    text = words_of("cancelled_by_an_organiser").text
    assert "The organisers have cancelled your booking. This one is for beginners." in text
    assert "Thank you" not in text


@pytest.mark.parametrize(
    ("story", "by_themselves", "said"),
    [
        ("booked_by_an_organiser", "booked", "The organisers have booked a seat for you."),
        ("put_on_the_waiting_list", "waiting", "The organisers have put you on the waiting list."),
        ("moved_by_an_organiser", "moved", "The organisers have moved your booking."),
    ],
)
def test_what_an_organiser_did_for_somebody_begins_with_that(story, by_themselves, said):
    for words in (words_of(story).text, " ".join(Elements(words_of(story).html).words)):
        assert re.search(rf"Hello {NAME},\s+{said}", words)
        assert "Thank you for booking" not in words
    assert "The organisers have" not in words_of(by_themselves).text + words_of(by_themselves).html


def test_it_says_so_as_well_when_it_was_given_up_and_is_tried_again():
    row = STORIES["booked_by_an_organiser"]()
    OutboxEmail.objects.update(state="dead", last_error="550 no such mailbox")
    assert try_again(email=row)
    row.refresh_from_db()
    message = write(row)
    assert message
    assert "The organisers have booked a seat for you." in message.text


def test_leaving_the_waiting_list_speaks_of_no_seat():
    text = words_of("left_the_waiting_list").text
    assert "You are off the waiting list" in text
    assert "seat" not in text


def test_what_was_asked_for_is_not_said_twice_and_the_advice_is_for_somebody_who_waits():
    text = words_of("in_line_already").text
    assert "You asked for" not in text
    assert "You are waiting for: Tuesday" in text
    assert "You are on its waiting list and keep your place." in text
    assert "take a free seat if there is one" in text
    assert "move the booking" not in text


@pytest.mark.parametrize("story", ["waiting", "in_line_already"])
def test_whoever_waits_has_a_place_in_line_and_no_booking(story):
    words = words_of(story)
    assert "See or change your place in line" in words.text
    for form in (words.text, words.html):
        assert "can see and change your place in line, so please" in form
        assert "your booking" not in form


def test_whoever_cannot_move_to_where_they_wait_learns_how_to_come_there():
    text = words_of("not_moved_to_where_they_wait").text
    assert "take a free seat with the link of your place in line" in text
    assert "Your place in line has a link of its own:" in text


def test_a_seat_that_came_free_is_announced_as_one():
    assert words_of("promoted").subject.startswith("A seat came free for you: Tuesday")


def test_a_surgery_called_off_offers_the_nearest_others_with_room():
    row = STORIES["called_off"]()
    in_two_weeks = Surgery.objects.get(state="published")
    sooner_elsewhere = SurgeryFactory.create()
    full = SurgeryFactory.create(slots=1, seats=0, is_drop_in=False)
    message = write(row)
    assert message
    assert "The café is being painted." in message.text
    offered = re.findall(r"/surgeries/(\w+)/", message.text)
    assert offered == [in_two_weeks.reference, sooner_elsewhere.reference]
    assert full.reference not in offered


def test_an_email_sent_in_error_says_nothing_about_the_booking():
    message = write(STORIES["sent_in_error"]())
    booking = Booking.objects.get()
    assert message
    everything = message.text + message.html + (message.calendar or b"").decode().replace("\r\n ", "")
    assert "alicia" not in everything.lower()
    assert NAME not in everything
    for fact in (str(booking.surgery.venue), "10am"):
        assert fact not in message.text + message.html
