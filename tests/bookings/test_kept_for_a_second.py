"""The list is rendered once a second, for nobody in particular: it is quick, never stale, and nobody's."""

import gzip
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.finding import around
from bookings.services.diary import call_off
from bookings.views.booking import _surgery
from organisation.kept import forget, kept
from surgeries.models import Seat, Slot, Surgery
from tests.bookings.pages import filled_in, page_of, private
from tests.factories import (
    BookingFactory,
    ChampionFactory,
    OfficeFactory,
    ShiftFactory,
    SurgeryFactory,
    TopicFactory,
    UserFactory,
    VenueFactory,
    local,
)
from tests.kept import everything_kept


class Clock:
    """Stands in for the clock that `kept` reads."""

    seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock(monkeypatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("organisation.kept.monotonic", clock)
    return clock


def many(surgeries: int) -> None:
    """So many coming surgeries with two slots, two seats and a host each, in few statements."""
    venue = VenueFactory.create()
    host = ChampionFactory.create(topics=TopicFactory.create_batch(3))
    rows = Surgery.objects.bulk_create(
        Surgery(venue=venue, state="published", starts_at=local(day, hour=9), ends_at=local(day, hour=10))
        for day in range(1, surgeries + 1)
    )
    slots = Slot.objects.bulk_create(
        Slot(surgery=row, starts_at=local(day, hour=9, minute=minute), ends_at=local(day, hour=9, minute=minute + 20))
        for day, row in enumerate(rows, start=1)
        for minute in (0, 20)
    )
    Seat.objects.bulk_create(
        Seat(slot=slot, surgery_id=slot.surgery_id, number=number) for slot in slots for number in (1, 2)
    )
    for row in rows[:20]:
        ShiftFactory.create(surgery=row, champion=host)


def queries(client, path: str) -> int:
    forget()
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


# ── Few queries ───────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/?office=leeds", "/?topic=linkedin&page=2", "/?office=leeds&topic=linkedin"])
def test_the_list_takes_at_most_four_queries_with_10_and_with_500_surgeries(client, path):
    OfficeFactory.create(name="Leeds", slug="leeds")
    TopicFactory.create(name="LinkedIn", slug="linkedin")
    many(10)
    with_ten = queries(client, path)
    many(490)
    assert Surgery.objects.count() == 500
    assert queries(client, path) == with_ten <= 4


@pytest.mark.django_db
def test_within_the_second_it_takes_no_query_at_all(client, django_assert_num_queries):
    many(3)
    client.get("/")
    with django_assert_num_queries(0):
        client.get("/")
        client.get("/?utm_source=intranet&junk=1")
        client.head("/")


@pytest.mark.django_db
def test_whoever_is_signed_in_costs_no_query_either(client, django_assert_num_queries):
    client.force_login(UserFactory.create(administrator=True))
    client.get("/")
    with django_assert_num_queries(0):
        client.get("/")


# ── Nobody's ──────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.django_db
def test_it_carries_no_cookie_no_token_and_no_nonce(client):
    many(3)
    response = client.get("/")
    assert not response.cookies
    assert response.headers["Vary"] == "Accept-Encoding"
    assert "nonce" not in response.headers["Content-Security-Policy"]
    body = response.content.decode().lower()
    for mark in ("csrf", "nonce", "sessionid", '<form method="post"'):
        assert mark not in body


@pytest.mark.django_db
def test_everybody_gets_the_same_bytes(client):
    many(3)
    nobodys = client.get("/").content
    forget()
    client.force_login(UserFactory.create(administrator=True))
    client.get("/ask/")  # brings a cookie of its own
    client.cookies["messages"] = "stale"
    assert client.get("/", headers={"User-Agent": "x", "Accept-Language": "cy"}).content == nobodys


@pytest.mark.django_db
def test_the_form_that_asks_for_a_surgery_is_where_the_token_is(client):
    response = client.get("/ask/")
    assert "csrftoken" in response.cookies
    assert "private" in response.headers["Cache-Control"]


# ── Never stale ───────────────────────────────────────────────────────────────────────────────────────────────
def seats_are_right_a_second_later(client, clock) -> bool:
    """Fill a seat just after the list was shown, and look again a second later."""
    surgery = SurgeryFactory.create(slots=1, seats=2)
    assert "2 seats left" in client.get("/").content.decode()
    BookingFactory.create(surgery=surgery)
    clock.seconds += 1
    return "1 seat left" in client.get("/").content.decode()


@pytest.mark.django_db
def test_what_it_says_about_seats_is_never_more_than_a_second_old(client, clock):
    assert seats_are_right_a_second_later(client, clock)


@pytest.mark.django_db
def test_kept_for_longer_it_would_be_stale(client, clock, monkeypatch):
    monkeypatch.setattr("bookings.views.public.LIST_IS_KEPT", 2.0)
    assert not seats_are_right_a_second_later(client, clock)


@pytest.mark.django_db
def test_somebody_who_sets_the_time_back_does_not_make_it_stale(client, clock):
    with time_machine.travel(datetime(2026, 3, 2, 12, tzinfo=UTC), tick=False) as calendar:
        surgery = SurgeryFactory.create(slots=1, seats=2)
        client.get("/")
        BookingFactory.create(surgery=surgery)
        calendar.shift(-600)
        clock.seconds += 1
        assert "1 seat left" in client.get("/").content.decode()


@pytest.mark.django_db
def test_browsers_and_proxies_ask_before_they_show_what_they_kept(client):
    many(3)
    first = client.get("/")
    assert first.headers["Cache-Control"] == "no-cache"
    forget()
    again = client.get("/", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    BookingFactory.create(surgery=Surgery.objects.first())
    forget()
    assert client.get("/", headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_the_second_begins_before_the_making_however_long_that_takes(clock):
    def slowly() -> str:
        clock.seconds += 0.75
        return "first"

    assert kept("slow", slowly, seconds=1.0) == "first"
    clock.seconds += 0.2
    assert kept("slow", lambda: "second", seconds=1.0) == "first"
    clock.seconds += 0.1
    assert kept("slow", lambda: "second", seconds=1.0) == "second"


def test_many_threads_may_ask_at_once():
    def ask(number: int) -> bool:
        key = f"page-{number % 150}"
        return kept(key, lambda: key * 1000, seconds=0.001) == key * 1000

    forget()
    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(ask, range(4000)))


# ── Nobody changes what everybody gets ───────────────────────────────────────────────────────────────────────
def said_of(surgery: Surgery) -> list[object]:
    """All that the surgery has, and its slots: what is kept beside the columns as well."""
    rows = [surgery, surgery.venue, surgery.venue.office, *surgery.slots.all()]
    facts = [{name: value for name, value in vars(row).items() if not name.startswith("_")} for row in rows]
    return [*facts, *(sorted(row._state.fields_cache) for row in rows), sorted(surgery._prefetched_objects_cache)]


def every_page_of(client, surgery: Surgery) -> None:
    """Book, find it full, wait, and look at each: all that is made of what is kept."""
    slot, page = surgery.slots.get(), page_of(surgery)
    for path in ("/", surgery.get_absolute_url(), page, f"{page}?slot={slot.pk}"):
        assert client.get(path).status_code == 200
    booked, refused, waits = (
        client.post(page, filled_in(which, email=f"{name}@example.gov.uk"))
        for name, which in (("ada", slot), ("bob", slot), ("cyd", None))
    )
    assert [each.status_code for each in (booked, refused, waits)] == [303, 409, 303]
    for answer in (booked, waits):
        assert client.get(answer["Location"]).status_code == 200
    assert client.get(page).status_code == 200


@pytest.mark.django_db
def test_no_page_changes_what_is_kept(client):
    surgery = SurgeryFactory.create(slots=1, seats=1)
    asked = {
        f"surgery:{surgery.reference}": _surgery(surgery.reference),
        f"around:{surgery.reference}": around(surgery),
    }
    fresh = {key: said_of(made) for key, made in asked.items()}
    every_page_of(client, surgery)
    assert {key: said_of(everything_kept()[key]) for key in asked} == fresh


@pytest.mark.django_db
@pytest.mark.parametrize("change", ["seats_left", "state"])
def test_control_a_change_is_found(client, change):
    surgery = SurgeryFactory.create()
    made, fresh = _surgery(surgery.reference), said_of(_surgery(surgery.reference))
    assert said_of(made) == fresh
    setattr(made if change == "state" else made.slots.all()[0], change, 0)
    assert said_of(made) != fresh


# ── Never full ────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.django_db
def test_junk_in_the_address_is_not_kept(client):
    many(1)
    client.get("/")
    before = set(everything_kept())
    for number in range(50):
        client.get(f"/?junk={number}&page={number}x&{number}=1")
    assert set(everything_kept()) == before


@pytest.mark.django_db
def test_what_is_kept_is_bounded(client):
    many(1)
    for number in range(300):
        client.get(f"/?page={number}")
    assert len(everything_kept()) <= 200


# ── Light ─────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.django_db
def test_it_is_sent_compressed_to_those_who_can_read_that(client):
    many(25)
    plain = client.get("/")
    zipped = client.get("/", headers={"Accept-Encoding": "br, gzip"})
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(zipped.content) == plain.content
    assert len(zipped.content) < len(plain.content) / 3
    assert "Content-Encoding" not in plain.headers


# ── How long the booking form and the private link may be behind ──────────────────────────────────────────────
@pytest.fixture
def place() -> Surgery:
    return SurgeryFactory.create(slots=2, seats=2)


@pytest.mark.django_db
def test_the_seats_on_the_form_are_never_more_than_a_second_old(client, clock, place):
    assert b"1 seat left" not in client.get(page_of(place)).content
    BookingFactory.create(surgery=place, slot=place.slots.first())
    clock.seconds += 0.99
    assert b"1 seat left" not in client.get(page_of(place)).content
    clock.seconds += 0.01
    assert b"1 seat left" in client.get(page_of(place)).content


@pytest.mark.django_db
def test_the_form_knows_within_five_seconds_that_a_surgery_is_called_off(client, clock, place):
    client.get(page_of(place))
    call_off(surgery=place, reason="The café is being painted.", by=None)
    clock.seconds += 4.99
    assert client.get(page_of(place)).status_code == 200
    clock.seconds += 0.01
    assert client.get(page_of(place)).status_code == 410


@pytest.mark.django_db
def test_the_private_page_knows_within_five_seconds_who_hosts(client, clock, place):
    page = private(BookingFactory.create(surgery=place))
    client.get(page)
    ShiftFactory.create(surgery=place, champion=ChampionFactory.create(name="Amina Yusuf"))
    clock.seconds += 4.99
    assert b"Amina Yusuf" not in client.get(page).content
    clock.seconds += 0.01
    assert b"Amina Yusuf" in client.get(page).content
