"""An organiser adds a champion whom they know: a champion at once, who is told; an address that is known is said so."""

import pytest
from django.db import IntegrityError
from django.test import Client

from accounts.models import User
from champions.models import Champion, Decision
from notifications.models import OutboxEmail
from organisation.models import Office, Topic
from tests.bookings.pages import title_of, words_of
from tests.bookings.test_statements_per_page import statements
from tests.champions.applying import ALICE
from tests.factories import ChampionFactory, OfficeFactory, TopicFactory, UserFactory
from tests.notifications.letters import work

ADD = "/organise/champions/add/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def nia(client) -> User:
    TopicFactory.create(), TopicFactory.create(), OfficeFactory.create()
    user = UserFactory.create(organiser=True, name="Nia Prosser")
    client.force_login(user)
    return user


def send(client: Client, **changes):
    topic, office = Topic.objects.earliest("pk"), Office.objects.earliest("pk")
    said = {"name": "Alice Adeyemi", "email": ALICE, f"topic_{topic.pk}": "3", "offices": [office.pk]}
    return client.post(ADD, said | changes)


def test_who_is_added_hosts_at_once_reads_it_by_email_and_says_the_rest_themselves(client, nia, mailoutbox):
    page = client.get(send(client, email=" Alice.Adeyemi@EXAMPLE.gov.uk ")["Location"])
    assert "Alice Adeyemi is a champion now, and reads it by email." in words_of(page)
    assert "Added by Nia Prosser" in words_of(page)
    alice = Champion.objects.get()
    assert (alice.is_active, alice.user.email, alice.applied_at) == (True, ALICE, None)
    assert [(skill.topic, skill.level) for skill in alice.skills.all()] == [(Topic.objects.earliest("pk"), 3)]
    assert [*alice.offices.all()] == [Office.objects.get()]
    assert (alice.user.is_staff, alice.user.is_superuser) == (False, False)
    work()
    [mail] = mailoutbox
    assert (mail.to, mail.subject) == ([ALICE], "Welcome, champion")
    html = mail.alternatives[0][0]
    for body in (mail.body, html):
        assert "Nia Prosser has added you to the champions" in body
        assert "application" not in body
    browser = Client()
    browser.force_login(alice.user)
    assert "You are a champion" in words_of(browser.get("/champion/"))
    assert browser.get("/champion/profile/").context["form"]["name"].value() == "Alice Adeyemi"


def test_somebody_who_signs_in_already_stays_who_they_are(client, nia):
    send(client, email=nia.email, name="Nia")
    nia.refresh_from_db()
    assert (nia.name, nia.is_organiser, nia.champion.name) == ("Nia Prosser", True, "Nia")


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({}, "Al, who is a champion already"),
        ({"applied": True}, "Al, who has applied and waits for an answer"),
        ({"applied": True, "state": "asked_back"}, "was asked a question"),
        ({"applied": True, "state": "declined"}, "Al, who was declined. They may apply again"),
        ({"left": True}, "Al, who has left the champions"),
    ],
)
def test_an_address_that_is_known_is_said_so_with_the_way_there_and_nothing_changes(client, nia, facts, said):
    known = ChampionFactory.create(name="Al", user=UserFactory.create(email=ALICE), **facts)
    response = send(client)
    assert title_of(response).startswith("Error: ")
    assert said in words_of(response)
    assert f'href="/organise/champions/{known.pk}/"' in response.content.decode()
    assert 'value="Alice Adeyemi"' in response.content.decode()
    assert Champion.objects.get().name == "Al"
    assert not OutboxEmail.objects.exists()
    assert not Decision.objects.exists()


def test_pressing_twice_adds_once_and_tells_once(client, nia):
    send(client)
    assert "Alice Adeyemi, who is a champion already" in words_of(send(client))
    assert (Champion.objects.count(), OutboxEmail.objects.count()) == (1, 1)


def test_control_without_the_look_at_who_is_known_the_database_refuses_the_second(client, nia):
    send(client)
    with pytest.raises(IntegrityError):
        Champion.objects.create(name="Alice", user=User.objects.get(email=ALICE))


def test_who_was_barred_is_not_let_in_again(client, nia):
    UserFactory.create(email=ALICE, is_active=False)
    assert "may not sign in. Ask an administrator" in words_of(send(client))
    assert not Champion.objects.exists()
    assert not User.objects.get(email=ALICE).is_active


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": ""}, "Enter their name"),
        ({"name": "a" * 101}, "Their name has to be 100 characters or fewer"),
        ({"email": ""}, "Enter their work email address"),
        ({"email": "alice@example.com"}, "It has to end in gov.uk"),
        ({"offices": []}, "Choose at least one office"),
        ({"offices": ["999999999"]}, "Choose from what is shown here"),
    ],
)
def test_mistakes_are_said_beside_the_field_and_nothing_is_lost(client, nia, changes, said):
    response = send(client, **changes)
    assert title_of(response).startswith("Error: ")
    assert said in words_of(response)
    assert '<option value="3" selected>Could teach it' in response.content.decode()
    assert not User.objects.exclude(pk=nia.pk).exists()


def test_one_topic_has_to_be_known(client, nia):
    response = send(client, **{f"topic_{Topic.objects.earliest('pk').pk}": ""})
    assert "Say how well they know at least one topic" in words_of(response)
    assert not Champion.objects.exists()


def test_the_page_says_who_lets_organisers_in_and_nobody_becomes_one_by_it(client, nia):
    UserFactory.create(administrator=True, name="Gareth Okonkwo", email="gareth@example.gov.uk")
    UserFactory.create(administrator=True, name="Not Here", is_active=False)
    page = client.get(ADD)
    assert "is for administrators to say. Ask Gareth Okonkwo ." in words_of(page)
    assert "mailto:gareth@example.gov.uk" in page.content.decode()
    send(client, is_staff="on", is_superuser="on")
    assert not User.objects.get(email=ALICE).is_staff


def test_the_page_takes_the_same_few_statements_however_much_there_is(client, nia):
    few = statements(lambda: client.get(ADD))
    TopicFactory.create_batch(12), OfficeFactory.create_batch(12)
    UserFactory.create_batch(6, administrator=True), ChampionFactory.create_batch(6)
    assert statements(lambda: client.get(ADD)) == few <= 12
