"""The room on the day: who is here, who sits with whom, and one press for whatever happens next."""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from bookings.models import Booking, Help, Visit
from bookings.services.attending import check_in
from bookings.services.booking import correct_name
from bookings.services.diary import call_off
from surgeries.models import Shift, Surgery
from tests.bookings.pages import words_of
from tests.bookings.room.pages import host_of, press, read, room, undo, walk_in
from tests.bookings.test_statements_per_page import statements
from tests.factories import (
    BookingFactory,
    HelpFactory,
    OutcomeFactory,
    SurgeryFactory,
    SymptomFactory,
    TopicFactory,
    UserFactory,
    VisitFactory,
)

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
LIVE = {"HX-Request": "true"}


# ── A morning without JavaScript ──────────────────────────────────────────────────────────────────────────────
def test_from_expected_to_done_and_back_each_in_one_press(phone, surgery, amina, alices_booking):
    assert "Not here yet 1 Done 0" in read(phone, surgery)
    assert "Alice Adeyemi 10am, not here yet" in read(phone, surgery)

    said = press(phone, surgery, here=alices_booking.pk)
    assert "Alice Adeyemi is here. Undo" in said
    assert "Next Alice Adeyemi 10am, here since 10:05am Sit down : Alice Adeyemi You are free" in said

    visit = Visit.objects.get()
    said = press(phone, surgery, visit=visit.pk, sit_down=amina.pk)
    assert "You sit with Alice Adeyemi. Undo" in said
    assert "Being helped Alice Adeyemi With you since 10:05am Done" in said

    seen = visit.helps.get().pk
    assert "Alice Adeyemi waits again." in press(phone, surgery, visit=visit.pk, seen=seen, stand_up=1)
    assert "changed this a moment ago" in press(phone, surgery, visit=visit.pk, sit_down=amina.pk), "an old press"
    press(phone, surgery, visit=visit.pk, visit_version=1, sit_down=amina.pk)
    seen = visit.helps.get().pk
    said = press(phone, surgery, visit=visit.pk, seen=seen, visit_version=1, done=1)
    assert "Alice Adeyemi is done. What came of it? Undo" in said
    assert "Everybody is done." in said
    assert "Done Alice Adeyemi You, 10:05am What came of it? Alice Adeyemi Call back" in said
    OutcomeFactory.create(visit=visit)
    assert "What came of it is recorded" in read(phone, surgery)

    assert "has left." in press(phone, surgery, visit=visit.pk, call_back=1, left_at="2026-02-30"), "nobody saw that"
    assert "Alice Adeyemi waits again." in undo(phone, surgery, "done", visit)


def test_here_is_undone_at_once_and_afterwards_until_somebody_sat_with_them(phone, surgery, amina, alices_booking):
    press(phone, surgery, here=alices_booking.pk)
    visit = Visit.objects.get()
    assert "Not here after all" in read(phone, surgery)
    for _ in range(2):
        press(phone, surgery, visit=visit.pk, not_here=1)
    assert "Alice Adeyemi 10am, not here yet" in read(phone, surgery)

    visit = HelpFactory.create(visit__booking=alices_booking, shift=amina, ends_at=surgery.ends_at).visit
    assert "Not here after all" not in read(phone, surgery)
    assert "Somebody has sat with Alice Adeyemi already" in press(phone, surgery, visit=visit.pk, not_here=1)


def test_a_walk_in_is_a_name_and_an_address_and_a_topic_if_they_say_so(phone, surgery, linkedin, alice, alices_booking):
    response = walk_in(phone, surgery)
    assert "Dora Okafor is here. Undo" in words_of(phone.get(response["Location"]))
    assert "Dora Okafor Walked in 10:05am" in read(phone, surgery)
    walk_in(phone, surgery, name="Eve", email="eve@example.gov.uk", topic=linkedin.pk)
    visit = Visit.objects.get(name="Eve")
    assert (visit.attendee.email, list(visit.topics.all())) == ("eve@example.gov.uk", [linkedin])
    walk_in(phone, surgery, name="Al", email=alice.email.upper())
    assert Visit.objects.get(attendee=alice).booking == alices_booking


def test_a_walk_in_whose_form_comes_twice_is_one_person(phone, surgery):
    form = uuid.uuid4()
    for _ in range(2):
        walk_in(phone, surgery, request_id=form)
    assert Visit.objects.count() == 1


