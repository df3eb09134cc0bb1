"""Somebody is given all that is held about them, and nobody else's."""

import json

import pytest

from bookings.change_words import place_named
from bookings.models import JournalEntry, Visit
from bookings.people import person_of
from notifications.registry import names
from notifications.services import queue_email
from privacy.held import UNSAID, as_json, held_about
from privacy.models import Disclosure
from privacy.policy import HOLDINGS, Category
from surgeries.templatetags.times import day_and_time
from tests.bookings.pages import words_of
from tests.factories import (
    AttendeeFactory,
    BookingFactory,
    ChampionFactory,
    HelpFactory,
    ShiftFactory,
    SurgeryFactory,
    UserFactory,
    VenueFactory,
    VisitFactory,
    local,
)
from tests.privacy.canaries import ADDRESS, alice, written
from tests.privacy.two_records import read

pytestmark = pytest.mark.django_db


def missing(file: dict, holdings) -> list[str]:
    """The declared personal fields of which the file says nothing."""
    rows = {}
    for section in file["held"]:
        rows.setdefault(section["what"], []).extend(section["rows"])
    lost = []
    for holding in holdings:
        words, found = written(holding), rows.get(holding.called, [])
        for name, rule in holding.fields.items():
            values = [row[name] for row in found if row.get(name) not in (None, "", [], {})]
            is_said = bool(values) and (
                rule.category == Category.SECRET
                or name not in words
                or any(str(words[name])[:32] in str(value) for value in values)
            )
            if not is_said and holding.model != "notifications.LimitCount":
                lost.append(f"{holding.called}: {name}")
    return lost


def test_the_file_has_every_personal_field_and_no_secret(client, organiser):
    attendee = alice()
    BookingFactory.create(name="Bob Brown", question="What Bob asks")
    response = client.post(f"/organise/people/{attendee.pk}/data.json")
    text = response.content.decode()
    file = json.loads(text)
    # Of the demonstration's mailbox the one email to her; of each other kind, something of every field.
    assert missing(file, HOLDINGS) == []
    assert {each["what"] for each in file["held"]} == {holding.called for holding in HOLDINGS if holding.whose} - {
        "People whom they erased", "What they were shown to give to people",
    } | {"Counts of forms and codes", "Where they are signed in"}  # fmt: skip
    assert "Bob" not in text
    assert "Mastodon for beginners" in text
    for secret in ("canary-totp", "canary-calendarlink-token", "canary-socialtoken", "canary-code"):
        assert secret not in text
    assert UNSAID in text
    assert "canary-application" in text, "what was typed and not sent yet is held as well"
    assert response["Cache-Control"] == "no-store"
    assert "attachment" in response["Content-Disposition"]
    assert ADDRESS not in response["Content-Disposition"]


def test_control_a_holding_or_a_field_that_is_skipped_is_found(monkeypatch):
    person = person_of(alice())
    for number in (0, 1, 5, 8):
        with monkeypatch.context() as patch:
            patch.setattr("privacy.held.HOLDINGS", [each for each in HOLDINGS if each is not HOLDINGS[number]])
            lost = missing(as_json(held_about(person), given_at=None), HOLDINGS)
            assert any(line.startswith(HOLDINGS[number].called) for line in lost) or not HOLDINGS[number].fields


def test_the_page_says_it_in_words_once_it_is_pressed_and_notes_who_looked(client, organiser):
    attendee = alice()
    JournalEntry.objects.update(learned="Nobody else's business")
    page = f"/organise/people/{attendee.pk}/data/"

    before = client.get(page).content.decode()
    assert "canary-booking-question" not in before
    assert Disclosure.objects.count() == 0, "reading changes nothing"

    shown = client.post(page)
    text = shown.content.decode()
    assert shown["Cache-Control"] == "no-store"
    assert "canary-booking-question" in text
    assert "Nobody else" not in text, "the journal is theirs alone"
    client.post(page.replace("/data/", "/data.json"))
    assert list(Disclosure.objects.values_list("given_by", "is_file")) == [(organiser.pk, False), (organiser.pk, True)]
    assert "as a file" in client.get(page).content.decode()


def test_the_page_calls_emails_and_fields_by_names_that_people_know(client, organiser):
    booking = BookingFactory.create(attendee=alice())
    for kind in names:
        queue_email(kind=kind, to=ADDRESS, about={"booking": booking.pk}, dedupe_key=f"{kind}:1")
    said = words_of(client.post(f"/organise/people/{booking.attendee_id}/data/"))
    assert "Which email Surgery moved" in said
    assert not [kind for kind in names if f"Which email {kind}" in said]
    assert "Could be a story" in said
    for field in ("Dedupe key", "Needs context", "Unsure attempts", "Is possible story"):
        assert field not in said
    for field in ("By what it is sent once", "Next try at", "Attempts", "Place in line"):
        assert field not in said, "it says something to the product alone"


