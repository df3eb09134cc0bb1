"""Attendance across surgeries: every number is what the rows add up to, leads to the list behind it, and is quick."""

import csv
import re
from collections import Counter, defaultdict
from datetime import timedelta
from html import unescape
from io import BytesIO, StringIO
from random import Random
from statistics import median
from time import perf_counter

import openpyxl
import pytest
from django.db.models import Q
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from bookings import attendance as attendances
from bookings.attendance import NO_SERIES, Asked, By, What, attendance_of, behind, last_weeks
from bookings.models import Attendee, Booking, Visit
from bookings.record import Period
from surgeries.models import Seat, Slot, Surgery
from tests.bookings.pages import words_of
from tests.bookings.test_bad_input import VALUES, each_is_its_own, encoded
from tests.bookings.test_statements_per_page import statements
from tests.everyone.attending import ATTENDANCE, EVER, PEOPLE, happened, weeks
from tests.factories import (
    AttendeeFactory,
    BookingFactory,
    OfficeFactory,
    SeriesFactory,
    SurgeryFactory,
    UserFactory,
    VenueFactory,
    VisitFactory,
    local,
)
from tests.factories.crowds import book_all, come_all, count_rows

pytestmark = pytest.mark.django_db


FIELDS = ("since", "until", "office", "series", "by", "what", "page", "back")


@pytest.fixture
def organiser(client):
    client.force_login(UserFactory.create(organiser=True))


def ever(by: By = By.WEEK, **chosen: str) -> Asked:
    first = timezone.localdate() - timedelta(days=300)
    return Asked(Period(first, first + timedelta(days=600)), by, **chosen)


# ── It adds up ────────────────────────────────────────────────────────────────────────────────────────────────
def department(rng: Random) -> None:
    """Surgeries of all kinds, in which anything may have happened to anybody."""
    venues = [VenueFactory.create(office=OfficeFactory.create()) for _ in range(3)]
    series = [None, *SeriesFactory.create_batch(2)]
    people = AttendeeFactory.create_batch(12)
    for day in rng.sample(range(-40, 3), rng.randint(3, 9)):
        state = rng.choice(("draft", "called_off", *["published"] * 5))
        surgery = SurgeryFactory.create(
            starts_at=local(day, hour=rng.choice((0, 10, 23))), venue=rng.choice(venues),
            series=rng.choice(series), slots=rng.randint(1, 3), seats=rng.randint(1, 3),
            draft=state == "draft",
        )  # fmt: skip
        slots = list(surgery.slots.all())
        for attendee in rng.sample(people, rng.randint(0, 9)):
            for _ in range(rng.randint(0, 1)):
                gone = {"cancelled_at": surgery.starts_at, "slot": rng.choice([*slots, None])}
                BookingFactory.create(surgery=surgery, attendee=attendee, cancelled=True, **gone)
            if rng.random() < 0.7:
                free = surgery.seats.filter(booking=None).first()
                BookingFactory.create(
                    surgery=surgery, attendee=attendee, **({"seat": free} if free else {"waiting": True})
                )
        if state != "draft" and rng.random() < 0.7:
            for attendee in rng.sample(people, rng.randint(0, 8)):
                of = rng.choice([None, *surgery.bookings.filter(attendee=attendee)])
                VisitFactory.create(**({"booking": of} if of else {"surgery": surgery, "attendee": attendee}))
        if state == "called_off":
            Visit.objects.filter(surgery=surgery).delete()
            surgery.bookings.exclude(state="cancelled").delete()
            Surgery.objects.filter(pk=surgery.pk).update(
                state="called_off", called_off_at=timezone.now(), called_off_reason="The café is being painted."
            )


