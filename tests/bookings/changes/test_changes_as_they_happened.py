"""Who did what tells what happened: no detour on the way there, and nothing that nobody did."""

import re
from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bookings.facts import Facts
from bookings.models import Attendee
from bookings.series_moves import Which
from bookings.services.moving import change_surgery
from history.acting import acting
from history.models import Change
from surgeries.models import Surgery
from tests.factories import (
    BookingFactory,
    ChampionFactory,
    SeriesFactory,
    ShiftFactory,
    SurgeryFactory,
    UserFactory,
    VisitFactory,
    local,
)
from tests.factories.crowds import book_all, count_rows

ALL = reverse("bookings:changes")


def move(surgery, organiser, *, by=timedelta(minutes=20)) -> None:
    facts = replace(Facts.of(surgery), starts_at=surgery.starts_at + by, ends_at=surgery.ends_at + by)
    with acting(place="bookings:edit_surgery", who=organiser.pk):
        change_surgery(surgery=surgery, facts=facts)


@pytest.mark.parametrize("minutes", [20, -20])
def test_a_move_says_from_when_to_when_and_nothing_in_between(page, organiser, minutes):
    """Slots, and the two shifts of one host, pass one another on the way."""
    surgery = SurgeryFactory.create()
    start, middle, end = surgery.starts_at, surgery.starts_at + timedelta(minutes=20), surgery.ends_at
    slot = BookingFactory.create(surgery=surgery).slot
    champion = ChampionFactory.create(user=UserFactory.create())
    shifts = [
        ShiftFactory.create(surgery=surgery, champion=champion, starts_at=start, ends_at=middle),
        ShiftFactory.create(surgery=surgery, champion=champion, starts_at=middle, ends_at=end),
    ]
    last, by = Change.objects.latest("id").pk, timedelta(minutes=minutes)
    move(surgery, organiser, by=by)
    made = Change.objects.filter(id__gt=last)
    for row in (slot, *shifts):
        (facts,) = made.filter(table=row._meta.db_table, key=row.pk).values_list("facts", flat=True)
        then = [datetime.fromisoformat(each) for each in facts["starts_at"]]
        assert then == [row.starts_at, row.starts_at + by]
    years = re.findall(r"\b(\d{4})-\d\d-\d\d", str(list(made.values_list("facts", flat=True))))
    assert {int(year) for year in years} <= {start.year, end.year}
    assert str(start.year + 200) not in page()


def test_what_the_database_needs_to_have_something_to_lock_is_nobodys_act(page, organiser):
    """Who hosts is made an attendee, though they never booked; somebody who really comes is added by whoever did it."""
    surgery = SurgeryFactory.create()
    host = ShiftFactory.create(surgery=surgery, champion=ChampionFactory.create(user=UserFactory.create())).champion
    move(surgery, organiser)
    made = Attendee.objects.get(email=host.user.email)
    assert "Moved surgery" in page()
    assert "Added attendee" not in page()
    assert "Added attendee" not in page(reverse("bookings:changes_of_one", args=["attendee", made.pk]))
    assert "Nothing was changed" in page(f"{ALL}?kind=attendee")
    with acting(place="bookings:book_for_new_at", who=organiser.pk):
        BookingFactory.create(surgery=surgery, attendee__name="Ada Lovelace")
    with acting(place="bookings:act", who=organiser.pk):
        VisitFactory.create(surgery=surgery, attendee__name="Grace Hopper")
    words = page(f"{ALL}?kind=attendee")
    assert "Added attendee “Ada Lovelace”" in words
    assert "Added attendee “Grace Hopper”" in words
    assert host.name not in words


def rows_read(sql: str) -> int:
    """How many rows PostgreSQL looks at for it, whatever it makes of them."""

    def read(plan: dict) -> int:
        own = plan["Actual Rows"] + plan.get("Rows Removed by Filter", 0) + plan.get("Rows Removed by Join Filter", 0)
        return int(own * plan["Actual Loops"]) + sum(map(read, plan.get("Plans", [])))

    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}")
        ((found,),) = cursor.fetchall()
    return read(found[0]["Plan"])


