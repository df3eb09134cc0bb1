"""The demonstration mailbox shows every email as it would have gone out, and exists in demonstration mode only."""

import base64
import hashlib
import os
import re
import subprocess
import sys
from importlib import import_module

import pytest
from django.core.exceptions import ImproperlyConfigured

from notifications.mailbox import EmailBackend
from notifications.models import MailboxEmail
from notifications.registry import Message, writers
from tests.notifications.letters import queue_letter, queue_letters, work
from tests.notifications.workers import ROOT

HTML = (
    '<html><head><style>p { color: red; }</style></head><body><p>Hello</p><a href="https://x.test/">x</a></body></html>'
)
CALENDAR = b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n"


@pytest.fixture
def demonstration(db, settings) -> None:
    """Demonstration mode: the worker fills the mailbox, and there are pages to read it."""
    import_module("config.urls")  # which look at the setting once, when they are loaded
    settings.DEMONSTRATION = True
    settings.EMAIL_BACKEND = "notifications.mailbox.EmailBackend"
    settings.ROOT_URLCONF = "tests.notifications.demonstration_urls"


@pytest.fixture
def an_email(demonstration, monkeypatch) -> MailboxEmail:
    """An invitation to Alice that the worker has sent."""
    message = Message(subject="Café at 10", text="Hello\n<b>you</b> https://x.test/\n", html=HTML, calendar=CALENDAR)
    monkeypatch.setitem(writers, "letter", lambda email: message)
    queue_letter(to="alice@example.gov.uk")
    work()
    return MailboxEmail.objects.get()


@pytest.mark.usefixtures("demonstration")
def test_an_empty_mailbox_says_how_to_fill_it(client):
    page = client.get("/mailbox/").content.decode()
    assert "nothing here yet" in page
    assert "within a second or two" in page


def test_the_newest_email_comes_first(client, demonstration):
    queue_letters(3)
    work()
    page = client.get("/mailbox/").content.decode()
    places = [page.index(f"Letter {number}") for number in (2, 1, 0)]
    assert places == sorted(places)


def test_there_are_pages_of_twenty_five(client, demonstration, django_assert_max_num_queries):
    queue_letters(30)
    work()
    with django_assert_max_num_queries(4):
        first = client.get("/mailbox/").content.decode()
    assert first.count("app-mailbox__email") == 25
    assert client.get("/mailbox/?page=2").content.decode().count("app-mailbox__email") == 5


def test_it_can_be_narrowed_to_one_address(client, demonstration):
    queue_letters(3)
    work()
    page = client.get("/mailbox/?to=person1@example.gov.uk").content.decode()
    assert "Letter 1" in page
    assert "Letter 2" not in page


def test_nonsense_in_the_address_bar_does_no_harm(client, demonstration):
    assert client.get("/mailbox/?to=%00&page=nonsense").status_code == 200


def test_an_email_shows_who_got_it_what_it_says_and_what_came_with_it(client, an_email):
    page = client.get(f"/mailbox/{an_email.pk}/").content.decode()
    for expected in ("Café at 10", "alice@example.gov.uk", "&lt;b&gt;you&lt;/b&gt;", "invite.ics", "auto-generated"):
        assert expected in page
    assert f'src="/mailbox/{an_email.pk}/letter/"' in page


def test_the_calendar_file_can_be_opened(client, an_email):
    file = client.get(f"/mailbox/{an_email.pk}/attachments/0/")
    assert file.content == CALENDAR
    assert file["Content-Type"] == "text/calendar"
    assert file["Content-Disposition"] == 'attachment; filename="invite.ics"'


def test_the_frame_allows_the_emails_own_style_block_and_nothing_else(client, an_email):
    frame = client.get(f"/mailbox/{an_email.pk}/letter/")
    [style] = re.findall(r"<style>(.*?)</style>", frame.content.decode())
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = frame["Content-Security-Policy"]
    assert f"style-src 'sha256-{digest}';" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert frame["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in policy


def test_links_in_the_frame_open_in_the_whole_window(client, an_email):
    frame = client.get(f"/mailbox/{an_email.pk}/letter/")
    assert '<base target="_top">' in frame.content.decode()
    assert "allow-top-navigation-by-user-activation" in frame["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/mailbox/0/", "/mailbox/0/letter/", "/mailbox/0/attachments/0/"])
def test_an_email_that_is_not_there_is_not_found(client, demonstration, path):
    assert client.get(path).status_code == 404


def test_a_file_that_is_not_there_is_not_found(client, an_email):
    assert client.get(f"/mailbox/{an_email.pk}/attachments/1/").status_code == 404


def test_nothing_can_be_posted(client, an_email):
    for path in ("/mailbox/", f"/mailbox/{an_email.pk}/"):
        assert client.post(path).status_code == 405


def test_outside_demonstration_mode_there_is_no_mailbox(client, db):
    assert client.get("/mailbox/").status_code == 404
    with pytest.raises(ImproperlyConfigured):
        EmailBackend()


def test_in_demonstration_mode_there_is_one():
    look = "import django; django.setup(); from django.urls import reverse; print(reverse('notifications:mailbox'))"
    environment = os.environ | {"DEMONSTRATION": "true", "DJANGO_SETTINGS_MODULE": "config.settings"}
    found = subprocess.run([sys.executable, "-c", look], cwd=ROOT, env=environment, capture_output=True, check=True)
    assert found.stdout.decode().strip() == "/mailbox/"
