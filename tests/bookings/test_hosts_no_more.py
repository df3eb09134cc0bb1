"""Who hosted and does no more is told so instead of finding nothing, and may say what came of whom they helped last."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from bookings.models import Outcome, Visit
from bookings.services.editing import end_shift
from surgeries.models import Shift
from tests.bookings.pages import words_of
from tests.bookings.room.pages import host_of
from tests.bookings.test_outcomes import form_of, list_of, sent
from tests.factories import HelpFactory, SurgeryFactory, TopicFactory, VisitFactory, local

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
PAGES = ("brief", "room", "register", "sheet")


@pytest.fixture
def shift(db) -> Shift:
    """Amina's, at a surgery from 10am to midday."""
    return host_of(SurgeryFactory.create(starts_at=local(0, 10), ends_at=local(0, 12)), "Amina Yusuf")


@pytest.fixture
def tom(shift) -> Shift:
    return host_of(shift.surgery, "Tom Price")


def helped(shift: Shift, name: str, *then: Shift) -> Visit:
    """Somebody whom this champion helped for a minute from the start, and then these."""
    start = shift.surgery.starts_at
    visit = VisitFactory.create(surgery=shift.surgery, name=name, arrived_at=start)
    for number, each in enumerate((shift, *then)):
        at = start + number * MINUTE
        HelpFactory.create(visit=visit, shift=each, starts_at=at, ends_at=at + MINUTE)
    Visit.objects.filter(pk=visit.pk).update(left_at=at + MINUTE)
    return visit


@pytest.fixture
def people(shift, tom) -> dict[str, Visit]:
    return {"Ada": helped(shift, "Ada"), "Bob": helped(shift, "Bob", tom), "Carol": helped(tom, "Carol")}


@pytest.fixture
def amina(client, shift, people):
    """Signed in at 11am, after she was taken off at 10:52am."""
    end_shift(shift=shift, reason=Shift.TAKEN_OFF, now=shift.starts_at + 52 * MINUTE)
    with time_machine.travel(shift.starts_at + 60 * MINUTE, tick=False):
        client.force_login(shift.champion.user)
        yield client


def test_every_page_says_since_when_and_where_to_go_and_nothing_of_anybody(amina, shift, people):
    for page in PAGES:
        answer = amina.get(reverse(f"bookings:{page}", args=[shift.surgery.reference]))
        said = words_of(answer)
        assert answer.status_code == 410, page
        for words in ("You do not host here any more", "Your shift ended at 10:52am", "Go to your page"):
            assert words in said, page
        assert list_of(people["Ada"]) in answer.content.decode()
        assert not any(name in said for name in ("Ada", "Bob", "Carol", "Tom"))


def test_the_outcomes_of_whom_they_helped_last_stay_theirs_and_no_other(amina, shift, people):
    said = words_of(amina.get(list_of(people["Ada"])))
    assert "1 outcome is still to be recorded" in said
    assert ("Ada" in said, "Bob" in said, "Carol" in said) == (True, False, False)
    topic = TopicFactory.create()
    for name in ("Bob", "Carol"):
        assert amina.get(form_of(people[name])).status_code == 404
        assert amina.post(form_of(people[name]), sent(topic)).status_code == 404
    assert not Outcome.objects.exists()
    assert amina.post(form_of(people["Ada"]), sent(topic))["Location"] == f"{list_of(people['Ada'])}?done"
    assert Outcome.objects.get().visit == people["Ada"]


def test_their_page_leads_there_for_two_days(amina, shift, people):
    address = list_of(people["Ada"])
    assert address in amina.get("/champion/").content.decode()
    assert "1 outcome is still to be recorded" in words_of(amina.get("/champion/"))
    end = shift.surgery.ends_at + timedelta(days=2)
    with time_machine.travel(end - MINUTE, tick=False):
        amina.force_login(shift.champion.user)
        assert amina.get(form_of(people["Ada"])).status_code == 200
    with time_machine.travel(end, tick=False):
        amina.force_login(shift.champion.user)
        assert address not in amina.get("/champion/").content.decode()
        for page in (address, form_of(people["Ada"])):
            answer = amina.get(page)
            assert answer.status_code == 410
            assert "What came of it" not in words_of(answer)


def test_who_hosts_still_is_asked_on_their_page_once_it_is_over(client, shift, tom, people):
    client.force_login(tom.champion.user)
    for end, is_asked in ((shift.surgery.ends_at - MINUTE, False), (shift.surgery.ends_at, True)):
        with time_machine.travel(end, tick=False):
            client.force_login(tom.champion.user)
            assert ("2 outcomes are still to be recorded" in words_of(client.get("/champion/"))) == is_asked


def test_whoever_never_hosted_there_still_finds_nothing(client, people):
    stranger = host_of(SurgeryFactory.create(), "Sam Stone")
    client.force_login(stranger.champion.user)
    for page in (list_of(people["Ada"]), form_of(people["Ada"])):
        assert client.get(page).status_code == 404
