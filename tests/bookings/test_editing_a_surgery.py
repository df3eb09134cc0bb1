"""The pages on which a surgery is edited or moved: nothing happens before it was seen what it comes to."""

import re
from datetime import time, timedelta
from html import unescape

import pytest
from django.utils import timezone

from bookings.models import Booking
from notifications.models import OutboxEmail
from surgeries.models import Seat, Surgery
from surgeries.templatetags.times import span, when
from tests.bookings.letters import write
from tests.bookings.pages import words_of
from tests.bookings.test_bad_input import NASTY, encoded
from tests.bookings.test_statements_per_page import crowd, statements
from tests.everyone.managing import address, as_it_is, clashing
from tests.factories import BookingFactory, ShiftFactory, SurgeryFactory, UserFactory, VenueFactory, local

pytestmark = pytest.mark.django_db


@pytest.fixture
def organiser(client):
    client.force_login(UserFactory.create(organiser=True))
    return client


def hidden(response) -> dict[str, str]:
    """What the preview sends when its button is pressed."""
    inputs = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', response.content.decode())
    notes = re.findall(r'<textarea name="(note)"[^>]*>\s*([^<]*)</textarea>', response.content.decode())
    return {name: unescape(value) for name, value in inputs + notes}


def test_the_preview_says_what_changes_and_who_is_told_clashes_first(organiser):
    surgery = clashing()
    response = organiser.post(address(surgery, "edit_surgery"), as_it_is(surgery, days=1))
    words = words_of(response)
    first, told = words.index("These people cannot come then"), words.index("Who is told")
    assert first < words.index("What changes", first) < told
    assert "10 who booked" in words[told:]
    assert f"{surgery.bookings.waiting().count()} on the waiting list" in words[told:]
    assert "2 hosts" in words[told:]
    for name in surgery.bookings.live().values_list("name", flat=True):
        assert name in words
    assert "Another surgery is at" in words
    assert Surgery.objects.get(pk=surgery.pk).starts_at == surgery.starts_at
    assert not OutboxEmail.objects.exists()


def test_the_preview_says_to_whom_the_seats_of_those_who_cannot_come_go(organiser, surgery, alices_booking):
    there = SurgeryFactory.create(starts_at=surgery.starts_at + timedelta(days=1))
    page = address(surgery, "edit_surgery")
    BookingFactory.create(surgery=surgery, name="Pádraig", waiting=True)
    keeps, goes = "1 on the waiting list, who keeps the place", "goes to the first in line whom it suits"
    words = words_of(organiser.post(page, as_it_is(surgery, days=1)))
    assert keeps in words
    assert goes not in words

    BookingFactory.create(surgery=there, attendee=alices_booking.attendee)
    words = words_of(organiser.post(page, as_it_is(surgery, days=1)))
    assert keeps not in words
    assert "This person cannot come then" in words
    assert "The seat here goes to who waits" in words
    assert f"The seat that comes free {goes}. Everybody else keeps the place in line." in words

    surgery.bookings.waiting().delete()
    words = words_of(organiser.post(page, as_it_is(surgery, days=1)))
    assert "The seat here is free for others" in words


def test_its_button_does_what_was_seen_and_once(organiser, surgery, alices_booking):
    page, venue = address(surgery, "edit_surgery"), VenueFactory.create()
    seen = organiser.post(page, as_it_is(surgery, days=1, venue=venue.pk, note="Cake & tea."))
    for _ in range(2):
        response = organiser.post(page, hidden(seen))
        assert (response.status_code, response.url) == (303, f"{address(surgery)}?done=changed")
    surgery.refresh_from_db()
    assert (surgery.venue, surgery.note) == (venue, "Cake & tea.")
    assert OutboxEmail.objects.count() == 1


def test_what_is_out_of_date_is_shown_anew(organiser, surgery, alices_booking):
    page = address(surgery, "edit_surgery")
    seen = organiser.post(page, as_it_is(surgery, days=1))
    BookingFactory.create(surgery=surgery, name="Carol Cave")
    anew = organiser.post(page, hidden(seen))
    assert anew.status_code == 409
    assert "Something has changed since you looked" in words_of(anew)
    assert "Carol Cave" in words_of(anew)
    assert Surgery.objects.get(pk=surgery.pk).starts_at == surgery.starts_at
    assert organiser.post(page, hidden(anew)).status_code == 303


def test_what_was_typed_is_kept_when_something_else_is_to_change(organiser, surgery):
    page = address(surgery, "edit_surgery")
    seen = organiser.post(page, as_it_is(surgery, days=1, note="Cake."))
    response = organiser.post(page, hidden(seen) | {"again": ""})
    assert "Cake." in response.content.decode()
    assert "Edit or move" in words_of(response)


