"""Signing in with a code by email: who gets in, who does not, and what nobody can tell apart."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from notifications.models import OutboxEmail
from notifications.registry import writers
from tests.accounts.signing_in import WRONG, another_than, ask_for_code, code_sent_to, enter, is_signed_in, sign_in
from tests.bookings.pages import title_of, words_of
from tests.factories import UserFactory
from tests.notifications.letters import work

ALICE, NOBODY = "alice@example.gov.uk", "nobody@example.gov.uk"
pytestmark = pytest.mark.django_db


@pytest.fixture
def alice(db) -> User:
    return UserFactory.create(email=ALICE, name="Alice")


def test_the_code_signs_in(client, alice):
    assert sign_in(client, ALICE)["Location"] == "/start/"
    assert "Hello Alice" in words_of(client.get("/account/"))


def test_the_address_and_the_code_are_read_kindly(client, alice):
    ask_for_code(client, "  Alice @Example.GOV.UK ")
    code = code_sent_to(ALICE)
    enter(client, f" {code[:3]}-{code[3:]} ")
    assert is_signed_in(client)


def test_another_code_does_not(client, alice):
    ask_for_code(client, ALICE)
    assert WRONG in words_of(enter(client, another_than(code_sent_to(ALICE))))
    assert not is_signed_in(client)


def test_the_code_works_only_where_it_was_asked_for(client, alice):
    ask_for_code(client, ALICE)
    elsewhere = Client()
    assert enter(elsewhere, code_sent_to(ALICE))["Location"] == "/sign-in/"
    ask_for_code(elsewhere, NOBODY)
    enter(elsewhere, code_sent_to(ALICE))
    assert not is_signed_in(elsewhere)


def test_a_new_code_ends_the_one_before(client, alice):
    ask_for_code(client, ALICE)
    before = code_sent_to(ALICE)
    ask_for_code(client, ALICE)
    if code_sent_to(ALICE) != before:
        assert WRONG in words_of(enter(client, before))
    enter(client, code_sent_to(ALICE))
    assert is_signed_in(client)


def test_a_code_works_once(client, alice):
    ask_for_code(client, ALICE)
    code = code_sent_to(ALICE)
    enter(client, code)
    client.post("/account/sign-out/")
    assert enter(client, code)["Location"] == "/sign-in/"
    assert not is_signed_in(client)


def test_a_code_that_is_too_old_does_not_work(client, alice):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        ask_for_code(client, ALICE)
        clock.shift(timedelta(minutes=15, seconds=1))
        assert enter(client, code_sent_to(ALICE))["Location"] == "/sign-in/"
        assert not is_signed_in(client)


@pytest.mark.parametrize("when", ["before", "between"])
def test_somebody_inactive_does_not_get_in(client, alice, when):
    if when == "before":
        User.objects.update(is_active=False)
    ask_for_code(client, ALICE)
    User.objects.update(is_active=False)
    assert WRONG in words_of(enter(client, code_sent_to(ALICE)))
    assert not is_signed_in(client)


def test_they_go_on_to_where_they_wanted_to_go(client):
    UserFactory.create(email=ALICE)
    asked = client.get("/admin/surgeries/series/")
    assert asked["Location"] == "/sign-in/?next=/admin/surgeries/series/"
    assert 'name="next" value="/admin/surgeries/series/"' in client.get(asked["Location"]).content.decode()
    sent = client.post("/sign-in/", {"email": ALICE, "next": "/admin/surgeries/series/"}, follow=True)
    assert 'name="next" value="/admin/surgeries/series/"' in sent.content.decode()
    entered = enter(client, code_sent_to(ALICE), next="/admin/surgeries/series/")
    assert entered["Location"] == "/admin/surgeries/series/"


@pytest.mark.parametrize("elsewhere", ["https://example.com/", "//example.com/", "/\\example.com", "javascript:x()"])
def test_and_nowhere_else(client, alice, elsewhere):
    assert "example.com" not in client.get("/sign-in/", {"next": elsewhere}).content.decode()
    ask_for_code(client, ALICE)
    assert enter(client, code_sent_to(ALICE), next=elsewhere)["Location"] == "/start/"


# ── Known and unknown ─────────────────────────────────────────────────────────────────────────────────────────


def without_secrets(response, email: str) -> str:
    page = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.content.decode())
    page = re.sub(r'value="\d{6}"', "", page)
    return page.replace(email.partition("@")[0], "SOMEBODY")


def test_an_unknown_address_gets_the_same_pages(client, alice):
    pages = [
        [ask_for_code(browser, email, follow=True), enter(browser, another_than(code_sent_to(email)))]
        for browser, email in [(client, ALICE), (Client(), NOBODY)]
    ]
    known, unknown = pages
    assert [page.status_code for page in known] == [page.status_code for page in unknown]
    assert [without_secrets(page, ALICE) for page in known] == [without_secrets(page, NOBODY) for page in unknown]
    assert [set(page.cookies) for page in known] == [set(page.cookies) for page in unknown]


def test_an_unknown_address_makes_the_same_statements(alice):
    def statements(act) -> list[str]:
        with CaptureQueriesContext(connection) as captured:
            act()
        made = [re.sub(r"'[^']*'|\d+", "?", query["sql"]) for query in captured.captured_queries]
        return [sql for sql in made if "organisation_department" not in sql]  # kept for a second, for everybody

    for email in (ALICE, NOBODY):
        ask_for_code(Client(), email)  # so that nothing is done for the first time
    known, unknown = Client(), Client()
    assert statements(lambda: ask_for_code(known, ALICE)) == statements(lambda: ask_for_code(unknown, NOBODY))
    wrong = [another_than(code_sent_to(email)) for email in (ALICE, NOBODY)]
    assert statements(lambda: known.get("/sign-in/code/")) == statements(lambda: unknown.get("/sign-in/code/"))
    assert statements(lambda: enter(known, wrong[0])) == statements(lambda: enter(unknown, wrong[1]))


def test_the_right_code_for_an_unknown_address_signs_nobody_in(client):
    ask_for_code(client, NOBODY)
    assert WRONG in words_of(enter(client, code_sent_to(NOBODY)))


def test_nothing_is_sent_to_an_unknown_address(client, mailoutbox, alice):
    for email in (ALICE, NOBODY):
        ask_for_code(client, email)
    work()
    assert [mail.to for mail in mailoutbox] == [[ALICE]]
    assert OutboxEmail.objects.get(recipient=NOBODY).state == "dropped"


# ── The email ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_code_travels_through_the_outbox_and_is_wiped_once_sent(client, alice, mailoutbox):
    ask_for_code(client, ALICE)
    code = code_sent_to(ALICE)
    assert mailoutbox == [], "nothing is sent from a request"
    work()
    [mail] = mailoutbox
    assert f"{code[:3]} {code[3:]}" in mail.body
    assert "Hello Alice" in mail.body
    assert code[:3] not in mail.subject
    row = OutboxEmail.objects.get()
    assert (row.state, row.context) == ("sent", {})


def test_an_email_that_is_late_is_not_sent(client, alice, mailoutbox):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        ask_for_code(client, ALICE)
        clock.shift(timedelta(minutes=15, seconds=1))
        work()
    assert mailoutbox == []
    assert OutboxEmail.objects.get().context == {}


def test_a_code_that_was_wiped_cannot_be_written_again(client, alice):
    ask_for_code(client, ALICE)
    OutboxEmail.objects.update(state="dead", context={})
    assert writers["sign_in_code"](OutboxEmail.objects.get()) is None


def test_the_code_is_nowhere_in_the_session(client, alice):
    ask_for_code(client, ALICE)
    kept = str(Session.objects.get(pk=client.cookies["sessionid"].value).get_decoded())
    assert ALICE in kept
    assert code_sent_to(ALICE) not in kept


# ── The pages ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("typed", "said"), [("", "Enter the code"), ("12345", "has 6 digits"), ("12345\0", "has 6"), ("١٢٣٤٥٦", "has 6")]
)
def test_what_cannot_be_a_code_is_explained_and_counts_for_nothing(client, alice, settings, typed, said):
    settings.GUESSES_PER_ADDRESS = 0
    ask_for_code(client, ALICE)
    response = enter(client, typed)
    assert said in words_of(response)
    assert title_of(response).startswith("Error: ")


def test_whoever_is_signed_in_is_not_asked_again(client, alice):
    client.force_login(alice)
    assert client.get("/sign-in/")["Location"] == "/start/"
    assert client.get("/sign-in/code/")["Location"] == "/start/"


def test_the_page_for_the_code_leads_back_without_an_address(client):
    assert client.get("/sign-in/code/")["Location"] == "/sign-in/"


def test_nobody_is_known_on_the_list_and_it_carries_no_cookie(client, alice):
    client.force_login(alice)
    response = client.get("/")
    assert not response.cookies
    assert "Cookie" not in response.get("Vary", "")
    assert "Alice" not in response.content.decode()


@pytest.mark.parametrize("address", ["/sign-in/", "/sign-in/code/", "/account/"])
def test_no_page_of_signing_in_is_kept(client, alice, address):
    ask_for_code(client, ALICE)
    if address == "/account/":
        client.force_login(alice)
    assert "no-store" in client.get(address)["Cache-Control"]


def test_the_demonstration_offers_people_to_be(client, settings):
    from bookings.demonstration.signing_in import load_ready_made

    assert "demonstration" not in words_of(client.get("/sign-in/"))
    settings.DEMONSTRATION = True
    load_ready_made()
    page = words_of(client.get("/sign-in/"))
    assert "Nia Prosser, organiser" in page
    assert "Gareth Okonkwo, administrator" in page
