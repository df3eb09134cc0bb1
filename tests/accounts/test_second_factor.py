"""The second factor: who has to have one, what it keeps out, and that no code of it works twice."""

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver

from accounts import second_factor
from accounts.models import User
from notifications.models import LimitCount
from organisation.kept import forget
from tests.accounts.signing_in import add_app, another_than, code_of, is_signed_in, show, sign_in
from tests.accounts.test_sign_in_limits import in_one_browser
from tests.bookings.pages import words_of
from tests.factories import ChampionFactory, DepartmentFactory, UserFactory
from tests.notifications.test_claiming import at_once

ALICE = "alice@example.gov.uk"
SETTING_UP, STEP = "/account/second-factor/", "/sign-in/second-factor/"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock() -> Iterator:
    # Far ahead, for a worker that runs beside the tests clears away the windows that are over.
    with time_machine.travel(datetime(2126, 3, 3, 12, 5, tzinfo=UTC), tick=False) as clock:
        yield clock


@pytest.fixture
def alice(db) -> User:
    return UserFactory.create(email=ALICE, organiser=True)


@pytest.fixture
def secret(client, alice, clock) -> str:
    """Of Alice's app. She has set it up and signed out; the code with which she did is over."""
    sign_in(client, ALICE)
    secret = add_app(client)
    client.post("/account/sign-out/")
    clock.shift(timedelta(seconds=30))
    return secret


def links_of(response) -> set[str]:
    """Where the pages lead to within the service, which are no files."""
    return set(re.findall(r'<a [^>]*href="(/[^"]*)"', response.content.decode()))


# ── Who has to have one ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("role", ["organiser", "administrator"])
@pytest.mark.parametrize("address", ["/admin/", "/admin/surgeries/surgery/", "/organise/", "/admin/accounts/user/"])
def test_an_organiser_without_one_gets_no_further_than_setting_it_up(client, role, address):
    sign_in(client, UserFactory.create(**{role: True}).email)
    response = client.get(address)
    assert response["Location"] == SETTING_UP
    assert client.post(address)["Location"] == SETTING_UP
    assert "you need a second factor" in words_of(client.get(SETTING_UP))


def test_and_then_they_do(client, alice):
    sign_in(client, ALICE)
    add_app(client)
    assert client.get("/admin/").status_code == 200


@pytest.mark.parametrize("page", [SETTING_UP, f"{SETTING_UP}app/", "/account/"])
def test_until_then_no_link_leads_back_to_where_they_are(client, page):
    user = ChampionFactory.create(user=UserFactory.create(administrator=True)).user
    DepartmentFactory.create()
    sign_in(client, user.email)
    links = links_of(client.get(page))
    assert {SETTING_UP, "/account/"} - {page} <= links
    assert {client.get(link).status_code for link in links} == {200}
    add_app(client)
    assert {"/organise/", "/organise/organisers/", "/champion/"} <= links_of(client.get(page)), "control"


def test_control_nothing_else_keeps_them_out(client, alice, monkeypatch):
    monkeypatch.setattr(second_factor, "is_missing", lambda request: False)
    sign_in(client, ALICE)
    assert client.get("/admin/").status_code == 200


def test_on_the_phone_itself_a_link_leads_to_the_app(client, alice):
    sign_in(client, ALICE)
    page = client.get("/account/second-factor/app/").content.decode()
    link = html.unescape(re.search(r'href="(otpauth://[^"]+)"', page)[1])
    facts = parse_qs(urlsplit(link).query)
    assert facts["secret"] == [client.session[second_factor.TOTP_SECRET]]
    assert facts["issuer"] == [settings.MFA_TOTP_ISSUER]
    assert "The app that you have now" not in page


def test_another_phone_stands_in_for_the_one_before_once_it_has_shown_a_code(client, alice, secret, clock):
    sign_in(client, ALICE)
    show(client, code_of(secret))
    codes = second_factor.recovery_codes(alice)
    assert "works until this one has shown its first code" in words_of(client.get("/account/second-factor/app/"))
    another = client.session[second_factor.TOTP_SECRET]
    clock.shift(timedelta(seconds=30))
    # Until then, as the page says, nothing changes.
    client.post("/account/second-factor/app/", {"code": another_than(code_of(another))})
    assert second_factor.use_code(user=alice, code=code_of(secret))
    client.post("/account/second-factor/app/", {"code": code_of(another)})
    clock.shift(timedelta(seconds=30))
    assert not second_factor.use_code(user=alice, code=code_of(secret))
    assert second_factor.use_code(user=alice, code=code_of(another))
    assert second_factor.recovery_codes(alice) == codes


def test_whoever_has_lost_everything_reads_whom_to_ask(client, alice, secret):
    DepartmentFactory.create(contact_email="surgeries@example.gov.uk")
    forget()
    sign_in(client, ALICE)
    page = words_of(client.get("/sign-in/second-factor/"))
    assert "An administrator can let you set up another second factor" in page
    assert "surgeries@" in page


