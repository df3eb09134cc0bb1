"""Calendar entries, read with another library than the one that writes them, property by property."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import vobject
from hypothesis import example, given
from hypothesis import strategies as st

from bookings.calendars import booking_calendar, plain, surgery_calendar
from bookings.models import Booking
from organisation.kept import forget
from surgeries.models import Surgery
from tests.factories import (
    AttendeeFactory,
    BookingFactory,
    ChampionFactory,
    OfficeFactory,
    ShiftFactory,
    SurgeryFactory,
    TopicFactory,
    VenueFactory,
    local,
)

LONDON = ZoneInfo("Europe/London")


def read(content: bytes):
    """The one calendar in the file, as vobject understands it."""
    assert content.endswith(b"\r\n")
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    assert b"\n" not in content.replace(b"\r\n", b"")
    return vobject.readOne(content.decode())


def entry(content: bytes):
    return read(content).vevent


def fetch(client, path: str):
    forget()
    response = client.get(path)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    return read(response.content)


def uids(calendar) -> list[str]:
    return [event.uid.value for event in calendar.contents.get("vevent", [])]


def uid(surgery: Surgery) -> str:
    return f"surgery-{surgery.reference}@social-media-surgeries"


@pytest.fixture
def booking(db, settings) -> Booking:
    settings.PUBLIC_BASE_URL = "https://surgeries.example.gov.uk"
    settings.EMAIL_FROM = "Social media surgeries <from@example.gov.uk>"
    venue = VenueFactory.create(office=OfficeFactory.create(name="Leeds"), name="Café, fourth floor; by the lift")
    surgery = SurgeryFactory.create(venue=venue, starts_at=datetime(2026, 7, 7, 9, tzinfo=UTC), slots=3)
    ShiftFactory.create(surgery=surgery, champion=ChampionFactory.create(name="Tom Price"))
    return BookingFactory.create(
        surgery=surgery,
        slot=surgery.slots.all()[1],
        attendee=AttendeeFactory.create(name="Zoë Adeyemi", email="zoe.adeyemi@example.gov.uk"),
        question="How do I leave quietly?",
        adjustments="A chair with arms",
        calendar_sequence=4,
    )


# ── A booking ─────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_booking_is_an_invitation_that_names_who_asks_and_who_comes(booking):
    calendar = read(booking_calendar(booking, method="REQUEST"))
    event = calendar.vevent
    assert calendar.method.value == "REQUEST"
    assert calendar.version.value == "2.0"
    assert calendar.prodid.value
    assert event.uid.value == booking.calendar_uid
    assert event.sequence.value == "4"
    assert event.dtstart.value == datetime(2026, 7, 7, 9, 20, tzinfo=UTC)
    assert event.dtend.value == datetime(2026, 7, 7, 9, 40, tzinfo=UTC)
    assert event.dtstamp.value == event.last_modified.value == booking.changed_at.replace(microsecond=0)
    assert event.status.value == "CONFIRMED"
    assert event.transp.value == "OPAQUE"
    assert event.summary.value == "Social media surgery, Café, fourth floor; by the lift, Leeds"
    assert event.location.value == "Café, fourth floor; by the lift, Leeds"
    assert event.url.value == f"https://surgeries.example.gov.uk/surgeries/{booking.surgery.reference}/"
    assert event.organizer.value == "mailto:from@example.gov.uk"
    assert event.organizer.params["CN"] == ["Social media surgeries"]
    assert event.attendee.value == "mailto:zoe.adeyemi@example.gov.uk"
    assert event.attendee.params["CN"] == ["Zoë Adeyemi"]
    assert event.attendee.params["PARTSTAT"] == ["ACCEPTED"]
    assert "With Tom Price" in event.description.value
    assert booking.surgery.venue.directions in event.description.value


def test_replies_go_to_the_address_that_is_set_for_them(booking, settings):
    settings.EMAIL_REPLY_TO = "team@example.gov.uk"
    assert entry(booking_calendar(booking, method="REQUEST")).organizer.value == "mailto:team@example.gov.uk"


@pytest.mark.parametrize("method", ["REQUEST", "CANCEL", "PUBLISH"])
def test_calendars_get_shared_so_they_hold_no_private_link_and_no_answers(booking, method):
    text = booking_calendar(booking, method=method).replace(b"\r\n ", b"").decode()
    assert "/bookings/" not in text
    assert booking.question not in text
    assert booking.adjustments not in text


def test_a_download_names_nobody_who_comes(booking):
    calendar = read(booking_calendar(booking, method="PUBLISH"))
    assert calendar.method.value == "PUBLISH"
    assert "attendee" not in calendar.vevent.contents


def test_a_cancellation_withdraws_the_same_entry(booking):
    event = entry(booking_calendar(booking, method="CANCEL"))
    assert (event.uid.value, event.status.value) == (booking.calendar_uid, "CANCELLED")
    assert event.transp.value == "TRANSPARENT"
    assert event.attendee.value == "mailto:zoe.adeyemi@example.gov.uk"


def test_a_download_of_a_cancelled_booking_says_so(db):
    booking = BookingFactory.create(cancelled=True, slot=None)
    booking.slot = booking.surgery.slots.first()
    assert entry(booking_calendar(booking, method="PUBLISH")).status.value == "CANCELLED"


def test_only_an_entry_that_stands_says_how_to_change_or_cancel(booking):
    advice = "To change or cancel your booking, use the link in the email that we sent you."
    assert advice in entry(booking_calendar(booking, method="REQUEST")).description.value
    assert advice not in entry(booking_calendar(booking, method="CANCEL")).description.value
    booking.state = Booking.State.CANCELLED
    assert advice not in entry(booking_calendar(booking, method="PUBLISH")).description.value


def test_a_move_keeps_the_entry_and_changes_its_time(booking):
    before = entry(booking_calendar(booking, method="REQUEST"))
    booking.slot, booking.calendar_sequence = booking.surgery.slots.all()[2], 5
    after = entry(booking_calendar(booking, method="REQUEST"))
    assert after.uid.value == before.uid.value
    assert int(after.sequence.value) > int(before.sequence.value)
    assert after.dtstart.value - before.dtstart.value == timedelta(minutes=20)


def test_a_place_on_the_waiting_list_is_no_entry_but_withdraws_an_earlier_one(db):
    booking = BookingFactory.create(waiting=True)
    for method in ("REQUEST", "PUBLISH"):
        with pytest.raises(ValueError, match="waiting list"):
            booking_calendar(booking, method=method)
    assert entry(booking_calendar(booking, method="CANCEL")).status.value == "CANCELLED"


# ── Text that comes from people ───────────────────────────────────────────────────────────────────────────────
HOSTILE = "Tea, cake; \\n and \\ more\r\nEND:VEVENT\nATTENDEE:mailto:x@y\rBEGIN:VALARM\u2028X:1\x85Y:2\x0bZ:3\x00\x07"


def property_names(content: bytes) -> list[str]:
    """What stands before the colon or semicolon of each unfolded line, by whatever ends lines for str.splitlines."""
    unfolded = content.decode().replace("\r\n ", "")
    return [line.split(":")[0].split(";")[0] for line in unfolded.splitlines()]


def surgery_that_says(text: str) -> Surgery:
    venue = VenueFactory.build(name=text, directions=text, office=OfficeFactory.build(name=text))
    surgery = Surgery(
        reference="k3m9tq2", starts_at=local(), ends_at=local(hour=11), changed_at=local(-1), note=text, venue=venue
    )
    surgery.hosting = []
    return surgery


@example(HOSTILE)
@example("C:\\News")
@given(st.text(min_size=1))
def test_no_text_adds_a_line_or_gets_lost(text):
    content = surgery_calendar(surgery_that_says(text))
    assert property_names(content) == property_names(surgery_calendar(surgery_that_says("x")))
    event = entry(content)
    assert event.location.value == plain(f"{text}, {text}")
    assert event.description.value.startswith(plain(text))


def test_without_cleaning_such_text_does_add_lines(monkeypatch):
    monkeypatch.setattr("bookings.calendars.plain", lambda text: text)
    names = property_names(surgery_calendar(surgery_that_says(HOSTILE)))
    assert names != property_names(surgery_calendar(surgery_that_says("x")))


@pytest.mark.parametrize("name", [HOSTILE, 'Jo "Jay" Smith', "O’Brien; ROLE=CHAIR:mailto:x@y", "Zoë, 李小龍"])
def test_no_name_adds_a_property_or_a_parameter(booking, name):
    usual = property_names(booking_calendar(booking, method="REQUEST"))
    booking.name = name
    content = booking_calendar(booking, method="REQUEST")
    assert property_names(content) == usual
    attendee = entry(content).attendee
    assert attendee.value == "mailto:zoe.adeyemi@example.gov.uk"
    assert set(attendee.params) == {"CN", "PARTSTAT", "ROLE", "RSVP"}
    assert attendee.params["ROLE"] == ["REQ-PARTICIPANT"]


# ── One surgery ───────────────────────────────────────────────────────────────────────────────────────────────
def test_a_surgery_can_be_put_into_a_calendar_without_booking(client, db):
    surgery = SurgeryFactory.create(note="Cake too.")
    ShiftFactory.create(surgery=surgery, champion=ChampionFactory.create(name="Amina Yusuf"))
    response = client.get(f"/surgeries/{surgery.reference}/calendar.ics")
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert response.headers["Content-Disposition"] == f'attachment; filename="surgery-{surgery.reference}.ics"'
    assert not response.cookies
    calendar = read(response.content)
    event = calendar.vevent
    assert calendar.method.value == "PUBLISH"
    assert event.uid.value == uid(surgery)
    assert (event.dtstart.value, event.dtend.value) == (surgery.starts_at, surgery.ends_at)
    assert event.location.value == str(surgery.venue)
    assert event.transp.value == "TRANSPARENT"
    assert event.url.value.endswith(surgery.get_absolute_url())
    for fact in ("With Amina Yusuf", "Cake too.", surgery.venue.directions, surgery.venue.accessibility):
        assert fact in event.description.value


def test_a_surgery_that_is_called_off_says_so_in_its_entry(client, db):
    surgery = SurgeryFactory.create(called_off=True, calendar_sequence=1)
    event = fetch(client, f"/surgeries/{surgery.reference}/calendar.ics").vevent
    assert (event.status.value, event.sequence.value) == ("CANCELLED", "1")
    assert event.summary.value == f"Called off: Social media surgery, {surgery.venue}"
    assert surgery.called_off_reason in event.description.value


def test_drafts_and_unknown_surgeries_have_no_entry(client, db):
    draft = SurgeryFactory.create(draft=True)
    assert client.get(f"/surgeries/{draft.reference}/calendar.ics").status_code == 404
    assert client.get("/surgeries/bcdfghj/calendar.ics").status_code == 404


def sundays_when_clocks_change(year: int) -> tuple[datetime, datetime]:
    """Noon UTC of the last Sundays of March and October (The Summer Time Order 2002)."""
    last = (datetime(year, month, 31, 12, tzinfo=UTC) for month in (3, 10))
    march, october = (day - timedelta(days=(day.weekday() + 1) % 7) for day in last)
    return march, october


@pytest.mark.parametrize("year", range(2025, 2045))
def test_an_entry_shows_the_same_london_time_around_the_clock_changes(year):
    for sunday in sundays_when_clocks_change(year):
        offsets = []
        for days in (-1, 0, 1):
            day = (sunday + timedelta(days=days)).date()
            surgery = surgery_that_says("x")
            surgery.starts_at = datetime(day.year, day.month, day.day, 10, tzinfo=LONDON).astimezone(UTC)
            surgery.ends_at = surgery.starts_at + timedelta(hours=2)
            starts_at = entry(surgery_calendar(surgery)).dtstart.value
            assert f"{starts_at.astimezone(LONDON):%Y-%m-%d %H:%M}" == f"{day} 10:00"
            offsets.append(starts_at.hour)
        assert offsets in ([10, 9, 9], [9, 10, 10])


# ── Calendars to subscribe to ─────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def leeds(db):
    return OfficeFactory.create(name="Leeds, Quarry House", slug="leeds")


@pytest.fixture
def linkedin(db):
    return TopicFactory.create(name="LinkedIn", slug="linkedin")


def test_a_subscribed_calendar_has_a_name_and_says_when_to_look_again(client, leeds):
    calendar = fetch(client, "/calendar/office/leeds.ics")
    assert calendar.contents["x-wr-calname"][0].value == "Social media surgeries in Leeds, Quarry House"
    assert calendar.contents["refresh-interval"][0].value == "PT1H"
    assert calendar.contents["refresh-interval"][0].params["VALUE"] == ["DURATION"]
    assert calendar.contents["x-published-ttl"][0].value == "PT1H"
    assert calendar.method.value == "PUBLISH"


def test_it_holds_coming_and_recent_surgeries_and_no_drafts(client, db):
    recent, coming = SurgeryFactory.create(starts_at=local(-20)), SurgeryFactory.create()
    SurgeryFactory.create(starts_at=local(-40))
    SurgeryFactory.create(draft=True)
    assert uids(fetch(client, "/calendar.ics")) == [uid(recent), uid(coming)]


def test_it_comes_by_office_and_by_topic(client, leeds, linkedin):
    in_leeds = SurgeryFactory.create(venue=VenueFactory.create(office=leeds))
    about_linkedin = SurgeryFactory.create()
    ShiftFactory.create(surgery=about_linkedin, champion=ChampionFactory.create(topics=[linkedin]))
    ShiftFactory.create(surgery=in_leeds, champion=ChampionFactory.create(topics=[linkedin]), given_back=True)
    assert uids(fetch(client, "/calendar/office/leeds.ics")) == [uid(in_leeds)]
    assert uids(fetch(client, "/calendar/topic/linkedin.ics")) == [uid(about_linkedin)]


def test_called_off_surgeries_stay_in_every_calendar_and_say_so(client, leeds, linkedin):
    surgery = SurgeryFactory.create(called_off=True, calendar_sequence=3, venue=VenueFactory.create(office=leeds))
    host = ChampionFactory.create(topics=[linkedin])
    ShiftFactory.create(surgery=surgery, champion=host, ended_at=local(-1), ended_reason="called off")
    for path in ("/calendar.ics", "/calendar/office/leeds.ics", "/calendar/topic/linkedin.ics"):
        event = fetch(client, path).vevent
        assert (event.uid.value, event.status.value, event.sequence.value) == (uid(surgery), "CANCELLED", "3")


def test_an_empty_calendar_is_a_calendar(client, db):
    assert uids(fetch(client, "/calendar.ics")) == []


def test_what_the_list_is_filtered_by_filters_the_calendar_as_well(client, leeds, linkedin):
    in_leeds = SurgeryFactory.create(venue=VenueFactory.create(office=leeds))
    both = SurgeryFactory.create(venue=VenueFactory.create(office=leeds))
    ShiftFactory.create(surgery=both, champion=ChampionFactory.create(topics=[linkedin]))
    elsewhere = SurgeryFactory.create()
    assert uids(fetch(client, "/calendar.ics?office=%20Leeds&topic=")) == [uid(in_leeds), uid(both)]
    assert uids(fetch(client, "/calendar.ics?office=leeds&topic=linkedin")) == [uid(both)]
    assert uids(fetch(client, "/calendar.ics?page=2")) == [uid(in_leeds), uid(both), uid(elsewhere)]


@pytest.mark.parametrize(
    "path",
    [
        *("/calendar/office/nowhere.ics", "/calendar/topic/nothing.ics", "/calendar/office/.ics"),
        *("/calendar.ics?office=nowhere", "/calendar.ics?topic=nothing", "/calendar.ics?office=%00"),
    ],
)
def test_a_calendar_of_an_unknown_office_or_topic_is_not_found(client, db, path):
    assert client.get(path).status_code == 404


def test_an_unchanged_calendar_is_the_same_file_and_need_not_be_sent_again(client, db):
    SurgeryFactory.create()
    first = client.get("/calendar.ics")
    forget()
    again = client.get("/calendar.ics", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert not again.content
    assert not first.cookies


def test_the_number_of_queries_does_not_grow_with_the_number_of_surgeries(client, db, django_assert_num_queries):
    venue = VenueFactory.create()
    for number in range(1, 31):
        surgery = SurgeryFactory.create(venue=venue, slots=1, starts_at=local(number))
        ShiftFactory.create(surgery=surgery)
        if number in {1, 30}:
            forget()
            with django_assert_num_queries(3):
                client.get("/calendar.ics")


def test_the_page_about_calendars_leads_to_each_of_them(client, leeds, linkedin, settings):
    settings.PUBLIC_BASE_URL = "https://surgeries.example.gov.uk"
    page = client.get("/calendar/").content.decode()
    assert 'href="webcal://surgeries.example.gov.uk/calendar.ics"' in page
    assert "https://surgeries.example.gov.uk/calendar.ics" in page.replace("<wbr>", "")
    assert 'href="webcal://surgeries.example.gov.uk/calendar/office/leeds.ics"' in page
    assert 'href="webcal://surgeries.example.gov.uk/calendar/topic/linkedin.ics"' in page
    for program in ("Outlook", "Google Calendar", "Apple Calendar"):
        assert program in page
