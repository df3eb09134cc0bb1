"""Calling off several surgeries of a series at once: which are meant, who is told, and all of them or none."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from bookings.consequences import of_calling_off
from bookings.errors import BookingClosed, OutOfDate
from bookings.invariants import violations
from bookings.models import Booking
from bookings.services.diary import call_off, call_off_several
from notifications.models import OutboxEmail
from organisation.models import Office
from surgeries.models import Series, Shift, Surgery
from tests.bookings.letters import write
from tests.bookings.pages import words_of
from tests.bookings.test_changing_a_series import every_tuesday, four_of
from tests.bookings.test_editing_a_surgery import hidden
from tests.bookings.test_statements_per_page import statements
from tests.factories import BookingFactory, ChampionFactory, ShiftFactory, SurgeryFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def organiser(client):
    client.force_login(UserFactory.create(organiser=True, name="Olu"))
    return client


@pytest.fixture
def series() -> Series:
    return every_tuesday()


@pytest.fixture
def surgeries(series) -> list[Surgery]:
    return four_of(series)


@pytest.fixture
def page(series) -> str:
    return reverse("bookings:call_off_series", args=[series.reference])


def off() -> list[int]:
    """Which of the four are called off, by their place."""
    in_order = Surgery.objects.filter(series__isnull=False).order_by("starts_at")
    return [n for n, each in enumerate(in_order) if each.is_called_off]


def statements_of(act) -> int:
    with CaptureQueriesContext(connection) as queries:
        act()
    return len(queries)


@pytest.mark.parametrize(
    ("chosen", "after"),
    [("this", [1]), ("later", [1, 2, 3]), ("all", [0, 1, 2, 3]), ("ticked", [0, 2])],
)
def test_those_that_are_meant_are_called_off_and_each_concerned_is_told_once(
    organiser, page, surgeries, chosen, after
):  # fmt: skip
    ticked = [surgeries[n].reference for n in (0, 2)]
    host = ShiftFactory.create(surgery=surgeries[2], champion=ChampionFactory.create(user=UserFactory.create()))
    waits = BookingFactory.create(surgery=surgeries[1], waiting=True)
    address = f"{page}?which={chosen}&from={surgeries[1].reference}&surgery={'&surgery='.join(ticked)}"
    shown = organiser.get(address)
    for n, surgery in enumerate(surgeries):
        names = surgery.bookings.values_list("name", flat=True)
        assert {name in words_of(shown) for name in names} == {n in after}
    assert off() == []
    for _ in range(2):  # pressed twice
        sent = organiser.post(address, hidden(shown) | {"reason": "The café\nis closed."})
        assert sent.url.endswith("?said=called_off")
    assert off() == after
    assert set(Surgery.objects.filter(state="called_off").values_list("called_off_reason", "called_off_by__name")) == {
        ("The café is closed.", "Olu")
    }
    told = Booking.objects.filter(cancelled_reason="called off")
    assert {booking.surgery for booking in told} == {surgeries[n] for n in after}
    emails = OutboxEmail.objects.filter(kind="booking_called_off")
    assert sorted(emails.values_list("recipient", flat=True)) == sorted(str(booking.attendee.email) for booking in told)
    assert OutboxEmail.objects.filter(kind="shift_ended").count() == (host.surgery in {surgeries[n] for n in after})
    assert waits in told or 1 not in after
    assert violations() == {}


def test_calendars_follow_and_the_nearest_others_are_offered(surgeries):
    other = SurgeryFactory.create()
    call_off_several(surgeries=surgeries[:3], reason="The café is closed.")
    (row, *_) = OutboxEmail.objects.filter(kind="booking_called_off").order_by("pk")
    message = write(row)
    assert other.reference in message.text
    assert surgeries[3].reference in message.text
    assert not any(surgery.reference in message.text for surgery in surgeries[:3])
    calendar = Calendar.from_ical(message.calendar)
    (event,) = calendar.walk("VEVENT")
    assert (calendar["METHOD"], event["STATUS"], event["SEQUENCE"]) == ("CANCEL", "CANCELLED", 1)
    assert set(Surgery.objects.filter(state="called_off").values_list("calendar_sequence", flat=True)) == {1}


def test_what_goes_as_well_is_not_offered(surgeries):
    offered = {entry.surgery for entry in of_calling_off(surgeries[:3], now=timezone.now()).alternatives}
    assert offered == {surgeries[3]}


def test_whatever_has_changed_meanwhile_is_shown_first_and_then_nothing_has_happened(organiser, page, surgeries):
    shown = organiser.get(f"{page}?which=all")
    BookingFactory.create(surgery=surgeries[3], name="Carol Cave")
    anew = organiser.post(f"{page}?which=all", hidden(shown) | {"reason": "Snow."})
    assert anew.status_code == 409
    assert "Carol Cave" in words_of(anew)
    assert "Snow." in anew.content.decode()
    assert off() == []
    with pytest.raises(OutOfDate):
        call_off_several(surgeries=surgeries, reason="Snow.", seen="x")
    assert organiser.post(f"{page}?which=all", hidden(anew) | {"reason": "Snow."}).status_code == 303
    assert off() == [0, 1, 2, 3]


@pytest.mark.parametrize("chosen", ["which=ticked&surgery={0}", "which=this&from={0}"])
def test_back_from_what_is_done_and_another_window_say_that_it_is_done_already(organiser, page, surgeries, chosen):
    address = f"{page}?{chosen.format(surgeries[1].reference)}"
    shown = organiser.get(address)
    call_off(surgery=surgeries[1], reason="Paint.")
    for answer in (organiser.get(address), organiser.post(address, hidden(shown) | {"reason": "Snow."})):
        assert answer.url.endswith("?said=off_before")
        assert "They were called off before" in words_of(organiser.get(answer.url))
    assert Surgery.objects.get(pk=surgeries[1].pk).called_off_reason == "Paint."


def test_all_of_them_or_none(surgeries):
    with pytest.raises(BookingClosed):
        call_off_several(surgeries=surgeries, reason="Late.", now=surgeries[0].ends_at)
    assert off() == []
    assert Booking.objects.live().count() == 4
    call_off(surgery=surgeries[0], reason="Paint.")
    assert call_off_several(surgeries=surgeries, reason="Snow.") == surgeries[1:]
    assert Surgery.objects.get(pk=surgeries[0].pk).called_off_reason == "Paint."


@pytest.mark.parametrize(
    ("facts", "goes_on"),
    [
        ({"ends_on": None}, "New drafts are made by themselves."),
        ({"ends_on": date(2099, 6, 27), "planned_until": date(2099, 1, 1)}, "by themselves until 27 June 2099."),
        ({"ends_on": date(2099, 6, 27), "planned_until": date(2099, 6, 27)}, ""),
    ],
)
def test_the_pages_say_until_when_new_drafts_go_on_coming(organiser, page, series, surgeries, facts, goes_on):
    Series.objects.filter(pk=series.pk).update(**facts)
    words = words_of(organiser.get(f"{page}?which=all"))
    own = words_of(organiser.get(reverse("bookings:series", args=[series.reference])))
    assert goes_on in words
    assert ("drafts are made by themselves" in words) is ("drafts are made by themselves" in own) is bool(goes_on)
    assert goes_on.rstrip(".").lower() in own.lower()
    Office.objects.update(is_retired=True)
    for address in (f"{page}?which=all", reverse("bookings:series", args=[series.reference])):
        assert "by themselves" not in words_of(organiser.get(address))


def test_what_is_not_understood_asks_again(organiser, page, surgeries):
    Surgery.objects.filter(pk=surgeries[3].pk).update(state=Surgery.State.DRAFT)
    draft = f"which=ticked&surgery={surgeries[3].reference}"
    for query in ("which=ticked", "which=later", "which=%00&surgery=%00", draft):
        response = organiser.get(f"{page}?{query}")
        assert "There is a problem" in words_of(response), query
        assert organiser.post(f"{page}?{query}", {"reason": "x"}).status_code == 200
    assert "Say in a few words why" in words_of(organiser.post(f"{page}?which=all", {"seen": "x"}))
    assert off() == []


def test_it_takes_the_same_few_statements_however_many_there_are(organiser, page, series, surgeries):
    def count(which: str) -> int:
        return statements(lambda: organiser.get(f"{page}?which={which}&surgery={surgeries[0].reference}"))

    few, asking = count("all"), statements(lambda: organiser.get(page))
    for week in range(4, 12):
        at = surgeries[0].starts_at + week * (surgeries[1].starts_at - surgeries[0].starts_at)
        more = SurgeryFactory.create(series=series, venue=series.venue, starts_at=at, ends_at=at.replace(hour=23))
        BookingFactory.create_batch(3, surgery=more), ShiftFactory.create(surgery=more)
    assert (count("all"), statements(lambda: organiser.get(page))) == (few, asking)
    assert max(few, asking) <= 12
    many = list(Surgery.objects.order_by("pk"))
    assert statements_of(lambda: call_off_several(surgeries=many[:2], reason="Snow.")) == statements_of(
        lambda: call_off_several(surgeries=many[2:], reason="Snow.")
    )
    assert not Shift.objects.live().exists()


@pytest.mark.parametrize("is_several", [True, False])
@pytest.mark.parametrize("concerned", ["nobody", "booked", "hosts"])
def test_afterwards_nobody_is_said_to_be_told_where_nobody_had_to_be(organiser, page, surgeries, concerned, is_several):
    Booking.objects.all().delete()
    if concerned == "booked":
        BookingFactory.create(surgery=surgeries[1])
    elif concerned == "hosts":
        ShiftFactory.create(surgery=surgeries[1])
    of_one = reverse("bookings:call_off_surgery", args=[surgeries[1].reference])
    address = f"{page}?which=all" if is_several else of_one
    asked = hidden(organiser.get(address))
    for _ in range(2):  # pressed twice
        words = words_of(organiser.post(address, asked | {"reason": "Snow."}, follow=True))
        assert ("called off. Nobody had booked and nobody hosted, so nobody had to be told." in words) == (
            concerned == "nobody"
        )
        assert ("They are called off, and everybody concerned is told." in words) == (
            is_several and concerned != "nobody"
        )
