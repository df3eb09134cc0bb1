"""What a series says about the surgeries that it makes from now on, on the page of organisers."""

from datetime import date, time

import pytest
from django.urls import reverse
from django.utils import timezone

from bookings.errors import OutOfDate
from bookings.series_slots import Wanted
from bookings.services.series import change_series
from bookings.services.series_slots import change_slots_of_series
from organisation.models import Department
from surgeries.models import PatternSlot, Series, Surgery, Venue
from surgeries.services import Within, extend_series
from tests.bookings.pages import words_of
from tests.bookings.test_changing_a_series import every_tuesday, four_of, weekday
from tests.bookings.test_statements_per_page import statements
from tests.factories import OfficeFactory, SurgeryFactory, UserFactory, VenueFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def organiser(client):
    client.force_login(UserFactory.create(organiser=True))
    return client


@pytest.fixture
def series() -> Series:
    return every_tuesday()


def page_of(series: Series) -> str:
    return reverse("bookings:edit_series", args=[series.reference])


def typed(client, series: Series, **said) -> dict:
    """What the form sends, with something else typed."""
    form = client.get(page_of(series)).context["form"]
    usual = {name: form[name].value() for name in form.fields if form[name].value() not in {None, False}}
    return usual | {"seen": client.get(page_of(series)).context["seen"]} | said


def test_surgeries_that_it_makes_from_now_on_follow_and_those_that_are_there_stay(organiser, series):
    there, venue = four_of(series), VenueFactory.create(office=OfficeFactory.create(nation="SCT"))
    before = list(Surgery.objects.order_by("pk").values())
    sent = typed(
        organiser, series, name="Mornings in Leith", venue=venue.pk, begins="2pm", ends="3:30pm", slot_minutes=30,
        seats_per_slot=7, hosts_wanted=3, cutoff_minutes=45, often="w2",
    )  # fmt: skip
    sent.pop("is_drop_in")
    assert organiser.post(page_of(series), sent).url.endswith("?said=changed")
    assert list(Surgery.objects.order_by("pk").values()) == before
    made = extend_series(series=series, until=weekday(6)).made
    assert {timezone.localdate(each.starts_at) for each in made} == {weekday(4), weekday(6)}
    one = Surgery.objects.get(pk=made[0].pk)
    assert (one.venue, one.hosts_wanted, one.cutoff_minutes, one.is_drop_in) == (venue, 3, 45, False)
    assert [(f"{timezone.localtime(slot.starts_at):%H:%M}", slot.seats.count()) for slot in one.slots.all()] == [
        ("14:00", 7), ("14:30", 7), ("15:00", 7),
    ]  # fmt: skip
    words = words_of(organiser.get(reverse("bookings:series", args=[series.reference])))
    for said in ("Mornings in Leith", "Every second Tuesday, 2pm to 3:30pm", "Slots of 30 minutes with 7 seats each",
                 "3 hosts wanted", "The waiting list stops 45 minutes before the start"):  # fmt: skip
        assert said in words
    assert there[0].venue == Venue.objects.get(pk=there[0].venue_id)


def test_a_start_past_the_end_proposes_the_end_by_which_it_stays_as_long(organiser, series):
    asked = organiser.post(page_of(series), typed(organiser, series, begins="2pm"))
    assert "With the new start it would end at 3pm, to stay as long" in words_of(asked)
    assert 'value="3pm"' in asked.content.decode()
    assert Series.objects.get().start_time == time(10)
    assert organiser.post(page_of(series), typed(organiser, series, begins="2pm", ends="3pm")).status_code == 303
    assert (Series.objects.get().start_time, Series.objects.get().end_time) == (time(14), time(15))
    later = organiser.post(page_of(series), typed(organiser, series, begins="5pm", ends="4pm"))
    assert "The end has to come after the start" in words_of(later)


def test_without_a_cut_off_of_its_own_it_does_as_the_department_says(organiser, series):
    Department.objects.create(pk=1, cutoff_minutes=15)
    organiser.post(page_of(series), typed(organiser, series, cutoff_minutes=""))
    assert extend_series(series=series, until=weekday(0)).made[0].cutoff_minutes == 15


def test_by_the_month_its_first_date_is_the_first_such_day(organiser, series):
    sent = typed(organiser, series, starts_on="2027-03-10", often="m2")
    assert organiser.post(page_of(series), sent).status_code == 303
    series.refresh_from_db()
    assert (series.starts_on, series.nth_in_month, series.every_weeks) == (date(2027, 3, 10), 2, 1)
    organiser.post(page_of(series), typed(organiser, series, starts_on="2027-03-11"))
    series.refresh_from_db()
    assert series.starts_on == date(2027, 3, 11)


def test_slots_set_one_by_one_stay_until_others_are_wanted(organiser, series):
    surgery, *_ = four_of(series)
    more = Wanted(seats={Within(0, 20): 5}, was={Within(0, 20): 2})
    change_slots_of_series(surgery=surgery, wanted=more, which="all")
    assert "Its slots were set one by one. Slots: 10am to 10:20am with 5 seats" in words_of(
        organiser.get(page_of(series))
    )
    organiser.post(page_of(series), typed(organiser, series, hosts_wanted=5))
    assert PatternSlot.objects.count() == 3
    organiser.post(page_of(series), typed(organiser, series, seats_per_slot=4))
    assert not PatternSlot.objects.exists()


def test_what_somebody_else_has_changed_meanwhile_is_not_changed_back(organiser, series):
    sent = typed(organiser, series, name="Mine")
    Series.objects.update(hosts_wanted=9)
    response = organiser.post(page_of(series), sent)
    assert response.status_code == 409
    assert "Somebody else has changed the series meanwhile" in words_of(response)
    assert 'value="Mine"' in response.content.decode()
    series.refresh_from_db()
    assert (series.name == "Mine", series.hosts_wanted) == (False, 9)
    with pytest.raises(OutOfDate):
        change_series(series=series, facts={}, seen="x")
    sent["seen"] = response.context["seen"]
    assert organiser.post(page_of(series), sent).status_code == 303


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"name": ""}, "Enter a name"),
        ({"name": "x\0"}, "Null characters"),
        ({"ends": "10am"}, "The end has to come after the start"),
        ({"slot_minutes": 90}, "A slot cannot be longer than the surgery"),
        ({"seats_per_slot": 10**30}, "Seats per slot has to be a number"),
        ({"cutoff_minutes": 10_081}, "The minutes has to be a whole number from 0 to 10,080"),
        ({"often": "once"}, "Choose from what is shown here"),
        ({"venue": "0"}, "Choose from what is shown here"),
        ({"starts_on": "2032-01-01"}, "It has to come before the last date"),
    ],
)
def test_what_cannot_be_is_said_beside_the_field(organiser, series, said, words):
    Series.objects.update(ends_on=weekday(9))
    response = organiser.post(page_of(series), typed(organiser, series, **said))
    assert response.status_code == 200
    assert words in words_of(response)
    series.refresh_from_db()
    assert series.end_time == time(11)


def test_it_takes_the_same_few_statements_however_much_there_is(organiser, series):
    four_of(series)
    few = statements(lambda: organiser.get(page_of(series)))
    assert few <= 12
    for _ in range(5):
        SurgeryFactory.create(series=series, starts_at=timezone.now().replace(year=2030, second=_))
    VenueFactory.create_batch(5)
    assert statements(lambda: organiser.get(page_of(series))) == few
