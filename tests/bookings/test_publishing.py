"""A draft is published: everybody sees it from then on, and its hosts are told."""

from datetime import timedelta

import pytest

from bookings.services.diary import publish
from bookings.services.editing import host
from bookings.services.hosting import give_back
from notifications.models import OutboxEmail
from surgeries.models import Seat, Shift, Surgery
from surgeries.services import DiaryError
from tests.bookings.pages import words_of
from tests.factories import ChampionFactory, ShiftFactory, SurgeryFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_publishing_shows_a_draft_to_everybody():
    surgery = SurgeryFactory.create(draft=True)
    assert surgery not in Surgery.objects.public()
    assert publish(surgery=surgery).state == Surgery.State.PUBLISHED
    assert surgery in Surgery.objects.public()


@pytest.mark.parametrize("state", [{}, {"called_off": True}])
def test_only_a_draft_is_published(state):
    surgery = SurgeryFactory.create(**state)
    with pytest.raises(DiaryError, match="already"):
        publish(surgery=surgery)


def test_a_surgery_that_is_over_is_not_published():
    surgery = SurgeryFactory.create(draft=True)
    with pytest.raises(DiaryError, match="over"):
        publish(surgery=surgery, now=surgery.ends_at)
    assert publish(surgery=surgery, now=surgery.ends_at - timedelta(seconds=1))


def test_a_surgery_without_a_seat_is_not_published():
    surgery = SurgeryFactory.create(draft=True)
    Seat.objects.all().delete()
    with pytest.raises(DiaryError, match="no seat"):
        publish(surgery=surgery)


def test_until_then_its_hosts_know_nothing_of_it(client):
    shift = ShiftFactory.create(surgery=SurgeryFactory.create(draft=True), champion__user=UserFactory.create())
    client.force_login(shift.champion.user)
    pages = ("/champion/", "/champion/shifts/", "/champion/leave/")
    brief = f"/champion/surgeries/{shift.surgery.reference}/"

    def known() -> list[bool]:
        return [str(shift.surgery.venue) in words_of(client.get(page)) for page in pages]

    assert (known(), client.get(brief).status_code) == ([False] * 3, 404)
    give_back(shifts=[shift], reason="They have left")
    assert not OutboxEmail.objects.exists()
    Shift.objects.update(ended_at=None, ended_reason="")
    publish(surgery=shift.surgery)
    assert (known(), client.get(brief).status_code) == ([True] * 3, 200)


def test_its_hosts_are_told_when_it_is_published_and_not_before():
    surgery = SurgeryFactory.create(draft=True)
    alice = ChampionFactory.create(user=UserFactory.create())
    ShiftFactory.create(surgery=surgery)  # without an address
    ShiftFactory.create(surgery=surgery, champion__user=UserFactory.create(), given_back=True)
    shift = host(surgery=surgery, champion=alice, starts_at=surgery.starts_at, ends_at=surgery.ends_at)
    assert not OutboxEmail.objects.exists()
    publish(surgery=surgery)
    told = OutboxEmail.objects.values_list("kind", "recipient", "about")
    assert list(told) == [("shift_taken", alice.user.email, {"shift": shift.pk, "by_organiser": True})]


def test_a_surgery_that_is_hosted_and_not_booked_can_be_a_draft_once_its_hosts_are_off_and_the_pages_say_so(client):
    client.force_login(UserFactory.create(organiser=True))
    draft = SurgeryFactory.create(draft=True)
    shift = ShiftFactory.create(surgery=draft)
    page = f"/organise/surgeries/{draft.reference}/"
    words = words_of(client.get(f"{page}publish/"))
    assert "As long as nobody has booked, you can make it a draft again; if somebody hosts it, take them off" in words
    publish(surgery=draft)
    assert "Take its hosts off first, and then it can be a draft again." in words_of(client.get(f"{page}unpublish/"))
    give_back(shifts=[shift], reason="They have left")
    assert "Make it a draft again?" in words_of(client.get(f"{page}unpublish/"))
