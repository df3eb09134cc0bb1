"""Becoming a champion: one form, one code, and nothing is written down before the address is shown to be theirs."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from champions import joining
from champions.models import Champion
from notifications.models import OutboxEmail
from organisation.models import Office
from tests.accounts.signing_in import another_than, is_signed_in
from tests.accounts.signing_in import sign_in as sign_in_by_code
from tests.bookings.pages import title_of, words_of
from tests.champions.applying import ALICE, apply, code_sent_to, enter, filled_in, send
from tests.factories import ChampionFactory, DecisionFactory, OfficeFactory, TopicFactory, UserFactory
from tests.notifications.letters import work

pytestmark = pytest.mark.django_db
ZOE = "zoe.zander@example.gov.uk"
CODE, HOME = "/champions/join/code/", "/champion/"


@pytest.fixture(autouse=True)
def lists(db) -> None:
    """Two topics and an office."""
    TopicFactory(name="LinkedIn"), TopicFactory(name="Bluesky")
    OfficeFactory(name="Leeds")


def test_with_the_code_the_application_is_made_and_its_maker_signed_in(client):
    assert send(client)["Location"] == CODE
    assert enter(client, code_sent_to(ALICE))["Location"] == f"{HOME}?done=applied"
    champion = Champion.objects.get()
    assert (champion.state, champion.user.email, champion.user.name) == ("applied", ALICE, "Alice Adeyemi")
    assert [str(skill) for skill in champion.skills.all()] == ["LinkedIn: could teach it"]
    assert [office.name for office in champion.offices.all()] == ["Leeds"]
    assert (champion.usual_days, champion.most_shifts_a_month, champion.is_manager_aware) == ([2, 4], 2, True)
    page = words_of(client.get(f"{HOME}?done=applied"))
    assert "Your application is with the organisers" in page
    assert "Tuesdays or Thursdays, at most twice a month" in page


def test_before_the_code_nothing_is_written_but_the_session_and_the_email_with_the_code(client):
    UserFactory(organiser=True)
    send(client)
    assert enter(client, another_than(code_sent_to(ALICE))).status_code == 200
    assert not Champion.objects.exists()
    assert not User.objects.filter(email=ALICE).exists()
    assert [row.kind for row in OutboxEmail.objects.all()] == ["champion_code"]
    assert not is_signed_in(client)


def test_what_was_typed_is_not_lost_on_the_way_back(client):
    send(client)
    page = client.get("/champions/join/").content.decode()
    assert 'value="Alice Adeyemi"' in page
    assert "I was afraid of it too." in page


def test_the_code_works_only_where_it_was_asked_for(client):
    send(client)
    elsewhere = Client()
    assert enter(elsewhere, code_sent_to(ALICE))["Location"] == "/champions/join/"
    assert not Champion.objects.exists()


def test_the_code_to_apply_signs_nobody_in_elsewhere(client):
    UserFactory(email=ALICE)
    send(client)
    assert client.post("/sign-in/code/", {"code": code_sent_to(ALICE)})["Location"] == "/sign-in/"
    assert not is_signed_in(client)


@pytest.mark.parametrize("press", [{"again": "on"}, {"code": "123456"}])
def test_an_address_that_may_not_apply_does_not_come_in_by_the_page_to_sign_in(client, press):
    send(client)
    client.post("/sign-in/", {"email": "mallory@example.com"})
    assert client.post(CODE, press)["Location"] == "/champions/join/"
    assert not OutboxEmail.objects.filter(kind="champion_code", recipient="mallory@example.com").exists()


def test_another_code_can_be_asked_for(client):
    send(client)
    assert client.post(CODE, {"again": "on"})["Location"] == CODE
    assert OutboxEmail.objects.filter(kind="champion_code").count() == 2
    enter(client, code_sent_to(ALICE))
    assert Champion.objects.get().user.email == ALICE


def test_another_code_counts_as_one(client, settings):
    settings.CODES_PER_ADDRESS = 2
    send(client)
    assert [client.post(CODE, {"again": "on"}).status_code for _ in range(2)] == [303, 429]
    assert OutboxEmail.objects.filter(kind="champion_code").count() == 2


@pytest.mark.parametrize("limit", ["CODES_PER_ADDRESS", "GUESSES_PER_ADDRESS"])
def test_codes_and_guesses_are_limited_as_when_signing_in(client, settings, limit):
    setattr(settings, limit, 1)
    send(client)
    assert enter(client, another_than(code_sent_to(ALICE))).status_code == 200
    again = send(client) if limit == "CODES_PER_ADDRESS" else enter(client, code_sent_to(ALICE))
    assert again.status_code == 429
    assert not Champion.objects.exists()


def seen_by(email: str) -> tuple[list[str], list[str]]:
    """The pages that somebody sees who types this address and a wrong code, and the statements that they took."""
    browser = Client()
    with CaptureQueriesContext(connection) as queries:
        sent = send(browser, email=email)
        asked = browser.get(sent["Location"])
        wrong = enter(browser, another_than(code_sent_to(email)))
    pages = [re.sub(r'value="(\w{64}|\d{6})"', "", page.content.decode()) for page in (asked, wrong)]
    statements = [re.sub(r"'[^']*'|\d+", "?", query["sql"]) for query in queries]
    return (
        [page.replace("<wbr>", "").replace(email.partition("@")[0], "SOMEBODY") for page in pages],
        [sql for sql in statements if "organisation_department" not in sql],  # kept for a second, for everybody
    )


def test_known_and_unknown_addresses_look_and_cost_the_same():
    ChampionFactory(user=UserFactory(email=ALICE))
    seen_by(ALICE), seen_by(ZOE)  # so that nothing is done for the first time
    assert seen_by(ALICE) == seen_by(ZOE)


def test_control_it_shows_when_an_address_is_looked_up_before_the_code_is_right(monkeypatch):
    ChampionFactory(user=UserFactory(email=ALICE))
    seen_by(ALICE), seen_by(ZOE)
    monkeypatch.setattr(joining.CodeToApply, "was_sent", lambda process, code: bool(known(process)))
    with pytest.raises(AssertionError):
        assert seen_by(ALICE) == seen_by(ZOE)


def known(process: joining.CodeToApply) -> Champion | None:
    """Such as somebody could write, who asks more about people whom we know."""
    user = User.objects.filter(email=process.state["email"]).first()
    if user:
        Champion.objects.filter(user=user).first()
    return None


def test_whoever_is_barred_is_told_that_the_code_is_wrong(client, mailoutbox):
    UserFactory(email=ALICE, is_active=False)
    send(client)
    code = code_sent_to(ALICE)
    assert "not the code" in words_of(enter(client, code))
    work()
    assert mailoutbox == []
    assert not Champion.objects.exists()


def test_the_code_reaches_whoever_is_new_through_the_outbox(client, mailoutbox):
    send(client)
    code = code_sent_to(ALICE)
    work()
    [mail] = mailoutbox
    assert (mail.to, f"{code[:3]} {code[3:]}" in mail.body) == ([ALICE], True)
    assert OutboxEmail.objects.get().context == {}


def test_whoever_is_signed_in_needs_no_code(client):
    client.force_login(UserFactory(email="bob@example.gov.uk", name="Bob"))
    assert client.get("/champions/join/")["Location"] == "/champion/application/"
    assert 'value="Bob"' in client.get("/champion/application/").content.decode()
    client.post("/champion/application/", filled_in(email=None, name="Bob"))
    assert Champion.objects.get().user.email == "bob@example.gov.uk"
    assert not OutboxEmail.objects.filter(kind="champion_code").exists()


def test_whoever_signs_in_instead_finds_what_they_typed(client):
    send(client)
    UserFactory(email="bob@example.gov.uk")
    client.post("/sign-in/", {"email": "bob@example.gov.uk"})
    sign_in_by_code(client, "bob@example.gov.uk")
    assert "I was afraid of it too." in client.get("/champion/application/").content.decode()


@pytest.mark.parametrize("facts", [{}, {"state": "resting", "resting_until": "2030-03-01"}])
def test_a_champion_stays_as_they_are(client, facts):
    champion = ChampionFactory(user=UserFactory(email=ALICE), about="As before.", **facts)
    assert apply(client)["Location"] == f"{HOME}?done=already"
    champion.refresh_from_db()
    assert (champion.about, champion.state) == ("As before.", facts.get("state", "active"))
    assert "already" in words_of(client.get(f"{HOME}?done=already"))


@pytest.mark.parametrize("state", ["applied", "asked_back", "declined", "left"])
def test_whoever_is_no_champion_sends_another_in_its_place(client, state):
    before = ChampionFactory(applied=True, user__email=ALICE, state=state)
    DecisionFactory(champion=before, outcome="asked_back", words="Since when?")
    nia = UserFactory(organiser=True)
    apply(client)
    after = Champion.objects.get()
    assert (after.pk, after.state, after.about) == (before.pk, "applied", "I was afraid of it too.")
    told = OutboxEmail.objects.filter(kind="champion_applied", recipient=nia.email).count()
    assert told == (0 if state == "applied" else 1), "organisers are told of what is new"


def test_organisers_are_told_who_applied_and_nothing_of_what_they_wrote(client, mailoutbox):
    nia, gone = UserFactory(organiser=True), UserFactory(organiser=True, is_active=False)
    apply(client)
    mailoutbox.clear()
    work()
    [mail] = [mail for mail in mailoutbox if "champion" in mail.subject and mail.to != [ALICE]]
    assert (mail.to, gone.email in mail.to) == ([nia.email], False)
    assert "Alice Adeyemi" in mail.body
    assert f"/organise/champions/{Champion.objects.get().pk}/" in mail.body
    assert "allotment" not in mail.body + mail.alternatives[0][0]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"name": ""}, "Enter your name"),
        ({"email": "alice@example.com"}, "has to end in"),
        ({"offices": []}, "Choose at least one office"),
        ({"offices": ["x"]}, "Choose from what is shown here"),
        ({"offices": ["9" * 30]}, "Choose from what is shown here"),
        ({"usual_days": ["7"]}, "Choose from what is shown here"),
        ({"most_shifts_a_month": ""}, "Choose how often at most"),
        ({"most_shifts_a_month": "31"}, "Choose from what is shown here"),
        ({"about": "a" * 201}, "The line about you has to be 200 characters or fewer"),
        ({"experience": "a" * 301}, "Your experience has to be 300 characters or fewer"),
        ({"first": ""}, "Say how well you know at least one topic"),
        ({"first": "9"}, "Choose from what is shown here"),
        ({"first": "\0"}, "Choose from what is shown here"),
    ],
)
def test_what_is_wrong_is_said_beside_it_and_nothing_is_lost(client, typed, said):
    first = next(name for name in filled_in() if name.startswith("topic_"))
    response = send(client, **{(first if name == "first" else name): value for name, value in typed.items()})
    assert f"Error: {said}" in words_of(response) or said in words_of(response)
    assert title_of(response).startswith("Error: ")
    assert "about" in typed or "I was afraid of it too." in response.content.decode()
    assert not OutboxEmail.objects.exists()


def test_what_is_wrong_is_listed_in_the_order_of_the_page(client):
    first = next(name for name in filled_in() if name.startswith("topic_"))
    said = words_of(send(client, **{"name": "", first: "", "offices": []}))
    places = [said.index(words) for words in ("Enter your name", "Say how well", "Choose at least one office")]
    assert places == sorted(places)
    # What is about all topics is said above the first of them.
    assert said.index("One topic is enough") < said.index("Error: Say how well") < said.index("Not one of mine")


def test_what_is_typed_freely_is_made_plain(client):
    apply(client, about="  Hello\r\nthere\u202e \0 you ", experience="<script>alert(1)</script>")
    assert Champion.objects.get().about == "Hello there you"
    assert "<script>alert" not in client.get(HOME).content.decode()


def test_an_office_that_was_retired_meanwhile_is_asked_for_again(client):
    send(client)
    OfficeFactory(name="York")
    Office.objects.filter(name="Leeds").update(is_retired=True)
    assert enter(client, code_sent_to(ALICE))["Location"] == "/champion/application/"
    page = client.get("/champion/application/")
    assert title_of(page).startswith("Error: ")
    assert "I was afraid of it too." in page.content.decode()
