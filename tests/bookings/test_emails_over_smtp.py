"""What a mail server takes, byte for byte: both texts, and an invitation as mail programs expect it."""

from email.message import EmailMessage

import pytest
import vobject
from django.test import override_settings
from django.utils import timezone

from notifications.models import OutboxEmail
from notifications.worker import Worker
from tests.bookings.letters import EMAIL, STORIES, write
from tests.notifications.conftest import going_to
from tests.notifications.mail_server import MailServer, serve

pytestmark = pytest.mark.django_db


@pytest.fixture
def post():
    server = MailServer()
    with serve(server) as (host, port), override_settings(**going_to(host, port)):
        yield server


def parts(email: EmailMessage) -> dict[str, str]:
    return {
        part.get_content_type(): bytes(part.get_payload(decode=True)).decode()
        for part in email.walk()
        if not part.is_multipart()
    }


@pytest.mark.parametrize("name", STORIES)
def test_it_arrives_as_it_was_written_with_its_invitation(post, name):
    row = STORIES[name]()
    message = write(row)
    assert message
    OutboxEmail.objects.update(next_try_at=timezone.now())
    Worker().run(until_idle=True)
    (arrived,) = (email for email in post.emails() if email["Message-ID"] == row.message_id)
    assert (arrived["To"], arrived["Subject"].strip()) == (EMAIL, message.subject)
    assert arrived["Auto-Submitted"] == "auto-generated"
    said = parts(arrived)
    assert said["text/plain"].split() == message.text.split()
    assert said["text/html"].split() == message.html.split()
    assert all(len(line) <= 998 for raw in post.taken for line in raw.splitlines())
    if message.calendar:
        (invitation,) = (part for part in arrived.walk() if part.get_content_type() == "text/calendar")
        method = vobject.readOne(said["text/calendar"]).method.value
        assert invitation.get_param("method") == method
        assert said["application/ics"] == message.calendar.decode()
        (file,) = arrived.iter_attachments()
        assert file.get_filename() == "invite.ics"
    else:
        assert set(said) == {"text/plain", "text/html"}


def test_what_was_overtaken_is_shown_as_dropped_and_never_sent(post):
    STORIES["promoted"]()
    Worker().run(until_idle=True)
    states = dict(OutboxEmail.objects.filter(recipient=EMAIL).values_list("kind", "state"))
    assert states == {"booking_booked": "dropped", "booking_promoted": "sent"}
    assert [email["Subject"].split()[:2] for email in post.emails() if email["To"] == EMAIL] == [["A", "seat"]]
