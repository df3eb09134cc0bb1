"""Whatever stands in a row, an email stays one email: nothing gets into its headers, its markup or its calendar."""

import re
from email import message_from_bytes
from email.policy import default as modern
from html.parser import HTMLParser

import pytest
import vobject
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bookings.models import Booking
from champions.models import Champion
from notifications.models import OutboxEmail
from notifications.registry import Message
from notifications.rendering import to_mime
from organisation.models import Department, Office, Topic
from surgeries.models import Surgery, Venue
from tests.bookings.letters import EMAIL, STORIES, undone, write

pytestmark = pytest.mark.django_db

HEADERS = {
    "Content-Type", "MIME-Version", "Subject", "From", "To", "Reply-To", "Date", "Message-ID", "Auto-Submitted",
}  # fmt: skip
TAGS = {
    *("html", "head", "meta", "title", "style", "body"),
    *("div", "p", "h1", "h2", "dl", "dt", "dd", "a", "br", "ul", "li"),
}
ATTRIBUTES = {"lang", "charset", "name", "content", "class", "href"}
HOSTILE = [
    "Robert\r\nBcc: everybody@example.gov.uk\r\n\r\nHello",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    '"><a href="https://evil.example">press</a>',
    "{{ department.email_domains }}{% load static %}",
    "END:VEVENT\r\nEND:VCALENDAR\r\nBEGIN:VCALENDAR",
    "Zoë O’Brien-Þórsdóttir 李明 \U0001f600",
    "\u202egnp.exe\u2066 \x1b[31m\x85\u2028\u2029",
    "=?utf-8?q?Bcc=3A_x?= =2E %0d%0aBcc:x",
    "tab\tand \\n backslash \\r\\n; comma, semicolon",
    ".\r\n.\r\nQUIT",
]


def with_everywhere(row: OutboxEmail, text: str) -> Message | None:
    """The email, with the text in every column that an email may show."""
    Booking.objects.update(name=text[:100], question=text[:500], adjustments=text[:500])
    Venue.objects.update(directions=text, accessibility=text)
    venue = Venue.objects.first()
    assert venue
    Venue.objects.filter(pk=venue.pk).update(name=text[:100])
    Office.objects.filter(pk=venue.office_id).update(name=text[:80])
    Surgery.objects.filter(state="called_off").update(called_off_reason=text[:200])
    Surgery.objects.update(note=text)
    Champion.objects.update(name=text[:100])
    Topic.objects.filter(pk__in=Topic.objects.values("pk")[:1]).update(name=text[:60])
    Department.objects.update(name=text[:120])
    return write(row)


class Skeleton(HTMLParser):
    """The elements of a page without the text, which is what a text must not be able to change."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links |= {value for name, value in attrs if name in {"href", "src"}}


def check(row: OutboxEmail, message: Message) -> None:
    mime = message_from_bytes(to_mime(row, message).message().as_bytes(), policy=modern)
    assert set(mime.keys()) <= HEADERS
    assert mime["To"] == EMAIL
    assert len(message.subject.splitlines()) == 1
    assert [part.get_content_type() for part in mime.walk() if not part.is_multipart()] in (
        ["text/plain", "text/html"],
        ["text/plain", "text/html", "text/calendar", "application/ics"],
    )
    page = Skeleton(message.html)
    assert page.tags <= TAGS
    assert page.attributes <= ATTRIBUTES
    assert all(re.match(r"http://127\.0\.0\.1/|mailto:organisers@coast", link) for link in page.links)
    if message.calendar:
        read = list(vobject.readComponents(message.calendar.decode()))
        assert len(read) == 1
        assert set(read[0].contents) == {"version", "prodid", "calscale", "method", "vevent"}
        assert len(read[0].contents["vevent"]) == 1
        assert [attendee.value for attendee in read[0].vevent.contents["attendee"]] == [f"mailto:{EMAIL}"]


@pytest.mark.parametrize("name", STORIES)
def test_an_email_stays_one_email(name):
    row = STORIES[name]()
    for text in HOSTILE:
        message = with_everywhere(row, text)
        assert message, text
        check(row, message)


any_text = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), min_size=1, max_size=60)


@pytest.mark.parametrize("name", ["booked", "called_off"])
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(text=any_text)
@example(text="\x85")
def test_an_email_stays_one_email_with_any_text(db, name, text):
    with undone():
        row = STORIES[name]()
        message = with_everywhere(row, text)
        assert message
        check(row, message)


@pytest.mark.parametrize("name", ["evil.example", "https://evil.example", "a@evil.example", "Bob\r\nwww.evil", " "])
def test_a_name_that_the_form_would_refuse_greets_nobody(name):
    row = STORIES["booked"]()
    Booking.objects.update(name=name)
    message = write(row)
    assert message
    assert "Hello,\n" in message.text
    assert "<p>Hello,</p>" in message.html
    assert "evil" not in message.text + message.html + message.subject


@pytest.mark.parametrize("name", ["Zoë O’Brien-Þórsdóttir", "李明", "محمد", "Anne-Marie d'Arcy", "J. R. Hartley"])
def test_a_name_that_is_one_is_greeted_as_it_is_written(name):
    row = STORIES["booked"]()
    Booking.objects.update(name=name)
    message = write(row)
    assert message
    assert f"Hello {name},\n" in message.text


def test_control_a_message_with_markup_of_its_own_is_found():
    row = STORIES["booked"]()
    message = write(row)
    assert message
    broken = Message(subject=message.subject, text=message.text, html=message.html + "<script></script>")
    with pytest.raises(AssertionError):
        check(row, broken)
