"""Each page of champions is given the row of whoever is signed in; whoever it is not for is told what to do."""

import pytest
from django.http import HttpRequest, HttpResponse

from champions.models import Champion
from champions.roles import champion_page
from tests.bookings.pages import words_of
from tests.factories import ChampionFactory, OfficeFactory, UserFactory

pytestmark = pytest.mark.django_db


@champion_page
def hosting(request: HttpRequest, champion: Champion) -> HttpResponse:
    """Such as somebody could write."""
    return HttpResponse(champion.name)


def ask(rf, user):
    request = rf.get("/champion/shifts/")
    request.user = user
    return hosting(request)


def test_a_champion_gets_their_own_page_and_nobody_keeps_it(rf):
    alice, _ = (ChampionFactory(name=name, user=UserFactory()) for name in ("Alice", "Bob"))
    response = ask(rf, alice.user)
    assert response.content == b"Alice"
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("facts", [{"applied": True}, {"left": True, "user": "any"}])
def test_who_does_not_host_is_led_to_what_is_theirs(rf, facts):
    charlie = ChampionFactory(**facts | ({"user": UserFactory()} if "user" in facts else {}))
    response = ask(rf, charlie.user)
    assert response.status_code == 403
    assert 'href="/champion/"' in response.content.decode()


def test_who_is_no_champion_is_told_what_to_do(rf):
    response = ask(rf, UserFactory(name="Charlie"))
    assert response.status_code == 403
    assert "signed in as Charlie" in words_of(response)


def test_nobody_is_asked_to_sign_in_and_comes_back(client):
    assert client.get("/champion/")["Location"] == "/sign-in/?next=/champion/"


def test_the_menu_and_the_account_lead_to_what_is_theirs(client):
    client.force_login(ChampionFactory(user=UserFactory(organiser=True)).user)
    page = client.get("/account/").content.decode()
    assert page.count('href="/champion/"') == 2
    assert 'href="/organise/champions/"' in page
    client.force_login(UserFactory())
    page = client.get("/account/").content.decode()
    assert "/champion/" not in page
    assert "/organise/" not in page


@pytest.mark.parametrize(
    ("facts", "begins"),
    [({}, "/champion/"), ({"state": "active"}, "/champion/"), ({"user__is_staff": True}, "/organise/")],
)
def test_whoever_signs_in_begins_where_there_is_something_for_them(client, facts, begins):
    OfficeFactory()  # without one, organisers begin by setting up
    client.force_login(ChampionFactory(applied=True, **facts).user)
    assert client.get("/start/")["Location"] == begins
    client.force_login(UserFactory())
    assert client.get("/start/")["Location"] == "/account/"
