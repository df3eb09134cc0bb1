"""Organisers approve, ask back or decline; whoever applied is told, and of two organisers one is too late."""

import re
from functools import partial

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.models import User
from champions.emails import queue_applied
from champions.models import Champion, Decision
from champions.services import DecidedAlready, approve
from notifications.models import OutboxEmail
from tests.bookings.pages import title_of, words_of
from tests.bookings.test_statements_per_page import statements
from tests.champions.applying import filled_in
from tests.factories import ChampionFactory, DecisionFactory, OfficeFactory, TopicFactory, UserFactory
from tests.notifications.letters import work

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice(db) -> Champion:
    champion = ChampionFactory(applied=True, name="Alice", topics=[TopicFactory()])
    champion.offices.add(OfficeFactory())
    return champion


@pytest.fixture
def nia(client):
    user = UserFactory(organiser=True, name="Nia Prosser")
    client.force_login(user)
    return user


def decide(client, applicant, how, *, seen=0, **words):
    return client.post(f"/organise/champions/{applicant.pk}/{how}/", {"seen": seen, **words})


def told(mailoutbox, applicant) -> tuple[str, str]:
    """The subject and the words of the one email to whoever applied."""
    work()
    [mail] = [mail for mail in mailoutbox if mail.to == [applicant.user.email]]
    return mail.subject, mail.body


def test_an_organiser_sees_what_was_said_and_approves(client, alice, nia, mailoutbox):
    page = words_of(client.get(f"/organise/champions/{alice.pk}/"))
    assert alice.user.email in page
    assert alice.skills.get().topic.name in page
    client.get(decide(client, alice, "approve")["Location"])
    alice.refresh_from_db()
    assert alice.is_active
    decision = Decision.objects.get()
    assert (decision.outcome, decision.decided_by, decision.words) == ("approved", nia, "")
    subject, body = told(mailoutbox, alice)
    assert subject == "Welcome, champion"
    assert "/champion/" in body
    client.force_login(alice.user)
    for read_first in ("/kit/first-ten-minutes/", "/cheat-sheets/"):
        assert f"{settings.PUBLIC_BASE_URL}{read_first}" in body
        assert f'href="{read_first}">the ' in client.get("/champion/").content.decode()
    browser = Client()
    browser.force_login(alice.user)
    assert "You are a champion" in words_of(browser.get("/champion/"))


def test_a_question_goes_back_and_is_answered_by_changing_the_application(client, alice, nia, mailoutbox):
    decide(client, alice, "ask-back", question="Since when\ndo you use it?")
    subject, body = told(mailoutbox, alice)
    assert subject == "A question about your application"
    assert "do you use it?" in body
    mailoutbox.clear()
    browser = Client()
    browser.force_login(alice.user)
    assert "Since when" in words_of(browser.get("/champion/"))
    assert "Since when" in words_of(browser.get("/champion/application/"))
    browser.post("/champion/application/", filled_in(email=None, experience="Since 2009."))
    alice.refresh_from_db()
    assert (alice.state, alice.experience) == ("applied", "Since 2009.")
    work()
    assert [(mail.to, mail.subject) for mail in mailoutbox] == [([nia.email], "An applicant has answered")]
    decide(client, alice, "approve", seen=1)
    assert [decision.outcome for decision in alice.decisions.all()] == ["asked_back", "approved"]


def test_whoever_is_declined_reads_why_and_may_apply_again(client, alice, nia, mailoutbox):
    decide(client, alice, "decline", reason="We have enough hosts in York until spring.")
    subject, body = told(mailoutbox, alice)
    assert "until spring" in body
    assert "declined" not in subject.lower()
    browser = Client()
    browser.force_login(alice.user)
    assert "until spring" in words_of(browser.get("/champion/"))
    browser.post("/champion/application/", filled_in(email=None))
    alice.refresh_from_db()
    assert alice.state == "applied"


@pytest.mark.parametrize(("how", "field"), [("ask-back", "question"), ("decline", "reason")])
@pytest.mark.parametrize("typed", ["", " \n ", "a" * 501])
def test_words_are_needed_and_bounded(client, alice, nia, how, field, typed):
    response = decide(client, alice, how, **{field: typed})
    assert title_of(response).startswith("Error: ")
    assert typed.strip() in response.content.decode()
    assert not Decision.objects.exists()


