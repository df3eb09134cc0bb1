"""Organisers find a person however they spell the name, and nobody else does."""

import logging

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bookings.finding_people import find_people
from bookings.models import Attendee
from bookings.people import REMOVED
from tests.bookings.pages import words_of
from tests.factories import (
    AttendeeFactory,
    BookingFactory,
    ChampionFactory,
    SurgeryFactory,
    TeamFactory,
    UserFactory,
    VisitFactory,
    local,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def organiser(client):
    client.force_login(UserFactory.create(name="Olu Organiser", email="olu@example.gov.uk", organiser=True))
    return client


def names(query: str) -> list[str]:
    return [each.name for each in find_people(query, now=timezone.now()).people]


@pytest.fixture
def everybody(alice, bob, charlie) -> None:
    """Of every kind in which people are known, with names that are hard to type."""
    AttendeeFactory.create(name="Zoë Müller-Øster", email="zoe.mueller@example.gov.uk")
    AttendeeFactory.create(name="Jan van den Berg", email=None)
    renamed = AttendeeFactory.create(name="Grace Hopper", email="g.hopper@example.gov.uk")
    team = TeamFactory.create(name="Coastal Erosion", also_known_as="CERT")
    BookingFactory.create(attendee=renamed, name="Grace Murray", team=team)
    ChampionFactory.create(name="Ada Lovelace", user=UserFactory.create(name="Ada King", email="a.king@example.gov.uk"))
    ChampionFactory.create(name="Priya Nair")
    UserFactory.create(name="Olu Organiser", email="olu@example.gov.uk", organiser=True)


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("alice", "Alice Adeyemi"),
        ("ADEYEMI Alice", "Alice Adeyemi"),
        ("Adiyemy", "Alice Adeyemi"),
        ("Ailce", "Alice Adeyemi"),
        ("alice.adeyemi@example.gov.uk", "Alice Adeyemi"),
        ("adeyemi@ex", "Alice Adeyemi"),
        ("alice.adeyemi@elsewhere.gov.uk", "Alice Adeyemi"),
        ("obrien", "Bob O’Brien"),
        ("O'Brian", "Bob O’Brien"),
        ("o brien", "Bob O’Brien"),
        ("Chowdry", "Charlie Chowdhury"),
        ("chow", "Charlie Chowdhury"),
        ("dhury", "Charlie Chowdhury"),
        ("zoe muller", "Zoë Müller-Øster"),
        ("oster", "Zoë Müller-Øster"),
        ("Vandenberg", "Jan van den Berg"),
        ("murray", "Grace Hopper"),
        ("coastal erosion", "Grace Hopper"),
        ("cert", "Grace Hopper"),
        ("Lovelac", "Ada Lovelace"),
        ("a.king", "Ada Lovelace"),
        ("Nayr", "Priya Nair"),
        ("olu@example.gov.uk", "Olu Organiser"),
    ],
)
def test_somebody_is_found_by_what_one_remembers_of_them(everybody, typed, name):
    assert names(typed)[0] == name


@pytest.mark.parametrize("typed", ["Xerxes", "@", "…", "%", "_", "\\", "'", "example"])
def test_what_is_like_nobody_finds_nobody(everybody, typed):
    assert names(typed) == []


def test_every_word_has_to_match_and_if_nobody_has_all_the_closest_are_shown(everybody):
    assert names("grace murray") == ["Grace Hopper"]
    close = find_people("Grace Xerxes", now=timezone.now())
    assert [each.name for each in close.people] == ["Grace Hopper"]
    assert not close.has_every_word


def test_whoever_is_spelled_so_comes_before_who_is_nearly(alice):
    AttendeeFactory.create(name="Alicia Adeyema")
    AttendeeFactory.create(name="Allce Adeyemi")
    assert names("Alice Adeyemi")[:2] == ["Alice Adeyemi", "Allce Adeyemi"]


