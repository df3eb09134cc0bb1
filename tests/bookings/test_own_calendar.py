"""A champion's own shifts as a calendar, read with another library than the one that writes it."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from bookings.services.diary import call_off
from champions.models import CalendarLink, Champion
from config.logs import PRIVATE, JSONFormatter
from tests.bookings.pages import words_of
from tests.bookings.test_calendars import HOSTILE, fetch, property_names, read, uids
from tests.factories import (
    BookingFactory,
    ChampionFactory,
    ShiftFactory,
    SurgeryFactory,
    UserFactory,
    VenueFactory,
    local,
)

pytestmark = pytest.mark.django_db
PAGE, NEW = "/champion/calendar/", "/champion/calendar/link/"


@pytest.fixture
def amina(client) -> Champion:
    champion = ChampionFactory.create(name="Amina Yusuf", user=UserFactory.create())
    client.force_login(champion.user)
    return champion


def new_feed(client) -> str:
    """The address of the calendar, once the champion has pressed the button."""
    assert client.post(NEW)["Location"] == f"{PAGE}?done"
    return f"/champion/calendar/{CalendarLink.objects.latest('pk').token}.ics"


def uid(shift) -> str:
    return f"shift-{shift.pk}@social-media-surgeries"


def test_a_program_that_has_signed_nobody_in_reads_ones_shifts(client, amina, settings):
    settings.PUBLIC_BASE_URL = "https://surgeries.example.gov.uk"
    surgery = SurgeryFactory.create(note="Cake too.")
    slot = surgery.slots.first()
    shift = ShiftFactory.create(champion=amina, surgery=surgery, ends_at=slot.ends_at)
    ShiftFactory.create(surgery=surgery, champion=ChampionFactory.create(name="Tom Price"))
    ShiftFactory.create()
    feed = new_feed(client)
    client.logout()
    calendar = fetch(client, feed)
    event = calendar.vevent
    assert calendar.method.value == "PUBLISH"
    assert calendar.contents["x-wr-calname"][0].value == "Surgeries that I host"
    assert uids(calendar) == [uid(shift)]
    assert (event.dtstart.value, event.dtend.value) == (shift.starts_at, slot.ends_at)
    assert (event.status.value, event.transp.value) == ("CONFIRMED", "OPAQUE")
    assert event.summary.value == f"You host: Social media surgery, {surgery.venue}"
    assert event.url.value == f"https://surgeries.example.gov.uk/champion/surgeries/{surgery.reference}/"
    said = event.description.value
    assert said.startswith("With Tom Price\n")
    assert "Cake too." in said
    assert surgery.venue.directions in said


def test_calendars_get_shared_so_it_holds_neither_the_link_nor_who_comes(client, amina):
    shift = ShiftFactory.create(champion=amina)
    BookingFactory.create(surgery=shift.surgery, name="Zoë Adeyemi", question="Can I blog?", adjustments="A chair")
    feed = new_feed(client)
    text = client.get(feed).content.replace(b"\r\n ", b"").decode()
    for private in ("Zoë", "attendee", "Can I blog?", "A chair", CalendarLink.objects.get().token):
        assert private not in text


def test_what_was_given_back_is_gone_and_what_was_called_off_says_so(client, amina):
    ShiftFactory.create(champion=amina, surgery__starts_at=local(9), given_back=True)
    ShiftFactory.create(champion=amina, surgery__starts_at=local(-40))
    ShiftFactory.create(champion=amina, surgery=SurgeryFactory.create(draft=True))
    recent = ShiftFactory.create(champion=amina, surgery__starts_at=local(-20))
    off = ShiftFactory.create(champion=amina, surgery__starts_at=local(8))
    feed = new_feed(client)
    before = fetch(client, feed).contents["vevent"][-1]
    call_off(surgery=off.surgery, reason="The café is being painted.")
    calendar = fetch(client, feed)
    assert uids(calendar) == [uid(recent), uid(off)]
    event = calendar.contents["vevent"][-1]
    assert (event.status.value, event.transp.value) == ("CANCELLED", "TRANSPARENT")
    assert int(event.sequence.value) > int(before.sequence.value)
    assert "The café is being painted." in event.description.value


def test_a_new_link_ends_the_old_one_at_once(client, amina):
    old = new_feed(client)
    new = new_feed(client)
    assert client.get(new).status_code == 200
    assert client.get("/champion/calendar/%00.ics").status_code == 404
    for gone in (old, "/champion/calendar/x.ics"):
        response = client.get(gone)
        assert (response.status_code, response["Content-Type"]) == (404, "text/plain; charset=utf-8")
    assert client.post(new).status_code == 405


def test_getting_makes_no_link(client, amina):
    assert "Make my link" in words_of(client.get(PAGE))
    assert client.get(NEW).status_code == 405
    assert not CalendarLink.objects.exists()


def test_the_page_has_the_link_for_programs_and_to_copy(client, amina, settings):
    settings.PUBLIC_BASE_URL = "https://surgeries.example.gov.uk"
    feed = new_feed(client)
    page = client.get(PAGE)
    assert f'href="webcal://surgeries.example.gov.uk{feed}"' in page.content.decode()
    assert f"https://surgeries.example.gov.uk{feed}" in words_of(page)


def test_whoever_may_no_longer_sign_in_has_no_calendar_either(client, amina):
    feed = new_feed(client)
    amina.user.is_active = False
    amina.user.save()
    assert client.get(feed).status_code == 404


def test_no_text_of_people_adds_a_line(client, amina):
    shift = ShiftFactory.create(champion=amina)
    usual = property_names(client.get(feed := new_feed(client)).content)
    venue = VenueFactory.create(name=HOSTILE.replace("\x00", ""), directions=HOSTILE.replace("\x00", ""))
    type(shift.surgery).objects.update(venue=venue, note=HOSTILE.replace("\x00", ""))
    content = client.get(feed).content
    read(content)
    assert property_names(content) == usual


def test_the_token_reaches_no_log(client, amina, caplog):
    caplog.set_level("INFO")
    caplog.set_level("INFO", logger="django.request")  # production leaves these out as well
    feed = new_feed(client)
    client.get(feed), client.post(feed), new_feed(client), client.get(feed), client.get(PAGE)
    token = feed.split("/")[-1]
    assert any(token in record.getMessage() for record in caplog.records), "control: without our format it is there"
    lines = [JSONFormatter().format(record) for record in caplog.records]
    assert {json.loads(line).get("status") for line in lines} >= {200, 404, 405}
    assert token.removesuffix(".ics") not in "\n".join(lines)
    assert PRIVATE.sub("…", f"Not Found: {feed}") == "Not Found: /champion/calendar/…"


def test_it_takes_the_same_few_statements_however_many_shifts(client, amina, django_assert_num_queries):
    feed = new_feed(client)
    for number in range(3):
        ShiftFactory.create(champion=amina, surgery__starts_at=timezone.now() + timedelta(days=number + 1))
        with django_assert_num_queries(3):
            client.get(feed)


@pytest.mark.parametrize("state", ["active", "resting", "left"])
def test_their_page_leads_to_it_beside_their_shifts_not_under_what_they_have_done(client, amina, state):
    Champion.objects.update(state=state, resting_until=timezone.localdate() if state == "resting" else None)
    before, heading, after = client.get("/champion/").content.decode().partition("What you have done")
    assert heading
    assert f'href="{PAGE}"' in before
    assert f'href="{PAGE}"' not in after
