"""Surgeries of a series that were published by mistake become drafts again together, where nobody relies on them."""

import pytest
import time_machine

from bookings.change_words import place_named
from bookings.errors import OutOfDate
from bookings.services import diary
from bookings.services.diary import that_can_be_drafts, unpublish_several, why_it_stays_published
from history.models import Change
from notifications.models import OutboxEmail
from surgeries.models import Shift, Surgery
from tests.bookings.pages import words_of
from tests.bookings.test_statements_per_page import statements
from tests.everyone.diary import NOW
from tests.everyone.planning import OF_SERIES, published
from tests.factories import BookingFactory, ShiftFactory, SurgeryFactory, UserFactory, VisitFactory, local

pytestmark = pytest.mark.django_db
PAGE = f"{OF_SERIES}unpublish/"


@pytest.fixture(autouse=True)
def in_march():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def organiser(client):
    client.force_login(UserFactory.create(organiser=True))
    return client


@pytest.fixture
def surgeries() -> list[Surgery]:
    """Five Tuesdays that are published: the first has a host."""
    return list(published().surgeries.order_by("starts_at"))


def listed(response) -> dict[str, str]:
    """What the button of the page sends back of what it says."""
    return {"listed": response.context["listed"]}


def states() -> list[str]:
    return list(Surgery.objects.order_by("starts_at").values_list("state", flat=True))


def test_one_press_makes_drafts_of_all_on_which_nobody_relies_and_leaves_the_others(organiser, surgeries):
    BookingFactory.create(surgery=surgeries[1])
    BookingFactory.create(surgery=surgeries[2], waiting=True)
    elsewhere = SurgeryFactory.create(starts_at=local(90))
    assert "Make surgeries drafts again" in words_of(organiser.get(OF_SERIES))
    page = organiser.get(PAGE)
    words = words_of(page)
    assert "Nobody has booked them and nobody hosts, so nobody has to be told." in words
    assert "3 others stay published, because somebody has booked or hosts there." in words
    assert states() == ["published"] * 6  # to look changes nothing
    for _ in range(2):  # the same form may arrive twice
        assert organiser.post(PAGE, listed(page))["Location"].endswith("?said=unpublished")
    assert states() == ["published"] * 3 + ["draft"] * 2 + ["published"]
    assert Surgery.objects.get(pk=elsewhere.pk).state == "published"
    assert OutboxEmail.objects.count() == 0
    words = words_of(organiser.get(f"{OF_SERIES}?said=unpublished"))
    assert "They are drafts again. Only organisers see them." in words
    assert "Make surgeries drafts again" not in words
    assert "each of its 3 published surgeries still to come" in words_of(organiser.get(PAGE))


def test_it_is_on_record_where_that_was_done(organiser, surgeries):
    organiser.post(PAGE, listed(organiser.get(PAGE)))
    changes = Change.objects.filter(table="surgeries_surgery", key=str(surgeries[1].pk))
    assert place_named(changes.latest("pk").place) == "the page of the series"


def test_where_somebody_booked_meanwhile_none_becomes_a_draft_before_that_was_seen(organiser, surgeries):
    page = organiser.get(PAGE)
    BookingFactory.create(surgery=surgeries[4])
    anew = organiser.post(PAGE, listed(page))
    assert anew.status_code == 409
    assert "Something has changed since you looked" in words_of(anew)
    assert states() == ["published"] * 5
    assert organiser.post(PAGE, listed(anew)).status_code == 303
    assert states() == ["published"] + ["draft"] * 3 + ["published"]


def test_what_was_not_on_the_page_stays_as_it_is(organiser, surgeries):
    page = organiser.get(PAGE)
    later = SurgeryFactory.create(series=surgeries[0].series, venue=surgeries[0].venue, starts_at=local(120))
    elsewhere = SurgeryFactory.create(starts_at=local(90))
    organiser.post(PAGE, {"listed": f"{listed(page)['listed']} {elsewhere.reference} \0 x"})
    for stays in (later, elsewhere):
        stays.refresh_from_db()
        assert stays.state == "published"
    for nothing in ({}, {"listed": "\0"}, {"listed": elsewhere.reference}):
        assert organiser.post(PAGE, nothing)["Location"].endswith("?said=")


def test_many_can_be_drafts_again_exactly_where_one_can(surgeries):
    series = surgeries[0].series
    BookingFactory.create(surgery=surgeries[1], cancelled=True)
    VisitFactory.create(surgery=surgeries[2])
    ShiftFactory.create(surgery=surgeries[3], ended_at=NOW, ended_reason=Shift.CALLED_OFF)
    SurgeryFactory.create(series=series, starts_at=local(131), draft=True)
    SurgeryFactory.create(series=series, starts_at=local(138), called_off=True)
    SurgeryFactory.create(series=series, starts_at=NOW)
    SurgeryFactory.create(series=series, starts_at=local(-3))
    every = Surgery.objects.filter(series=series)
    ready = set(that_can_be_drafts(every, now=NOW))
    assert ready == {each for each in every if not why_it_stays_published(each, now=NOW)}
    assert ready == {surgeries[3], surgeries[4]}
    for each in every.exclude(state="draft"):
        if each not in ready:
            with pytest.raises(OutOfDate):
                unpublish_several(surgeries=[each, surgeries[4]])
    assert Surgery.objects.get(pk=surgeries[4].pk).state == "published"


def test_control_without_looking_again_a_surgery_that_was_booked_would_be_a_draft(surgeries, monkeypatch):
    monkeypatch.setattr(diary, "that_can_be_drafts", lambda found, *, now: found)
    BookingFactory.create(surgery=surgeries[4])
    unpublish_several(surgeries=surgeries)
    assert states() == ["draft"] * 5


def test_200_take_as_few_statements_as_5(organiser, surgeries):
    def count() -> list[int]:
        page = organiser.get(PAGE)
        return [
            statements(lambda: organiser.get(OF_SERIES)),
            statements(lambda: organiser.get(PAGE)),
            statements(lambda: organiser.post(PAGE, listed(page))),
        ]

    few = count()
    Surgery.objects.update(state="published")
    for days in range(200):
        SurgeryFactory.create(series=surgeries[0].series, venue=surgeries[0].venue, starts_at=local(120 + days))
    assert count() == few
    assert max(few) <= 12
    assert states().count("published") == 1
