"""An organiser begins the morning: from a waiting list to another surgery, and an email that is sent once more."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from desk.models import Digest
from notifications.models import OutboxEmail
from notifications.services import queue_email
from surgeries.models import Surgery
from tests.factories import BookingFactory, DepartmentFactory, ShiftFactory, SurgeryFactory, UserFactory
from tests.journeys.visitor import Visitor


@pytest.mark.usefixtures("worker")
@pytest.mark.parametrize("visitor", ["without JavaScript"], indirect=True)
def test_a_waiting_list_leads_to_another_surgery_and_a_lost_email_is_sent_again(visitor: Visitor) -> None:
    DepartmentFactory.create()
    full = SurgeryFactory.create(slots=1, seats=1, venue__name="Ground floor café", venue__office__name="Leeds")
    ShiftFactory.create_batch(2, surgery=full)
    booking = BookingFactory.create(surgery=full)
    BookingFactory.create_batch(3, surgery=full, waiting=True)
    address = str(booking.attendee.email)
    queue_email(
        kind="booking_booked", to=address, about={"booking": booking.pk, "slot": booking.slot_id}, dedupe_key="lost",
        now=timezone.now() + timedelta(days=1),
    )  # fmt: skip
    OutboxEmail.objects.update(state="dead", last_error="It was not sent: SMTPRecipientsRefused 550 5.1.1.")
    visitor.let_in(UserFactory.create(organiser=True))
    page = visitor.page

    # Whoever signs in begins there.
    page.goto("/start/")
    visitor.sees("What needs you")
    visitor.press_button(re.compile("^Make another surgery"))
    visitor.sees("New surgery or series")
    expect(page.get_by_label("Venue", exact=True).locator("option:checked")).to_have_text("Ground floor café, Leeds")
    day = timezone.localtime(full.starts_at) + timedelta(days=1)
    visitor.type("Date", f"{day:%Y-%m-%d}")
    visitor.press_button("Show the dates")
    visitor.press_button("Make what is ticked")
    page.wait_for_url("**/organise/**")
    assert Surgery.objects.filter(venue=full.venue).count() == 2

    # The email that was refused arrives when it is tried again.
    page.goto("/organise/")
    visitor.press(re.compile(re.escape(address)))
    visitor.sees("Emails that did not arrive")
    expect(page.get_by_text("There is no such address.")).to_be_visible()
    visitor.press_button(re.compile("^Try again"))
    expect(page.get_by_text("It will be tried again within a minute.")).to_be_visible()
    assert "Ground floor café" in visitor.read_email(address, re.compile("^Your seat")).text

    # And every Monday it is in their mailbox.
    page.goto("/organise/")
    visitor.press_button("Send me this every Monday")
    expect(page.get_by_text("You get an email every Monday morning.")).to_be_visible()
    assert Digest.objects.count() == 1
