"""The diary in the administration pages: everything through the services, and every refusal in words."""

from datetime import time, timedelta

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.urls import reverse
from django.utils import timezone

from bookings.invariants import violations
from notifications.models import OutboxEmail
from surgeries.models import Shift, Slot, Surgery, local_moment
from tests.admin_forms import act, complaints, said, send, shown
from tests.factories import (
    BookingFactory,
    ShiftFactory,
    SurgeryFactory,
    UserFactory,
    VenueFactory,
    local,
)

pytestmark = pytest.mark.django_db
CHANGE = "surgeries_surgery_change"
HOSTS, SLOTS = "shifts", "slots"


@pytest.fixture
def client(client):
    client.force_login(UserFactory(administrator=True))
    return client


@pytest.fixture(autouse=True)
def everything_holds():
    yield
    assert violations() == {}


def new(client, **changes):
    facts = {
        "venue": VenueFactory().pk, "on": timezone.localdate() + timedelta(days=7), "begins": "10:00", "ends": "12:00",
        "slot_minutes": 20, "seats_per_slot": 3,
    }  # fmt: skip
    return send(client, "surgeries_surgery_add", **facts | changes)


def seats(slot: Slot) -> int:
    return slot.seats.count()


# ── a new one ─────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_new_surgery_is_a_draft_with_slots_and_seats_at_the_times_on_the_clock(client):
    response = new(client)
    surgery = Surgery.objects.get()
    assert response.headers["Location"] == reverse("admin:surgeries_surgery_change", args=[surgery.pk])
    assert surgery.state == Surgery.State.DRAFT
    assert (surgery.slots.count(), surgery.seats.count()) == (6, 18)
    assert surgery.starts_at == local(days=7)
    assert LogEntry.objects.get().get_change_message() == "Added."


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"ends": "10:00"}, "end has to come after the start"),
        ({"ends": "09:00"}, "end has to come after the start"),
        ({"slot_minutes": 121}, "longer than the surgery"),
        ({"slot_minutes": 4}, "greater than or equal to 5"),
        ({"seats_per_slot": 0}, "greater than or equal to 1"),
        ({"seats_per_slot": 100_000}, "less than or equal to 200"),
        ({"on": "31 February"}, "valid date"),
        ({"on": "0001-01-01", "begins": "00:00"}, "in the past"),
        ({"on": timezone.localdate() - timedelta(days=1)}, "in the past"),
        ({"begins": "25:00"}, "Enter a valid time. Such as 10am, 10:30 or 2.15pm."),
        ({"begins": "14pm"}, "valid time"),
        ({"begins": "2"}, "Say whether 2 is 2am or 2pm"),
        ({"venue": 0}, "valid choice"),
        ({"venue": None}, "required"),
        ({"cutoff_minutes": -1}, "greater than or equal to 0"),
        ({"cutoff_minutes": 100_000}, "less than or equal to"),
        ({"note": "a\0b"}, "Null characters"),
    ],
)
def test_a_surgery_that_cannot_be_is_refused_beside_the_field(client, changes, words):
    response = new(client, **changes)
    assert words in complaints(response)
    assert not Surgery.objects.exists()


@pytest.mark.parametrize(
    ("begins", "ends"),
    [
        ("10am", "12pm"),
        (" 10.00 AM ", "midday"),
        ("10:00", "12.00"),
        ("10 a.m.", "noon"),
        ("10:00:00", "12:00:00"),
        ("10", "12"),
        ("1000", "12 noon"),
        ("1000", "12 midday"),
    ],
)
def test_a_time_is_understood_as_people_write_it(client, begins, ends):
    new(client, begins=begins, ends=ends)
    surgery = Surgery.objects.get()
    assert (surgery.starts_at, surgery.ends_at) == (local(days=7), local(days=7) + timedelta(hours=2))


def test_a_surgery_earlier_today_is_refused_beside_its_time(client):
    with time_machine.travel(local(days=7) + timedelta(minutes=5)):
        client.force_login(UserFactory(administrator=True))
        response = new(client, on=timezone.localdate())
        assert response.context["adminform"].form.errors.keys() == {"begins"}
    assert not Surgery.objects.exists()