def test_what_is_wrong_about_a_walk_in_is_said_beside_the_field_and_nothing_typed_is_lost(phone, surgery):
    response = walk_in(phone, surgery, name="", email="eve@home.example")
    said = words_of(response)
    assert "There is a problem Enter their name" in said
    assert "It has to end in gov.uk" in said
    assert b"eve@home.example" in response.content
    assert not Visit.objects.exists()


# ── What people told us ───────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("facts", [{"waiting": True}, {"cancelled": True}])
def test_what_they_told_us_is_there_although_they_have_no_seat(phone, surgery, alice, linkedin, facts):
    booking = BookingFactory.create(
        surgery=surgery, attendee=alice, question="How do I mute?", adjustments="A hearing loop", **facts
    )
    booking.topics.set([linkedin])
    check_in(booking=booking)
    said = read(phone, surgery)
    assert "Alice Adeyemi Walked in 10:05am LinkedIn" in said
    assert "How do I mute?" in said
    assert "To make it easier: A hearing loop" in said


def test_who_walked_in_and_then_booked_is_here_for_their_slot(phone, surgery, alice):
    VisitFactory.create(surgery=surgery, attendee=alice)
    BookingFactory.create(surgery=surgery, attendee=alice, cancelled=True)
    assert "Alice Adeyemi Walked in" in read(phone, surgery)
    BookingFactory.create(surgery=surgery, attendee=alice, slot=surgery.slots.last(), question="How do I mute?")
    said = read(phone, surgery)
    assert "Alice Adeyemi 10:40am, here since 10am" in said
    assert "How do I mute?" in said


def test_who_is_just_curious_is_shown_as_such_here_and_in_the_register(phone, surgery, linkedin):
    visit = VisitFactory.create(surgery=surgery, name="Dora", is_curious=True)
    assert "Dora Walked in 10am Just curious" in read(phone, surgery)
    assert "Dora Just curious" in words_of(phone.get(reverse("bookings:register", args=[surgery.reference])))
    visit.topics.set([linkedin])
    assert "Dora Walked in 10am LinkedIn" in read(phone, surgery)


def test_a_name_put_right_is_put_right_on_every_page(phone, surgery, amina, alices_booking, five_past_ten):
    five_past_ten.move_to(surgery.starts_at - 10 * MINUTE)
    check_in(booking=alices_booking)
    visit = Visit.objects.get()
    HelpFactory.create(visit=visit, shift=amina, starts_at=visit.arrived_at, ends_at=timezone.now())
    Visit.objects.update(left_at=timezone.now())
    correct_name(booking=alices_booking, name="Alicia Adeyemi")
    for page in ("room", "register", "outcomes"):
        said = words_of(phone.get(reverse(f"bookings:{page}", args=[surgery.reference])))
        assert ("Alicia Adeyemi" in said, "Alice Adeyemi" in said) == (True, False), page


def test_passing_on_and_swapping_are_one_press(phone, surgery, amina, tom):
    carys = host_of(surgery, "Carys Morgan")
    one, two = (HelpFactory.create(shift=shift, visit__surgery=surgery) for shift in (amina, tom))
    said = read(phone, surgery)
    assert "Pass on to Carys" in said
    assert "Swap with Tom" in said
    press(phone, surgery, visit=one.visit_id, seen=one.pk, swap=two.pk)
    assert [each.shift for each in Help.objects.filter(ends_at=None).order_by("visit")] == [tom, amina]
    now = one.visit.helps.get(ends_at=None)
    assert "Carys Morgan sits with" in press(phone, surgery, visit=one.visit_id, seen=now.pk, sit_down=carys.pk)
    assert one.visit.helps.get(ends_at=None).shift == carys
    assert f"Tom Price sits with {one.visit.name}." in undo(phone, surgery, "passed_on", one.visit)
    back = undo(phone, surgery, "swapped", one.visit)
    assert f"Swapped back. You sit with {one.visit.name}. Tom Price sits with {two.visit.name}." in back
    assert list(Help.objects.order_by("pk")) == [one, two]
    assert not Help.objects.exclude(ends_at=None).exists()