def test_somebody_who_books_hosts_and_signs_in_is_found_once(client):
    user = UserFactory.create(name="Zoë Abara", email="zoe@example.gov.uk", organiser=True)
    ChampionFactory.create(name="Zoë Abara", user=user)
    attendee = AttendeeFactory.create(name="Z. Abara", email=user.email)
    (found,) = find_people("zoe abara", now=timezone.now()).people
    assert (found.kind, found.pk, found.as_champion, found.is_organiser) == ("person", attendee.pk, "Champion", True)


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("active", "Champion."),
        ("resting", "Champion, resting."),
        ("applied", "Applied to be a champion."),
        ("asked_back", "Applied to be a champion."),
        ("declined", ""),
        ("left", ""),
    ],
)
@pytest.mark.parametrize("has_booked", [True, False])
def test_only_who_is_a_champion_is_called_one(organiser, state, said, has_booked):
    user = UserFactory.create(name="Zoë Abara", email="zoe@example.gov.uk")
    rests = {"resting_until": local(30).date()} if state == "resting" else {}
    ChampionFactory.create(name="Zoë Abara", user=user, state=state, applied_at=timezone.now(), **rests)
    if has_booked:
        AttendeeFactory.create(name="Zoë Abara", email=user.email)
    words = words_of(organiser.post("/organise/people/", {"who": "zoe"}))
    assert " ".join(f"zoe@example.gov.uk {said} Are they".split()) in words


def test_it_says_when_their_seat_is_and_where_they_only_wait(organiser, alice, bob):
    surgery = SurgeryFactory.create(starts_at=local(7, 11), slots=3, seats=1)
    BookingFactory.create(attendee=alice, surgery=surgery, slot=surgery.slots.last())
    BookingFactory.create(attendee=bob, surgery=surgery, waiting=True)
    day = f"{timezone.localdate(surgery.starts_at):%-d %b %Y}"
    assert f"Booked for {day}, 11:40am." in words_of(organiser.post("/organise/people/", {"who": "alice"}))
    assert f"Waits for {day}, 11am." in words_of(organiser.post("/organise/people/", {"who": "bob"}))


@pytest.mark.parametrize("typed", ["alice@sign-in.gov.uk", "ALICE@sign-in", "e@sign-in"])
def test_somebody_who_signs_in_with_another_address_is_found_by_it(everybody, typed):
    mary = UserFactory.create(name="Mary Smith", email="alice@sign-in.gov.uk")
    person = AttendeeFactory.create(name="Mary Smith", email="mary.smith@example.gov.uk", user=mary)
    (found,) = find_people(typed, now=timezone.now()).people
    assert (found.kind, found.pk, found.email) == ("person", person.pk, "mary.smith@example.gov.uk")


def test_whoever_was_removed_is_not_found():
    AttendeeFactory.create(name=REMOVED, email=None)
    UserFactory.create(name=REMOVED, email="removed-1@removed.invalid")
    VisitFactory.create(attendee=AttendeeFactory.create(name="Wren Walker"), name=REMOVED)
    assert names("removed") == []
    assert names("name") == []
    assert REMOVED not in names("removed-1@removed.invalid")


def test_what_is_typed_stands_in_no_address_and_no_log(client, alice, caplog):
    client.force_login(UserFactory.create(organiser=True))
    with caplog.at_level(logging.DEBUG):
        answer = client.post("/organise/people/", {"who": "Adeyemi"})
    assert f"/organise/people/{alice.pk}/" in answer.content.decode()
    # What PostgreSQL is asked is logged only while developing.
    assert not [record for record in caplog.records if record.name != "django.db.backends" and "deyemi" in str(record)]
    assert client.get("/organise/people/?who=Adeyemi").content.decode().count("deyemi") == 0


@pytest.mark.parametrize("typed", ["", " ", "\0", "a" * 101, "x\0y", "ا" * 100, "@" * 100, "a " * 50])
def test_bad_input_is_answered(client, alice, typed):
    client.force_login(UserFactory.create(organiser=True))
    assert client.post("/organise/people/", {"who": typed}).status_code == 200
    assert client.post("/organise/people/").status_code == 200


def test_it_takes_as_many_statements_with_many_people_as_with_few(client, alice):
    client.force_login(UserFactory.create(organiser=True))

    def statements(typed: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.post("/organise/people/", {"who": typed}).status_code == 200
        return len(queries)

    few = statements("alice adeyemi")
    Attendee.objects.bulk_create(Attendee(name=f"Alice Adeyemi {n}") for n in range(300))
    UserFactory.create_batch(3)
    BookingFactory.create_batch(5, attendee=alice, team=TeamFactory.create(name="Alice"))
    assert statements("alice adeyemi") == few <= 12
    assert statements("alice@ex") <= 12
