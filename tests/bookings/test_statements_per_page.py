"""How many statements a page takes: few, and the same however much there is."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from organisation.kept import forget
from tests.bookings.pages import ADA, filled_in, page_of, private
from tests.factories import (
    BookingFactory,
    ChampionFactory,
    GradeFactory,
    HelpFactory,
    OfficeFactory,
    ShiftFactory,
    SurgeryFactory,
    SymptomFactory,
    TeamFactory,
    TopicFactory,
    VisitFactory,
)

pytestmark = pytest.mark.django_db

# BEGIN and COMMIT, which tests see as savepoints, are no statements.
TRANSACTION = ("SAVEPOINT", "RELEASE SAVEPOINT", "BEGIN", "COMMIT")
PAGES = ("", "email/", "name/", "answers/", "evidence/", "cancel/", "change/", "move/", "wait/")


def statements(act) -> int:
    forget()  # counted as the first request within the second
    with CaptureQueriesContext(
        connection,
    ) as queries:
        response = act()
    assert response.status_code in {200, 303}
    return len([query for query in queries if not query["sql"].startswith(TRANSACTION)])


def crowd(surgery, size):
    """More of everything that a page lists."""
    for make in (TopicFactory, SymptomFactory, TeamFactory, OfficeFactory, GradeFactory):
        make.create_batch(size)
    for elsewhere in SurgeryFactory.create_batch(size):
        ShiftFactory.create(surgery=elsewhere, champion=ChampionFactory.create(topics=[TopicFactory.create()]))
    for _ in range(size):
        ShiftFactory.create(surgery=surgery, champion=ChampionFactory.create(topics=[TopicFactory.create()]))
        BookingFactory.create(surgery=surgery, waiting=True)


def test_booking_takes_at_most_12_and_5_more_for_what_they_ask(client, surgery):
    topics, symptom, team = TopicFactory.create_batch(2), SymptomFactory.create(), TeamFactory.create()
    slot = surgery.slots.first()
    assert statements(lambda: client.post(page_of(surgery), filled_in(slot))) <= 12
    asked = {"topics": [topic.pk for topic in topics], "symptoms": symptom.pk, "team": team.pk}
    sent = filled_in(slot, email="grace.hopper@example.gov.uk", **asked)
    # Each of the three is looked up by id; topics and symptoms are written as rows of their own.
    assert statements(lambda: client.post(page_of(surgery), sent)) <= 12 + 3 + 2


def test_the_form_takes_the_same_few_however_much_there_is(client, surgery):
    first = statements(lambda: client.get(page_of(surgery)))
    assert first <= 7
    crowd(surgery, 12)
    assert statements(lambda: client.get(page_of(surgery))) == first


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("state", ["confirmed", "waiting", "cancelled"])
def test_each_private_page_takes_at_most_12_however_much_there_is(client, surgery, page, state):
    booking = BookingFactory.create(surgery=surgery, **({} if state == "confirmed" else {state: True}))
    crowd(surgery, 1)
    few = statements(lambda: client.get(private(booking, page)))
    crowd(surgery, 12)
    assert few == statements(lambda: client.get(private(booking, page)))
    assert few <= 12


@pytest.mark.parametrize("page", ["", "in/"])
def test_the_door_takes_the_same_few_however_much_there_is(client, page):
    surgery = SurgeryFactory.create(starts_at=timezone.now())
    address = f"/here/{surgery.reference}/{page}"
    busy = HelpFactory.create(visit=VisitFactory.create(surgery=surgery))
    done = {"visit__surgery": surgery, "shift": busy.shift, "ends_at": surgery.ends_at}
    TopicFactory.create(), HelpFactory.create_batch(2, **done)
    few = statements(lambda: client.get(address))
    assert few <= 5
    TopicFactory.create_batch(12), VisitFactory.create_batch(12, surgery=surgery), HelpFactory.create_batch(12, **done)
    assert statements(lambda: client.get(address)) == few


def test_coming_in_takes_at_most_13_and_4_more_for_topics(client):
    surgery = SurgeryFactory.create(starts_at=timezone.now())
    booking, topics = BookingFactory.create(surgery=surgery), TopicFactory.create_batch(2)

    def say(email: str, **said: object) -> int:
        return statements(lambda: client.post(f"/here/{surgery.reference}/", {"email": email} | said))

    assert say(booking.attendee.email) <= 11
    assert say(ADA, name="Ada Lovelace") <= 13
    assert say("grace.hopper@example.gov.uk", name="Grace", topics=[topic.pk for topic in topics]) <= 13 + 4
