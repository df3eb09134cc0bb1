"""Whose turn it is next, and which champion is suggested for them."""

from datetime import timedelta

import pytest

from bookings.models import Outcome
from surgeries.models import Shift
from tests.bookings.room.pages import read, room
from tests.factories import (
    BookingFactory,
    HelpFactory,
    OutcomeFactory,
    PairingFactory,
    SurgeryFactory,
    SymptomFactory,
    VisitFactory,
)

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def order(client, surgery) -> list[str]:
    response = client.get(room(surgery))
    return [guest.name for guest in response.context["room"].next]


def test_next_is_by_slot_and_then_by_arrival(phone, surgery, alices_booking, bobs_booking, five_past_ten):
    start = surgery.starts_at
    VisitFactory.create(booking=bobs_booking, arrived_at=start)  # half an hour early
    VisitFactory.create(surgery=surgery, name="Dora", arrived_at=start + 3 * MINUTE)
    late = BookingFactory.create(surgery=surgery, slot=alices_booking.slot, attendee__name="Eve")
    VisitFactory.create(booking=late, arrived_at=start + 4 * MINUTE)
    VisitFactory.create(booking=alices_booking, arrived_at=start + MINUTE)
    assert order(phone, surgery) == ["Alice Adeyemi", "Eve", "Dora", "Bob O’Brien"]


def suggestions(client, surgery) -> list[tuple[str, str]]:
    guests = client.get(room(surgery)).context["room"].next
    return [(guest.suggested.host.called, guest.suggested.why) for guest in guests]


def test_who_is_free_and_knows_it_is_suggested_first_and_then_who_comes_free_next(phone, surgery, amina, tom, linkedin):
    for minute in range(3):
        visit = VisitFactory.create(
            surgery=surgery, name=f"Guest {minute}", arrived_at=surgery.starts_at + minute * MINUTE
        )
        visit.topics.set([linkedin][: minute != 1])
    assert suggestions(phone, surgery) == [
        ("Tom", "Tom is free, and knows LinkedIn (uses it daily)"),
        ("Amina", "You are free"),
        ("Tom", "Tom is free after Guest 0, and knows LinkedIn (uses it daily)"),
    ]
    HelpFactory.create(shift=tom, visit__surgery=surgery, visit__name="Zoe")
    assert suggestions(phone, surgery) == [
        ("Amina", "You are free"),
        ("Amina", "You are free after Guest 0"),
        ("Tom", "Tom is with Zoe, and knows LinkedIn (uses it daily)"),
    ]


def test_a_press_that_lets_a_second_person_sit_down_says_so(phone, surgery, amina, tom):
    VisitFactory.create(surgery=surgery, name="Dora")
    assert "Sit down : Dora You are free Or with Sit down: Dora with Tom Left" in read(phone, surgery)
    HelpFactory.create(shift=tom, visit__surgery=surgery, visit__name="Zoe")
    assert "Sit down : Dora You are free Or with Sit down: Dora with Tom too Left" in read(phone, surgery)
    HelpFactory.create_batch(2, shift=amina, visit__surgery=surgery)
    assert "Sit down with Tom too : Dora Tom is with Zoe Or with Sit down: Dora with me too Left" in read(
        phone, surgery
    )
    HelpFactory.create_batch(2, shift=tom, visit__surgery=surgery)
    assert "Sit down too : Dora You are with" in read(phone, surgery)


def test_what_they_notice_counts_where_they_name_no_topic(phone, surgery, tom, linkedin, alices_booking):
    alices_booking.symptoms.set([SymptomFactory.create(words="My profile says nothing", topics=[linkedin])])
    VisitFactory.create(booking=alices_booking)
    assert suggestions(phone, surgery) == [("Tom", "Tom is free, and knows LinkedIn (uses it daily)")]
    assert "What they told us : Alice Adeyemi My profile says nothing" in read(phone, surgery)


def test_the_last_next_step_is_there_if_they_let_the_next_champion_see_it(phone, surgery, alice, alices_booking):
    before = SurgeryFactory.create(starts_at=surgery.starts_at - timedelta(days=7))
    outcome = OutcomeFactory.create(
        visit__surgery=before, visit__attendee=alice, next_step="Post once.", is_next_step_shared=True
    )
    VisitFactory.create(booking=alices_booking)
    assert "Last next step: Post once." in read(phone, surgery)
    Outcome.objects.filter(pk=outcome.pk).update(is_next_step_shared=False)
    assert "Post once." not in read(phone, surgery)


def test_the_last_next_step_of_a_walk_in_is_there_as_well(phone, surgery, alice):
    before = SurgeryFactory.create(starts_at=surgery.starts_at - timedelta(days=7))
    OutcomeFactory.create(
        visit__surgery=before, visit__attendee=alice, next_step="Post once.", is_next_step_shared=True
    )
    VisitFactory.create(surgery=surgery, attendee=alice)
    assert "Last next step: Post once." in read(phone, surgery)


def test_what_the_hosts_chose_in_the_brief_holds(phone, surgery, amina, tom, linkedin, alices_booking):
    alices_booking.topics.set([linkedin])
    PairingFactory.create(booking=alices_booking, shift=amina)
    VisitFactory.create(booking=alices_booking)
    assert suggestions(phone, surgery) == [("Amina", "You are free, as a host chose")]


def test_only_who_is_there_now_is_suggested_and_those_are_there_a_little_before_and_after(
    phone, surgery, amina, tom, five_past_ten
):
    Shift.objects.filter(pk=amina.pk).update(starts_at=surgery.starts_at + 20 * MINUTE)
    Shift.objects.filter(pk=tom.pk).update(ends_at=surgery.starts_at + 30 * MINUTE)
    client_of_tom = phone.__class__()
    client_of_tom.force_login(tom.champion.user)

    def there(minutes: int) -> set[str]:
        five_past_ten.move_to(surgery.starts_at + minutes * MINUTE)
        return {host.called for host in client_of_tom.get(room(surgery)).context["room"].hosts if not host.is_me}

    assert [there(minutes) for minutes in (-5, 19, 20, 59, 61)] == [set(), set(), {"Amina"}, {"Amina"}, {"Amina"}]
    HelpFactory.create(shift=amina, visit__surgery=surgery)
    assert there(5) == {"Amina"}, "whoever sits with somebody is there"
