"""Guesses and codes are counted before anything is compared or sent, exactly, however many arrive at once."""

from collections.abc import Iterator
from datetime import UTC, datetime
from threading import Barrier, Lock

import pytest
import time_machine
from allauth.account import forms as allauth_forms
from allauth.account import views as allauth_views
from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.urls import include, path

from accounts.codes import EmailedCode
from notifications.models import LimitCount, OutboxEmail
from tests.accounts.signing_in import WRONG, another_than, ask_for_code, code_sent_to, enter, is_signed_in
from tests.bookings.pages import words_of
from tests.factories import UserFactory
from tests.notifications.test_claiming import at_once

ALICE, BOB = "alice@example.gov.uk", "bob@example.gov.uk"
stock = allauth_views.ConfirmLoginCodeView.as_view(template_name="accounts/enter_code.html")
urlpatterns = [path("stock/", stock), path("", include("config.urls"))]
handler500 = "config.views.server_error"


@pytest.fixture(autouse=True)
def within_one_hour() -> Iterator[None]:
    # Far ahead, for a worker that runs beside the tests clears away the windows that are over.
    with time_machine.travel(datetime(2126, 3, 3, 12, 5, tzinfo=UTC)):
        yield


@pytest.fixture(autouse=True)
def low_limits(settings) -> None:
    settings.CODES_PER_ADDRESS, settings.GUESSES_PER_ADDRESS = 5, 7


@pytest.fixture
def compared(monkeypatch) -> list[str]:
    """The guesses that were looked at."""
    looked_at: list[str] = []
    is_right = EmailedCode.is_right

    def look(process: EmailedCode, code: str) -> bool:
        looked_at.append(code)
        return is_right(process, code)

    monkeypatch.setattr(EmailedCode, "is_right", look)
    return looked_at


def in_one_browser(client: Client, act) -> object:
    """Do something with the cookies of the client, over a connection of one's own."""
    tab = Client()
    tab.cookies = client.cookies.copy()
    try:
        return act(tab)
    finally:
        connection.close()


def test_of_forty_guesses_at_once_exactly_as_many_are_looked_at_as_may(transactional_db, client, compared):
    UserFactory.create(email=ALICE)
    ask_for_code(client, ALICE)
    wrong = another_than(code_sent_to(ALICE))
    answers = at_once(40, lambda: in_one_browser(client, lambda tab: enter(tab, wrong).status_code))
    assert sorted(answers) == [200] * 7 + [429] * 33
    assert len(compared) == 7
    assert LimitCount.objects.get(what="guesses for an address").count == 7


@pytest.mark.urls(__name__)
def test_control_counted_in_the_session_forty_guesses_at_once_are_all_looked_at(transactional_db, client, monkeypatch):
    UserFactory.create(email=ALICE)
    ask_for_code(client, ALICE)
    everybody_is_here, lock, looked_at = Barrier(40), Lock(), []
    compare = allauth_forms.compare_user_code

    def look(**codes: str) -> bool:
        with lock:
            looked_at.append(codes["actual"])
        everybody_is_here.wait()
        return compare(**codes)

    monkeypatch.setattr(allauth_forms, "compare_user_code", look)
    monkeypatch.setattr(LoginCodeVerificationProcess, "can_resend", False)
    at_once(40, lambda: in_one_browser(client, lambda tab: tab.post("/stock/", {"code": "wrong"}).status_code))
    assert len(looked_at) == 40
    session = Session.objects.get(pk=client.cookies["sessionid"].value).get_decoded()
    assert session["account_login"]["state"]["stages"]["login_by_code"]["data"]["failed_attempts"] < 40


@pytest.mark.django_db
def test_another_browser_and_another_code_do_not_help(client, compared):
    UserFactory.create(email=ALICE)
    for browser in [client, Client()]:
        ask_for_code(browser, ALICE)
        for _ in range(5):
            enter(browser, another_than(code_sent_to(ALICE)))
    assert len(compared) == 7
    assert enter(client, code_sent_to(ALICE)).status_code == 429
    assert not is_signed_in(client)


@pytest.mark.django_db
def test_a_right_guess_past_the_limit_is_not_looked_at_and_the_next_hour_it_is(client):
    UserFactory.create(email=ALICE)
    ask_for_code(client, ALICE)
    wrong = another_than(code_sent_to(ALICE))
    assert [enter(client, wrong).status_code for _ in range(8)] == [200] * 7 + [429]
    refused = enter(client, code_sent_to(ALICE))
    assert refused.status_code == 429
    assert "That was a lot at once" in words_of(refused)
    with time_machine.travel(datetime(2126, 3, 3, 13, 1, tzinfo=UTC)):
        ask_for_code(client, ALICE)
        enter(client, code_sent_to(ALICE))
        assert is_signed_in(client)


@pytest.mark.django_db
def test_guesses_for_one_address_leave_another_alone(client):
    for email in (ALICE, BOB):
        UserFactory.create(email=email)
    ask_for_code(client, ALICE)
    for _ in range(8):
        enter(client, another_than(code_sent_to(ALICE)))
    ask_for_code(client, BOB)
    assert WRONG in words_of(enter(client, another_than(code_sent_to(BOB))))


@pytest.mark.parametrize("email", [ALICE, BOB])
def test_of_forty_requests_for_a_code_at_once_as_many_are_sent_as_may(transactional_db, email):
    UserFactory.create(email=ALICE)
    answers = at_once(40, lambda: in_one_browser(Client(), lambda tab: ask_for_code(tab, email).status_code))
    assert sorted(answers) == [303] * 5 + [429] * 35
    assert OutboxEmail.objects.filter(recipient=email).count() == 5


@pytest.mark.django_db
def test_in_the_next_hour_codes_are_sent_again(client):
    assert [ask_for_code(client, ALICE).status_code for _ in range(6)] == [303] * 5 + [429]
    with time_machine.travel(datetime(2126, 3, 3, 13, 1, tzinfo=UTC)):
        assert ask_for_code(client, ALICE).status_code == 303


@pytest.mark.django_db
def test_a_client_may_send_so_many_forms_and_no_more(client, settings):
    settings.FORMS_PER_CLIENT = 3
    answers = [ask_for_code(client, f"person{number}@example.gov.uk").status_code for number in range(4)]
    assert answers == [303] * 3 + [429]
