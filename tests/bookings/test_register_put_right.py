"""Putting the register right: by hosts until midnight, by organisers for 30 days, one by one or from paper."""

import re
import uuid
from contextlib import contextmanager
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from bookings.models import Attendee, Correction, Visit
from bookings.services.attending import end_of_day
from tests.bookings.pages import words_of
from tests.bookings.test_bad_input import VALUES, check, each_is_its_own, send
from tests.bookings.test_register import page_of
from tests.factories import BookingFactory, HelpFactory, ShiftFactory, SurgeryFactory, UserFactory, VisitFactory

pytestmark = pytest.mark.django_db
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
GRACE = "grace.hopper@example.gov.uk"


@pytest.fixture
def host(client, surgery):
    user = ShiftFactory.create(surgery=surgery, champion__user=UserFactory.create()).champion.user
    client.who = user
    return user


@pytest.fixture
def organiser(client):
    client.who = UserFactory.create(organiser=True, name="Olu Organiser")
    client.force_login(client.who)
    return client.who


@contextmanager
def at(moment, client):
    """Then, when they have just signed in."""
    with time_machine.travel(moment):
        client.force_login(client.who)
        yield


def press(client, surgery, **pressed):
    return client.post(page_of(surgery, "correct_register"), pressed)


def enter(client, surgery, walked_in="", came=(), request_id="00000000-0000-4000-8000-000000000001"):
    posted = {"walked_in": walked_in, "came": [booking.pk for booking in came], "request_id": request_id}
    return client.post(page_of(surgery, "paper"), posted)


def names(surgery) -> list[str]:
    return sorted(surgery.visits.values_list("name", flat=True))


# ── One by one ────────────────────────────────────────────────────────────────────────────────────────────────
def test_hosts_put_it_right_until_midnight(client, surgery, alices_booking, host):
    with at(end_of_day(surgery) - MINUTE, client):
        answer = press(client, surgery, came=alices_booking.pk)
        assert answer.url.endswith(f"#person-{alices_booking.attendee_id}")
        assert "Alice Adeyemi came." in words_of(client.get(answer.url))
        visit = Visit.objects.get()
        assert (visit.booking, visit.taken_in_by) == (alices_booking, host)
        assert press(client, surgery, did_not_come=visit.pk).status_code == 303
        assert press(client, surgery, did_not_come=visit.pk).status_code == 303
        assert not Visit.objects.exists()
        assert 'name="came"' in client.get(page_of(surgery)).content.decode()
    with at(end_of_day(surgery), client):
        assert press(client, surgery, came=alices_booking.pk).url.endswith("?said=closed")
        assert 'name="came"' not in client.get(page_of(surgery)).content.decode()
        assert "Tell the organisers" in words_of(client.get(page_of(surgery)))
    assert not Visit.objects.exists()


def test_organisers_put_it_right_for_30_days_and_leave_a_trace(client, surgery, alices_booking, organiser):
    with at(surgery.ends_at + 30 * DAY - MINUTE, client):
        press(client, surgery, came=alices_booking.pk)
        correction = Correction.objects.get()
        assert (correction.attendee, correction.what, correction.corrected_by) == (
            alices_booking.attendee, "came", organiser,
        )  # fmt: skip
        assert "Alice Adeyemi: came. Olu Organiser," in words_of(client.get(page_of(surgery)))
        press(client, surgery, did_not_come=Visit.objects.get().pk)
        assert "Alice Adeyemi: did not come. Olu Organiser," in words_of(client.get(page_of(surgery)))
    with at(surgery.ends_at + 30 * DAY, client):
        assert press(client, surgery, came=alices_booking.pk).url.endswith("?said=closed")
        assert "This register is closed" in words_of(client.get(page_of(surgery)))
        assert enter(client, surgery, "Grace Hopper").url.endswith("?said=closed")
    assert not Visit.objects.exists()


def test_somebody_who_was_helped_was_here(client, surgery, alices_booking, organiser):
    visit = VisitFactory.create(booking=alices_booking)
    HelpFactory.create(visit=visit)
    with at(surgery.ends_at, client):
        assert 'name="did_not_come"' not in client.get(page_of(surgery)).content.decode()
        assert press(client, surgery, did_not_come=visit.pk).url.endswith("?said=helped")
    assert Visit.objects.exists()