def test_a_surgery_that_has_begun_can_be_edited_but_none_moves_into_the_past(client):
    surgery = SurgeryFactory(starts_at=local(days=7))
    with time_machine.travel(surgery.starts_at + timedelta(minutes=5)):
        client.force_login(UserFactory(administrator=True))
        assert complaints(send(client, CHANGE, surgery.pk, note="The lift is out of order.")) == ""
        assert "in the past" in complaints(send(client, CHANGE, surgery.pk, begins="09:00"))
    surgery.refresh_from_db()
    assert (surgery.note, surgery.starts_at) == ("The lift is out of order.", local(days=7))


# ── when, where and how ───────────────────────────────────────────────────────────────────────────────────────
def test_the_facts_are_shown_as_they_read_everywhere_and_changed_under_the_lock(client):
    surgery = SurgeryFactory(draft=True, starts_at=local(days=200), slots=2)
    page = shown(client.get(reverse(f"admin:{CHANGE}", args=[surgery.pk])))
    assert (page["begins"], page["ends"]) == ("10am", "10:40am")
    send(client, CHANGE, surgery.pk, begins="09:30", ends="11:00", note="Bring a mug.", is_drop_in=None)
    surgery.refresh_from_db()
    assert surgery.starts_at == local_moment(page["on"], time(9, 30))
    assert (surgery.note, surgery.is_drop_in, surgery.calendar_sequence) == ("Bring a mug.", False, 1)


def test_sending_the_page_unchanged_changes_nothing(client):
    surgery = SurgeryFactory()
    ShiftFactory(surgery=surgery)
    BookingFactory(surgery=surgery)
    assert complaints(send(client, CHANGE, surgery.pk)) == ""
    after = Surgery.objects.get()
    assert (after.calendar_sequence, after.starts_at, after.slots.count()) == (0, surgery.starts_at, 3)
    assert Shift.objects.live().count() == 1
    assert not OutboxEmail.objects.exists()


def test_times_that_would_leave_a_slot_outside_are_refused(client):
    surgery = SurgeryFactory()
    words = complaints(send(client, CHANGE, surgery.pk, ends="10:50"))
    assert "Slots would be after the end: 10:40am to 11am" in words
    surgery.refresh_from_db()
    assert surgery.ends_at == local(hour=11)


def test_slots_hosts_and_who_booked_go_with_it_to_another_time_and_venue(client):
    surgery, venue = SurgeryFactory(), VenueFactory()
    booking, shift = BookingFactory(surgery=surgery), ShiftFactory(surgery=surgery)
    assert complaints(send(client, CHANGE, surgery.pk, venue=venue.pk, begins="10:10", ends="11:10")) == ""
    for row in (surgery, shift, booking.slot):
        row.refresh_from_db()
    assert surgery.venue == venue
    assert surgery.starts_at == shift.starts_at == booking.slot.starts_at == local(hour=10, minute=10)
    assert [each.kind for each in OutboxEmail.objects.all()] == ["booking_surgery_moved"]


def test_a_later_cut_off_promotes_those_who_wait_and_tells_them(client):
    surgery = SurgeryFactory(starts_at=local(days=0, hour=14), slots=1, seats=1)
    waiting = BookingFactory(surgery=surgery, waiting=True)
    with time_machine.travel(local(days=0, hour=12, minute=30), tick=False):
        client.force_login(UserFactory(administrator=True))
        assert complaints(send(client, CHANGE, surgery.pk, cutoff_minutes=30)) == ""
    waiting.refresh_from_db()
    assert waiting.is_confirmed
    assert OutboxEmail.objects.count() == 1


@pytest.mark.parametrize("facts", [{"called_off": True}, {"starts_at": local(days=-7)}])
def test_what_has_been_or_is_called_off_can_only_be_looked_at(client, facts):
    surgery = SurgeryFactory(**facts)
    ShiftFactory(surgery=surgery, given_back=True)
    address = reverse(f"admin:{CHANGE}", args=[surgery.pk])
    response = client.get(address)
    assert response.status_code == 200
    assert b'name="_save"' not in response.content
    assert b"10:20" in response.content
    assert client.post(address, {"note": "changed"}).status_code == 403


