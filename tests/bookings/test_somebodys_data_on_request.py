"""What docs/operations.md says to run when somebody asks for their data, or to be removed. It is run as it stands."""

import json
import re
from pathlib import Path

import pytest

from bookings.models import Booking
from notifications.models import OutboxEmail
from tests.factories import AttendeeFactory, BookingFactory, SubmissionFactory

pytestmark = pytest.mark.django_db
GUIDE = (Path(__file__).parents[2] / "docs/operations.md").read_text()
GIVE_OUT, REMOVE = re.findall(r"^```python\n(.*?)^```$", GUIDE, re.DOTALL | re.MULTILINE)
PRIVATE = ["Alice Adeyemi", "alice@example.gov.uk", "Can I blog?", "A quiet table"]


@pytest.fixture
def booking() -> Booking:
    """Alice's, whose words are all her own; an email to her waits in the outbox once she cancels."""
    alice = AttendeeFactory(name=PRIVATE[0], email=PRIVATE[1])
    booking = BookingFactory(attendee=alice, name=PRIVATE[0], question=PRIVATE[2], adjustments=PRIVATE[3])
    SubmissionFactory(booking=booking)
    return booking


def held(capsys: pytest.CaptureFixture[str]) -> str:
    exec(GIVE_OUT, {})
    return capsys.readouterr().out


def test_everything_that_is_held_is_given_out(booking: Booking, capsys: pytest.CaptureFixture[str]) -> None:
    BookingFactory(name="Bob Brown")

    printed = held(capsys)

    assert {row["model"] for row in json.loads(printed)} >= {"bookings.attendee", "bookings.booking"}
    assert all(words in printed for words in PRIVATE)
    assert "Bob Brown" not in printed


def test_nothing_that_says_who_it_was_is_left(booking: Booking) -> None:
    link_number, other = booking.link_number, BookingFactory(name="Bob Brown")

    exec(REMOVE, {})

    booking.refresh_from_db()
    rows = [*Booking.objects.filter(pk=booking.pk).values(), *type(booking.attendee).objects.values()]
    assert not [words for words in PRIVATE if words in str(rows)]
    assert (booking.state, booking.seat, booking.link_number) == (Booking.State.CANCELLED, None, link_number + 1)
    assert not booking.submissions.exists()
    assert not OutboxEmail.objects.filter(recipient=PRIVATE[1]).exists()
    other.refresh_from_db()
    assert (other.name, other.state) == ("Bob Brown", Booking.State.CONFIRMED)