def test_a_champion_may_do_without(client):
    sign_in(client, ChampionFactory.create(user=UserFactory.create()).user.email)
    assert client.get("/account/").status_code == 200
    assert "You need not have one" in words_of(client.get(SETTING_UP))


def test_in_the_demonstration_it_is_offered(client, alice, settings):
    settings.DEMONSTRATION = True
    sign_in(client, ALICE)
    assert client.get("/admin/").status_code == 200
    assert "Here you can try it, or leave it" in words_of(client.get(SETTING_UP))


def test_whoever_becomes_an_organiser_while_signed_in_has_to_have_one_from_then_on(client):
    user = UserFactory.create()
    sign_in(client, user.email)
    assert client.get("/start/")["Location"] == "/account/"
    User.objects.update(is_staff=True)
    assert client.get("/start/")["Location"] == SETTING_UP


def test_one_that_is_set_up_elsewhere_lets_in_no_session_that_has_not_shown_it(client, alice):
    thief = Client()
    for browser in (thief, client):
        sign_in(browser, ALICE)
    add_app(client)
    assert thief.get("/admin/")["Location"] == SETTING_UP
    assert thief.get(f"{SETTING_UP}app/")["Location"].startswith(f"{SETTING_UP}confirm/")
    assert thief.get(f"{SETTING_UP}recovery-codes/")["Location"].startswith(f"{SETTING_UP}confirm/")


# ── Showing it ────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_code_alone_signs_nobody_in_who_has_one(client, secret):
    assert sign_in(client, ALICE)["Location"] == STEP
    assert not is_signed_in(client)
    assert client.get("/admin/", follow=True).request["PATH_INFO"] == "/sign-in/"


def test_with_the_app_they_go_on_to_where_they_wanted_to_go(client, secret):
    client.post("/sign-in/", {"email": ALICE, "next": "/admin/surgeries/series/"})
    from tests.accounts.signing_in import code_sent_to, enter

    enter(client, code_sent_to(ALICE), next="/admin/surgeries/series/")
    assert show(client, code_of(secret))["Location"] == "/admin/surgeries/series/"
    assert client.get("/admin/").status_code == 200


def test_a_wrong_code_is_explained(client, secret):
    sign_in(client, ALICE)
    assert "That code is wrong" in words_of(show(client, another_than(code_of(secret))))
    assert "recovery code 8" in words_of(show(client, "1234567"))
    assert not is_signed_in(client)


def test_the_step_cannot_be_taken_first(client, secret):
    assert show(client, code_of(secret))["Location"] == "/sign-in/"


def test_a_code_of_the_app_works_once(client, secret):
    code = code_of(secret)
    for browser in (client, Client()):
        sign_in(browser, ALICE)
        show(browser, code)
    assert is_signed_in(client)
    assert not is_signed_in(browser)


def test_the_code_that_set_it_up_is_used_up(client, alice):
    sign_in(client, ALICE)
    secret = add_app(client)
    elsewhere = Client()
    sign_in(elsewhere, ALICE)
    assert "used already" in words_of(show(elsewhere, code_of(secret)))


def test_a_code_of_another_time_does_not_work(client, secret, clock):
    before = code_of(secret)
    clock.shift(timedelta(seconds=30))
    sign_in(client, ALICE)
    if before != code_of(secret):
        assert "That code is wrong" in words_of(show(client, before))


def test_a_recovery_code_works_once_and_the_others_go_on_working(client, alice, secret):
    first, second = second_factor.recovery_codes(alice)[:2]
    for code, works in [(first, True), (first, False), (second, True)]:
        browser = Client()
        sign_in(browser, ALICE)
        show(browser, f"{code[:4]} {code[4:]}")
        assert is_signed_in(browser) is works
    assert len(second_factor.recovery_codes(alice)) == 8


def test_of_forty_guesses_at_once_exactly_as_many_are_looked_at_as_may(transactional_db, client, settings, monkeypatch):
    settings.GUESSES_PER_ADDRESS = 7
    UserFactory.create(email=ALICE, organiser=True)
    sign_in(client, ALICE)
    secret = add_app(client)
    client.post("/account/sign-out/")
    LimitCount.objects.all().delete()
    sign_in(client, ALICE)
    looked_at, use_code = [], second_factor.use_code

    def look(**which: object) -> Authenticator | None:
        looked_at.append(which)
        return use_code(**which)

    monkeypatch.setattr(second_factor, "use_code", look)
    wrong = another_than(code_of(secret))
    answers = at_once(40, lambda: in_one_browser(client, lambda tab: show(tab, wrong).status_code))
    assert sorted(answers) == [200] * 7 + [429] * 33
    assert len(looked_at) == 7