def most_rows_read(client) -> float:
    """Of all statements about changes, by the one that reads most: how many rows for each change there is."""
    with CaptureQueriesContext(connection) as queries:
        client.get(ALL)
    asked = [each["sql"] for each in queries if 'FROM "history_change"' in each["sql"]]
    assert len(asked) >= 3
    return max(map(rows_read, asked)) / Change.objects.count()


def many_at_once() -> None:
    """As in the demonstration, of which all is one transaction."""
    VisitFactory.create()
    people = Attendee.objects.bulk_create(Attendee(name="Ada", email=f"ada{n}@example.gov.uk") for n in range(1000))
    seats = SurgeryFactory.create(slots=6, seats=100).seats.select_related("slot", "surgery")
    book_all(seats, people, at=people[0].created_at)
    assert Change.objects.count() > 1000


def test_who_came_is_not_looked_up_for_each_who_was_added_at_the_same_moment(client, organiser):
    many_at_once()
    client.force_login(organiser)
    assert most_rows_read(client) < 50


@pytest.mark.parametrize(("table", "moments", "keys"), [
    ("bookings_attendee", 1000, 400_000),
    ("surgeries_surgery", 400_000, 10),
])  # fmt: skip
def test_nor_where_postgresql_takes_them_for_very_many(transactional_db, client, organiser, table, moments, keys):
    """It reads a list anew for each change as soon as it thinks that a table of hashes would not fit into memory.

    It also reads all that was done at the same moment, if as a rule that is less than what was done to one row.
    """
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            'INSERT INTO history_change (changed_at, place, "table", key, what, facts)'
            " SELECT now() - interval '1 second' * (g %% %s), '', %s, g %% %s, 'insert', '{}'"
            " FROM generate_series(1, 400000) g",
            [moments, table, keys],
        )
        count_rows()
        cursor.execute("DELETE FROM history_change")
    with transaction.atomic():
        many_at_once()
    client.force_login(organiser)
    assert most_rows_read(client) < 50


def test_a_move_names_the_surgery_first_and_counts_what_moved_with_it(page, organiser):
    surgery = SurgeryFactory.create(slots=6)
    move(surgery, organiser)
    words = page()
    assert words.index("Moved surgery") < words.index("Changed 6 slots")
    assert words.count("Changed slot") == 0
    assert "Changed 6 slots" in page(reverse("bookings:changes_of_one", args=["surgery", surgery.pk]))


def test_many_that_move_at_once_are_counted(page, organiser):
    series = SeriesFactory.create(end_time=time(11))
    first, *_ = (SurgeryFactory.create(series=series, venue=series.venue, starts_at=local(7 * n)) for n in range(1, 6))
    facts = replace(Facts.of(first), starts_at=first.starts_at - timedelta(hours=1))
    with acting(place="bookings:edit_surgery", who=organiser.pk):
        change_surgery(surgery=first, facts=facts, which=Which.ALL)
    words = page()
    assert "Moved 5 surgeries" in words
    assert "Changed 15 slots" in words
    assert words.count("Moved surgery") == 0


def test_a_surgery_that_changes_twice_at_once_counts_once_and_only_what_all_share_is_said(page, organiser):
    surgeries = SurgeryFactory.create_batch(4, slots=0)
    with acting(place="bookings:edit_surgery", who=organiser.pk):
        Surgery.objects.filter(pk=surgeries[0].pk).update(venue=SurgeryFactory.create().venue)
        Surgery.objects.filter(pk__in=[each.pk for each in surgeries]).update(note="Bring your phone.")
    words = page()
    assert "Changed 4 surgeries" in words
    assert "Moved 4" not in words