def test_whom_the_user_sits_with_comes_before_those_who_wait(phone, surgery, amina, tom):
    VisitFactory.create(surgery=surgery, name="Dora")
    HelpFactory.create(shift=tom, visit__surgery=surgery, visit__name="Zoe")
    said = read(phone, surgery)
    assert said.index("Next Dora") < said.index("Being helped Zoe")
    HelpFactory.create(shift=amina, visit__surgery=surgery, visit__name="Eve")
    said = read(phone, surgery)
    assert said.index("Being helped Eve") < said.index("Zoe With Tom") < said.index("Next Dora")


# ── Several hosts ─────────────────────────────────────────────────────────────────────────────────────────────
def test_the_slower_one_sees_what_happened(phone, surgery, amina, tom):
    visit = VisitFactory.create(surgery=surgery, name="Dora")
    helped = HelpFactory.create(visit=visit, shift=tom)
    assert "Tom Price sat down with Dora a moment ago." in press(phone, surgery, visit=visit.pk, sit_down=amina.pk)
    helped.delete()
    Visit.objects.update(left_at=surgery.ends_at)
    assert "noted a moment ago that Dora has left." in press(phone, surgery, visit=visit.pk, sit_down=amina.pk)
    Visit.objects.all().delete()
    assert "noted a moment ago that they are not here." in press(phone, surgery, visit=visit.pk, sit_down=amina.pk)
    assert not Help.objects.exists()


def test_who_has_given_the_shift_back_sits_with_nobody(phone, surgery, tom):
    visit = VisitFactory.create(surgery=surgery)
    Shift.objects.filter(pk=tom.pk).update(ended_at=surgery.starts_at, ended_reason="Ill")
    assert "does not host here any more" in press(phone, surgery, visit=visit.pk, sit_down=tom.pk)


def test_a_reload_shows_what_others_did_and_the_live_page_asks_for_nothing_else(phone, surgery, tom, alices_booking):
    version = phone.get(room(surgery)).context["room"].version
    asking = {"query_params": {"version": version}, "headers": LIVE}
    assert phone.get(room(surgery), **asking).status_code == 204
    VisitFactory.create(booking=alices_booking)
    changed = phone.get(room(surgery), **asking)
    assert words_of(changed).startswith("Waiting 1")
    assert changed.templates[0].name == "bookings/room_now.html"


def test_a_live_press_is_answered_with_the_room_and_what_was_said(phone, surgery, alices_booking):
    response = phone.post(reverse("bookings:act", args=[surgery.reference]), {"here": alices_booking.pk}, headers=LIVE)
    assert response.status_code == 200
    assert words_of(response).startswith("Waiting 1")
    assert words_of(response).endswith("Alice Adeyemi is here. Undo")
    again = phone.post(room(surgery), {"name": ""}, headers=LIVE)
    assert "Enter their name" in words_of(again)


# ── When, and for whom ────────────────────────────────────────────────────────────────────────────────────────
def test_it_opens_with_the_doors_and_closes_at_midnight(phone, surgery, amina, alices_booking, five_past_ten):
    five_past_ten.move_to(surgery.starts_at - 61 * MINUTE)
    assert "The doors open at 9am" in read(phone, surgery)
    assert "The doors open" in words_of(
        phone.post(reverse("bookings:act", args=[surgery.reference]), {"here": alices_booking.pk})
    )
    five_past_ten.move_to(surgery.starts_at + timedelta(hours=13, minutes=59))
    phone.force_login(amina.champion.user)
    assert "The surgery is over. Until midnight" in read(phone, surgery)
    assert "Alice Adeyemi is here" in press(phone, surgery, here=alices_booking.pk)
    five_past_ten.move_to(surgery.starts_at + timedelta(hours=14))
    assert "The room is closed" in read(phone, surgery)


def test_a_page_that_is_open_when_the_room_closes_loads_anew(phone, surgery, five_past_ten):
    five_past_ten.move_to(surgery.starts_at - 61 * MINUTE)
    assert phone.get(room(surgery), headers=LIVE)["HX-Refresh"] == "true"


def test_once_called_off_there_is_no_room(phone, surgery):
    call_off(surgery=surgery, reason="The café is being painted.")
    assert "The café is being painted." in read(phone, surgery)