def counted(asked: Asked) -> dict[str, Counter]:
    """The same in plain Python, from the rows alone."""
    found: dict[str, Counter] = defaultdict(Counter)
    seats, bookings, visits = (list(each.objects.all()) for each in (Seat, Booking, Visit))
    for surgery in Surgery.objects.select_related("venue__office", "series"):
        day = timezone.localdate(surgery.starts_at)
        if surgery.state != "published" or surgery.ends_at > timezone.now():
            continue
        if not asked.period.first <= day <= asked.period.last:
            continue
        if asked.office and surgery.venue.office.slug != asked.office:
            continue
        if asked.series and (surgery.series.reference if surgery.series else NO_SERIES) != asked.series:
            continue
        monday = day - timedelta(days=day.weekday())
        row = found[
            {
                By.WEEK: f"Week of {monday.day} {monday:%B %Y}",
                By.OFFICE: surgery.venue.office.name,
                By.SERIES: surgery.series.name if surgery.series else "No series",
            }[asked.by]
        ]
        here = {visit.attendee_id for visit in visits if visit.surgery_id == surgery.pk}
        seated = {each.attendee_id for each in bookings if each.surgery_id == surgery.pk and each.state == "confirmed"}
        row["surgeries"] += 1
        row["booked"] += len(seated)
        row["came"] += len(seated & here)
        row["walked_in"] += len(here - seated)
        if here:
            row["did_not_come"] += len(seated - here)
            row["seats_unused"] += sum(seat.surgery_id == surgery.pk for seat in seats) - len(seated & here)
        else:
            row["no_register"] += 1
            row["unsaid"] += len(seated)
    return found


def faults(seeds: range) -> list[str]:
    wrong, now = [], timezone.now()
    for seed in seeds:
        Booking.objects.all().update(seat=None, slot=None, state="cancelled", cancelled_at=now, canceller="attendee",
                                     cancelled_reason="x", position=None)  # fmt: skip
        Visit.objects.all().delete()
        rng = Random(seed)
        department(rng)
        count_rows()
        office = Surgery.objects.last().venue.office.slug
        whole = [ever(by) for by in By]
        parts = [Asked(last_weeks(timezone.localdate()), By.OFFICE, office), ever(series=NO_SERIES)]
        for asked in (*whole, *parts):
            found, right = attendance_of(asked, now=now), counted(asked)
            for group in (*found.groups, found.total):
                of = sum(right.values(), Counter()) if group == found.total else right.pop(group.name)
                right |= {} if group == found.total else {group.name: of}
                said = {what.value: number for what, number in group.numbers} | {"no_register": group.no_register}
                if said != {name: of[name] for name in said}:
                    wrong.append(f"{seed}, {asked.by}, {group.name}: {said}, not {dict(of)}")
                for what, number in said.items():
                    if behind(What(what), group.asked, now=now).count() != number:
                        wrong.append(f"{seed}, {asked.by}, {group.name}: behind {what} are not {number}")
            if right.keys() != {group.name for group in found.groups}:
                wrong.append(f"{seed}: rows for {right.keys()}")
    return wrong


def test_every_number_is_what_the_rows_add_up_to_and_so_many_are_behind_it(transactional_db):
    assert faults(range(6)) == []


def test_control_a_visit_of_a_cancelled_booking_that_counts_as_came_is_found(transactional_db, monkeypatch):
    monkeypatch.setattr(attendances, "came_to_their_seat", lambda: Q(booking__isnull=False))
    assert faults(range(3)) != []


def test_the_department_of_these_tests_has_some_of_everything():
    for seed in range(6):
        department(Random(seed))
    total = sum(counted(ever()).values(), Counter())
    assert all(total[name] for name in (*What.values,))


# ── The page ──────────────────────────────────────────────────────────────────────────────────────────────────
LINK = re.compile(r'<a class="govuk-link" href="(/organise/attendance/people/[^"]*)">(\d+)')
BACK = re.compile(r'<a href="([^"]*)" class="govuk-back-link">')


@pytest.mark.parametrize("by", By.values)
def test_every_number_on_the_page_opens_a_list_of_so_many(client, organiser, by):
    weeks(6)
    links = LINK.findall(client.get(f"{ATTENDANCE}?by={by}").content.decode())
    assert len(links) > 15
    for address, number in links:
        page = client.get(unescape(address)).content.decode()
        assert re.search(rf"</span>\s*[^<]*: {number}\s*</h1>", page), address
        assert f"by={by}" in (back := BACK.findall(page)[0])
        assert LINK.findall(client.get(unescape(back)).content.decode()) == links, "where they came from"


