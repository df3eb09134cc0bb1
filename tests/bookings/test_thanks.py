"""Somebody who had a seat says thank you, and whoever hosted finds it in their record."""

from datetime import timedelta

import pytest
import time_machine

from bookings.errors import BookingClosed
from bookings.models import Booking, Thanks
from bookings.services.thanking import thank
from champions.models import Champion
from tests.bookings.pages import private, words_of
from tests.factories import (
    BookingFactory,
    ChampionFactory,
    ShiftFactory,
    SurgeryFactory,
    ThanksFactory,
    UserFactory,
    local,
)

pytestmark = pytest.mark.django_db
RECORD = "/champion/record/?since=2000-01-01&until=2099-12-31"
SAID = "I posted for the first time. Nothing broke."


@pytest.fixture
def amina() -> Champion:
    return ChampionFactory.create(name="Amina Yusuf", user=UserFactory.create())


@pytest.fixture
def alices(amina) -> Booking:
    """Alice's booking at a surgery that was yesterday, and that Amina hosted."""
    surgery = SurgeryFactory.create(starts_at=local(-1))
    ShiftFactory.create(champion=amina, surgery=surgery)
    return BookingFactory.create(surgery=surgery, attendee__name="Alice Adeyemi")


def test_afterwards_the_link_leads_to_it_and_the_hosts_read_it(client, alices, amina):
    assert "Amina Yusuf hosted. Did it help?" in words_of(client.get(private(alices)))
    answer = client.post(private(alices, "thanks/"), {"words": SAID}, follow=True)
    assert "Whoever hosted will be glad of it" in words_of(answer)
    assert "Amina Yusuf will see your thanks" in words_of(answer)
    client.force_login(amina.user)
    record = words_of(client.get(RECORD))
    assert "1 person said thank you" in record
    assert f"{SAID} Alice Adeyemi" in record
    summary = words_of(client.get(RECORD.replace("record/", "record/summary/")))
    assert "1 person said thank you afterwards" in summary
    assert SAID not in summary


def test_a_press_without_words_counts(client, alices, amina):
    client.post(private(alices, "thanks/"))
    assert "Add a few words" in words_of(client.get(private(alices)))
    client.force_login(amina.user)
    record = words_of(client.get(RECORD))
    assert "1 person said thank you" in record
    assert "What people said" not in record


def test_said_again_it_changes_the_words(client, alices):
    for words in (SAID, "And then my whole team did."):
        client.post(private(alices, "thanks/"), {"words": words})
    assert "And then my whole team did." in client.get(private(alices, "thanks/")).content.decode()
    assert [thanks.words for thanks in Thanks.objects.all()] == ["And then my whole team did."]


def test_too_many_words_are_kept_for_shortening(client, alices):
    page = client.post(private(alices, "thanks/"), {"words": "Thank you! " * 40})
    assert "What you write has to be 300 characters or fewer" in words_of(page)
    assert "Thank you! Thank you!" in words_of(page)
    assert not Thanks.objects.exists()


@pytest.mark.parametrize("days", [0, 1, 89])
def test_it_is_time_for_thanks_until_the_words_would_be_deleted(client, alices, days):
    with time_machine.travel(alices.slot.ends_at + timedelta(days=days)):
        assert "Say thank you" in words_of(client.get(private(alices)))


@pytest.mark.parametrize("moment", [timedelta(seconds=-1), timedelta(days=91)])
def test_before_and_long_after_it_is_not(client, alices, moment):
    now = alices.slot.ends_at + moment
    with time_machine.travel(now):
        assert "Say thank you" not in words_of(client.get(private(alices)))
        client.post(private(alices, "thanks/"), {"words": SAID})
    with pytest.raises(BookingClosed):
        thank(came=alices, words=SAID, now=now)
    assert not Thanks.objects.exists()


@pytest.mark.parametrize("state", ["waiting", "cancelled"])
def test_who_had_no_seat_has_nobody_to_thank(client, alices, state):
    other = BookingFactory.create(surgery=alices.surgery, **{state: True})
    assert "Say thank you" not in words_of(client.get(private(other)))
    client.post(private(other, "thanks/"), {"words": SAID})
    assert not Thanks.objects.exists()


def test_where_no_champion_hosted_nobody_is_thanked(client):
    booking = BookingFactory.create(surgery__starts_at=local(-1))
    assert "Say thank you" not in words_of(client.get(private(booking)))
    client.post(private(booking, "thanks/"), {"words": SAID})
    assert not Thanks.objects.exists()


def test_nobody_who_did_not_host_then_sees_it(client, alices):
    ThanksFactory.create(surgery=alices.surgery, words=SAID)
    for shift in (
        ShiftFactory.create(surgery__starts_at=local(-2), champion__user=UserFactory.create()),
        ShiftFactory.create(surgery=alices.surgery, given_back=True, champion__user=UserFactory.create()),
    ):
        client.force_login(shift.champion.user)
        assert "thank you" not in words_of(client.get(RECORD)).lower()
