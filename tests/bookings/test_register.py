"""The register: who came, who did not, who walked in; before, during and after; and its totals, which add up."""

from collections import Counter
from datetime import timedelta
from io import BytesIO
from random import Random

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from bookings import register as registers
from bookings.models import Booking, Visit
from bookings.register import Register, Standing, register_of
from bookings.services.attending import check_in
from bookings.services.booking import cancel
from bookings.services.diary import call_off
from surgeries.models import Surgery
from tests.bookings.pages import words_of
from tests.bookings.test_statements_per_page import statements
from tests.everyone.registering import crowd
from tests.factories import (
    AttendeeFactory,
    BookingFactory,
    HelpFactory,
    OutcomeFactory,
    ShiftFactory,
    SurgeryFactory,
    UserFactory,
    VisitFactory,
    local,
)

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def page_of(surgery: Surgery, name: str = "register") -> str:
    return reverse(f"bookings:{name}", args=[surgery.reference])


def read(surgery: Surgery, *, now=None, for_organiser: bool = True) -> Register:
    return register_of(surgery, now=now or timezone.now(), for_organiser=for_organiser)


def standings(found: Register) -> dict[str, Standing]:
    return {entry.name: entry.standing for entry in found.entries}


# ── What somebody is ──────────────────────────────────────────────────────────────────────────────────────────
def test_who_has_a_seat_is_booked_until_they_come_and_did_not_come_once_it_is_over(
    surgery, alices_booking, bobs_booking
):
    alice, bob = alices_booking.name, bobs_booking.name
    assert standings(read(surgery)) == {alice: Standing.BOOKED, bob: Standing.BOOKED}
    VisitFactory.create(booking=alices_booking)
    during = read(surgery, now=surgery.ends_at - HOUR / 4)
    assert standings(during) == {alice: Standing.CAME, bob: Standing.BOOKED}
    assert standings(read(surgery, now=surgery.ends_at)) == {alice: Standing.CAME, bob: Standing.DID_NOT_COME}


def test_where_nobody_was_noted_nobody_did_not_come(surgery, alices_booking):
    after = read(surgery, now=surgery.ends_at)
    assert standings(after) == {alices_booking.name: Standing.BOOKED}
    assert not after.is_kept


def test_who_came_from_the_waiting_list_or_had_cancelled_walked_in(surgery):
    waiting = BookingFactory.create(surgery=surgery, waiting=True)
    cancelled = BookingFactory.create(surgery=surgery, cancelled=True)
    for booking in (waiting, cancelled):
        check_in(booking=booking, now=surgery.starts_at)
    assert set(standings(read(surgery)).values()) == {Standing.WALKED_IN}


def test_who_cancels_after_arriving_walked_in(surgery, alices_booking):
    check_in(booking=alices_booking, now=surgery.starts_at)
    later = alices_booking.slot.starts_at - timedelta(minutes=1)
    cancel(booking=alices_booking, canceller=Booking.Canceller.ATTENDEE, reason="Changed my mind", now=later)
    assert set(standings(read(surgery)).values()) == {Standing.WALKED_IN}


def test_who_walked_in_and_then_booked_came_and_is_nobody_who_did_not(surgery, alice):
    VisitFactory.create(surgery=surgery, attendee=alice)
    BookingFactory.create(surgery=surgery, attendee=alice)
    after = read(surgery, now=surgery.ends_at)
    assert standings(after) == {alice.name: Standing.CAME}
    assert (after.totals.booked, after.totals.visits) == (1, 1)


@pytest.mark.parametrize(
    ("minutes", "facts", "standing"),
    [
        (-1, {}, Standing.CANCELLED),
        (0, {}, Standing.CANCELLED_LATE),
        (0, {"canceller": "organiser"}, Standing.CANCELLED),
        (0, {"slot": None}, Standing.CANCELLED),  # they were on the waiting list
    ],
)
def test_only_a_seat_given_up_by_the_attendee_after_the_cut_off_is_late(surgery, minutes, facts, standing):
    at = surgery.cutoff_at + timedelta(minutes=minutes)
    BookingFactory.create(surgery=surgery, cancelled=True, cancelled_at=at, **{"slot": surgery.slots.first(), **facts})
    assert set(standings(read(surgery)).values()) == {standing}


