"""A champion sees where hosts are needed, what fits best first, and takes a shift with one press."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from bookings.errors import HostsEnough, NoChampion
from bookings.forms.hosting import written
from bookings.invariants import violations
from bookings.models import Booking
from bookings.services.diary import call_off
from bookings.services.hosting import take_shift
from champions.models import Champion
from notifications.models import OutboxEmail
from notifications.worker import Worker
from surgeries.models import Shift, Surgery
from tests.bookings.pages import title_of, words_of
from tests.bookings.test_statements_per_page import statements
from tests.factories import (
    SLOT,
    AttendeeFactory,
    BookingFactory,
    ChampionFactory,
    OfficeFactory,
    ShiftFactory,
    SkillFactory,
    SurgeryFactory,
    SymptomFactory,
    UserFactory,
    local,
)

pytestmark = pytest.mark.django_db
PAGE = "/champion/shifts/"


@pytest.fixture
def alice(client) -> Champion:
    """A champion who is signed in."""
    champion = ChampionFactory.create(name="Alice", user=UserFactory.create(email="alice@example.gov.uk"))
    client.force_login(champion.user)
    return champion


@pytest.fixture
def surgery(db) -> Surgery:
    """In a week from 10:00 to 11:00, which wants one host."""
    return SurgeryFactory.create(hosts_wanted=1)


def press(client, surgery: Surgery, start: int = 0, end: int = 60):
    begins, ends = (surgery.starts_at + timedelta(minutes=minutes) for minutes in (start, end))
    return client.post(
        f"/champion/surgeries/{surgery.reference}/take/", {"begins": written(begins), "ends": written(ends)}
    )


def listed(client, page: str = "") -> list[Surgery]:
    return [place.need.surgery for place in client.get(PAGE + page).context["page"]]


# ── Where hosts are needed ────────────────────────────────────────────────────────────────────────────────────


def test_what_fits_best_comes_first_with_why(client, alice):
    far, near = SurgeryFactory.create(starts_at=local(6)), SurgeryFactory.create(starts_at=local(8))
    alice.offices.add(near.venue.office)
    skill = SkillFactory.create(champion=alice, topic__name="LinkedIn", level=3)
    BookingFactory.create(surgery=near).topics.add(skill.topic)
    assert listed(client) == [near, far]
    words = words_of(client.get(PAGE))
    assert "LinkedIn was asked for, and you could teach it Your office" in words
    assert "Needs 2 hosts" in words


def test_where_they_gave_a_shift_back_comes_last(client, alice):
    fits, other = (SurgeryFactory.create(starts_at=local(day)) for day in (5, 6))
    alice.offices.add(fits.venue.office)
    assert listed(client) == [fits, other]
    shift = ShiftFactory.create(champion=alice, surgery=fits)
    Shift.objects.filter(pk=shift.pk).update(ended_at=timezone.now(), ended_reason="A train")
    assert listed(client) == [other, fits]


def test_what_their_symptoms_point_to_counts_as_asked_for(client, alice):
    skill = SkillFactory.create(champion=alice, level=2)
    surgery = SurgeryFactory.create()
    BookingFactory.create(surgery=surgery).symptoms.add(SymptomFactory.create(topics=[skill.topic]))
    assert f"{skill.topic} was asked for, and you use it daily" in words_of(client.get(PAGE))


def test_only_what_can_be_taken_is_listed(client, alice):
    needs = SurgeryFactory.create(hosts_wanted=1)
    ShiftFactory.create(surgery__hosts_wanted=1)
    SurgeryFactory.create(draft=True), SurgeryFactory.create(called_off=True)
    SurgeryFactory.create(starts_at=timezone.now() - timedelta(minutes=5))
    elsewhere = ShiftFactory.create(champion=alice, surgery__starts_at=local(9))
    SurgeryFactory.create(starts_at=elsewhere.starts_at + timedelta(minutes=20))
    seat = BookingFactory.create(
        attendee__email=alice.user.email, surgery__starts_at=local(10), surgery__hosts_wanted=1
    )
    ShiftFactory.create(surgery=seat.surgery)
    SurgeryFactory.create(starts_at=seat.slot.starts_at)
    assert listed(client) == [needs]
    assert [shift.surgery for shift in client.get(PAGE).context["coming"]] == [elsewhere.surgery]


def test_a_month_in_which_they_host_often_enough_is_left_out_and_said(client, alice, time_machine):
    time_machine.move_to("2026-03-01 09:00+00:00", tick=False)
    Champion.objects.update(most_shifts_a_month=1)
    march, april = SurgeryFactory.create(starts_at=local(9)), SurgeryFactory.create(starts_at=local(40))
    ShiftFactory.create(champion=alice, surgery__starts_at=local(3))
    assert listed(client) == [april]
    assert "In March you host as often as you like to" in words_of(client.get(PAGE))
    response = press(client, march)
    assert response.status_code == 409
    assert "That would be more often than you like" in words_of(response)
    assert alice.shifts.count() == 1


def test_with_many_surgeries_it_takes_as_many_statements_as_with_few(client, alice):
    def make(number: int) -> None:
        for _ in range(number):
            surgery = SurgeryFactory.create(slots=1, hosts_wanted=3)
            ShiftFactory.create(surgery=surgery, champion=ChampionFactory.create(user=UserFactory.create()))
            BookingFactory.create(surgery=surgery).topics.add(SkillFactory.create(champion=alice).topic)
            alice.offices.add(OfficeFactory.create())

    make(3)
    few = statements(lambda: client.get(PAGE))
    assert few <= 12
    make(12)
    Surgery.objects.bulk_create(
        Surgery(venue=Surgery.objects.first().venue, starts_at=local(20), ends_at=local(20, 12), state="published")
        for _ in range(500)
    )
    assert statements(lambda: client.get(PAGE)) == few
    assert len(listed(client)) == 10
    assert len(listed(client, "?page=52")) == 5
    assert len(listed(client, "?page=99999")) == 5


# ── One press ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_one_press_takes_it_and_an_email_puts_it_into_the_calendar(client, alice, surgery):
    response = press(client, surgery)
    assert response["Location"] == f"{PAGE}?done=taken"
    assert "The shift is yours" in words_of(client.get(response["Location"]))
    shift = Shift.objects.get()
    assert (shift.champion, shift.surgery, shift.starts_at, shift.ends_at) == (
        alice, surgery, surgery.starts_at, surgery.ends_at,
    )  # fmt: skip
    Worker().run(until_idle=True)
    message = next(email for email in mail.outbox if email.subject.startswith("You host: "))
    assert message.to == ["alice@example.gov.uk"]
    calendar = Calendar.from_ical(message.attachments[0][1])
    event = calendar.walk("VEVENT")[0]
    assert (calendar["METHOD"], event["UID"], event["SEQUENCE"]) == ("REQUEST", shift.calendar_uid, 0)
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (shift.starts_at, shift.ends_at)
    assert event["ATTENDEE"] == "mailto:alice@example.gov.uk"


def test_their_own_page_says_what_they_host_next(client, alice):
    own = "/champion/"
    assert "You host next" not in words_of(client.get(own))
    ShiftFactory.create(champion=alice, surgery__starts_at=local(-7))
    ShiftFactory.create(champion=alice, surgery__starts_at=local(3), ended_at=timezone.now(), ended_reason="Ill")
    for day in (9, 5):
        ShiftFactory.create(champion=alice, surgery__starts_at=local(day))
    page = client.get(own)
    assert "You host next" in words_of(page)
    assert f"/champion/surgeries/{alice.shifts.get(starts_at=local(5)).surgery.reference}/" in page.content.decode()


def test_while_they_host_their_own_page_says_so(client, alice, time_machine):
    shift = ShiftFactory.create(champion=alice, surgery__starts_at=local(5))
    time_machine.move_to(shift.starts_at + SLOT)
    client.force_login(alice.user)
    said = words_of(client.get("/champion/"))
    assert ("You are hosting now" in said, "You host next" in said) == (True, False)


def test_pressing_twice_takes_it_once(client, alice, surgery):
    assert {press(client, surgery)["Location"] for _ in range(2)} == {f"{PAGE}?done=taken"}
    assert Shift.objects.count() == OutboxEmail.objects.filter(kind="shift_taken").count() == 1


def test_whoever_is_busy_for_the_first_part_is_offered_the_other(client, alice, surgery):
    middle = {"starts_at": surgery.starts_at + SLOT, "ends_at": surgery.ends_at - SLOT}
    ShiftFactory.create(surgery=surgery, **middle)
    busy = ShiftFactory.create(champion=alice, surgery=SurgeryFactory.create(starts_at=surgery.starts_at, slots=1))
    (place,) = client.get(PAGE).context["page"]
    assert (place.gap.starts_at, place.gap.ends_at) == (middle["ends_at"], surgery.ends_at)
    page = client.get(f"/champion/surgeries/{surgery.reference}/take/")
    assert page.context["form"].initial["begins"] == written(middle["ends_at"])
    assert press(client, surgery, 40, 60)["Location"] == f"{PAGE}?done=taken"
    Shift.objects.exclude(pk=busy.pk).filter(champion=alice).delete()
    ShiftFactory.create(surgery=surgery, starts_at=middle["ends_at"])
    assert listed(client) == [], "what is left is when they are busy"


def test_a_part_of_it_can_be_taken_and_then_the_rest(client, alice, surgery):
    press(client, surgery, 0, 20)
    bob = ChampionFactory.create(user=UserFactory.create())
    client.force_login(bob.user)
    assert "Needs somebody from 10:20am to 11am, beside Alice" in words_of(client.get(PAGE))
    assert press(client, surgery, 0, 60).status_code == 200
    assert press(client, surgery, 20, 60).status_code == 303
    assert not Surgery.objects.short_of_hosts().exists()


@pytest.mark.parametrize("typed", [{}, {"begins": "x", "ends": "\0"}, {"begins": "9" * 9999, "ends": "20260101T1000Z"}])
def test_what_cannot_be_chosen_is_said_beside_the_field(client, alice, surgery, typed):
    response = client.post(f"/champion/surgeries/{surgery.reference}/take/", typed)
    assert title_of(response).startswith("Error: ")
    assert not Shift.objects.exists()


def test_an_end_before_the_start_is_refused(client, alice, surgery):
    assert "The end has to come after the start" in words_of(press(client, surgery, 40, 20))
    assert not Shift.objects.exists()


def test_whoever_comes_second_hears_so_and_what_else_needs_hosts(client, alice, surgery):
    ShiftFactory.create(surgery=surgery)
    other = SurgeryFactory.create()
    response = press(client, surgery)
    assert response.status_code == 409
    words = words_of(response)
    assert "There are enough hosts Somebody was faster" in words
    assert str(other.venue) in words
    assert not alice.shifts.exists()


def test_a_seat_of_their_own_is_in_the_way_and_they_hear_what_to_do(client, alice, surgery):
    seat = BookingFactory.create(
        attendee=AttendeeFactory.create(email=alice.user.email), surgery=SurgeryFactory.create()
    )
    response = press(client, surgery)
    assert response.status_code == 409
    assert f"You have booked a seat for yourself: {seat.slot.starts_at:%A}" in words_of(response)
    assert not Shift.objects.exists()
    assert Booking.objects.get().is_confirmed


def test_nobody_is_at_two_tables(client, alice, surgery):
    there = ShiftFactory.create(champion=alice, surgery__starts_at=surgery.starts_at + timedelta(minutes=40))
    response = press(client, surgery)
    assert response.status_code == 409
    assert f"You host already, {there.starts_at:%A}" in words_of(response)
    assert press(client, surgery, 0, 40).status_code == 303
    assert violations() == {}


def test_what_is_called_off_or_has_begun_says_so(client, alice, surgery, time_machine):
    called_off = SurgeryFactory.create()
    call_off(surgery=called_off, reason="Painting")
    assert "This surgery is called off" in words_of(press(client, called_off))
    time_machine.move_to(surgery.starts_at)
    client.force_login(alice.user)
    response = press(client, surgery)
    assert (response.status_code, "This one has begun" in words_of(response)) == (409, True)
    assert client.get("/champion/surgeries/nothing/take/").status_code == 404
    assert client.get(f"/champion/surgeries/{SurgeryFactory.create(draft=True).reference}/take/").status_code == 404
    assert not Shift.objects.exists()


def test_opening_a_page_takes_nothing(client, alice, surgery):
    for _ in range(3):
        assert "Would you host?" in words_of(client.get(f"/champion/surgeries/{surgery.reference}/take/"))
    assert not Shift.objects.exists()


def test_the_service_asks_again_under_the_lock(alice, surgery):
    ShiftFactory.create(surgery=surgery)
    with pytest.raises(HostsEnough):
        take_shift(surgery=surgery, champion=alice, starts_at=surgery.starts_at, ends_at=surgery.ends_at)


@pytest.mark.parametrize("state", ["applied", "resting", "left"])
def test_only_who_hosts_at_present_takes_one(surgery, state):
    facts = {"resting_until": timezone.localdate() + timedelta(days=1)} if state == "resting" else {}
    champion = ChampionFactory.create(applied=True, state=state, **facts)
    with pytest.raises(NoChampion):
        take_shift(surgery=surgery, champion=champion, starts_at=surgery.starts_at, ends_at=surgery.ends_at)


def test_two_parts_of_one_surgery_are_one_of_the_month(client, alice, surgery):
    Champion.objects.update(most_shifts_a_month=1)
    for start, end in ((0, 20), (40, 60)):
        times = (surgery.starts_at + timedelta(minutes=minutes) for minutes in (start, end))
        assert take_shift(surgery=surgery, champion=alice, **dict(zip(("starts_at", "ends_at"), times, strict=True)))


def test_the_title_of_ones_own_shift_leads_to_its_brief_as_those_of_others_lead_to_taking_them(client, alice, surgery):
    mine = ShiftFactory.create(champion=alice, surgery__starts_at=local(9)).surgery
    page = client.get(PAGE).content.decode()
    for at, page_there in ((mine, "brief"), (surgery, "take")):
        where = reverse(f"bookings:{page_there}", args=[at.reference])
        assert re.search(rf'<h[23] class="app-surgery__title"><a class="govuk-link" href="{where}">.*{at.venue}', page)