@pytest.mark.parametrize("kind", ["app", "recovery code"])
def test_of_eight_who_type_one_code_at_once_one_gets_in(transactional_db, client, clock, kind):
    alice = UserFactory.create(email=ALICE, organiser=True)
    sign_in(client, ALICE)
    secret = add_app(client)
    clock.shift(timedelta(seconds=30))
    code = code_of(secret) if kind == "app" else second_factor.recovery_codes(alice)[0]
    browsers = [Client() for _ in range(8)]
    for browser in browsers:
        sign_in(browser, ALICE)
    waiting = iter(browsers)
    answers = at_once(8, lambda: in_one_browser(next(waiting), lambda tab: show(tab, code).status_code))
    assert sorted(answers) == [200] * 7 + [302]


# ── Looking after it ──────────────────────────────────────────────────────────────────────────────────────────


def test_the_app_has_to_show_that_it_works(client, alice):
    sign_in(client, ALICE)
    client.get(f"{SETTING_UP}app/")
    right = code_of(client.session[second_factor.TOTP_SECRET])
    assert "That code is wrong" in words_of(client.post(f"{SETTING_UP}app/", {"code": another_than(right)}))
    assert not second_factor.has_one(alice)
    client.post(f"{SETTING_UP}app/", {"code": right})
    assert second_factor.has_one(alice)


def test_what_they_have_is_read_with_one_statement(client, alice):
    sign_in(client, ALICE)
    add_app(client)
    with CaptureQueriesContext(connection) as captured:
        page = words_of(client.get(SETTING_UP))
    assert "10 left" in page
    assert len([query for query in captured.captured_queries if "mfa_authenticator" in query["sql"]]) == 1
    assert client.post(SETTING_UP).status_code == 405


def test_the_picture_and_the_key_are_on_the_page(client, alice):
    sign_in(client, ALICE)
    page = client.get(f"{SETTING_UP}app/")
    assert 'src="data:image/svg+xml;base64,' in page.content.decode()
    assert client.session[second_factor.TOTP_SECRET][:4] in words_of(page)


def test_the_recovery_codes_are_shown_and_new_ones_end_them(client, alice):
    sign_in(client, ALICE)
    add_app(client)
    before = second_factor.recovery_codes(alice)
    page = words_of(client.get(f"{SETTING_UP}recovery-codes/"))
    assert all(f"{code[:4]} {code[4:]}" in page for code in before)
    said = words_of(client.post(f"{SETTING_UP}recovery-codes/", follow=True))
    assert "The ones that you had before have stopped working." in said
    assert not set(before) & set(second_factor.recovery_codes(alice))


def test_after_a_quarter_of_an_hour_it_has_to_be_shown_again_to_change_it(client, alice, clock):
    sign_in(client, ALICE)
    secret = add_app(client)
    clock.shift(timedelta(minutes=15, seconds=30))
    page = f"{SETTING_UP}recovery-codes/"
    confirm = f"{SETTING_UP}confirm/"
    assert client.get(page)["Location"] == f"{confirm}?next=/account/second-factor/recovery-codes/"
    app = Authenticator.objects.get(type="totp")
    assert client.post(f"{SETTING_UP}{app.pk}/remove/")["Location"].startswith(confirm)
    assert client.get("/admin/").status_code == 200, "to go on working it need not be"
    assert client.post(confirm, {"code": code_of(secret), "next": page})["Location"] == page
    assert client.get(page).status_code == 200


def test_another_phone_takes_the_place_of_the_first(client, alice, clock):
    sign_in(client, ALICE)
    before = add_app(client)
    clock.shift(timedelta(seconds=30))
    after = add_app(client)
    clock.shift(timedelta(seconds=30))
    for secret, works in [(before, False), (after, True)]:
        browser = Client()
        sign_in(browser, ALICE)
        show(browser, code_of(secret))
        assert is_signed_in(browser) is works


def test_nobody_removes_that_of_somebody_else(client, alice, secret):
    client.force_login(UserFactory.create())
    app = Authenticator.objects.get(type="totp")
    assert client.post(f"{SETTING_UP}{app.pk}/remove/").status_code == 404
    assert second_factor.has_one(alice)


def test_an_administrator_can_forget_that_of_somebody_who_lost_it(client, alice, secret):
    alices = Client()
    sign_in(alices, ALICE)
    show(alices, code_of(secret))
    client.force_login(UserFactory.create(administrator=True))
    client.post("/admin/accounts/user/", {"action": "forget_second_factor", "_selected_action": [alice.pk]})
    assert not is_signed_in(alices)
    assert sign_in(alices, ALICE)["Location"] == "/start/"


def test_what_is_kept_does_without_the_key_nobody_any_good(client, alice, settings):
    sign_in(client, ALICE)
    secret = add_app(client)
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in kept
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another key " * 6
    assert len(second_factor.recovery_codes(alice)) == 10


# ── Nothing of allauth's own is shown ─────────────────────────────────────────────────────────────────────────


def test_every_address_by_which_allauth_finds_its_way_leads_to_a_page_of_ours():
    named = get_resolver().reverse_dict
    theirs = ("account_", "mfa_", "socialaccount_", "openid_connect_")
    routed = {name for name in named if isinstance(name, str) and name.startswith(theirs)}
    assert routed == {"account_login", "account_confirm_login_code", "mfa_authenticate"}
