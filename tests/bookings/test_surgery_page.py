"""The page of one surgery: what it tells, and where it leads when the surgery is over, called off or unknown."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from tests.factories import (
    BookingFactory,
    ChampionFactory,
    DepartmentFactory,
    ShiftFactory,
    SurgeryFactory,
    TopicFactory,
    local,
)

pytestmark = pytest.mark.django_db


def show(client, surgery, *, status: int = 200) -> str:
    response = client.get(f"/surgeries/{surgery.reference}/")
    assert response.status_code == status
    return " ".join(response.content.decode().split())


def test_it_tells_all_that_somebody_needs_to_decide_and_to_find_the_way(client):
    DepartmentFactory.create(email_domains=["gov.uk", "nhs.net"], contact_email="surgeries@example.gov.uk")
    with time_machine.travel(datetime(2026, 3, 2, 9, tzinfo=UTC), tick=False):
        surgery = SurgeryFactory.create(note="Cake <b>too</b>.", starts_at=local(1), slots=2, seats=2)
        champion = ChampionFactory.create(
            name="Amina Yusuf", about="Started from nothing.", topics=[TopicFactory.create(name="LinkedIn")]
        )
        ShiftFactory.create(surgery=surgery, champion=champion)
        BookingFactory.create(surgery=surgery, slot=surgery.slots.last())
        page = show(client, surgery)
    assert "Tuesday 3 March, 10am to 10:40am" in page
    assert str(surgery.venue) in page
    first, last = surgery.slots.all()
    assert f'href="/surgeries/{surgery.reference}/book/?slot={first.pk}"' in page
    assert '10am to 10:20am</a></th> <td class="govuk-table__cell">2 seats left' in page
    assert f'href="/surgeries/{surgery.reference}/book/?slot={last.pk}"' in page
    assert '10:20am to 10:40am</a></th> <td class="govuk-table__cell">1 seat left' in page
    assert "Amina Yusuf</h3>" in page
    assert "Started from nothing." in page
    assert "Ask about LinkedIn" in page
    assert surgery.venue.directions in page
    assert surgery.venue.accessibility in page
    assert "Cake &lt;b&gt;too&lt;/b&gt;." in page
    assert "You can also drop in without a booking" in page
    assert "first in line until 8am on Tuesday 3 March. After" in page
    assert "ends in gov.uk or nhs.net" in page
    assert "Bring your phone or laptop" in page
    assert f'href="/surgeries/{surgery.reference}/book/"' in page
    assert f'href="/surgeries/{surgery.reference}/calendar.ics"' in page
    assert "surgeries@example.gov.uk" in page


def test_a_slot_that_is_full_leads_nowhere(client):
    surgery = SurgeryFactory.create(slots=2, seats=1)
    BookingFactory.create(surgery=surgery, slot=surgery.slots.first())
    page = show(client, surgery)
    assert f"?slot={surgery.slots.first().pk}" not in page
    assert f"?slot={surgery.slots.last().pk}" in page


def test_a_cut_off_the_day_before_names_the_day(client):
    with time_machine.travel(datetime(2026, 3, 2, 9, tzinfo=UTC), tick=False):
        page = show(client, SurgeryFactory.create(starts_at=local(7), cutoff_minutes=24 * 60))
    assert "until 10am on Sunday 8 March" in page


def test_slots_that_began_are_not_offered(client):
    surgery = SurgeryFactory.create(slots=3, starts_at=local(1))
    with time_machine.travel(surgery.slots.all()[1].starts_at, tick=False):
        page = show(client, surgery)
    assert "10:40am to 11am" in page
    assert "10:20am to 10:40am" not in page
    assert "This surgery is on now, until 11am." in page
    assert "waiting list" not in page


def test_once_the_last_slot_has_begun_nothing_is_offered_to_book(client):
    surgery = SurgeryFactory.create(slots=2, is_drop_in=False)
    with time_machine.travel(surgery.slots.last().starts_at, tick=False):
        page = show(client, surgery)
    assert "It can no longer be booked." in page
    assert "Book a seat" not in page


def test_a_full_surgery_offers_the_waiting_list_with_the_place_one_would_have_and_other_surgeries(client):
    surgery = SurgeryFactory.create(slots=1, seats=1)
    other = SurgeryFactory.create(starts_at=local(9))
    BookingFactory.create(surgery=surgery)
    BookingFactory.create_batch(2, surgery=surgery, waiting=True)
    page = show(client, surgery)
    assert "Full: 2 waiting" in page
    assert "you would be third." in page
    assert "Join the waiting list" in page
    assert "Book a seat" not in page
    assert other.get_absolute_url() in page
    assert page.count(surgery.get_absolute_url()) == page.count(f"{surgery.get_absolute_url()}book/") + 1  # its .ics


def test_after_the_cut_off_a_full_surgery_offers_no_waiting_list(client):
    surgery = SurgeryFactory.create(slots=1, seats=1, cutoff_minutes=120)
    BookingFactory.create(surgery=surgery)
    with time_machine.travel(surgery.starts_at - timedelta(minutes=120), tick=False):
        page = show(client, surgery)
    assert "the waiting list has stopped" in page
    assert "Join the waiting list" not in page


def test_without_drop_in_it_says_so(client):
    assert "there is no room to drop in" in show(client, SurgeryFactory.create(is_drop_in=False))


def test_a_surgery_without_slots_needs_no_booking(client):
    page = show(client, SurgeryFactory.create(slots=0, is_drop_in=True))
    assert "No need to book" in page
    assert "Book a seat" not in page


def test_a_past_surgery_is_still_there_and_leads_on(client):
    surgery = SurgeryFactory.create(starts_at=local(-7))
    nearby = SurgeryFactory.create(venue=surgery.venue, starts_at=local(9))
    sooner_elsewhere = SurgeryFactory.create(starts_at=local(2))
    ShiftFactory.create(surgery=surgery, champion=ChampionFactory.create(name="Amina Yusuf"))
    page = show(client, surgery, status=200)
    assert "This surgery is over" in page
    assert "Amina Yusuf" in page
    assert "Book a seat" not in page
    assert page.index(nearby.get_absolute_url()) < page.index(sooner_elsewhere.get_absolute_url())


def test_a_surgery_is_over_at_its_end_and_not_before(client):
    surgery = SurgeryFactory.create()
    with time_machine.travel(surgery.ends_at - timedelta(seconds=1), tick=False) as clock:
        assert "is over" not in show(client, surgery)
        clock.move_to(surgery.ends_at)
        assert "This surgery is over" in show(client, surgery)


def test_a_surgery_that_is_called_off_is_gone_and_says_why(client):
    surgery = SurgeryFactory.create(called_off=True)
    other = SurgeryFactory.create()
    page = show(client, surgery, status=410)
    assert "This surgery is called off" in page
    assert "The café is being painted." in page
    assert "Book a seat" not in page
    assert other.get_absolute_url() in page


@pytest.mark.parametrize("reference", ["bcdfghj", "k3m9tq2x", "surgery-1", "x" * 200])
def test_an_unknown_surgery_is_not_found_and_leads_on(client, reference):
    coming = SurgeryFactory.create()
    response = client.get(f"/surgeries/{reference}/")
    assert response.status_code == 404
    assert "We do not know that surgery" in response.content.decode()
    assert coming.get_absolute_url() in response.content.decode()


def test_a_draft_looks_like_an_unknown_surgery(client):
    draft = show(client, SurgeryFactory.create(draft=True), status=404)
    unknown = " ".join(client.get("/surgeries/bcdfghj/").content.decode().split())
    assert draft == unknown


@pytest.mark.parametrize(
    "path", ["/surgeries/%00/", "/surgeries/a%0Ab/", "/surgeries/%F0%9F%98%80/", "/surgeries/'--/"]
)
def test_what_cannot_be_a_reference_is_not_found(client, path):
    assert client.get(path).status_code == 404


def test_capitals_in_a_reference_are_forgiven(client):
    surgery = SurgeryFactory.create(reference="k3m9tq2")
    response = client.get("/surgeries/K3M9TQ2/")
    assert response.status_code == 301
    assert response.headers["Location"] == surgery.get_absolute_url()


def test_it_sets_no_cookie_and_is_asked_for_again_each_time(client):
    response = client.get(SurgeryFactory.create().get_absolute_url())
    assert not response.cookies
    assert response.headers["Cache-Control"] == "no-cache"
    assert "Cookie" not in response.headers.get("Vary", "")


@pytest.mark.parametrize("bookings", [0, 6])
@pytest.mark.parametrize("hosts", [1, 12])
def test_the_number_of_queries_stays_the_same_however_much_there_is(client, django_assert_num_queries, bookings, hosts):
    surgery = SurgeryFactory.create(slots=6, seats=2)
    topics = TopicFactory.create_batch(3)
    for _ in range(hosts):
        ShiftFactory.create(surgery=surgery, champion=ChampionFactory.create(topics=topics))
    BookingFactory.create_batch(bookings, surgery=surgery)
    with django_assert_num_queries(5):
        client.get(surgery.get_absolute_url())