def test_what_cannot_be_done_is_said_beside_the_field(organiser, surgery, bobs_booking):
    page = address(surgery, "edit_surgery")
    words = words_of(organiser.post(page, as_it_is(surgery, ends="10:40")))
    assert "Bob O’Brien would have to move first" in words
    assert "Nothing is different yet" in words_of(organiser.post(page, as_it_is(surgery)))


@pytest.mark.parametrize("days", [0, 1])
def test_whoever_moves_the_start_alone_by_less_than_its_length_reads_which_end_keeps_everybody(organiser, days):
    """Nobody has to move for it: with that end it is as long as before."""
    surgery = SurgeryFactory.create(starts_at=local(7, 9), ends_at=local(7, 11), slots=6)
    page = address(surgery, "edit_surgery")
    as_long = "Everything moves with the start, so it would end at midday. Enter midday, or"
    sent = as_it_is(surgery, days=days, begins="10am")
    assert f"{as_long} take its last 3 slots out first" in words_of(organiser.post(page, sent))
    BookingFactory.create(surgery=surgery, slot=surgery.slots.last(), name="Ewan Buchanan")
    words = words_of(organiser.post(page, sent))
    assert f"{as_long} make room first: Ewan Buchanan would have to move" in words
    assert "Slots would be after the end" not in words
    seen = organiser.post(page, sent | {"ends": "midday"})
    assert organiser.post(page, hidden(seen)).status_code == 303
    surgery.refresh_from_db()
    assert timezone.localtime(surgery.ends_at).time() == time(12)
    assert Booking.objects.get().is_confirmed


@pytest.mark.parametrize(("begins", "ends"), [("9am", "10:40"), ("9:20", "10:40"), ("8am", "9:40")])
def test_whoever_types_another_end_reads_what_would_be_after_it(organiser, begins, ends):
    surgery = SurgeryFactory.create(starts_at=local(7, 9), ends_at=local(7, 11), slots=6)
    words = words_of(organiser.post(address(surgery, "edit_surgery"), as_it_is(surgery, begins=begins, ends=ends)))
    assert "Slots would be after the end" in words
    assert "Everything moves with the start" not in words


def test_nobody_is_told_to_enter_an_end_on_the_day_after(organiser):
    surgery = SurgeryFactory.create(starts_at=local(7, 20), ends_at=local(7, 23), slots=9)
    words = words_of(organiser.post(address(surgery, "edit_surgery"), as_it_is(surgery, begins="22:00")))
    assert "Slots would be after the end" in words


def test_a_day_is_understood_as_it_is_written_and_what_is_none_is_named(organiser, surgery):
    page, later = address(surgery, "edit_surgery"), timezone.localtime(surgery.starts_at) + timedelta(days=3)
    for written in (f"{later:%-d %b}", f"{later:%A %-d %B}", f"{later:%Y-%m-%d}"):
        sent = as_it_is(surgery) | {"on": written, "begins": "11", "ends": "12"}
        words = words_of(organiser.post(page, sent))
        assert re.search(rf"{later:%A %-d %B}( {later:%Y})?, 11am to midday", words), written
    words = words_of(organiser.post(page, as_it_is(surgery) | {"on": "31/2/2027", "begins": "4", "ends": ""}))
    assert "There is no 31 February 2027. Enter the day, such as 27/3/2027 or 27 March" in words
    assert "Say whether 4 is 4am or 4pm" in words
    wrong = words_of(organiser.post(page, as_it_is(surgery) | {"begins": "25:00"}))
    assert "Enter from when, such as 10am, 10:30 or 2.15pm" in wrong
    assert "Enter until when, such as midday, 12:30 or 2.15pm" in words


def test_whoever_moves_the_start_alone_past_the_end_moves_all_of_it_and_sees_it_first(organiser):
    surgery = SurgeryFactory.create(slots=6)  # 10am to midday
    page = address(surgery, "edit_surgery")

    seen = organiser.post(page, as_it_is(surgery, begins="2pm"))

    words = words_of(seen)
    assert "You changed when it starts and not when it ends, so it stays as long as it was and ends at 4pm" in words
    assert "2pm to 4pm" in words
    assert 'value="4pm"' in organiser.post(page, hidden(seen) | {"again": ""}).content.decode()
    for _ in range(2):
        assert organiser.post(page, hidden(seen)).url.endswith("?done=changed")
    surgery.refresh_from_db()
    assert span(surgery) == "2pm to 4pm"


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"begins": "midday"}, "midday to 2pm"),
        ({"begins": "11am"}, "Enter 1pm, or take its last 3 slots out first"),
        ({"begins": "9am"}, "9am to midday"),
        ({"begins": "2pm", "ends": "1pm"}, "The end has to come after the start"),
        ({"begins": "10am", "ends": "9am"}, "The end has to come after the start"),
        ({"begins": "11pm"}, "The end has to come after the start"),
    ],
)
def test_an_end_that_was_typed_or_comes_after_the_start_stays_as_it_is(organiser, typed, says):
    surgery = SurgeryFactory.create(slots=6)
    words = words_of(organiser.post(address(surgery, "edit_surgery"), as_it_is(surgery, **typed)))
    assert says in words
    assert ("stays as long as it was" in words) == (typed["begins"] == "midday")


