"""A series from its dates: what is ticked is made, once; what is not stays out; and it can be taken back."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
import time_machine
from django.db import IntegrityError, connections, transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from bookings.series import left_out
from bookings.services import series as services
from bookings.services.series import UsedAlready, end_series, figures_of, make, undo
from surgeries.models import Making, Series, Surgery
from surgeries.services import create_surgeries
from surgeries.transactions import Contention
from tests.bookings.dates import dates_page, form_on, send
from tests.bookings.pages import words_of
from tests.bookings.test_bad_input import VALUES, each_is_its_own, encoded
from tests.bookings.test_statements_per_page import statements
from tests.everyone.diary import DIARY, NOW
from tests.everyone.planning import DATES, NEW, OF_SERIES, SERIES, series, typed
from tests.factories import (
    OfficeFactory,
    SeriesFactory,
    ShiftFactory,
    SurgeryFactory,
    UserFactory,
    VenueFactory,
    local,
)

pytestmark = pytest.mark.django_db
ONE: dict[str, Any] = {
    "days": [date(2027, 3, 16)], "until": date(2027, 3, 16), "publishes": False, "contents": ""
}  # fmt: skip


@pytest.fixture(autouse=True)
def in_march():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def organiser(client):
    client.force_login(UserFactory.create(organiser=True))
    return client


@pytest.fixture
def venue():
    return VenueFactory.create(office=OfficeFactory.create(name="Leeds", nation="ENG"), name="Ground floor café")


# ── Before anything is made ───────────────────────────────────────────────────────────────────────────────────


def test_the_page_shows_every_date_and_what_there_is_to_know_of_each(organiser, venue):
    SurgeryFactory.create(venue=venue, starts_at=local(33, 11), draft=True)  # 13 April
    SurgeryFactory.create(venue=VenueFactory.create(office=venue.office, name="Roof"), starts_at=local(47, 15))
    SurgeryFactory.create(venue=venue, starts_at=local(61), called_off=True)
    response = dates_page(organiser, venue, often="w1")
    page = words_of(response)
    assert "53 dates" in page
    assert "Tuesday 28 December 2027 Bank holiday: Boxing Day (observed)" in page
    assert "Tuesday 13 April 2027 Venue taken: A surgery is there 11am to midday, a draft" in page
    assert "Tuesday 27 April 2027 Same office: Roof, 3pm to 4pm" in page
    assert "Tuesday 30 March 2027 Clocks change: They go forward on Sunday 28 March" in page
    assert "Tuesday 26 October 2027 Clocks change: They go back on Sunday 31 October" in page
    assert "Tuesday 11 May 2027 Tuesday" in page  # what is called off stands in nobody's way
    assert len(form_on(response)["days"]) == 51
    assert not {"2027-12-28", "2027-04-13"} & set(form_on(response)["days"])
    assert Surgery.objects.count() == 3


@pytest.mark.parametrize(
    ("nation", "day", "holiday"),
    [
        ("ENG", "2027-03-29", "Easter Monday"),
        ("WLS", "2027-03-29", "Easter Monday"),
        ("SCT", "2027-03-29", ""),
        ("SCT", "2027-08-02", "Summer Bank Holiday"),
        ("NIR", "2027-07-12", "Battle of the Boyne"),
        ("ENG", "2027-07-12", ""),
    ],
)
def test_bank_holidays_are_those_of_the_nation_of_the_office(organiser, nation, day, holiday):
    there = VenueFactory.create(office__nation=nation)
    response = dates_page(organiser, there, starts_on=day, often="once", ends_on="")
    assert (f"Bank holiday: {holiday}" in words_of(response)) == bool(holiday)
    assert form_on(response)["days"] == ([] if holiday else [day])


def test_dates_in_the_past_are_named_and_cannot_be_made(organiser, venue):
    said = {"starts_on": "2027-03-02", "ends_on": "2027-03-30"}
    response = dates_page(organiser, venue, **said)
    assert "begun already: Tuesday 2 March 2027." in words_of(response)
    send(organiser, venue, form_on(response) | {"days": ["2027-03-02"]}, **said)
    assert not Surgery.objects.exists()


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"venue": ""}, "Choose a venue"),
        ({"venue": "9" * 30}, "Choose from what is shown here"),
        ({"starts_on": "soon"}, "Enter the date, such as 27/3/2027 or 27 March"),
        ({"starts_on": "31/2/2027"}, "There is no 31 February 2027. Enter the date, such as"),
        ({"ends_on": "Mon 25 February 2028"}, "is a Friday, not a Monday. Enter the last date, such as"),
        ({"begins": "never"}, "The start has to be a time"),
        ({"ends": "9am"}, "The end has to come after the start"),
        ({"slot_minutes": "121"}, "A slot cannot be longer than the surgery"),
        ({"seats_per_slot": "201"}, "Seats per slot has to be a number from 1 to 200"),
        ({"often": "w13"}, "Choose from what is shown here"),
        ({"often": "once"}, "Choose how often it comes, or leave the last date and the number empty"),
        ({"often": "once", "ends_on": "", "starts_on": "2027-03-10"}, "The date has to be today or later"),
        ({"times": "3"}, "Give either the last date or the number of surgeries"),
        ({"ends_on": "2027-03-15"}, "The last date has to come after the first one"),
        ({"ends_on": "1/1/2032"}, "more than 110 surgeries"),
        ({"starts_on": "6 January 2072"}, "years away. Enter the date, such as"),
    ],
)
def test_what_makes_no_sense_is_said_beside_its_field_and_all_that_was_typed_is_kept(organiser, venue, said, words):
    response = dates_page(organiser, venue, **({"name": "Elevenses"} | said))
    assert "There is a problem" in words_of(response)
    assert words in words_of(response)
    assert 'value="Elevenses"' in response.content.decode()


@pytest.mark.parametrize(
    ("said", "days"),
    [
        ({"often": "w3", "ends_on": "", "times": "3"}, ["2027-03-16", "2027-04-06", "2027-04-27"]),
        ({"often": "m1", "ends_on": "2027-06-30"}, ["2027-04-06", "2027-05-04", "2027-06-01"]),
        ({"often": "m-1", "ends_on": "2027-05-31"}, ["2027-03-30", "2027-04-27", "2027-05-25"]),
        ({"often": "m4", "ends_on": "", "times": "2"}, ["2027-03-23", "2027-04-27"]),
        ({"often": "w4", "ends_on": ""}, ["2027-03-16", "2027-04-13", "2027-05-11"]),  # ten weeks of it
    ],
)
def test_patterns(organiser, venue, said, days):
    assert form_on(dates_page(organiser, venue, **said))["days"] == days


# ── Once, and only what is ticked ─────────────────────────────────────────────────────────────────────────────


def test_what_is_ticked_is_made_once_however_often_it_is_sent(organiser, venue):
    form = form_on(dates_page(organiser, venue))
    form["days"].remove("2027-04-27")
    answers = [send(organiser, venue, form) for _ in range(3)]
    made = Series.objects.get()
    assert {answer["Location"] for answer in answers} == {
        f"/organise/series/{made.reference}/?made={Making.objects.get().pk}"
    }
    assert made.surgeries.filter(state="draft").count() == Surgery.objects.count() == 26
    assert {timezone.localtime(each.starts_at).hour for each in made.surgeries.all()} == {10}
    assert {each.slots.count() for each in made.surgeries.all()} == {6}
    assert [each.day for each in left_out(made, now=NOW)] == [date(2027, 4, 27)]
    assert (made.ends_on, made.name) == (date(2028, 3, 14), "Every second Tuesday, Leeds")


def test_the_same_form_with_other_ticks_makes_nothing_more_and_says_so(organiser, venue):
    form = form_on(dates_page(organiser, venue))
    send(organiser, venue, form)
    answer = send(organiser, venue, form | {"days": form["days"][:1]})
    assert answer["Location"].endswith("&said=used")
    assert "Nothing more was made" in words_of(organiser.get(answer["Location"]))
    assert Series.objects.count() == 1


def test_the_database_itself_knows_a_form_once():
    Making.objects.create(request_id=(form := uuid4()), digest="x", made_at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Making.objects.create(request_id=form, digest="x", made_at=NOW)


@pytest.mark.django_db(transaction=True)
def test_a_double_press_at_the_same_moment_makes_it_once(venue):
    by, form = UserFactory.create(organiser=True), uuid4()
    pattern = Series(name="Elevenses", venue=venue, starts_on=date(2027, 3, 16))
    facts = {
        "days": [date(2027, 3, 16)],
        "until": date(2027, 3, 16),
        "publishes": False,
        "request_id": form,
        "contents": "",
        "by": by,
    }

    def press(_: int) -> int:
        copy = Series(name=pattern.name, venue=venue, starts_on=pattern.starts_on)
        try:
            return make(pattern=copy, **facts, now=NOW).pk
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as presses:
        assert len(set(presses.map(press, range(4)))) == 1
    assert (Series.objects.count(), Surgery.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_what_the_database_interrupts_is_made_at_the_second_try(venue, monkeypatch):
    """All of the first try is taken back with its transaction, the series as well."""
    pattern = SeriesFactory.build(venue=venue, starts_on=date(2027, 3, 16))
    tries = []

    def interrupted_once(**facts: Any) -> list[Surgery]:
        tries.append(facts)
        if len(tries) == 1:
            raise Contention
        return create_surgeries(**facts)

    monkeypatch.setattr(services, "create_surgeries", interrupted_once)
    make(pattern=pattern, **ONE, request_id=uuid4(), by=UserFactory.create(), now=NOW)
    assert len(tries) == 2
    assert Series.objects.get().surgeries.count() == 1


def test_one_surgery_belongs_to_no_series_and_can_be_published_at_once(organiser, venue):
    said = {"often": "once", "ends_on": ""}
    form = form_on(dates_page(organiser, venue, **said)) | {"publish": "publish"}
    answer = send(organiser, venue, form, **said)
    surgery = Surgery.objects.get()
    assert (surgery.state, surgery.series, Series.objects.count()) == ("published", None, 0)
    page = words_of(organiser.get(answer["Location"]))
    assert "Made: Tuesday 16 March, 10am to midday" in page
    assert "Undo" not in page


def test_nothing_ticked_is_a_mistake(organiser, venue):
    response = send(organiser, venue, form_on(dates_page(organiser, venue)) | {"days": []})
    assert "Tick at least one date" in words_of(response)
    assert not Series.objects.exists()


def test_a_clash_that_came_in_between_is_shown_before_anything_is_made(organiser, venue):
    form = form_on(dates_page(organiser, venue))
    SurgeryFactory.create(venue=venue, starts_at=local(5))
    response = send(organiser, venue, form)
    assert "Something has changed since you looked at 16 March" in words_of(response)
    assert not Series.objects.exists()
    again = form_on(response)
    assert "2027-03-16" in again["warned"].split()
    send(organiser, venue, again | {"days": ["2027-03-16"]})  # they insist
    assert Series.objects.get().surgeries.count() == 1


def test_more_seats_than_can_be_made_at_once_are_refused_and_the_ticks_kept(organiser, venue):
    said = {"often": "w1", "slot_minutes": "5", "seats_per_slot": "200"}
    form = form_on(dates_page(organiser, venue, **said))
    response = send(organiser, venue, form, **said)
    assert "At most 20,000 can be made at once" in words_of(response)
    assert form_on(response)["days"] == form["days"]
    assert not Series.objects.exists()


# ── Taking it back ────────────────────────────────────────────────────────────────────────────────────────────


def test_one_press_takes_back_what_was_made_and_the_series_with_it(organiser, venue):
    answer = send(organiser, venue, form_on(dates_page(organiser, venue)))
    assert "Undo: delete these 27 drafts" in words_of(organiser.get(answer["Location"]))
    making = Making.objects.get()
    for _ in range(2):
        assert organiser.post(f"{DIARY}made/{making.pk}/undo/")["Location"] == f"{DIARY}?said=undone"
    assert not Series.objects.exists()
    assert not Surgery.objects.exists()
    assert "Taken back" in words_of(organiser.get(f"{DIARY}?said=undone"))
    back = organiser.get(answer["Location"])
    assert back["Location"] == "/organise/series/?said=gone"
    assert "taken back" in words_of(organiser.get(back["Location"]))
    assert organiser.get("/organise/series/never22/").status_code == 404


@pytest.mark.parametrize("relied_on", ["published", "hosted", "hosted before"])
def test_what_somebody_relies_on_is_not_taken_back(organiser, venue, relied_on):
    send(organiser, venue, form_on(dates_page(organiser, venue)))
    making, surgery = Making.objects.get(), Surgery.objects.first()
    if relied_on == "published":
        Surgery.objects.filter(pk=surgery.pk).update(state="published")
    else:
        ShiftFactory.create(surgery=surgery, given_back=relied_on == "hosted before")
    assert figures_of(making) == (27, False)
    answer = organiser.post(f"{DIARY}made/{making.pk}/undo/")
    assert "cannot be taken back as a whole any more" in words_of(organiser.get(answer["Location"]))
    assert Surgery.objects.count() == 27


def test_what_was_made_more_than_a_day_ago_is_not_taken_back(organiser, venue):
    send(organiser, venue, form_on(dates_page(organiser, venue)))
    making = Making.objects.get()
    page = f"/organise/series/{making.series.reference}/?made={making.pk}"
    assert figures_of(making) == (27, True)
    assert f"/made/{making.pk}/undo/" in organiser.get(page).content.decode()
    Making.objects.update(made_at=NOW - timedelta(days=1))
    making.refresh_from_db()
    assert figures_of(making) == (27, False)
    assert f"/made/{making.pk}/undo/" not in organiser.get(page).content.decode()
    answer = organiser.post(f"{DIARY}made/{making.pk}/undo/")
    assert "cannot be taken back as a whole any more" in words_of(organiser.get(answer["Location"]))
    assert Surgery.objects.count() == 27


def test_taking_back_an_extension_leaves_the_series_as_it_was():
    pattern = series(ends_on=local(60).date())
    Making.objects.all().delete()
    before = Series.objects.values().get()
    pattern.ends_on = local(200).date()
    making = make(
        pattern=pattern, days=[local(61).date()], until=pattern.ends_on, publishes=False, request_id=uuid4(),
        contents="", by=UserFactory.create(), now=NOW,
    )  # fmt: skip
    assert Series.objects.get().ends_on == pattern.ends_on
    assert undo(making=making, now=NOW) == 1
    assert Series.objects.values().get() == before
    assert undo(making=making, now=NOW) == 0


def test_taking_back_leaves_a_last_date_that_somebody_gave_the_series_since():
    pattern = series()
    making = make(
        pattern=pattern, days=[local(61).date()], until=local(100).date(), publishes=False, request_id=uuid4(),
        contents="", by=UserFactory.create(), now=NOW,
    )  # fmt: skip
    end_series(series=pattern, last=local(150).date(), now=NOW)
    assert undo(making=making, now=NOW) == 1
    assert Series.objects.get().ends_on == local(150).date()


# ── Always ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "page",
    [NEW, SERIES, OF_SERIES, f"{OF_SERIES}publish/", f"{OF_SERIES}unpublish/", f"{OF_SERIES}end/?last=2027-03-16"],
)
def test_pages_take_at_most_12_statements_however_much_there_is(organiser, page):
    pattern = series()
    few = statements(lambda: organiser.get(page))
    assert few <= 12
    SeriesFactory.create_batch(20)
    for week in range(20):
        SurgeryFactory.create(series=pattern, venue=pattern.venue, starts_at=local(75 + 7 * week), draft=True)
    assert statements(lambda: organiser.get(page)) == few


def test_the_dates_and_making_them_take_as_many_statements_for_a_year_as_for_a_month(organiser, venue):
    def both(ends_on: str) -> tuple[int, int]:
        found = statements(lambda: dates_page(organiser, venue, ends_on=ends_on))
        form = form_on(dates_page(organiser, venue, ends_on=ends_on))
        return found, statements(lambda: send(organiser, venue, form, ends_on=ends_on))

    month = both("2027-04-13")
    Making.objects.update(series=None)
    Surgery.objects.all().delete()
    assert both("2028-03-14") == month
    assert month[0] <= 12


@settings(each_is_its_own, max_examples=20)
@given(
    sent=st.fixed_dictionaries({}, optional=dict.fromkeys(typed(0), VALUES)),
    posted=st.fixed_dictionaries({}, optional=dict.fromkeys(("days", "publish", "request_id", "warned"), VALUES)),
)
def test_whatever_is_sent_is_answered_kindly(organiser, venue, sent, posted):
    assert organiser.get(f"{DATES}?{encoded(sent)}").status_code == 200
    body, form = encoded(posted), "application/x-www-form-urlencoded"
    valid = urlencode(typed(venue.pk))
    assert organiser.generic("POST", f"{DATES}?{valid}", body, content_type=form).status_code in {200, 303}


def test_control_without_the_number_of_the_form_it_would_be_made_twice(venue):
    pattern = Series(name="Elevenses", venue=venue, starts_on=date(2027, 3, 16))
    facts = {
        "days": [date(2027, 3, 16)],
        "until": date(2027, 3, 16),
        "publishes": False,
        "by": UserFactory.create(),
        "contents": "",
    }
    for _ in range(2):
        copy = Series(name=pattern.name, venue=venue, starts_on=pattern.starts_on)
        make(pattern=copy, request_id=uuid4(), now=NOW, **facts)
    assert Series.objects.count() == 2
    with pytest.raises(UsedAlready):
        make(pattern=copy, request_id=Making.objects.first().request_id, now=NOW, **facts | {"contents": "other"})