def test_somebody_who_cancelled_and_booked_again_is_one_person(surgery, alice):
    BookingFactory.create(surgery=surgery, attendee=alice, cancelled=True)
    BookingFactory.create(surgery=surgery, attendee=alice)
    BookingFactory.create(surgery=SurgeryFactory.create(), attendee=alice)
    assert [entry.standing for entry in read(surgery).entries] == [Standing.BOOKED]


# ── What is said of them ──────────────────────────────────────────────────────────────────────────────────────
def test_the_page_says_when_who_came_who_helped_and_what_came_of_it(client, surgery, alices_booking):
    visit = VisitFactory.create(booking=alices_booking)
    shift = ShiftFactory.create(surgery=surgery, champion__name="Amina Yusuf", champion__user=UserFactory.create())
    HelpFactory.create(visit=visit, shift=shift, ends_at=visit.arrived_at + timedelta(minutes=12))
    OutcomeFactory.create(visit=visit)
    client.force_login(shift.champion.user)
    words = words_of(client.get(page_of(surgery)))
    assert "Alice Adeyemi 10am Came Arrived 10am Amina Yusuf, 10am to 10:12am Answered" in words
    assert "1 booked 1 came, 0 not here yet" in words


def seats_before(surgery: Surgery, attendee, came: str) -> None:
    """One seat for each letter, the last first: whether they came."""
    for days, letter in enumerate(came, start=1):
        earlier = SurgeryFactory.create(starts_at=surgery.starts_at - days * 7 * DAY)
        booking = BookingFactory.create(surgery=earlier, attendee=attendee)
        if letter != "?":
            VisitFactory.create(**({"booking": booking} if letter == "c" else {"surgery": earlier}))


@pytest.mark.parametrize(
    ("came", "said"),
    [
        ("mmmcc", "Missed 3 of their last 5"),
        ("mmcccm", None),
        ("ccccc" + "m" * 9, None),
        ("m?m?c", "Missed 2 of their last 3"),
        ("m", None),
        ("mm", "Missed 2 of their last 2"),
        ("????", None),
    ],
)
def test_who_often_does_not_come_is_a_fact_where_somebody_kept_the_register(surgery, alice, came, said):
    BookingFactory.create(surgery=surgery, attendee=alice)
    seats_before(surgery, alice, came)
    (entry,) = read(surgery).entries
    assert (str(entry.missed) if entry.missed else None) == said


def test_only_organisers_see_it_on_the_page_and_in_the_files(client, surgery, alice):
    BookingFactory.create(surgery=surgery, attendee=alice)
    seats_before(surgery, alice, "mmm")
    host = ShiftFactory.create(surgery=surgery, champion__user=UserFactory.create()).champion.user
    for user, is_seen in ((host, False), (UserFactory.create(organiser=True), True)):
        client.force_login(user)
        for name in ("register", "register_csv"):
            assert ("Missed 3 of their last 3" in client.get(page_of(surgery, name)).content.decode()) is is_seen


def test_why_they_did_not_come_is_for_organisers_too(client, alice):
    surgery = SurgeryFactory.create(starts_at=local(-1))
    BookingFactory.create(surgery=surgery, attendee=alice, missed_because="was_there")
    VisitFactory.create(surgery=surgery)
    host = ShiftFactory.create(surgery=surgery, champion__user=UserFactory.create()).champion.user
    for user, is_seen in ((host, False), (UserFactory.create(organiser=True), True)):
        client.force_login(user)
        for name in ("register", "register_csv"):
            assert ("I was there" in client.get(page_of(surgery, name)).content.decode()) is is_seen