def test_it_shows_the_last_twelve_weeks_unless_told_otherwise(client, organiser):
    surgery = SurgeryFactory.create(starts_at=local(-100))
    happened(surgery, came=1, missed=1, walked_in=1)
    assert "No surgery in this time" in words_of(client.get(ATTENDANCE))
    assert "1 came" in words_of(client.get(f"{ATTENDANCE}?{EVER}"))
    elsewhere = f"{ATTENDANCE}?{EVER}&office={OfficeFactory.create().slug}"
    assert "No surgery in this time" in words_of(client.get(elsewhere))


def test_surgeries_without_a_register_are_counted_as_such(client, organiser):
    for week, is_kept in enumerate((True, False, False), start=1):
        happened(SurgeryFactory.create(starts_at=local(-7 * week)), came=1, missed=1, walked_in=0, is_kept=is_kept)
    words = words_of(client.get(ATTENDANCE))
    assert "2 of 3 surgeries have no register" in words
    total = attendance_of(Asked(last_weeks(timezone.localdate())), now=timezone.now()).total
    assert (total.counts.booked, total.counts.did_not_come, total.counts.unsaid) == (6, 1, 4)


def test_it_says_why_people_did_not_come(client, organiser):
    surgery = SurgeryFactory.create(starts_at=local(-1))
    happened(surgery, came=1, missed=2, walked_in=0)
    surgery.bookings.filter(attendee__visits=None).update(missed_because="forgot")
    assert "as they say: I forgot (2)" in words_of(client.get(ATTENDANCE))


def test_the_surgeries_of_today_lead_to_their_registers(client, organiser):
    today, _ = SurgeryFactory.create(starts_at=local(0)), SurgeryFactory.create(starts_at=local(1))
    SurgeryFactory.create(starts_at=local(0), draft=True)
    page = client.get(ATTENDANCE).content.decode()
    assert re.findall(r"/champion/surgeries/(\w+)/register/", page) == [today.reference]


def test_wrong_dates_are_said_beside_them(client, organiser):
    response = client.get(f"{ATTENDANCE}?since=2026-03-02&until=2026-03-01")
    assert "The last day has to come after the first one" in words_of(response)
    assert client.get(f"{PEOPLE}?since=x&what=came").status_code == 303
    assert client.get(f"{PEOPLE}?what=nothing").status_code == 404


@each_is_its_own
@given(asked=st.dictionaries(st.sampled_from(FIELDS), VALUES))
def test_addresses_may_hold_anything(client, asked):
    client.force_login(UserFactory.create(organiser=True))
    for page in (ATTENDANCE, PEOPLE, "/organise/attendance/people.csv", "/organise/attendance.csv"):
        response = client.get(f"{page}?{encoded(asked)}")
        assert response.status_code in {200, 303, 400, 404}
        assert b"<script>alert(1)" not in response.content


def test_the_list_is_a_file_as_well_with_all_of_them(client, organiser):
    surgery = SurgeryFactory.create(starts_at=local(-1), slots=10, seats=8)
    happened(surgery, came=70, missed=0, walked_in=1)
    Attendee.objects.filter(pk=surgery.visits.exclude(booking=None).first().attendee_id).update(name="=1+1")
    page = client.get(f"{PEOPLE}?what=came").content.decode()
    assert page.count("<tr") == 51
    (in_csv, in_xlsx) = (unescape(each) for each in re.findall(r'href="([^"]*people\.(?:csv|xlsx)[^"]*)"', page)[::-1])
    lines = list(csv.reader(StringIO(client.get(in_csv).content.decode("utf-8-sig"))))
    rows = list(openpyxl.load_workbook(BytesIO(client.get(in_xlsx).content)).worksheets[0].values)
    assert lines[0] == ["Name", "Surgery", "Time", "Venue", "Office"] == list(rows[0])
    assert len(lines) == len(rows) == 71


