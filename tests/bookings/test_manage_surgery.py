"""The organisers' page of one surgery says how it stands, and leads to everything about it."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from bookings.managing import slots_of, standing_of
from bookings.series_moves import Which
from bookings.series_slots import Wanted, slots_change_of
from surgeries.models import Surgery
from tests.bookings.pages import words_of
from tests.bookings.test_statements_per_page import statements
from tests.everyone.managing import address, busy
from tests.factories import (
    BookingFactory,
    SeriesFactory,
    ShiftFactory,
    SlotFactory,
    SurgeryFactory,
    UserFactory,
    local,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def organiser(client):
    client.force_login(UserFactory.create(organiser=True))
    return client


def test_it_says_who_is_booked_waits_and_hosts(organiser):
    surgery = busy()
    waiting = surgery.bookings.waiting().count()
    words = words_of(organiser.get(address(surgery)))
    assert "12 booked of 12 seats in 6 slots" in words
    assert f"{waiting} waiting for a seat" in words
    assert "3 hosts 3 wanted at any time: more are needed" in words
    assert "1 more is wanted from 11am to midday" in words


@pytest.mark.parametrize("name", ["brief", "register", "share", "outcomes"])
def test_its_pages_lead_organisers_back_to_it_and_hosts_to_pages_of_their_own(client, name):
    host = UserFactory.create()
    shift = ShiftFactory.create(champion__user=host, surgery__starts_at=local(-1, 10))
    back = re.compile(r'class="govuk-back-link"[^>]*>([^<]*)<')
    client.force_login(UserFactory.create(organiser=True))
    page = client.get(address(shift.surgery, name)).content.decode()
    assert back.findall(page) == ["The surgery"]
    assert f'href="{address(shift.surgery)}"' in page
    client.force_login(host)
    assert back.findall(client.get(address(shift.surgery, name)).content.decode()) in (["The brief"], ["Your shifts"])


def test_slots_stand_in_the_order_of_the_clock_whenever_they_were_added(organiser):
    surgery = SurgeryFactory.create(
        slots=0, starts_at=local(7, 10), ends_at=local(7, 12), series=SeriesFactory.create()
    )
    hours = [(11, 40), (10, 20), (11, 0), (10, 0)]
    for hour, minute in hours:
        SlotFactory.create(surgery=surgery, starts_at=local(7, hour, minute))
    in_order = [local(7, hour, minute) for hour, minute in sorted(hours)]
    assert [slot.starts_at for slot in slots_of(surgery)] == in_order
    change = slots_change_of(surgery, Wanted(), Which.LATER, now=timezone.now())
    assert [slot.starts_at for slot in change.each[0].slots] == in_order
    for page in (address(surgery), address(surgery, "manage_slots"), f"/admin/surgeries/surgery/{surgery.pk}/change/"):
        html = organiser.get(page).content.decode()
        assert html.index("10:20am") < html.index("11:40am"), page


def test_it_leads_to_its_pages_and_to_what_is_printed(organiser):
    surgery = busy()
    html = organiser.get(address(surgery)).content.decode()
    for name in ("surgery", "brief", "register", "poster", "cards", "sheet", "share"):
        assert f'href="{reverse(f"bookings:{name}", args=[surgery.reference])}"' in html
    assert reverse("bookings:room", args=[surgery.reference]) not in html
    Surgery.objects.filter(pk=surgery.pk).update(starts_at=timezone.now())
    assert reverse("bookings:room", args=[surgery.reference]) in organiser.get(address(surgery)).content.decode()


@pytest.mark.parametrize(
    ("starts_at", "leads_to"),
    [(timedelta(minutes=-30), ["The room", "Register", "Change, print or share it"]),
     (timedelta(days=2), ["Change, print or share it"])],
)  # fmt: skip
def test_on_a_phone_what_is_needed_on_the_day_comes_before_the_reading(organiser, starts_at, leads_to):
    page = organiser.get(address(SurgeryFactory.create(starts_at=timezone.now() + starts_at))).content.decode()
    jump = page.partition("app-manage__jump")[2].partition("</ul>")[0]
    assert re.findall(r">([^<]+)</a>", jump) == leads_to


def test_every_state_has_its_word():
    now, hour = timezone.now(), timedelta(hours=1)
    at = {
        "Draft": SurgeryFactory.create(draft=True),
        "Never published": SurgeryFactory.create(draft=True, starts_at=now - 2 * hour, ends_at=now),
        "Published": SurgeryFactory.create(),
        "Under way": SurgeryFactory.create(starts_at=now, ends_at=now + hour),
        "Over": SurgeryFactory.create(starts_at=now - hour, ends_at=now),
        "Called off": SurgeryFactory.create(called_off=True),
    }
    assert {word: standing_of(surgery, now=now).word for word, surgery in at.items()} == {word: word for word in at}


def test_it_takes_the_same_few_statements_however_many_there_are(organiser, surgery):
    BookingFactory.create(surgery=surgery, waiting=True), ShiftFactory.create(surgery=surgery)
    few = statements(lambda: organiser.get(address(surgery)))
    assert few <= 12
    for number in range(12):
        SlotFactory.create(surgery=surgery, starts_at=surgery.ends_at + number * timedelta(minutes=20), seats=3)
        BookingFactory.create(surgery=surgery)
        BookingFactory.create(surgery=surgery, waiting=True)
        ShiftFactory.create(surgery=surgery)
    assert statements(lambda: organiser.get(address(surgery))) == few
