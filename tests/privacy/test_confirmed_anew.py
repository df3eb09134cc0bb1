"""Two records were one person: what they have ahead is confirmed to the address that stays, with a link of its own."""

from unittest.mock import patch

import pytest
from django.urls import reverse
from django.utils import timezone

from bookings.emails import queue_booked
from bookings.links import private_link
from bookings.models import Booking
from notifications.models import OutboxEmail
from notifications.registry import Message
from notifications.services import queue_email
from privacy.merging import Merging
from tests.bookings.letters import write
from tests.factories import AttendeeFactory, BookingFactory, SurgeryFactory, VisitFactory, local
from tests.privacy.two_records import one, read

pytestmark = pytest.mark.django_db
WITHDRAWN = 410


def letters(to: str) -> list[tuple[str, int, Message]]:
    """What is sent there, in order: of which kind, about which booking, and what it says."""
    rows = OutboxEmail.objects.filter(recipient=to).order_by("pk")
    return [(row.kind, row.about["booking"], message) for row in rows if (message := write(row))]


def test_who_booked_twice_reads_which_one_stays_and_gets_its_link_and_calendar_entry(client, zoe, zoe_married):
    surgery = SurgeryFactory.create(slots=2, seats=1)
    first, second = surgery.slots.all()
    stays = BookingFactory.create(attendee=zoe_married, surgery=surgery, slot=first)
    ends = BookingFactory.create(attendee=zoe, surgery=surgery, slot=second)
    mistyped, there_before = zoe_married.email, private_link(stays)

    one(zoe, zoe_married, email=zoe.email)

    (kind, about, cancelled), (another, of_what, confirmed) = letters(zoe.email)
    assert (kind, about, another, of_what) == ("booking_cancelled", ends.pk, "booking_booked", stays.pk)
    assert "You had two bookings here. The one from 10am to 10:20am stays." in cancelled.text
    stays.refresh_from_db()
    assert "10am to 10:20am" in confirmed.text
    assert private_link(stays) in confirmed.text
    calendar = (confirmed.calendar or b"").decode().replace("\r\n ", "")
    assert stays.calendar_uid in calendar
    assert "METHOD:REQUEST" in calendar
    # Whoever has the address that was mistyped has no say in it, and hears nothing.
    assert client.get(there_before).status_code == WITHDRAWN
    assert client.get(private_link(stays)).status_code == 200
    assert not letters(mistyped)


def test_control_confirmed_nowhere_else_nothing_leads_to_what_stays(zoe, zoe_married):
    stays = BookingFactory.create(attendee=zoe_married)
    with patch.object(Merging, "confirmed_elsewhere", return_value=[]):
        one(zoe, zoe_married, email=zoe.email)
    stays.refresh_from_db()
    assert (letters(zoe.email), stays.link_number) == ([], 1)


def test_each_is_confirmed_once_however_often_they_are_made_one(zoe, zoe_married):
    """A seat and a place in line; what waits to be sent is overtaken."""
    seat = BookingFactory.create(attendee=zoe_married)
    line = BookingFactory.create(attendee=zoe_married, surgery=SurgeryFactory.create(slots=1, seats=0), waiting=True)
    about = {"booking": seat.pk, "sequence": seat.calendar_sequence}
    queue_email(kind="booking_booked", to=zoe_married.email, about=about, dedupe_key="waits")
    for _ in range(2):
        one(zoe, zoe_married, name=zoe.name, email=zoe.email)
    assert sorted((kind, pk) for kind, pk, _ in letters(zoe.email)) == sorted(
        [("booking_booked", seat.pk), ("booking_booked", line.pk)]
    )
    assert set(Booking.objects.values_list("link_number", flat=True)) == {2}


def test_what_is_at_that_address_already_is_over_or_is_being_attended_stays_as_it_was(client, zoe, zoe_married):
    here = BookingFactory.create(attendee=zoe)
    over = BookingFactory.create(attendee=zoe_married, surgery__starts_at=local(-3))
    came = BookingFactory.create(attendee=zoe_married, surgery__starts_at=local(5))
    VisitFactory.create(booking=came, arrived_at=timezone.now())
    links = [private_link(each) for each in (here, over, came)]
    one(zoe, zoe_married, email=zoe.email)
    assert [client.get(link).status_code for link in links] == [200] * 3
    assert not letters(zoe.email)


def test_what_is_ahead_takes_the_name_that_stays_and_what_is_past_keeps_its_own(client, organiser, zoe, zoe_married):
    ahead = BookingFactory.create(attendee=zoe_married, name="Jo Dup")
    line = BookingFactory.create(
        attendee=zoe, name="Z. Adams", surgery=SurgeryFactory.create(slots=1, seats=0), waiting=True
    )
    past = BookingFactory.create(attendee=zoe_married, name="Jo Dup", surgery__starts_at=local(-3))
    gone = BookingFactory.create(attendee=zoe, name="Jo Dup", cancelled=True)
    preview = read(client.get(reverse("privacy:merge", args=[zoe.pk, zoe_married.pk])))
    assert "Bookings of surgeries that are not over take the name that stays" in preview

    one(zoe, zoe_married, name="Zoë Adams", email=zoe.email)

    ahead.refresh_from_db()
    named = dict(Booking.objects.values_list("pk", "name"))
    assert named == {ahead.pk: "Zoë Adams", line.pk: "Zoë Adams", past.pk: "Jo Dup", gone.pk: "Jo Dup"}
    ((_, _, confirmed),) = letters(zoe.email)
    assert "Hello Zoë Adams," in confirmed.text
    assert "Zoë Adams" in read(client.get(reverse("bookings:register", args=[ahead.surgery.reference])))
    assert "Jo Dup" not in client.get(private_link(ahead)).content.decode()


def test_what_ends_is_told_under_the_name_that_stays(zoe, zoe_married):
    surgery = SurgeryFactory.create(slots=2, seats=1)
    for who, slot in zip((zoe_married, zoe), surgery.slots.all(), strict=True):
        BookingFactory.create(attendee=who, name="Jo Dup", surgery=surgery, slot=slot)
    one(zoe, zoe_married, name="Zoë Adams", email=zoe.email)
    assert all("Hello Zoë Adams," in letter.text for _, _, letter in letters(zoe.email))


@pytest.mark.parametrize("by_organiser", [True, False])
def test_who_was_booked_by_organisers_is_not_thanked_for_booking(zoe, zoe_married, by_organiser):
    queue_booked(BookingFactory.create(attendee=zoe_married), now=timezone.now(), by_organiser=by_organiser)
    one(zoe, zoe_married, email=zoe.email)
    ((_, _, confirmed),) = letters(zoe.email)
    assert ("The organisers have booked a seat for you." in confirmed.text) is by_organiser
    assert ("Thank you for booking." in confirmed.text) is not by_organiser


def test_with_no_address_there_is_nobody_to_tell(zoe):
    nameless, booked = (AttendeeFactory.create(name="Zoe", email=None) for _ in range(2))
    booking = BookingFactory.create(attendee=booked)
    one(nameless, booked)
    booking.refresh_from_db()
    assert (booking.link_number, OutboxEmail.objects.count()) == (1, 0)
