"""At the door: who booked gives an address, everybody else their name as well, and the pages say nothing of anybody."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bookings.arriving_links import here_link, here_link_of_series
from bookings.models import Attendee, Booking, Visit
from bookings.queue import Wait
from surgeries.models import Surgery
from tests.bookings.pages import ADA, title_of, words_of
from tests.factories import (
    BookingFactory,
    DepartmentFactory,
    HelpFactory,
    SeriesFactory,
    ShiftFactory,
    SurgeryFactory,
    TopicFactory,
    VisitFactory,
    local,
)

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
NO_BOOKING = "We did not find a booking with this address"
# What differs between two forms of the same page.
TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="\w+"')


@pytest.fixture
def surgery(db) -> Surgery:
    """Begun a quarter of an hour ago."""
    DepartmentFactory.create()
    return SurgeryFactory.create(starts_at=timezone.now() - HOUR / 4)


def door(surgery, page=""):
    return reverse("bookings:here", args=[surgery.reference]) + page


def say(client, surgery, **said):
    return client.post(door(surgery), {"email": ADA} | said)


def booked(client, surgery, **said):
    return say(client, surgery, booked="", **said)


def without_booking(client, surgery, **said):
    return say(client, surgery, without_booking="", **said)


def is_in(response, surgery):
    return response.status_code == 303 and response["Location"].partition("?")[0] == door(surgery, "in/")


@pytest.mark.parametrize("state", [{}, {"waiting": True}])
def test_who_has_booked_gives_an_address_and_is_in(client, surgery, alice, state):
    booking = BookingFactory.create(surgery=surgery, attendee=alice, **state)
    assert is_in(booked(client, surgery, email=f" {alice.email.upper()} "), surgery)
    visit = Visit.objects.get()
    assert (visit.attendee, visit.booking) == (alice, None if state else booking)
    assert visit.taken_in_by is None


def test_an_address_without_a_booking_is_to_be_checked_and_a_walk_in_needs_one_press_more(client, surgery):
    topic = TopicFactory.create()
    asked = booked(client, surgery, topics=topic.pk)
    assert title_of(asked).startswith("Error: ")
    errors = asked.context["form"].errors
    assert errors.keys() == {"email"}, "one thing to look at: who mistyped should not become a walk-in"
    assert errors["email"][0].startswith(f"{NO_BOOKING}. Check that it is the one that you booked with"), "or mistyped"
    assert "If you have not booked, type your name" in words_of(asked)
    assert 'aria-describedby="id_name_helptext"' in asked.content.decode()
    page = asked.content.decode()
    assert f'value="{ADA}"' in page
    assert re.search(rf'value="{topic.pk}" checked', page)
    assert not Visit.objects.exists()
    assert is_in(without_booking(client, surgery, topics=topic.pk, name="Ada Lovelace"), surgery)


def test_who_says_that_they_booked_is_no_walk_in_although_the_browser_filled_in_their_name(client, surgery):
    asked = booked(client, surgery, name="Ada Lovelace")
    assert asked.context["form"].errors["email"][0].startswith(NO_BOOKING)
    assert "If you have not booked, press “I’m here, without a booking”" in words_of(asked)
    assert 'value="Ada Lovelace"' in asked.content.decode()
    assert not Visit.objects.exists()


def test_who_says_that_they_have_not_booked_is_asked_for_all_that_is_missing_at_once(client, surgery):
    topic = TopicFactory.create()
    for said, missing in (({}, {"name"}), ({"email": ""}, {"email", "name"})):
        asked = without_booking(client, surgery, topics=topic.pk, **said)
        errors = asked.context["form"].errors
        assert errors.keys() == missing
        assert errors["name"] == ["Enter your name"]
        assert NO_BOOKING not in words_of(asked)
        assert re.search(rf'value="{topic.pk}" checked', asked.content.decode())
    assert f'value="{ADA}"' in without_booking(client, surgery).content.decode()
    assert not Visit.objects.exists()


def test_a_name_is_asked_for_whether_or_not_there_is_a_booking(client, surgery):
    BookingFactory.create(surgery=surgery, attendee__email=ADA)
    assert without_booking(client, surgery).context["form"].errors == {"name": ["Enter your name"]}


def test_who_forgot_that_they_booked_has_their_seat(client, surgery):
    booking = BookingFactory.create(surgery=surgery, attendee__email=ADA)
    assert is_in(without_booking(client, surgery, name="Ada Lovelace"), surgery)
    assert Visit.objects.get().booking == booking


def test_enter_is_that_one_booked_unless_a_name_is_typed(client, surgery):
    page = client.get(door(surgery)).content.decode()
    first = re.search(r"<button.*?>", page[page.index('action="/here/') :], re.S)
    assert first
    assert "name=" not in first[0], "Enter in a field presses the first button of a form"
    assert say(client, surgery).context["form"].errors["email"][0].startswith(NO_BOOKING)
    assert is_in(say(client, surgery, name="Ada Lovelace"), surgery)


def test_a_walk_in_says_three_things(client, surgery):
    topic = TopicFactory.create()
    assert is_in(without_booking(client, surgery, name="Ada Lovelace", topics=topic.pk), surgery)
    visit = Visit.objects.get()
    assert (visit.name, visit.attendee.email, visit.booking is None, visit.is_curious) == (
        "Ada Lovelace",
        ADA,
        True,
        False,
    )
    assert list(visit.topics.all()) == [topic]


@pytest.mark.parametrize("topics", [["curious"], []])
def test_a_walk_in_may_be_just_curious_or_say_nothing_of_it(client, surgery, topics):
    assert is_in(without_booking(client, surgery, name="Ada Lovelace", topics=topics), surgery)
    visit = Visit.objects.get()
    assert (visit.is_curious, visit.topics.count()) == (bool(topics), 0)


def test_a_second_try_is_welcome_with_an_address_alone(client, surgery):
    say(client, surgery, name="Ada Lovelace")
    for again in ({}, {"name": "Ada Lovelace"}, {"name": "Somebody Else"}):
        assert is_in(say(client, surgery, **again), surgery)
    assert Visit.objects.get().name == Attendee.objects.get().name == "Ada Lovelace"


def test_what_it_is_about_can_be_said_at_the_second_try_and_not_changed_at_a_third(client, surgery):
    topics = TopicFactory.create_batch(2)
    say(client, surgery, name="Ada Lovelace")
    for topic in topics:
        say(client, surgery, name="Ada Lovelace", topics=[topic.pk])
    assert list(Visit.objects.get().topics.all()) == topics[:1]


def test_who_was_done_and_comes_back_is_here_again(client, surgery):
    visit = VisitFactory.create(surgery=surgery, attendee__email=ADA, left_at=timezone.now())
    assert is_in(say(client, surgery), surgery)
    visit.refresh_from_db()
    assert visit.left_at is None


def test_the_same_form_with_another_address_is_another_person(client, surgery):
    for address in (ADA, "grace.hopper@example.gov.uk"):
        assert is_in(say(client, surgery, email=address, name="Somebody"), surgery)
    assert Visit.objects.count() == 2


@pytest.mark.parametrize("name", ["", "Ada Lovelace"])
def test_an_address_of_somewhere_else_is_a_matter_for_a_host(client, surgery, name):
    refused = say(client, surgery, email="ada@example.com", name=name)
    assert "has to end in gov.uk" in words_of(refused)
    (refusal,) = refused.context["form"].errors["email"]
    assert refusal.startswith("Ask a host, who can add you.")
    assert refused.context["form"].errors.keys() == {"email"}
    assert not Visit.objects.exists()


def test_somebody_who_booked_with_such_an_address_is_in_all_the_same(client, surgery):
    BookingFactory.create(surgery=surgery, attendee__email="ada@example.com")
    assert is_in(say(client, surgery, email="ada@example.com"), surgery)


# ── What nobody learns ────────────────────────────────────────────────────────────────────────────────────────


def known(surgery, state):
    """Ada in that state, and how she comes in."""
    attendee = Attendee.objects.create(name="Augusta Ada King", email=ADA)
    if state == "was there":
        VisitFactory.create(surgery=surgery, attendee=attendee, left_at=timezone.now())
    elif state == "rebooked":
        for facts in ({"cancelled": True}, {}):
            BookingFactory.create(surgery=surgery, attendee=attendee, **facts)
    elif state != "unknown":
        BookingFactory.create(surgery=surgery, attendee=attendee, **({} if state == "booked" else {state: True}))


def answers(surgery):
    """What somebody is answered, and shown then: headers and bytes."""
    client = Client()
    answer = without_booking(client, surgery, name="Ada Lovelace", topics="curious")
    shown = client.get(answer["Location"])
    form = client.get(door(surgery))
    pages = [TOKEN.sub(b"", page.content) for page in (answer, shown, form)]
    headers = [{name: value for name, value in page.items() if name != "X-Request-ID"} for page in (answer, shown)]
    return [answer.status_code, *headers, *pages]


def test_whoever_types_an_address_learns_nothing_of_whose_it_is(surgery):
    ShiftFactory.create_batch(2, surgery=surgery)
    unknown = answers(surgery)
    assert unknown[0] == 303
    for state in ("booked", "waiting", "cancelled", "rebooked", "was there"):
        Visit.objects.all().delete(), Booking.objects.all().delete(), Attendee.objects.all().delete()
        known(surgery, state)
        assert answers(surgery) == unknown, state


def test_nor_from_how_long_they_are_told_to_wait(surgery):
    HelpFactory.create(visit=VisitFactory.create(surgery=surgery), shift=ShiftFactory.create(surgery=surgery))
    ada = Attendee.objects.create(name="Augusta Ada King", email=ADA)
    said = set()
    for hers in (None, *surgery.slots.all()):
        Visit.objects.filter(attendee=ada).delete(), Booking.objects.all().delete()
        for slot in surgery.slots.all():
            BookingFactory.create(surgery=surgery, slot=slot, **({"attendee": ada} if slot == hers else {}))
        answer = without_booking(Client(), surgery, name="Ada Lovelace", topics="curious")
        said.add((answer["Location"], TOKEN.sub(b"", Client().get(answer["Location"]).content)))
    assert len(said) == 1
    assert "?wait=" in answer["Location"]


def test_the_privacy_notice_says_what_somebody_can_learn_all_the_same(client, surgery, alice):
    BookingFactory.create(surgery=surgery, attendee=alice)
    assert is_in(booked(client, surgery, email=alice.email), surgery)
    assert NO_BOOKING in words_of(booked(client, surgery))
    assert "it says whether that address has a booking there" in words_of(client.get(reverse("privacy:notice")))


def test_control_a_page_that_knew_whose_it_is_would_be_seen(surgery, monkeypatch):
    monkeypatch.setattr(
        "bookings.views.arriving.wait_at",
        lambda *_, **__: Wait(timedelta(minutes=Booking.objects.count()), is_past_the_end=False),
    )
    unknown = answers(surgery)
    Visit.objects.all().delete(), Attendee.objects.all().delete()
    known(surgery, "booked")
    assert answers(surgery) != unknown


def test_no_address_and_no_page_names_anybody(client, surgery, alice):
    booking = BookingFactory.create(surgery=surgery, attendee=alice)
    booking.topics.set([TopicFactory.create(name="Tumblr", is_retired=True)])
    answer = say(client, surgery, email=alice.email)
    assert answer["Location"] == f"/here/{surgery.reference}/in/"
    shown = words_of(client.get(answer["Location"]))
    for known_of_her in ("Alice", alice.email, "Tumblr"):
        assert known_of_her not in shown + words_of(client.get(door(surgery)))
    assert "You are in" in shown


# ── Without dropping in ───────────────────────────────────────────────────────────────────────────────────────


def test_where_nobody_may_drop_in_only_a_booking_lets_in(client, surgery, alice):
    Surgery.objects.filter(pk=surgery.pk).update(is_drop_in=False)
    other = SurgeryFactory.create()
    BookingFactory.create(surgery=surgery, attendee=alice)
    page = client.get(door(surgery))
    assert "no room for people to drop in" in words_of(page)
    assert other.get_absolute_url() in page.content.decode()
    assert "Your name" not in words_of(page)
    refused = say(client, surgery, name="Ada Lovelace")
    assert refused.context["form"].errors.keys() == {"email"}
    assert NO_BOOKING in words_of(refused)
    assert is_in(say(client, surgery, email=alice.email), surgery)
    assert Visit.objects.get().attendee == alice


# ── Series ────────────────────────────────────────────────────────────────────────────────────────────────────


def of_series(series):
    return reverse("bookings:here_series", args=[series.reference])


def test_the_code_of_a_series_leads_to_the_surgery_that_is_on(client):
    series = SeriesFactory.create()
    facts = {"series": series, "venue": series.venue}
    SurgeryFactory.create(starts_at=local(-14), **facts), SurgeryFactory.create(starts_at=local(14), **facts)
    now = SurgeryFactory.create(starts_at=timezone.now() - HOUR / 4, **facts)
    SurgeryFactory.create(starts_at=timezone.now() - HOUR / 3)
    for address in (of_series(series), of_series(series).replace(series.reference, series.reference.upper())):
        assert client.get(address)["Location"] == door(now)


def test_a_surgery_later_today_is_led_to_as_well(client, time_machine):
    time_machine.move_to(local(0, 7))
    series = SeriesFactory.create()
    later = SurgeryFactory.create(series=series, venue=series.venue, starts_at=local(0, 15))
    assert client.get(of_series(series))["Location"] == door(later)
    assert "The doors open at 2pm" in title_of(client.get(door(later)))


def test_the_printed_codes_lead_there(surgery):
    series = SeriesFactory.create()
    assert here_link(surgery).removeprefix(settings.PUBLIC_BASE_URL) == door(surgery)
    assert here_link_of_series(series).removeprefix(settings.PUBLIC_BASE_URL) == of_series(series)


def test_on_another_day_the_page_says_when_the_next_is(client):
    series = SeriesFactory.create()
    coming = SurgeryFactory.create(series=series, venue=series.venue)
    for facts in ({"draft": True, "starts_at": local(1)}, {"called_off": True, "starts_at": local(2)}):
        SurgeryFactory.create(series=series, venue=series.venue, **facts)
    elsewhere = SurgeryFactory.create()
    page = client.get(of_series(series))
    assert "There is no surgery here now" in words_of(page)
    for surgery in (coming, elsewhere):
        assert page.content.decode().count(surgery.get_absolute_url()) == 1


def test_when_todays_is_over_the_page_says_when_the_next_is(client):
    series = SeriesFactory.create()
    coming, _ = (SurgeryFactory.create(series=series, venue=series.venue, starts_at=at) for at in
                 (local(14), timezone.now() - 2 * HOUR))  # fmt: skip
    assert coming.get_absolute_url() in client.get(of_series(series)).content.decode()


def test_a_series_without_surgeries_and_one_that_nobody_knows(client):
    assert "The date of the next one is not set yet" in words_of(client.get(of_series(SeriesFactory.create())))
    assert client.get("/here/series/bcdfghj/").status_code == 404


def test_the_reference_of_a_series_leads_to_it_where_that_of_a_surgery_is_asked_for(client):
    series = SeriesFactory.create()
    for address in (f"/here/{series.reference}/", f"/here/{series.reference.upper()}/in/"):
        assert client.get(address)["Location"] == of_series(series)


def test_the_page_promises_walk_ins_no_more_than_their_turn(client, surgery):
    VisitFactory.create_batch(3, surgery=surgery)
    said = words_of(client.get(door(surgery, "in/?wait=40")))
    assert "Your turn comes in the order of arrival. It is busy just now: without a booking it may be" in said


# ── The wait ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_while_all_are_busy_walk_ins_read_how_long_it_may_be(client, surgery):
    shift = ShiftFactory.create(surgery=surgery)
    assert "minutes" not in words_of(client.get(door(surgery)))
    HelpFactory.create(visit=VisitFactory.create(surgery=surgery), shift=shift)
    assert "about 20 minutes" in words_of(client.get(door(surgery)))
    answer = say(client, surgery, name="Ada Lovelace")
    assert "about 20 minutes" in words_of(client.get(answer["Location"])), "nobody waits for themselves"
    for nonsense in ("", "?wait=", "?wait=-5", "?wait=soon", "?wait=99999999999"):
        assert "minutes" not in words_of(client.get(door(surgery, f"in/{nonsense}")))
    VisitFactory.create_batch(4, surgery=surgery)
    late = say(client, surgery, email="grace.hopper@example.gov.uk", name="Grace Hopper")
    for page in (door(surgery), late["Location"]):
        assert "we may not get to you before" in words_of(client.get(page))


# ── How much and how often ────────────────────────────────────────────────────────────────────────────────────


def test_a_client_may_send_so_many_forms_and_an_address_be_tried_so_often(client, surgery, settings):
    settings.FORMS_PER_CLIENT, settings.EMAILS_PER_ADDRESS = 4, 2
    assert [say(client, surgery).status_code for _ in range(3)] == [200, 200, 429]
    others = [say(client, surgery, email=f"ada{number}@example.gov.uk", name="Ada").status_code for number in range(4)]
    assert others[:1] == [303]
    assert others[-1] == 429
    assert say(client, surgery, email="").status_code == 200, "what is not filled in counts for nothing"


def test_the_page_is_small(client, surgery):
    TopicFactory.create_batch(20)
    assert len(client.get(door(surgery)).content) < 16 * 1024