def test_without_any_visit_it_says_that_nobody_kept_it_and_not_that_nobody_came(client):
    surgery = SurgeryFactory.create(starts_at=local(-2))
    BookingFactory.create(surgery=surgery)
    client.force_login(UserFactory.create(organiser=True))
    words = words_of(client.get(page_of(surgery)))
    assert "Nobody has kept the register" in words
    assert "did not come" not in words.lower()
    VisitFactory.create(surgery=surgery)
    words = words_of(client.get(page_of(surgery)))
    assert "Nobody has kept the register" not in words
    assert "1 booked 0 came, 1 did not come 1 visit 0 came, 1 walked in" in words


# ── It adds up ────────────────────────────────────────────────────────────────────────────────────────────────
def anything(rng: Random) -> Surgery:
    """A surgery around now where anything may have happened to anybody."""
    made = SurgeryFactory.create(
        starts_at=timezone.now() + rng.choice((-9, -1, 9)) * HOUR, slots=rng.randint(1, 4), seats=rng.randint(1, 4)
    )
    slots = list(made.slots.all())
    for _ in range(rng.randint(0, 14)):
        attendee = AttendeeFactory.create()
        for _ in range(rng.randint(0, 2)):
            BookingFactory.create(
                surgery=made, attendee=attendee, cancelled=True, canceller=rng.choice(Booking.Canceller.values),
                cancelled_at=made.cutoff_at + rng.choice((-1, 1)) * HOUR, slot=rng.choice([*slots, None]),
            )  # fmt: skip
        free = made.seats.filter(booking=None).order_by("?").first()
        booking = rng.choice((None, {"waiting": True}, {"seat": free} if free else {"waiting": True}))
        if booking:
            BookingFactory.create(surgery=made, attendee=attendee, **booking)
        if rng.random() < 0.5:
            of = rng.choice([None, *made.bookings.filter(attendee=attendee)])
            VisitFactory.create(**({"booking": of} if of else {"surgery": made, "attendee": attendee}))
    return made


def counted(surgery: Surgery) -> dict[str, int]:
    """The same in plain Python, from the rows alone."""
    bookings, visits = list(surgery.bookings.all()), list(surgery.visits.all())
    here, is_over = {visit.attendee_id for visit in visits}, surgery.ends_at <= timezone.now()
    seated = {booking.attendee_id for booking in bookings if booking.state == "confirmed"}
    waiting = {booking.attendee_id for booking in bookings if booking.state == "waiting"} - here
    last = {booking.attendee_id: booking for booking in bookings}
    gone = [booking for attendee, booking in last.items() if attendee not in seated | waiting | here]
    late = [
        each for each in gone if each.canceller == "attendee" and each.slot and each.cancelled_at >= surgery.cutoff_at
    ]
    absent = seated - here
    return {
        "booked": len(seated), "came": len(seated & here), "walked_in": len(here - seated), "visits": len(visits),
        "did_not_come": len(absent) if is_over and visits else 0,
        "unsaid": 0 if is_over and visits else len(absent),
        "waiting": len(waiting), "cancelled": len(gone), "cancelled_late": len(late),
        "people": len(last.keys() | here), "seats_unused": surgery.seats.count() - len(seated & here),
    }  # fmt: skip


def faults(seeds: range) -> list[str]:
    wrong = []
    for seed in seeds:
        surgery = anything(Random(seed))
        found = read(surgery)
        said = {name: getattr(found.totals, name) for name in counted(surgery)}
        rows = Counter(entry.standing for entry in found.entries)
        if said != counted(surgery) or len(found.entries) != found.totals.people or rows.total() != said["people"]:
            wrong.append(f"{seed}: {said}")
        parts = rows[Standing.CAME] + rows[Standing.DID_NOT_COME] + rows[Standing.BOOKED]
        if parts != found.totals.booked or rows[Standing.CAME] + rows[Standing.WALKED_IN] != found.totals.visits:
            wrong.append(f"{seed}: the rows do not add up")
    return wrong