# ── slots and seats ───────────────────────────────────────────────────────────────────────────────────────────
def test_more_seats_go_to_the_waiting_list_first(client):
    surgery = SurgeryFactory(slots=1, seats=1)
    BookingFactory(surgery=surgery)
    first, second = (BookingFactory(surgery=surgery, waiting=True) for _ in range(2))
    send(client, CHANGE, surgery.pk, **{f"{SLOTS}-0-seats": 2})
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("confirmed", "waiting")
    assert OutboxEmail.objects.get().recipient == first.attendee.email


def test_free_seats_are_taken_away_but_never_booked_ones(client):
    surgery = SurgeryFactory(slots=1, seats=4)
    for _ in range(2):
        BookingFactory(surgery=surgery)
    slot = surgery.slots.get()
    assert "2 are booked" in complaints(send(client, CHANGE, surgery.pk, **{f"{SLOTS}-0-seats": 1}))
    assert seats(slot) == 4
    assert complaints(send(client, CHANGE, surgery.pk, **{f"{SLOTS}-0-seats": 2})) == ""
    assert seats(slot) == 2


def test_a_seat_booked_while_the_page_was_open_is_not_taken_away_either(client, monkeypatch):
    """The form's own look is switched off: the service, under the lock, says the same."""
    monkeypatch.setattr("bookings.admin.forms.SlotForm.clean_seats", lambda form: form.cleaned_data["seats"])
    surgery = SurgeryFactory(slots=1, seats=2)
    BookingFactory(surgery=surgery)
    words = complaints(send(client, CHANGE, surgery.pk, **{f"{SLOTS}-0-seats": 0}))
    assert words == "10am to 10:20am: 1 is booked, so it cannot have fewer seats than that."
    assert surgery.seats.count() == 2


@pytest.mark.parametrize("wanted", [-1, 201, 10**9, "many", ""])
def test_an_impossible_number_of_seats_is_refused(client, wanted):
    surgery = SurgeryFactory(slots=1)
    assert complaints(send(client, CHANGE, surgery.pk, **{f"{SLOTS}-0-seats": wanted}))
    assert surgery.seats.count() == 2


def test_a_slot_is_added_and_its_seats_go_to_the_waiting_list_first(client):
    surgery = SurgeryFactory(slots=1, seats=1)
    BookingFactory(surgery=surgery)
    waiting = BookingFactory(surgery=surgery, waiting=True)
    added = {"begins": "10:20", "ends": "10:40", "seats": 2}
    response = send(client, CHANGE, surgery.pk, ends="11:00", **{f"{SLOTS}-1-{k}": v for k, v in added.items()})
    assert complaints(response) == ""
    assert [str(slot) for slot in surgery.slots.all()] == ["10am to 10:20am", "10:20am to 10:40am"]
    waiting.refresh_from_db()
    assert waiting.is_confirmed


@pytest.mark.parametrize(
    ("begins", "ends", "words"),
    [
        ("09:40", "10:00", "within the surgery, 10am to 11am"),
        ("10:50", "11:10", "within the surgery"),
        ("10:40", "10:40", "end has to come after the start"),
        ("10:40", "", "required"),
        ("10:00", "10:10", "There is a slot that begins then already"),
        ("10:10", "10:30", "It overlaps the slot 10am to 10:20am. Give that slot more seats"),
    ],
)
def test_a_slot_that_does_not_fit_is_refused(client, begins, ends, words):
    surgery = SurgeryFactory()
    added = {f"{SLOTS}-3-begins": begins, f"{SLOTS}-3-ends": ends, f"{SLOTS}-3-seats": 1}
    assert words in complaints(send(client, CHANGE, surgery.pk, **added))
    assert surgery.slots.count() == 3


def test_a_slot_that_nobody_booked_is_deleted(client):
    surgery = SurgeryFactory()
    assert complaints(send(client, CHANGE, surgery.pk, **{f"{SLOTS}-2-DELETE": "on"})) == ""
    assert surgery.slots.count() == 2