def test_what_is_over_can_no_longer_be_edited(organiser, surgery):
    Surgery.objects.filter(pk=surgery.pk).update(starts_at=timezone.now() - (surgery.ends_at - surgery.starts_at))
    Surgery.objects.filter(pk=surgery.pk).update(ends_at=timezone.now())
    response = organiser.post(address(surgery, "edit_surgery"), as_it_is(surgery, days=1))
    assert response.url == f"{address(surgery)}?done=closed"


@pytest.mark.parametrize("page", ["edit_surgery", "manage_slots", "add_host", "call_off_surgery"])
def test_nothing_that_is_sent_breaks_a_page(organiser, surgery, alices_booking, page):
    slot = surgery.slots.first()
    usual = as_it_is(surgery, days=1, seen="x") | {"begins": "10am", "ends": "", "seats": "", "reason": "Snow."}
    usual |= dict.fromkeys(("suggested", "other", f"seats_{slot.pk}", f"was_{slot.pk}", f"remove_{slot.pk}"), "")
    for value in NASTY:
        for wrong in (usual.keys(), ["on", "seen"], ["venue"]):
            sent = {name: [str(it)] for name, it in usual.items()} | {name: [value, value] for name in wrong}
            urlencoded = "application/x-www-form-urlencoded"
            assert organiser.post(address(surgery, page), encoded(sent), content_type=urlencoded).status_code < 500
    assert Booking.objects.get().is_confirmed


def test_the_pages_take_the_same_few_statements_whoever_booked(organiser, surgery):
    page = address(surgery, "edit_surgery")

    def count() -> int:
        return statements(lambda: organiser.post(page, as_it_is(surgery, days=1)))

    BookingFactory.create(surgery=surgery), ShiftFactory.create(surgery=surgery, champion__user=UserFactory.create())
    few = count()
    crowd(surgery, 12)
    for _ in range(4):
        BookingFactory.create(surgery=surgery)
    assert count() == few
    assert few <= 12


def test_the_preview_names_who_waits_and_has_something_else_then(organiser, surgery):
    Seat.objects.all().delete()
    day_after = surgery.starts_at + timedelta(days=1)
    there = SurgeryFactory.create(slots=1, slot_length=timedelta(hours=1), starts_at=day_after)
    hugh = BookingFactory.create(surgery=surgery, name="Hugh", waiting=True)
    free = BookingFactory.create(surgery=surgery, name="Priya", waiting=True)
    page, typed = address(surgery, "edit_surgery"), as_it_is(surgery, days=1)
    before = organiser.post(page, typed)
    assert "give that up" not in words_of(before)

    kept = BookingFactory.create(surgery=there, attendee=hugh.attendee)
    assert organiser.post(page, hidden(before)).status_code == 409, "it comes to something else by now"
    shown = organiser.post(page, typed)
    words = words_of(shown)
    line = f"Hugh has a seat at {there.venue}, {when(kept.slot)}: they keep their place in line, and get a seat here"
    assert f"{line} only if they give that up." in words
    assert "Priya has" not in words
    assert "cannot come then" not in words, "nobody loses a seat"

    organiser.post(page, hidden(shown))
    message = write(OutboxEmail.objects.get(kind="booking_surgery_moved", recipient=hugh.attendee.email))
    for body in (message.text, message.html):
        assert "But you have a seat elsewhere at that time, so you get a seat here only if you give that up." in body
    assert f"You keep: {when(kept.slot)}, {there.venue}\n" in message.text
    other = write(OutboxEmail.objects.get(kind="booking_surgery_moved", recipient=free.attendee.email))
    assert "give that up" not in other.text


def test_who_waits_and_is_free_at_one_of_the_times_that_suit_is_not_named(organiser, surgery):
    waits = BookingFactory.create(surgery=surgery, name="Hugh", waiting=True)
    there = SurgeryFactory.create(starts_at=surgery.starts_at + timedelta(days=1))
    BookingFactory.create(surgery=there, slot=there.slots.first(), attendee=waits.attendee)
    page, typed = address(surgery, "edit_surgery"), as_it_is(surgery, days=1)
    assert "give that up" not in words_of(organiser.post(page, typed))
    waits.suits.set([surgery.slots.first()])
    assert "give that up" in words_of(organiser.post(page, typed))