def test_every_total_is_what_the_rows_add_up_to():
    assert faults(range(40)) == []


def test_control_a_visit_of_a_cancelled_booking_that_counts_as_came_is_found(monkeypatch):
    right = registers.standing_at

    def wrong(booking: Booking | None, visit: Visit | None, *args, **options) -> Standing:
        return Standing.CAME if booking and visit else right(booking, visit, *args, **options)

    monkeypatch.setattr(registers, "standing_at", wrong)
    assert faults(range(10)) != []


# ── It stays quick ────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("page", ["register", "paper", "sheet", "register_csv", "register_spreadsheet"])
def test_it_takes_the_same_few_statements_with_5_and_with_200_people(client, page):
    client.force_login(UserFactory.create(organiser=True))
    few, many = crowd(10), crowd(200)
    VisitFactory.create(surgery=SurgeryFactory.create(starts_at=local(-9)))
    first = statements(lambda: client.get(page_of(few, page)))
    assert first <= 12
    assert statements(lambda: client.get(page_of(many, page))) == first


def test_it_begins_with_what_there_is_to_do_and_names_what_is_printed_and_what_is_a_file(client):
    surgery = SurgeryFactory.create(starts_at=timezone.now() - timedelta(minutes=10))
    VisitFactory.create(surgery=surgery)
    client.force_login(UserFactory.create(organiser=True))
    said = words_of(client.get(page_of(surgery, "register")))
    ways = "Add who came The room Outcomes The brief To print and share Sign-in sheet Poster Table cards Words to share"
    assert f"{ways} As a file Spreadsheet CSV" in said


def test_it_leads_organisers_and_nobody_else_to_who_did_what(client):
    shift = ShiftFactory.create(champion__user=UserFactory.create())
    link = reverse("bookings:changes_of_one", args=["surgery", shift.surgery_id])
    for user, is_seen in ((shift.champion.user, False), (UserFactory.create(organiser=True), True)):
        client.force_login(user)
        assert (f'href="{link}"' in client.get(page_of(shift.surgery)).content.decode()) is is_seen


def test_of_what_is_called_off_it_does_not_count_our_calling_off_as_theirs(client, surgery, alices_booking):
    client.force_login(UserFactory.create(organiser=True))
    assert "cancelled 0 in time" in words_of(client.get(page_of(surgery)))
    call_off(surgery=surgery, reason="The café is being painted.")
    said = words_of(client.get(page_of(surgery)))
    assert alices_booking.name in said
    assert "in time" not in said


@pytest.mark.parametrize(("booked", "lines"), [(0, 21), (4, 12), (6, 10), (7, 20)])
def test_the_sheet_has_as_many_lines_for_walk_ins_as_fill_it(client, booked, lines):
    surgery = SurgeryFactory.create(seats=10)
    BookingFactory.create_batch(booked, surgery=surgery)
    client.force_login(UserFactory.create(organiser=True))
    page = client.get(page_of(surgery, "sheet"))
    assert page.content.count(b'<li class="app-sign-in__line">') == lines
    assert "If you add your work email address, we can send you our thanks; you need not." in words_of(page)


def test_the_files_have_the_columns_of_the_page_and_run_nothing(client, surgery, alice):
    VisitFactory.create(booking=BookingFactory.create(surgery=surgery, attendee=alice, name="=1+1"))
    client.force_login(UserFactory.create(organiser=True))
    lines = client.get(page_of(surgery, "register_csv")).content.decode("utf-8-sig").splitlines()
    assert lines[0] == '"Name","Time","State","Arrived","Helped by","Outcome","Missed","Why"'
    assert lines[1].startswith('''"'=1+1","10am","Came","''')
    sheet = openpyxl.load_workbook(BytesIO(client.get(page_of(surgery, "register_spreadsheet")).content)).worksheets[0]
    assert [cell.value for cell in sheet[2]][:3] == ["=1+1", "10am", "Came"]
    assert sheet["A2"].data_type == "s"
