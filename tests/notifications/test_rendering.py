"""From templates to a message, and from a message to what goes over the wire."""

import email
from email.policy import default as modern
from pathlib import Path

import pytest
from django.utils import timezone

from notifications.models import OutboxEmail
from notifications.registry import Message
from notifications.rendering import render_email, to_mime

INVITATION = b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nSUMMARY:Caf\xc3\xa9\r\nEND:VCALENDAR\r\n"
CONTEXT = {
    "name": "Ann <b>O’Neil</b> & Co",
    "heading": "Your seat is booked",
    "facts": [("When", "Tuesday 3 March, 10:20am to 10:40am"), ("Where", "The café"), ("With", "Bob & Cy")],
    "button": {"text": "See or change your booking", "url": "https://surgeries.example.gov.uk/a?b=1&c=2"},
    "private_link": "https://surgeries.example.gov.uk/bookings/token/",
}


@pytest.fixture
def hello(tmp_path: Path, settings) -> None:
    """An email called "hello"."""
    folder = tmp_path / "emails" / "hello"
    folder.mkdir(parents=True)
    (folder / "subject.txt").write_text("Hello\n  {{ name }}\n")
    (folder / "body.txt").write_text(
        '{% extends "emails/base.txt" %}{% block body %}Dear {{ name }}, {{ PUBLIC_BASE_URL }}{% endblock %}'
    )
    (folder / "body.html").write_text(
        '{% extends "emails/base.html" %}{% block body %}<p>Dear {{ name }}</p>{% endblock %}'
    )
    [engine] = settings.TEMPLATES
    settings.TEMPLATES = [{**engine, "DIRS": [*engine["DIRS"], tmp_path]}]


def wire(message: Message):
    row = OutboxEmail(pk=1, kind="letter", recipient="alice@example.gov.uk", created_at=timezone.now())
    return email.message_from_bytes(bytes(to_mime(row, message).message()), policy=modern)


@pytest.mark.usefixtures("hello")
class TestTemplates:
    def test_a_subject_is_one_line(self):
        assert render_email("hello", CONTEXT).subject == "Hello Ann <b>O’Neil</b> & Co"

    def test_nothing_is_escaped_in_plain_text(self):
        text = render_email("hello", CONTEXT).text
        assert "Dear Ann <b>O’Neil</b> & Co, http" in text
        assert "https://surgeries.example.gov.uk/a?b=1&c=2" in text
        assert "With: Bob & Cy" in text

    def test_everything_is_escaped_in_html(self):
        html = render_email("hello", CONTEXT).html
        assert "Dear Ann &lt;b&gt;O’Neil&lt;/b&gt; &amp; Co" in html
        assert "Bob &amp; Cy" in html
        assert "<b>" not in html

    def test_the_facts_come_first_then_the_words_the_button_and_the_private_link(self):
        message = render_email("hello", CONTEXT)
        for words in (message.text, message.html):
            places = [
                words.index(part)
                for part in ("Your seat is booked", "Tuesday 3 March", "Dear", "See or change", "/bookings/token/")
            ]
            assert places == sorted(places)

    def test_html_has_one_style_block_and_no_style_attribute(self):
        html = render_email("hello", CONTEXT).html
        assert html.count("<style>") == 1
        assert "style=" not in html

    def test_plain_text_has_no_two_empty_lines_in_a_row(self):
        assert "\n\n\n" not in render_email("hello", {"name": "x"}).text

    def test_links_come_from_the_public_address(self, settings):
        settings.PUBLIC_BASE_URL = "https://surgeries.example.gov.uk"
        message = render_email("hello", CONTEXT)
        assert "https://surgeries.example.gov.uk/\n" in message.text
        assert 'href="https://surgeries.example.gov.uk/"' in message.html


def test_an_invitation_travels_as_an_alternative_and_as_a_file():
    received = wire(Message(subject="x", text="x", html="<p>x</p>", calendar=INVITATION))
    assert received.get_content_type() == "multipart/mixed"
    body, file = received.iter_parts()
    assert body.get_content_type() == "multipart/alternative"
    plain, html, calendar = body.iter_parts()
    assert [plain.get_content_type(), html.get_content_type()] == ["text/plain", "text/html"]
    assert (calendar.get_content_type(), calendar["Content-Type"].params["method"]) == ("text/calendar", "REQUEST")
    assert (file.get_content_type(), file.get_filename()) == ("application/ics", "invite.ics")
    assert file.get_payload(decode=True) == INVITATION
    assert calendar.get_payload(decode=True).replace(b"\r\n", b"\n") == INVITATION.replace(b"\r\n", b"\n")


def test_a_withdrawal_says_so():
    received = wire(Message(subject="x", text="x", html="x", calendar=INVITATION.replace(b"REQUEST", b"CANCEL")))
    assert "method=CANCEL" in received.as_string().replace('"', "")


def test_a_calendar_without_a_method_that_emails_know_is_refused():
    with pytest.raises(ValueError, match="METHOD"):
        wire(Message(subject="x", text="x", html="x", calendar=INVITATION.replace(b"REQUEST", b"PUBLISH")))


def test_without_an_invitation_there_is_text_and_html_and_nothing_else():
    received = wire(Message(subject="x", text="x", html="x"))
    assert [part.get_content_type() for part in received.iter_parts()] == ["text/plain", "text/html"]


def test_a_line_break_never_reaches_a_header():
    with pytest.raises(ValueError, match="newlines"):
        wire(Message(subject="x\r\nBcc: everybody@example.gov.uk", text="x", html="x"))