def test_of_who_has_moved_elsewhere_it_says_so_and_how_to_note_them_all_the_same(client, surgery, host):
    moved = BookingFactory.create()
    with at(surgery.starts_at, client):
        said = client.get(press(client, surgery, came=moved.pk).url)
        assert "That person has moved to another surgery." in words_of(said)
        assert not Visit.objects.exists()
        enter(client, surgery, f"{moved.name}, {moved.attendee.email}")
    visit = Visit.objects.get()
    assert (visit.attendee, visit.surgery, visit.booking) == (moved.attendee, surgery, None)


def test_people_of_another_surgery_are_not_there(client, surgery, host):
    elsewhere = VisitFactory.create(booking=BookingFactory.create())
    with at(surgery.starts_at, client):
        assert press(client, surgery, came=elsewhere.booking.pk).status_code == 303
        assert press(client, surgery, did_not_come=elsewhere.pk).status_code == 303
        assert enter(client, surgery, came=[elsewhere.booking]).status_code == 200
    assert Visit.objects.get() == elsewhere


@pytest.mark.parametrize("pressed", [{}, {"came": "x"}, {"came": "9" * 30}, {"came": "-1"}, {"came": "\x00"}])
def test_what_no_button_sends_is_not_found(client, surgery, organiser, pressed):
    assert press(client, surgery, **pressed).status_code == 404


def test_a_walk_in_of_whom_nothing_would_stay_goes_only_once_somebody_is_sure(client, surgery, organiser):
    visit = VisitFactory.create(surgery=surgery, name="Pat Walker", arrived_at=surgery.starts_at)
    with at(surgery.starts_at + MINUTE, client):
        asked = press(client, surgery, did_not_come=visit.pk)
        assert "Was Pat Walker not here?" in words_of(asked)
        assert "They walked in at 10am" in words_of(asked)
        assert names(surgery) == ["Pat Walker"]
        answer = press(client, surgery, did_not_come=visit.pk, is_sure=1)
        assert "They are out of the register." in words_of(client.get(answer.url))
    assert names(surgery) == []


def test_what_was_changed_is_said_of_whoever_it_was_and_of_nobody_else(client, surgery, alices_booking, organiser):
    with at(surgery.ends_at, client):
        press(client, surgery, came=alices_booking.pk)
        VisitFactory.create(surgery=surgery)
        answer = press(client, surgery, did_not_come=Visit.objects.get(booking=alices_booking).pk)
        assert "Alice Adeyemi did not come." in words_of(client.get(answer.url))
        assert "Done" not in words_of(client.get(f"{page_of(surgery)}?said=changed&who=x"))


# ── From paper ────────────────────────────────────────────────────────────────────────────────────────────────
def test_all_that_the_sheet_says_is_entered_in_one_go(client, surgery, alices_booking, bobs_booking, organiser):
    with at(surgery.ends_at + DAY, client):
        sent = f"Grace Hopper, {GRACE.upper()} \n\n  Lovelace, Ada\nSam\nSam"
        assert enter(client, surgery, sent, came=[alices_booking]).url.endswith("?said=entered")
    assert names(surgery) == ["Alice Adeyemi", "Grace Hopper", "Lovelace, Ada", "Sam", "Sam"]
    assert Visit.objects.get(attendee__email=GRACE).booking is None
    assert sorted(Correction.objects.values_list("what", flat=True)) == ["came"] + ["walked_in"] * 4


def test_sent_twice_or_with_another_line_it_adds_nobody_twice(client, surgery, alices_booking, organiser):
    with at(surgery.ends_at, client):
        for lines in ("Grace\nSam\nSam", "Grace\nSam\nSam", "Alan\nGrace\nSam\nSam"):
            enter(client, surgery, lines, came=[alices_booking])
        assert names(surgery) == ["Alan", "Alice Adeyemi", "Grace", "Sam", "Sam"]