def test_the_table_is_a_file_as_well_with_its_columns_its_sums_and_what_was_asked_for(client, organiser):
    dangerous = SeriesFactory.create(name='=HYPERLINK("https://evil.example")')
    there, elsewhere = (SurgeryFactory.create(starts_at=local(-1), series=each) for each in (dangerous, None))
    happened(there, came=2, missed=1, walked_in=1)
    happened(elsewhere, came=1, missed=0, walked_in=0)
    page = client.get(f"{ATTENDANCE}?by=series").content.decode()
    (in_xlsx, in_csv) = (unescape(each) for each in re.findall(r'href="([^"]*attendance\.(?:csv|xlsx)[^"]*)"', page))
    columns = ["Series", *(unescape(each) for each in re.findall(r'header--numeric">([^<]+)</th>', page))]

    lines = list(csv.reader(StringIO(client.get(in_csv).content.decode("utf-8-sig"))))
    rows = list(openpyxl.load_workbook(BytesIO(client.get(in_xlsx).content)).worksheets[0].values)
    assert lines[0] == columns == list(rows[0])
    numbers = {str(name).lstrip("'"): numbers for name, *numbers in rows[1:]}
    assert {name.lstrip("'"): list(map(int, each)) for name, *each in lines[1:]} == numbers
    assert list(numbers) == [dangerous.name, "No series", "All"]
    assert numbers["All"] == [sum(each) for each in zip(*list(numbers.values())[:2], strict=True)]
    assert lines[1][0].startswith("'=")

    alone = client.get(f"/organise/attendance.csv?by=series&series={dangerous.reference}")
    assert alone.content.decode("utf-8-sig").count("\r\n") == 2
    assert client.get("/organise/attendance.csv?since=never").status_code == 404


# ── It is quick ───────────────────────────────────────────────────────────────────────────────────────────────
VISITS = 10_000


def crowded(surgeries: int = 500, each: int = 20) -> None:
    """Ten thousand visits, and as many bookings, in 500 surgeries of the last twelve weeks."""
    venues = [VenueFactory.create() for _ in range(10)]
    series = SeriesFactory.create_batch(10)
    made = Surgery.objects.bulk_create(
        Surgery(venue=venues[n % 10], series=series[n % 10], state="published", reference=f"s{n}",
                starts_at=local(-1 - n % 80, 6 + n // 80), ends_at=local(-1 - n % 80, 7 + n // 80))
        for n in range(surgeries)
    )  # fmt: skip
    slots = Slot.objects.bulk_create(Slot(surgery=s, starts_at=s.starts_at, ends_at=s.ends_at) for s in made)
    seats = Seat.objects.bulk_create(
        Seat(slot=slot, surgery=slot.surgery, number=n) for slot in slots for n in range(1, each + 1)
    )
    people = Attendee.objects.bulk_create(AttendeeFactory.build_batch(1000))
    bookings = book_all(seats, people, at=local(-99))
    # Every fifth did not come, and as many walked in.
    come_all(booking for n, booking in enumerate(bookings) if n % 5)
    Visit.objects.bulk_create(
        VisitFactory.build(surgery=booking.surgery, attendee=people[(n + 500) % 1000])
        for n, booking in enumerate(bookings)
        if n % 5 == 0
    )
    count_rows()


def test_ten_thousand_visits_take_the_same_few_statements_and_300_ms(transactional_db, client, organiser):
    weeks(3)
    pages = [f"{ATTENDANCE}?by={by}" for by in By.values] + [f"{PEOPLE}?what={what}" for what in What.values]
    few = {page: statements(lambda page=page: client.get(page)) for page in pages}
    assert max(few.values()) <= 12
    crowded()
    assert Visit.objects.count() >= VISITS
    assert {page: statements(lambda page=page: client.get(page)) for page in pages} == few
    # A busy machine may be slow for a while: one of three rounds has to be quick.
    assert any(max(seconds(client, page) for page in pages[:3]) < 0.3 for _ in range(3))


def seconds(client, page: str) -> float:
    """How long the page takes: the median of five."""
    times = []
    for _ in range(5):
        began = perf_counter()
        assert client.get(page).status_code == 200
        times.append(perf_counter() - began)
    return median(times)
