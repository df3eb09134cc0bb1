"""Of whoever is noted afterwards nobody knows when they came, and no page, file or figure says that it did."""

from datetime import date, timedelta
from importlib import import_module
from io import BytesIO
from uuid import uuid4

import openpyxl
import pytest
import time_machine
from django.db import connections
from django.urls import reverse

from bookings.models import Visit
from bookings.queue import wait_at
from bookings.record import Period, record_of
from bookings.services.attending import check_in, end_of_day, end_the_day, walk_in
from bookings.services.paper import enter_from_paper
from bookings.services.room import finish
from tests.bookings.pages import words_of
from tests.factories import BookingFactory, ShiftFactory, SurgeryFactory, UserFactory, VisitFactory

pytestmark = pytest.mark.django_db
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def organiser(client):
    return UserFactory.create(organiser=True)


def page_of(surgery, name="register") -> str:
    return reverse(f"bookings:{name}", args=[surgery.reference])


def on_paper(surgery, *names: str, came=(), by, now) -> None:
    lines = [(name, "") for name in names]
    enter_from_paper(surgery=surgery, came=came, walked_in=lines, request_id=uuid4(), by=by, now=now)


def test_when_somebody_came_is_known_only_if_they_are_noted_as_they_come(
    client, surgery, alices_booking, bobs_booking, organiser
):
    during, after = surgery.starts_at + 10 * MINUTE, surgery.ends_at
    live = walk_in(surgery=surgery, name="Live", by=organiser, now=during)
    late = walk_in(surgery=surgery, name="Late", by=organiser, now=after)
    on_paper(surgery, "Paper", came=[alices_booking], by=organiser, now=during)
    with time_machine.travel(during):
        client.force_login(organiser)
        client.post(page_of(surgery, "correct_register"), {"came": bobs_booking.pk})
    known = {visit.name: visit.arrived_at for visit in surgery.visits.all()}
    assert (live.arrived_at, late.arrived_at) == (during, None)
    assert known == {"Live": during} | dict.fromkeys(("Late", "Paper", alices_booking.name, bobs_booking.name))
    assert check_in(booking=alices_booking, now=during + MINUTE).arrived_at is None, "nor if they say it again"


def test_the_register_and_its_files_say_that_it_is_not_known(client, surgery, alices_booking, bobs_booking, organiser):
    VisitFactory.create(surgery=surgery, name="Dora", arrived_at=surgery.starts_at + 20 * MINUTE)
    on_paper(surgery, "Eve", came=[alices_booking], by=organiser, now=surgery.ends_at + DAY)
    with time_machine.travel(surgery.ends_at + DAY):
        client.force_login(organiser)
        words = words_of(client.get(page_of(surgery)))
        book = openpyxl.load_workbook(BytesIO(client.get(page_of(surgery, "register_spreadsheet")).content))
        again = words_of(client.get(page_of(surgery, "paper")))
        behind = words_of(client.get(reverse("bookings:attendance_people"), {"what": "walked_in"}))
        admin = words_of(client.get("/admin/bookings/visit/"))
    assert "Alice Adeyemi 10am Came Arrived not known" in words
    assert "Dora No booking Walked in Arrived 10:20am" in words
    arrived = {row[0]: row[3] for row in book.worksheets[0].iter_rows(min_row=2, values_only=True)}
    assert (arrived["Alice Adeyemi"], arrived[bobs_booking.name], arrived["Eve"]) == ("not known", None, "not known")
    assert list(arrived)[-2:] == ["Dora", "Eve"], "and who walked in when nobody knows comes last"
    assert "10am, Alice Adeyemi: in the register already" in again
    assert "arrival not known" in behind
    assert "not known" in admin


def test_in_the_room_they_are_here_without_since_when_and_go_by_their_slot_or_last(
    client, surgery, alices_booking, organiser
):
    ShiftFactory.create(surgery=surgery)
    now = surgery.starts_at + 10 * MINUTE
    walk_in(surgery=surgery, name="Dora", by=organiser, now=now)
    before = wait_at(surgery, now=now)
    on_paper(surgery, "Eve", came=[alices_booking], by=organiser, now=now)
    with time_machine.travel(now):
        client.force_login(organiser)
        words = words_of(client.get(page_of(surgery, "room")))
    assert words.index("Alice Adeyemi 10am, here Sit") < words.index("Dora Walked in 10:10am")
    assert words.index("Dora Walked in 10:10am") < words.index("Eve Walked in Sit"), "perhaps she has left long ago"
    after = wait_at(surgery, now=now)
    assert before
    assert after
    assert after.time == before.time * 2, "Alice goes before somebody who walks in now, and Eve does not"


def test_they_leave_and_so_they_do_at_midnight(surgery, alices_booking, organiser):
    now = surgery.starts_at + 10 * MINUTE
    on_paper(surgery, "Dora", "Eve", by=organiser, now=now)
    assert finish(visit=Visit.objects.get(name="Dora"), by=organiser, now=now).left_at == now
    end_the_day(now=end_of_day(surgery))
    assert Visit.objects.get(name="Eve").left_at == surgery.ends_at


def test_they_count_for_whoever_hosted_all_the_time_and_for_nobody_who_hosted_a_part(organiser):
    surgery = SurgeryFactory.create(slots=3)
    all_of_it = ShiftFactory.create(surgery=surgery)
    first, second = list(surgery.slots.all())[:2]
    parts = [ShiftFactory.create(surgery=surgery, ends_at=first.ends_at)]
    parts.append(ShiftFactory.create(surgery=surgery, starts_at=second.starts_at))
    booking = BookingFactory.create(surgery=surgery, slot=first)
    on_paper(surgery, "Dora", came=[booking], by=organiser, now=surgery.ends_at)
    ever = Period(date(2000, 1, 1), date(2099, 12, 31))
    came = [record_of(shift.champion, ever, now=surgery.ends_at + DAY).came for shift in (all_of_it, *parts)]
    assert came == [2, 1, 0], "who has a slot came for it"


def test_what_was_made_up_before_is_not_known_any_more_and_all_else_stays(surgery):
    made_up = VisitFactory.create(surgery=surgery, arrived_at=surgery.ends_at)
    known = VisitFactory.create(surgery=surgery, arrived_at=surgery.ends_at - MINUTE)
    migration = import_module("bookings.migrations.0011_arrival_not_known")
    with connections["default"].cursor() as cursor:
        for statement, arrived_at in ((migration.NOT_KNOWN, None), (migration.THE_END, surgery.ends_at)):
            cursor.execute(statement)
            made_up.refresh_from_db(), known.refresh_from_db()
            assert (made_up.arrived_at, known.arrived_at) == (arrived_at, surgery.ends_at - MINUTE)
