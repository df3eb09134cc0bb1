"""Who did what in words: which record, which surgery, and all of what was done at once."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from bookings.changes import AT_ONCE_ON_A_PAGE, CHANGES
from bookings.models import Booking, Letter
from bookings.people import REMOVED
from history.acting import acting
from history.models import Change
from organisation.kept import forget
from surgeries.models import Slot
from tests.bookings.pages import words_of
from tests.factories import (
    AttendeeFactory,
    BookingFactory,
    OfficeFactory,
    SeatFactory,
    SurgeryFactory,
    UserFactory,
    VenueFactory,
    local,
)

ALL = reverse("bookings:changes")


def test_the_other_record_of_somebody_is_not_named_as_if_they_were_removed(page, organiser):
    kept = AttendeeFactory.create(name="Xiu Zhang")
    booking = BookingFactory.create()
    Booking.objects.filter(pk=booking.pk).update(attendee=kept)
    other = booking.attendee
    other.name, other.email, other.merged_into = REMOVED, None, kept
    other.save()
    words = page()
    assert "Attendee: another record of Xiu Zhang → Xiu Zhang" in words
    assert "Merged attendee “another record of Xiu Zhang”" in words
    assert REMOVED not in words
    kept.name = REMOVED
    kept.save()
    words = page()
    assert f"Attendee: {REMOVED} → {REMOVED}" in words
    assert "another record" not in words


def test_what_is_done_to_several_surgeries_says_to_which(page, organiser):
    leeds = OfficeFactory.create(name="Leeds")
    cafe, canteen = (
        SurgeryFactory.create(starts_at=local(7, 10), venue=VenueFactory.create(name=name, office=leeds))
        for name in ("Café", "Canteen")
    )
    gone = [slot.pk for surgery in (cafe, canteen) for slot in surgery.slots.all()[1:]]
    with acting(place="bookings:manage_slots", who=organiser.pk):
        for slot in (cafe.slots.all()[0], canteen.slots.all()[0]):
            slot.ends_at -= timedelta(minutes=5)
            slot.save()
            SeatFactory.create(slot=slot, surgery=slot.surgery, number=9)
        Slot.objects.filter(pk__in=gone).delete()
    words = page()
    for surgery in ("Café, Leeds", "Canteen, Leeds"):
        assert re.search(rf"Changed slot at 10am of surgery “{surgery}”, [\w ]+, 10am", words)
        assert re.search(rf"Added seat 9 at 10am of surgery “{surgery}”", words)
        assert re.search(rf"Deleted slot at 10:20am of surgery “{surgery}”", words)
        assert re.search(rf"Deleted 4 seats of surgery “{surgery}”", words)
    # The page of a surgery need not say it.
    own = page(reverse("bookings:changes_of_one", args=["surgery", cafe.pk]))
    assert "Added seat 9 at 10am" in own
    assert "of surgery" not in own


def test_what_was_made_with_its_surgery_is_counted_together(page, organiser):
    with acting(place="bookings:preview", who=organiser.pk):
        SurgeryFactory.create_batch(2)
    assert f"Added {Slot.objects.count()} slots Added" in page()


def test_a_slot_that_is_gone_says_when_it_was(page, organiser):
    surgery = SurgeryFactory.create(starts_at=local(7, 10))
    with acting(place="bookings:manage_slots", who=organiser.pk):
        surgery.slots.last().delete()
    assert re.search(r"Deleted slot at 10:40am of surgery “[^”]+”, [\w ]+, 10am", page())


def test_what_was_written_to_people_is_known_by_its_surgery_and_not_by_its_words(page, organiser):
    surgery = SurgeryFactory.create(starts_at=local(7, 10))
    with acting(place="bookings:write_to", who=organiser.pk):
        Letter.objects.create(
            surgery=surgery, groups=[Letter.Group.BOOKED], subject="Bring your phone", words="And cake.", people=2,
            written_at=timezone.now(), written_by=organiser, request_id="6f0d9c2e-3f0a-4f6e-9d5e-0c1f2a3b4c5d",
        )  # fmt: skip
    words = page()
    assert re.search(r"Added email to the people of surgery “[^”]+”, [\w ]+, 10am", words)
    assert "phone" not in words
    assert "cake" not in words


def test_the_chooser_offers_what_organisers_know(client, page):
    page()
    offered = re.findall(r'<option value="[a-z]+"[^>]*>([^<]+)</option>', client.get(ALL).content.decode())
    assert {"Bookings", "Emails to the people", "Topics that champions know"} <= set(offered)
    assert not {"Pattern slots", "Choices of who sits with whom", "Skills", "Letters"} & set(offered)
    assert not any("at once" in each for each in offered)


def many_changes(organiser, number: int) -> None:
    """So many changes at once, of which nothing can be counted together."""
    office = OfficeFactory.create(name="Leeds")
    Change.objects.using("owner").bulk_create(
        Change(changed_at=timezone.now().replace(microsecond=0), who=organiser.pk, place="organisation:row",
               table="organisation_office", key=office.pk, what="update", facts={"name": [f"Name {n}", "Leeds"]})
        for n in range(number)
    )  # fmt: skip


@pytest.mark.django_db(databases=["default", "owner"], transaction=True)
def test_all_of_what_was_done_at_once_can_be_read_page_by_page(client):
    organiser = UserFactory.create(organiser=True, name="Priya Shah")
    client.force_login(organiser)
    many_changes(organiser, AT_ONCE_ON_A_PAGE + CHANGES + 5)
    response = client.get(ALL)
    (address,) = re.findall(rf'href="([^"]+)"[^>]*>And {AT_ONCE_ON_A_PAGE + 5} more', response.content.decode())
    seen: list[str] = []
    counts = []
    for _ in range(2):
        forget()
        with CaptureQueriesContext(connection) as queries:
            response = client.get(address)
        counts.append(len(queries))
        seen += re.findall(r"Name: (Name \d+) →", words_of(response))
        following = response.context["following"]
        address = f"{address.partition('?')[0]}?after={following}"
    assert "Priya Shah, from the lists" in words_of(response)
    assert following is None
    assert seen == [f"Name {n}" for n in range(AT_ONCE_ON_A_PAGE + CHANGES + 5)]
    assert counts[0] == counts[1] <= 8


@pytest.mark.parametrize("address", ["0/", "99999999999999999999/"])
def test_what_nobody_did_has_no_page(client, page, address):
    page()
    assert client.get(f"{ALL}at-once/{address}").status_code == 404


@pytest.mark.parametrize("after", ["x", "%00", "99999999999999999999", "-1", ""])
def test_whatever_the_address_says_what_was_done_at_once_is_there(client, page, after):
    OfficeFactory.create(name="Leeds")
    first = Change.objects.get(table="organisation_office").pk
    assert "Added office “Leeds”" in page(f"{ALL}at-once/{first}/?after={after}")