@pytest.mark.parametrize("nonsense", ["x", "-1", "0", "9" * 30, "１", "\0"])
def test_nonsense_is_nobody(phone, surgery, amina, nonsense):
    act = reverse("bookings:act", args=[surgery.reference])
    visit = VisitFactory.create(surgery=surgery)
    assert phone.post(act, {"here": nonsense}).status_code == 404
    assert phone.post(act, {"visit": visit.pk, "sit_down": nonsense}).status_code == 404
    assert phone.post(act, {"visit": visit.pk}).status_code == 404
    assert "they are not here" in press(phone, surgery, visit=nonsense, sit_down=amina.pk)
    read(phone, surgery, f"?said={nonsense}&who={nonsense}")
    read(phone, surgery, f"?said=here&who={nonsense}")
    assert not Help.objects.exists()


def test_the_people_of_another_surgery_are_none_of_theirs(phone, surgery, amina):
    elsewhere = VisitFactory.create(booking=BookingFactory.create(surgery__starts_at=surgery.starts_at), name="Zoe")
    away = HelpFactory.create(visit=elsewhere)
    act = reverse("bookings:act", args=[surgery.reference])
    assert phone.post(act, {"here": 10**9}).status_code == 404
    assert "They have moved to another surgery." in press(phone, surgery, here=elsewhere.booking_id)
    mine = HelpFactory.create(visit__surgery=surgery, shift=amina)
    assert phone.post(act, {"visit": mine.visit_id, "seen": mine.pk, "sit_down": away.shift_id}).status_code == 404
    for sent in ({"visit": elsewhere.pk, "done": 1, "seen": away.pk}, {"visit": mine.visit_id, "swap": away.pk}):
        assert "Zoe" not in press(phone, surgery, **sent)
    assert Help.objects.filter(ends_at=None).count() == 2


def test_getting_changes_nothing(phone, surgery, alices_booking):
    act = reverse("bookings:act", args=[surgery.reference])
    assert phone.get(act, {"here": alices_booking.pk}).status_code == 405
    assert not Visit.objects.exists()


def test_it_is_found_on_the_day_and_not_before(phone, surgery, five_past_ten):
    pages = ["/champion/", "/champion/shifts/", reverse("bookings:brief", args=[surgery.reference])]
    assert ["Open the room" in words_of(phone.get(page)) for page in pages] == [True] * 3
    five_past_ten.move_to(surgery.starts_at - timedelta(hours=2))
    assert ["Open the room" in words_of(phone.get(page)) for page in pages] == [False] * 3


# ── Figures ───────────────────────────────────────────────────────────────────────────────────────────────────
def crowd(people: int, hosts: int) -> Surgery:
    """So many in each state, and so many hosts who sit with somebody."""
    made = SurgeryFactory.create(slots=3, seats=people, starts_at=Surgery.objects.earliest("pk").starts_at)
    topics = TopicFactory.create_batch(2)
    shifts = [host_of(made, f"Host {number}", topics=topics) for number in range(hosts)]
    for number, booking in enumerate(BookingFactory.create_batch(3 * people, surgery=made)):
        booking.topics.set(topics)
        booking.symptoms.set([SymptomFactory.create(topics=topics)])
        if number % 3:
            visit = VisitFactory.create(booking=booking)
            HelpFactory.create(visit=visit, shift=shifts[0], ends_at=visit.arrived_at)
    for number, visit in enumerate(VisitFactory.create_batch(2 * people, surgery=made)):
        visit.topics.set(topics)
        if number < len(shifts):
            HelpFactory.create(visit=visit, shift=shifts[number])
        elif number % 3 == 0:
            Visit.objects.filter(pk=visit.pk).update(left_at=visit.arrived_at)
    BookingFactory.create_batch(people, surgery=made, waiting=True)
    return made


def test_it_takes_the_same_few_statements_however_many_come(client):
    few, many = crowd(1, 1), crowd(12, 6)
    client.force_login(UserFactory.create(organiser=True))
    whole = [statements(lambda made=made: client.get(room(made))) for made in (few, many)]
    part = [statements(lambda made=made: client.get(room(made), headers=LIVE)) for made in (few, many)]
    assert whole[0] == whole[1] <= 12
    assert part[0] == part[1] < whole[0]
    assert Booking.objects.filter(surgery=many).count() + 24 > 60
