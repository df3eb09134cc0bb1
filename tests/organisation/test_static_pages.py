"""The accessibility statement, the privacy notice and the page about cookies."""

import pytest
from django.test import Client

from organisation.models import Department
from tests.factories import SeriesFactory

PAGES = ["/accessibility/", "/privacy/", "/cookies/"]
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("page", PAGES)
def test_anybody_may_read_it_and_gets_no_cookie(client: Client, page: str) -> None:
    response = client.get(page)

    assert response.status_code == 200
    assert not response.cookies


@pytest.mark.parametrize("page", PAGES)
def test_it_can_only_be_read(client: Client, page: str) -> None:
    assert client.post(page).status_code == 405


@pytest.mark.parametrize("page", ["/accessibility/", "/privacy/"])
def test_it_says_where_to_reach_the_organisers(client: Client, page: str) -> None:
    Department.objects.create(pk=1, contact_email="surgeries@example.gov.uk")

    assert "mailto:surgeries@example.gov.uk" in client.get(page).content.decode()


def test_without_an_address_it_names_another_way(client: Client, settings) -> None:
    settings.EMAIL_REPLY_TO = ""

    assert "reply to any email from us" in client.get("/privacy/").content.decode()


def test_every_cookie_of_the_administration_is_on_the_page_about_cookies(client: Client, admin_client: Client) -> None:
    listed = client.get("/cookies/").content.decode()
    admin_client.get("/admin/")

    for cookie in {*client.get("/sign-in/").cookies, *admin_client.cookies}:
        assert f">{cookie}</dt>" in listed


@pytest.mark.parametrize(("storage", "sets_its_own"), [("session.Session", False), ("cookie.Cookie", True)])
def test_what_the_administration_says_needs_no_cookie_of_its_own(
    admin_client: Client, settings, storage: str, sets_its_own: bool
) -> None:
    if sets_its_own:
        settings.MESSAGE_STORAGE = f"django.contrib.messages.storage.{storage}Storage"
    chosen = {"action": "publish_drafts", "_selected_action": [SeriesFactory().pk]}

    said = admin_client.post("/admin/surgeries/series/", chosen)

    assert said.status_code == 302
    assert ("messages" in said.cookies) is sets_its_own


def test_the_menu_is_the_same_everywhere_and_marks_only_the_page_itself(client: Client) -> None:
    addresses = ["/", "/calendar/", "/cheat-sheets/", "/champions/", "/cookies/", "/nowhere/"]
    pages = {address: client.get(address).content.decode() for address in addresses}

    assert [page.count('aria-current="page"') for page in pages.values()] == [1, 1, 1, 1, 0, 0]
    assert {page.count('class="govuk-service-navigation__link"') for page in pages.values()} == {4}
