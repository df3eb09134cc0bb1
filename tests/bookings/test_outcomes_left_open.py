"""Nobody knows what came of a visit: organisers say so once, and are asked no more."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from bookings.errors import OutcomeClosed
from bookings.models import CORRECTED_FOR, Outcome, Visit
from bookings.services.outcomes import RECORDED_FOR, leave_open, record_outcome
from desk.finding import missing_outcomes
from history.models import Change
from tests.bookings.pages import words_of
from tests.factories import HelpFactory, OutcomeFactory, SurgeryFactory, TopicFactory, UserFactory, VisitFactory, local

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def surgery(db):
    """It was four days ago."""
    return SurgeryFactory.create(starts_at=local(-4))


@pytest.fixture
def helped(surgery) -> Visit:
    visit = VisitFactory.create(surgery=surgery, name="Alice Adeyemi")
    return HelpFactory.create(visit=visit, ends_at=surgery.ends_at).visit


@pytest.fixture
def organiser(client):
    user = UserFactory.create(organiser=True)
    client.force_login(user)
    return user


def page_of(surgery) -> str:
    return reverse("bookings:outcomes", args=[surgery.reference])


def leave(client, surgery, visits=None):
    """Press the button, on a page that showed these visits: all that there are."""
    shown = surgery.visits.values_list("pk", flat=True) if visits is None else visits
    return client.post(
        reverse("bookings:leave_outcomes_open", args=[surgery.reference]), {"visits": " ".join(map(str, shown))}
    )


def missing() -> int:
    return missing_outcomes(timezone.now()).count()


def test_organisers_are_asked_for_them_no_more_and_can_still_record_what_they_learn(client, organiser, surgery, helped):
    known = OutcomeFactory.create(visit=HelpFactory.create(visit__surgery=surgery).visit)
    assert missing() == 1
    assert "Leave them open" in words_of(client.get(page_of(surgery)))

    answer = leave(client, surgery)

    assert answer["Location"] == f"{page_of(surgery)}?left_open"
    assert missing() == 0
    words = words_of(client.get(answer["Location"]))
    assert "They are left open. You are not asked about them again." in words
    assert "Nobody remembers what came of 1 visit, so it stays open." in words
    assert "Left open Alice Adeyemi" in words
    assert "Leave them open" not in words
    assert not Visit.objects.get(outcome=known).is_outcome_unknown
    said = Change.objects.filter(table="bookings_visit", key=helped.pk).latest("pk")
    assert said.who == organiser.pk

    record_outcome(visit=helped, topics=[TopicFactory.create()], result=Outcome.Result.ANSWERED, by=organiser)
    words = words_of(client.get(page_of(surgery)))
    assert "Left open" not in words
    assert "There is an outcome for everybody who was helped." in words


def test_only_what_the_page_showed_is_left_open(client, organiser, surgery, helped):
    page = client.get(page_of(surgery)).content.decode()
    assert f'name="visits" value="{helped.pk} "' in page
    HelpFactory.create(visit__surgery=surgery)
    elsewhere = HelpFactory.create(visit__surgery=SurgeryFactory.create(starts_at=local(-5))).visit
    leave(client, surgery, [helped.pk, elsewhere.pk, "x", "9" * 40])
    assert list(Visit.objects.filter(is_outcome_unknown=True)) == [helped]
    assert missing() == 2


def test_who_is_helped_later_is_asked_about_again(client, organiser, surgery, helped):
    leave(client, surgery)
    HelpFactory.create(visit__surgery=surgery)
    assert missing() == 1


@pytest.mark.parametrize("after", [timedelta(0), RECORDED_FOR - DAY / 24, CORRECTED_FOR])
def test_not_while_the_hosts_may_record_it_nor_once_nobody_may(client, organiser, surgery, helped, after):
    with time_machine.travel(surgery.ends_at + after):
        client.force_login(organiser)
        assert "Leave them open" not in words_of(client.get(page_of(surgery)))
        assert leave(client, surgery)["Location"] == page_of(surgery)
        with pytest.raises(OutcomeClosed):
            leave_open(surgery=surgery, visits=[helped.pk], by=organiser)
    helped.refresh_from_db()
    assert not helped.is_outcome_unknown