@pytest.mark.parametrize(
    ("how", "wrong", "other"), [("ask-back", "question", "reason"), ("decline", "reason", "question")]
)
def test_what_was_typed_for_another_decision_is_kept_where_one_is_sent_with_a_mistake(
    client, alice, nia, how, wrong, other
):
    page = client.get(f"/organise/champions/{alice.pk}/").content.decode()
    forms = [form for form in re.findall("<form.*?</form>", page, re.DOTALL) if 'name="seen"' in form]
    assert [re.findall(r'name="(question|reason)"', form) for form in forms] == [["question", "reason"]]
    page = decide(client, alice, how, **{wrong: "", other: "Typed <before>"}).content.decode()
    assert re.search(rf'<textarea[^>]*name="{other}"[^>]*>\s*Typed &lt;before&gt;</textarea>', page)
    assert page.count("govuk-error-message") == 1
    assert not Decision.objects.exists()


@pytest.mark.parametrize("how", ["approve", "ask-back", "decline"])
@pytest.mark.parametrize("first", ["approved", "asked_back", "declined"])
def test_the_second_of_two_organisers_is_told_who_was_faster(client, alice, nia, how, first):
    words = "" if first == "approved" else "Something."
    DecisionFactory(champion=alice, outcome=first, words=words, decided_by__name="Gareth Okonkwo")
    Champion.objects.update(state="active" if first == "approved" else first)
    response = decide(client, alice, how, seen=0, question="What I typed", reason="What I typed")
    assert response.status_code == 409
    assert "Gareth Okonkwo was faster" in words_of(response)
    if first == "asked_back":
        assert "What I typed" in response.content.decode()
    assert Decision.objects.count() == 1
    assert not OutboxEmail.objects.exists()


def test_whoever_decides_twice_is_told_that_they_have(client, alice, nia):
    for how in ("approve", "decline"):
        response = decide(client, alice, how, seen=0, reason="Not now.")
    assert "You have decided already: approved on" in words_of(response)


@pytest.mark.parametrize("seen", ["", "x", "-1", "1", "9" * 30])
def test_without_having_seen_what_there_is_nothing_is_decided(client, alice, nia, seen):
    assert decide(client, alice, "approve", seen=seen).status_code == 409
    assert not Decision.objects.exists()


def test_control_of_two_who_saw_the_same_one_is_too_late(alice, nia):
    gareth = UserFactory(organiser=True)
    approve(champion=alice, by=gareth, seen=0)
    with pytest.raises(DecidedAlready):
        approve(champion=alice, by=nia, seen=0)


def test_an_email_that_is_no_longer_true_is_not_sent(client, alice, nia, mailoutbox):
    decide(client, alice, "ask-back", question="Since when?")
    Champion.objects.update(state="left")
    work()
    assert mailoutbox == []


def test_who_is_an_organiser_no_more_reads_of_no_application(client, nia, mailoutbox):
    queue_applied(ChampionFactory(applied=True), now=timezone.now())
    User.objects.update(is_staff=False)
    work()
    assert mailoutbox == []


@pytest.mark.parametrize("state", ["active", "left", "declined"])
def test_nothing_is_decided_twice_by_somebody_who_saw_it_all(nia, state):
    decided = ChampionFactory(applied=True, state=state)
    with pytest.raises(DecidedAlready):
        approve(champion=decided, by=nia, seen=0)


def test_of_who_never_applied_there_is_a_page_and_nothing_to_decide(client, nia):
    never_applied = ChampionFactory(name="Priya")
    page = words_of(client.get(f"/organise/champions/{never_applied.pk}/"))
    assert "Priya" in page
    assert "No email address is known" in page
    assert not any(words in page for words in ("Approve", "Decline", "Applied on"))
    for how in ("approve", "ask-back", "decline"):
        assert decide(client, never_applied, how, question="Why?", reason="No.").status_code == 404
    assert client.post("/organise/champions/999999999999999999999/approve/").status_code == 404


def test_the_pages_take_as_many_queries_for_many_applications_as_for_few(client, nia):
    numbers = []
    for rows in (2, 10):
        for _ in range(rows):
            applicant = ChampionFactory(applied=True, topics=[TopicFactory(), TopicFactory()])
            applicant.offices.add(OfficeFactory())
            DecisionFactory(champion=applicant)
            DecisionFactory(champion=applicant, outcome="asked_back", words="Why?", decided_at=timezone.now())
        for address in ("/organise/champions/", f"/organise/champions/{applicant.pk}/"):
            numbers.append(statements(partial(client.get, address)))
    assert numbers[:2] == numbers[2:]
    assert max(numbers) <= 12