def test_what_they_changed_here_is_in_the_file_without_what_it_says(client, organiser):
    bob = BookingFactory.create(attendee__name="Bob Brown")
    for booking in (bob, BookingFactory.create(attendee__name="Bob Brown")):
        client.post(f"/organise/bookings/{booking.pk}/cancel/", {"reason": "A fire drill.", "seen": booking.version})
    me = AttendeeFactory.create(email=organiser.email)
    page = f"/organise/people/{me.pk}/data/"
    file = client.post(page.replace("/data/", "/data.json")).json()
    (mine,) = (each["rows"] for each in file["held"] if each["what"] == "What they changed here")
    assert {
        "changed_at": mine[-1]["changed_at"], "place": place_named("bookings:cancel_for"), "what": "changed 2",
        "table": "bookings",
    } in mine  # fmt: skip
    assert not {"Bob Brown", "A fire drill."} & {str(each) for row in mine for each in row.values()}
    assert f"What they changed here</a>: {len(mine)}" in client.post(page).content.decode()
    # Nothing of what others did, and nothing without an account.
    file = client.post(f"/organise/people/{bob.attendee_id}/data.json").json()
    assert "What they changed here" not in {each["what"] for each in file["held"]}


def test_a_helper_learns_nothing_of_those_they_helped(client, organiser):
    user = UserFactory.create(email=ADDRESS)
    shift = ShiftFactory.create(champion=ChampionFactory.create(user=user))
    visit = VisitFactory.create(surgery=shift.surgery, name="Bob Brown", taken_in_by=user)
    HelpFactory.create(visit=visit, surgery=shift.surgery, shift=shift)
    attendee = AttendeeFactory.create(email=ADDRESS)
    text = client.post(f"/organise/people/{attendee.pk}/data.json").content.decode()
    assert "Help that they gave" in text
    assert "Bob" not in text
    assert '"visit"' not in text


def test_the_page_names_times_and_places_and_shows_no_bare_number_nor_another_name(client, organiser):
    user = UserFactory.create(email=ADDRESS)
    attendee = AttendeeFactory.create(email=ADDRESS, user=user)
    venue = VenueFactory.create(name="Ground floor café", office__name="Leeds")
    surgery = SurgeryFactory.create(starts_at=local(-3, hour=10), venue=venue)
    booking = BookingFactory.create(attendee=attendee, surgery=surgery)
    visit = VisitFactory.create(booking=booking, taken_in_by=UserFactory.create(name="Bob Brown"))
    other = ShiftFactory.create(champion__name="Bob Brown", surgery=surgery)
    HelpFactory.create(visit=visit, surgery=surgery, shift=other)
    Visit.objects.filter(pk=visit.pk).update(stands_for=[999_999])
    queue_email(kind="booking_reminder", to=ADDRESS, about={"booking": booking.pk, "sequence": 0}, dedupe_key="1")
    page = f"/organise/people/{attendee.pk}/data/"

    shown = client.post(page)
    sections = {each.heading: each.in_words for each in shown.context["sections"]}
    when = f"{day_and_time(surgery.starts_at)}, Ground floor café, Leeds"
    assert ("Surgery", when) in sections["Bookings"][0]
    assert {"Surgery": when, "Booking": when}.items() <= dict(sections["Visits"][0]).items()
    assert {"Visit": when, "Shift": when}.items() <= dict(sections["Help that they got"][0]).items()
    assert ("About", f"booking: {when}") in sections["Emails"][0]
    text = read(shown)
    assert "Bob" not in text
    assert "Number " not in text
    assert "999999" not in text
    # The file has every field.
    rows = {each["what"]: each["rows"] for each in client.post(page.replace("/data/", "/data.json")).json()["held"]}
    assert rows["Visits"][0]["booking"] == {"id": booking.pk, "name": when}
    assert (rows["Visits"][0]["taken_in_by"], rows["Visits"][0]["stands_for"]) == (visit.taken_in_by_id, [999_999])
    assert rows["Bookings"][0]["seat"] == booking.seat_id
    assert rows["Emails"][0]["about"] == {"booking": {"id": booking.pk, "name": when}, "sequence": 0}


@pytest.mark.parametrize("method", ["get", "post"])
def test_however_much_there_is_it_takes_few_statements(client, organiser, django_assert_max_num_queries, method):
    attendee = AttendeeFactory.create()
    for _ in range(6):
        VisitFactory.create(booking=BookingFactory.create(attendee=attendee))
    with django_assert_max_num_queries(12):
        response = getattr(client, method)(f"/organise/people/{attendee.pk}/data/")
    assert response.status_code == 200


def test_whoever_only_signs_in_or_hosts_is_given_theirs_as_well(client, organiser):
    user = ChampionFactory.create(user=UserFactory.create(email=ADDRESS)).user
    found = client.post(f"/organise/people/users/{user.pk}/data/")
    again = client.post(f"/organise/people/users/{user.pk}/data/")
    text = client.post(found["Location"].replace("/data/", "/data.json")).content.decode()
    assert again["Location"] == found["Location"]
    assert "As a champion" in text
    assert user.name in text


@pytest.mark.parametrize("number", [0, 10**30])
def test_nobody_is_behind_other_numbers(client, organiser, number):
    for page in ("data/", "data.json", "erase/"):
        assert client.post(f"/organise/people/{number}/{page}").status_code == 404