@pytest.mark.parametrize("state", [{}, {"cancelled": True}])
def test_a_slot_that_has_been_booked_stays(client, state):
    surgery = SurgeryFactory(slots=1)
    slot = surgery.slots.get()
    BookingFactory(surgery=surgery, slot=slot, **state)
    assert "has been booked, so it stays" in complaints(send(client, CHANGE, surgery.pk, **{f"{SLOTS}-0-DELETE": "on"}))
    assert surgery.slots.exists()


def test_a_slot_that_somebody_waits_for_stays(client):
    surgery = SurgeryFactory(slots=2, seats=1)
    waiting = BookingFactory(surgery=surgery, waiting=True)
    waiting.suits.set([surgery.slots.last()])
    BookingFactory(surgery=surgery)
    BookingFactory(surgery=surgery)
    assert complaints(send(client, CHANGE, surgery.pk, **{f"{SLOTS}-1-DELETE": "on"}))
    assert waiting.suits.count() == 1


def test_the_times_of_a_slot_cannot_be_changed_by_sending_others(client):
    surgery = SurgeryFactory(slots=1)
    send(client, CHANGE, surgery.pk, **{f"{SLOTS}-0-begins": "10:05", f"{SLOTS}-0-ends": "10:10"})
    assert [str(slot) for slot in surgery.slots.all()] == ["10am to 10:20am"]


# ── publish, call off, delete ─────────────────────────────────────────────────────────────────────────────────
def test_drafts_are_published_and_others_are_named(client):
    draft, shown_already = SurgeryFactory(draft=True), SurgeryFactory()
    words = said(act(client, "surgeries_surgery", "publish", [draft, shown_already]))
    assert "1 published" in words
    assert "not published. It is published already" in words
    draft.refresh_from_db()
    assert draft.state == Surgery.State.PUBLISHED


def test_calling_off_asks_for_the_reason_first_then_tells_everybody(client):
    surgery = SurgeryFactory()
    booking = BookingFactory(surgery=surgery)
    shift = ShiftFactory(surgery=surgery)
    asked = act(client, "surgeries_surgery", "call_off", [surgery])
    assert b"1 booked, 0 waiting" in asked.content
    surgery.refresh_from_db()
    assert surgery.state == Surgery.State.PUBLISHED
    assert b"required" in act(client, "surgeries_surgery", "call_off", [surgery], reason=" ").content
    words = said(act(client, "surgeries_surgery", "call_off", [surgery], reason="The café\nis flooded."))
    assert "Everybody who booked is told" in words
    for row in (surgery, booking, shift):
        row.refresh_from_db()
    assert (surgery.state, surgery.called_off_reason) == (Surgery.State.CALLED_OFF, "The café is flooded.")
    assert surgery.called_off_by.is_superuser
    assert booking.is_cancelled
    assert shift.ended_at
    assert OutboxEmail.objects.count() == 1


def test_what_is_over_is_not_called_off(client):
    over = SurgeryFactory(starts_at=local(days=-1))
    assert "it is over" in said(
        act(client, "surgeries_surgery", "call_off", [over], shown="?when=past", reason="Too late.")
    )


def test_nothing_happens_on_get(client):
    surgery = SurgeryFactory(draft=True)
    address = reverse("admin:surgeries_surgery_changelist")
    for action in ("publish", "call_off"):
        client.get(address, {"action": action, "_selected_action": surgery.pk, "reason": "Why not."})
    surgery.refresh_from_db()
    assert surgery.state == Surgery.State.DRAFT


def test_only_drafts_can_be_deleted(client):
    draft, published = SurgeryFactory(draft=True), SurgeryFactory()
    for surgery in (draft, published):
        client.post(reverse("admin:surgeries_surgery_delete", args=[surgery.pk]), {"post": "yes"})
    assert list(Surgery.objects.all()) == [published]
    assert not hasattr(act(client, "surgeries_surgery", "delete_selected", [published]), "gone")
    assert Surgery.objects.exists()
