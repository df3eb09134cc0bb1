"""Moving a surgery: seats, places in line, slots and shifts go with it, and everybody is told once."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from icalendar import Calendar

from bookings.duties import remind, reminded_at
from bookings.errors import OutOfDate
from bookings.facts import Facts
from bookings.invariants import violations
from bookings.models import Booking, Pairing
from bookings.moves import moves_of
from bookings.series_moves import Which, series_move_of
from bookings.services.editing import host
from bookings.services.moving import change_surgery
from history.models import Change
from notifications.models import OutboxEmail
from surgeries.models import Seat, Shift, Slot, Surgery
from surgeries.services import DiaryError
from surgeries.templatetags.times import when
from tests.bookings.letters import write
from tests.bookings.pages import private, words_of
from tests.factories import (
    AttendeeFactory,
    BookingFactory,
    ChampionFactory,
    PairingFactory,
    ShiftFactory,
    SurgeryFactory,
    UserFactory,
    VenueFactory,
    VisitFactory,
    local,
)

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def later(surgery: Surgery, by: timedelta, **facts) -> Facts:
    return replace(Facts.of(surgery), starts_at=surgery.starts_at + by, ends_at=surgery.ends_at + by, **facts)


def champion(name: str = "Amina") -> object:
    return ChampionFactory.create(name=name, user=UserFactory.create())


@pytest.fixture
def amina(surgery):
    return ShiftFactory.create(surgery=surgery, champion=champion())


def emails() -> Counter:
    return Counter(OutboxEmail.objects.values_list("kind", flat=True))


def test_slots_seats_shifts_and_places_in_line_go_with_it(surgery, alices_booking, bobs_booking, amina):
    Seat.objects.filter(booking=None).delete()
    fifth = BookingFactory.create(surgery=surgery, waiting=True)
    fifth.suits.set([surgery.slots.last()])
    pairing = PairingFactory.create(booking=alices_booking, shift=amina)
    slots = list(surgery.slots.values_list("pk", "starts_at"))
    # By one slot, so that each begins when the next one did.
    change_surgery(surgery=surgery, facts=later(surgery, timedelta(minutes=20)))
    assert list(surgery.slots.values_list("pk", "starts_at")) == [(pk, at + timedelta(minutes=20)) for pk, at in slots]
    for before in (alices_booking, bobs_booking, fifth):
        after = Booking.objects.get(pk=before.pk)
        assert (after.seat_id, after.position, after.reference, after.link_number, after.calendar_uid) == (
            before.seat_id, before.position, before.reference, before.link_number, before.calendar_uid,
        )  # fmt: skip
        assert after.calendar_sequence > before.calendar_sequence
    assert list(fifth.suits.all()) == [surgery.slots.last()]
    amina.refresh_from_db()
    assert (amina.starts_at, amina.ends_at) == (
        surgery.starts_at + timedelta(minutes=20),
        surgery.ends_at + timedelta(minutes=20),
    )
    assert Pairing.objects.get().shift == pairing.shift
    assert violations() == {}


def test_everybody_is_told_once_and_their_calendars_follow(surgery, alices_booking, amina):
    waits = BookingFactory.create(surgery=surgery, waiting=True)
    Seat.objects.filter(booking=None).delete()
    elsewhere = VenueFactory.create(name="The other café")
    facts = later(surgery, DAY, venue=elsewhere)
    for _ in range(2):
        change_surgery(surgery=surgery, facts=facts)
    assert emails() == {"booking_surgery_moved": 2, "shift_moved": 1}
    for row in OutboxEmail.objects.all():
        message = write(row)
        assert "The other café" in message.text
        assert "Before" in message.text
        if row.recipient == waits.attendee.email:
            assert message.calendar is None
            continue
        calendar = Calendar.from_ical(message.calendar)
        (event,) = calendar.events
        assert (calendar["METHOD"], event["SEQUENCE"], event["LOCATION"]) == ("REQUEST", 1, str(elsewhere))
        assert event.start == surgery.starts_at + DAY
        assert event["UID"] in {alices_booking.calendar_uid, amina.calendar_uid}


def test_what_changes_for_nobody_tells_nobody(surgery, alices_booking, amina):
    change_surgery(surgery=surgery, facts=replace(Facts.of(surgery), note="Cake.", hosts_wanted=3))
    assert emails() == {}
    surgery.refresh_from_db()
    assert (surgery.note, surgery.hosts_wanted, surgery.calendar_sequence) == ("Cake.", 3, 1)


def test_whom_it_would_double_book_is_released_and_offered_others(surgery, alices_booking, bobs_booking, client):
    there = SurgeryFactory.create(starts_at=surgery.starts_at + DAY)
    kept = BookingFactory.create(surgery=there, attendee=alices_booking.attendee)
    waits = BookingFactory.create(surgery=surgery, waiting=True)
    waits.suits.set([alices_booking.slot])
    (move,) = moves_of({surgery: later(surgery, DAY)}, now=surgery.starts_at - DAY)
    assert [each.booking.name for each in move.released] == ["Alice Adeyemi"]
    assert "has a seat at" in str(move.released[0].clash)
    change_surgery(surgery=surgery, facts=later(surgery, DAY))
    alices_booking.refresh_from_db(), waits.refresh_from_db(), kept.refresh_from_db()
    assert alices_booking.was_released
    assert kept.is_confirmed
    assert waits.slot == alices_booking.slot, "the seat goes to who waits"
    next_day = SurgeryFactory.create(starts_at=surgery.starts_at + 2 * DAY)
    message = write(OutboxEmail.objects.get(kind="booking_released"))
    page = client.get(private(alices_booking)).content.decode()
    for said in (message.text, page):
        assert next_day.reference in said
        assert there.reference not in said, "they have it already"
    assert Calendar.from_ical(message.calendar)["METHOD"] == "CANCEL"
    assert violations() == {}


def test_who_gets_a_seat_in_the_move_reads_once_that_and_from_where_it_moved(surgery, alices_booking, bobs_booking):
    there = SurgeryFactory.create(starts_at=surgery.starts_at + DAY)
    BookingFactory.create(surgery=there, attendee=alices_booking.attendee)
    BookingFactory.create(surgery=surgery, name="Pádraig", waiting=True).suits.set([alices_booking.slot])
    before, facts = f"{when(surgery)}, {surgery.venue}", later(surgery, DAY)
    change_surgery(surgery=surgery, facts=facts)
    row = OutboxEmail.objects.get(kind="booking_promoted")
    message = write(row)
    assert message.subject.startswith("A seat came free for you: ")
    assert f"Before: {before}\n" in message.text
    assert "The organisers have moved this surgery" in message.text
    same_person = OutboxEmail.objects.filter(recipient=row.recipient)
    assert [bool(write(each)) for each in same_person.exclude(pk=row.pk)] == [False], "each is told once"


def test_who_gets_a_seat_without_a_move_reads_nothing_of_one(surgery, alices_booking):
    BookingFactory.create(surgery=surgery, waiting=True)
    facts = replace(Facts.of(surgery), cutoff_minutes=surgery.cutoff_minutes - 1)
    change_surgery(surgery=surgery, facts=facts)
    message = write(OutboxEmail.objects.get(kind="booking_promoted"))
    assert "Before" not in message.text
    assert "moved" not in message.text


def test_whose_seat_ends_by_a_move_reads_what_they_had_and_what_they_keep(surgery, alices_booking):
    there = SurgeryFactory.create(starts_at=surgery.starts_at + DAY, venue__name="Ferry café")
    kept = BookingFactory.create(surgery=there, attendee=alices_booking.attendee)
    had = f"{when(alices_booking.slot)}, {surgery.venue}"
    facts = later(surgery, DAY, venue=VenueFactory.create(name="The other café"))
    change_surgery(surgery=surgery, facts=facts)
    message = write(OutboxEmail.objects.get(kind="booking_released"))
    assert message.subject == f"The surgery has moved, and your seat has ended: {had}"
    assert f"You had: {had}\n" in message.text
    assert f"It is now: {when(facts)}, The other café" in message.text
    assert f"You keep: {when(kept.slot)}, {there.venue}\n" in message.text
    assert "to a time when you have a seat elsewhere." in message.text


def test_whose_shift_ends_by_a_move_reads_what_they_had_and_what_they_keep():
    surgery = SurgeryFactory.create(slots=0, starts_at=local(7, 10), ends_at=local(7, 11))
    hosts, sits, short = (champion(name) for name in ("Amina", "Tom", "Priya"))
    until = surgery.starts_at + timedelta(minutes=10)
    ended = {
        hosts: ShiftFactory.create(surgery=surgery, champion=hosts, ends_at=until),
        sits: ShiftFactory.create(surgery=surgery, champion=sits),
        short: ShiftFactory.create(surgery=surgery, champion=short, starts_at=surgery.ends_at - HOUR / 6),
    }
    there = SurgeryFactory.create(starts_at=surgery.starts_at + DAY, venue__name="Ferry café")
    shift = ShiftFactory.create(surgery=there, champion=hosts)
    seat = BookingFactory.create(surgery=there, attendee=AttendeeFactory.create(email=sits.user.email))
    had = {each: f"{when(shift)}, {surgery.venue}" for each, shift in ended.items()}
    facts = later(surgery, DAY, venue=VenueFactory.create(name="The other café"))
    change_surgery(surgery=surgery, facts=replace(facts, ends_at=facts.ends_at - HOUR / 3))
    for each, stays in (
        (hosts, f"You host: {when(shift)}, {there.venue}\n"),
        (sits, f"You keep: {when(seat.slot)}, {there.venue}\n"),
        (short, "It would be over before your shift"),
    ):
        message = write(OutboxEmail.objects.get(kind="shift_ended", recipient=each.user.email))
        assert message.subject == f"The surgery has moved, and your shift has ended: {had[each]}"
        assert f"You had: {had[each]}\n" in message.text
        assert "It is now: " in message.text
        assert stays in message.text
        assert ("What you have elsewhere stays" in message.text) is (each != short)


@pytest.mark.parametrize("is_remembered", [True, False])
def test_the_page_of_who_is_released_says_what_they_had_and_when_the_surgery_is_now(
    surgery, alices_booking, client, is_remembered, monkeypatch
):
    had = when(alices_booking.slot)
    BookingFactory.create(surgery__starts_at=surgery.starts_at + DAY, attendee=alices_booking.attendee)
    move = later(surgery, DAY)
    change_surgery(surgery=surgery, facts=move)
    change_surgery(surgery=surgery, facts=later(Surgery.objects.get(pk=surgery.pk), HOUR))
    surgery.refresh_from_db()
    if not is_remembered:
        monkeypatch.setattr("bookings.elsewhere.Change.objects", Change.objects.none())
    words = words_of(client.get(private(alices_booking)))
    assert "the organisers have moved this surgery to a time when you sit or host somewhere else" in words
    assert (f"You had {had}" in words) == is_remembered
    assert f"It is now {when(surgery)}, {surgery.venue}" in words
    assert when(Slot.objects.get(pk=alices_booking.slot.pk)) not in words, "a time that they never had"
    for untrue in ("Your booking is cancelled", "If your plans change again", "Book again"):
        assert untrue not in words


def test_a_champion_who_hosts_or_sits_elsewhere_then_is_released(surgery):
    hosts, sits, free = (champion(name) for name in ("Amina", "Tom", "Priya"))
    shifts = [ShiftFactory.create(surgery=surgery, champion=each) for each in (hosts, sits, free)]
    there = SurgeryFactory.create(starts_at=surgery.starts_at + DAY)
    ShiftFactory.create(surgery=there, champion=hosts)
    BookingFactory.create(surgery=there, attendee=AttendeeFactory.create(email=sits.user.email))
    change_surgery(surgery=surgery, facts=later(surgery, DAY))
    ended = [Shift.objects.get(pk=shift.pk).ended_reason for shift in shifts]
    assert ended == [Shift.MOVED_AWAY, Shift.MOVED_AWAY, ""]
    assert emails() == {"shift_ended": 2, "shift_moved": 1}
    for row in OutboxEmail.objects.filter(kind="shift_ended"):
        message = write(row)
        assert "have moved this surgery" in message.text
        assert Calendar.from_ical(message.calendar)["METHOD"] == "CANCEL"
    assert violations() == {}


def test_who_hosts_here_and_sits_elsewhere_then_is_known_by_the_address(surgery, alices_booking):
    there = SurgeryFactory.create(starts_at=surgery.starts_at + DAY)
    user = UserFactory.create(email=alices_booking.attendee.email)
    ShiftFactory.create(surgery=there, champion=ChampionFactory.create(user=user))
    move = change_surgery(surgery=surgery, facts=later(surgery, DAY)).first
    assert [str(each.clash).split(" at ")[0] for each in move.released] == ["hosts"]
    assert violations() == {}


def test_whom_a_move_frees_gets_the_seat_that_they_wait_for(surgery, alices_booking):
    there = SurgeryFactory.create(starts_at=surgery.starts_at)
    waits = BookingFactory.create(surgery=there, attendee=alices_booking.attendee, waiting=True)
    change_surgery(surgery=surgery, facts=later(surgery, DAY))
    waits.refresh_from_db()
    assert waits.is_confirmed
    assert violations() == {}


def test_whoever_hosts_to_the_end_hosts_to_the_new_end(surgery, amina):
    half = ShiftFactory.create(surgery=surgery, champion=champion("Tom"), ends_at=surgery.slots.all()[1].ends_at)
    change_surgery(surgery=surgery, facts=replace(Facts.of(surgery), ends_at=surgery.ends_at + HOUR))
    amina.refresh_from_db(), half.refresh_from_db()
    assert amina.ends_at == surgery.ends_at + HOUR
    assert half.ends_at == surgery.slots.all()[1].ends_at
    assert emails() == {"shift_moved": 1}, "and nobody else"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda it: {"ends_at": it.starts_at}, "The end has to come after the start"),
        (lambda it: {"ends_at": it.ends_at - timedelta(minutes=20)}, "Bob O’Brien would have to move first"),
        (lambda it: {"starts_at": it.starts_at - 30 * DAY, "ends_at": it.ends_at - 30 * DAY}, "in the past"),
        (lambda it: {"ends_at": it.ends_at + DAY}, "end on the day"),
    ],
)
def test_what_cannot_be_done_is_said(surgery, bobs_booking, change, words):
    with pytest.raises(DiaryError, match=words):
        change_surgery(surgery=surgery, facts=replace(Facts.of(surgery), **change(surgery)))


def test_the_start_stays_once_somebody_has_arrived(surgery, alices_booking):
    VisitFactory.create(booking=alices_booking)
    with pytest.raises(DiaryError, match="arrived already"):
        change_surgery(surgery=surgery, facts=later(surgery, DAY), now=surgery.starts_at - HOUR)


def test_what_is_over_or_called_off_stays(surgery):
    with pytest.raises(DiaryError, match="over"):
        change_surgery(surgery=surgery, facts=later(surgery, DAY), now=surgery.ends_at)
    off = SurgeryFactory.create(called_off=True)
    with pytest.raises(DiaryError, match="called off"):
        change_surgery(surgery=off, facts=later(off, DAY))


def test_what_was_seen_has_to_be_so_still(surgery, alices_booking, bobs_booking):
    now, facts = surgery.starts_at - DAY, later(surgery, HOUR)
    seen = series_move_of(surgery, facts, Which.THIS, now=now).version
    BookingFactory.create(surgery=surgery, name="Carol")
    with pytest.raises(OutOfDate):
        change_surgery(surgery=surgery, facts=facts, seen=seen, now=now)
    anew = series_move_of(surgery, facts, Which.THIS, now=now)
    assert "Carol" in [each.booking.name for each in anew.first.told]
    change_surgery(surgery=surgery, facts=facts, seen=anew.version, now=now)
    with pytest.raises(OutOfDate):
        change_surgery(surgery=surgery, facts=facts, seen=seen, now=now)


def test_a_draft_moves_without_a_word(amina):
    draft = SurgeryFactory.create(draft=True)
    host(surgery=draft, champion=champion("Tom"), starts_at=draft.starts_at, ends_at=draft.ends_at)
    change_surgery(surgery=draft, facts=later(draft, DAY))
    assert emails() == {}


def test_people_are_reminded_anew_on_the_day_before_the_new_day(surgery, alices_booking):
    Booking.objects.update(confirmed_at=surgery.starts_at - 30 * DAY)
    remind(reminded_at(surgery, hour=9))
    change_surgery(surgery=surgery, facts=later(surgery, 7 * DAY), now=reminded_at(surgery, hour=9))
    surgery.refresh_from_db()
    for _ in range(2):
        remind(reminded_at(surgery, hour=9))
    assert emails()["booking_reminder"] == 2


def test_a_move_back_is_a_move(surgery, alices_booking, amina):
    before = Facts.of(surgery)
    change_surgery(surgery=surgery, facts=later(surgery, DAY))
    change_surgery(surgery=surgery, facts=before)
    alices_booking.refresh_from_db(), amina.refresh_from_db()
    assert alices_booking.slot.starts_at == before.starts_at == amina.starts_at
    assert alices_booking.calendar_sequence == 2
    rows = OutboxEmail.objects.filter(recipient=alices_booking.attendee.email).order_by("pk")
    assert [write(row) is None for row in rows] == [True, False], "what was overtaken is not sent"