def test_a_name_that_stands_there_already_is_entered_only_if_it_is_somebody_else(
    client, surgery, alices_booking, organiser
):
    VisitFactory.create(surgery=surgery, name="Moira Kelly")
    with at(surgery.ends_at, client):
        refused = enter(client, surgery, "moira  kelly\nGrace\nAlice Adeyemi")
        assert "moira kelly and Alice Adeyemi are in the register already" in words_of(refused)
        assert "moira  kelly\nGrace" in refused.content.decode().replace("\r\n", "\n")
        assert names(surgery) == ["Moira Kelly"]
        posted = {"walked_in": "moira kelly\nGrace", "are_others": "on", "request_id": str(uuid.uuid4())}
        for _ in range(2):
            assert client.post(page_of(surgery, "paper"), posted).url.endswith("?said=entered")
        assert names(surgery) == ["Grace", "Moira Kelly", "moira kelly"]
        assert "other people" not in words_of(client.get(page_of(surgery, "paper"))), "nobody is asked before"


def test_who_booked_under_the_address_came_for_their_seat(client, surgery, alices_booking, organiser):
    with at(surgery.ends_at, client):
        enter(client, surgery, f"A. Adeyemi, {alices_booking.attendee.email}")
    assert Visit.objects.get().booking == alices_booking


def test_mistakes_are_said_by_line_and_everything_stays_typed(client, surgery, alices_booking, organiser):
    typed = "Grace Hopper\n\n, nobody@example.gov.uk\nAda ada@example.gov.uk\nAlan, alan@example.org\n" + "x" * 101
    with at(surgery.ends_at, client):
        response = enter(client, surgery, typed, came=[alices_booking])
        assert response.status_code == 200
        page, words = response.content.decode(), words_of(response)
        found = set(re.findall(r"Line (\d):", words))
        assert found == {"3", "4", "5", "6"}
        assert "Line 3: write a name before the email address (“, nobody@example.gov.uk”)" in words
        own = "Line 5: alan@example.org is not an address of the department. Leave it out, and keep the name"
        assert own in words
        assert typed in page.replace("\r\n", "\n")
        assert re.search(rf'value="{alices_booking.pk}" checked', page)
        assert "00000000-0000-4000-8000-000000000001" in page
        assert not Visit.objects.exists()
        assert "200 lines or fewer" in words_of(enter(client, surgery, "Sam\n" * 201))
        assert "at least one person" in words_of(enter(client, surgery, " \n"))
    assert not Attendee.objects.filter(name="Grace Hopper").exists()


def test_who_is_in_the_register_is_ticked_and_stays(client, surgery, alices_booking, organiser):
    VisitFactory.create(booking=alices_booking)
    with at(surgery.ends_at, client):
        page = client.get(page_of(surgery, "paper")).content.decode()
    assert re.search(rf'value="{alices_booking.pk}" checked[^>]* disabled', page)


@each_is_its_own
@given(walked_in=VALUES, came=VALUES, request_id=VALUES, name=st.sampled_from(["paper", "correct_register"]))
def test_the_forms_take_anything(client, walked_in, came, request_id, name):
    surgery = SurgeryFactory.create()
    client.who = UserFactory.create(organiser=True)
    with at(surgery.starts_at, client):
        sent = {"walked_in": walked_in, "came": came, "did_not_come": came, "request_id": request_id}
        response = send(client, page_of(surgery, name), sent)
    if response.status_code != 404:
        check(response)


# ── On paper ──────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_sheet_says_when_who_comes_and_nothing_else_of_them(client, surgery, alices_booking, organiser):
    alices_booking.question, alices_booking.adjustments = "Should I start again?", "I use a wheelchair."
    alices_booking.save()
    BookingFactory.create(surgery=surgery, waiting=True, name="Wanda Waiting")
    BookingFactory.create(surgery=surgery, cancelled=True, name="Carl Cancelled")
    page = client.get(reverse("bookings:sheet", args=[surgery.reference])).content.decode()
    assert "10am" in page
    assert "Alice Adeyemi" in page
    for hidden in ("start again", "wheelchair", alices_booking.attendee.email, "Wanda", "Carl"):
        assert hidden not in page
