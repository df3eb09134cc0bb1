"""The kit to start surgeries elsewhere: all of its parts are there, for everybody, in the department's name."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from organisation.kept import forget
from organisation.kit import PARTS
from tests.factories import CheatSheetFactory, DepartmentFactory, TopicFactory

ADDRESSES = [reverse(f"organisation:{part.name}") for part in PARTS]
pytestmark = pytest.mark.django_db


def words(client: Client, address: str) -> str:
    """Within the main part of the page: its header names the department in any case."""
    return client.get(address).content.decode().partition("<main")[2]


def test_it_leads_to_each_of_its_parts_and_each_part_back(client: Client) -> None:
    kit = words(client, "/kit/")
    for address in ADDRESSES:
        assert f'href="{address}"' in kit
        assert 'href="/kit/" class="govuk-back-link"' in client.get(address).content.decode()


def test_the_list_and_the_cheat_sheets_lead_to_it(client: Client) -> None:
    assert 'href="/kit/"' in client.get("/cheat-sheets/").content.decode()
    CheatSheetFactory.create()
    assert 'href="/kit/"' in client.get("/cheat-sheets/").content.decode()


@pytest.mark.parametrize("address", ["/kit/", *ADDRESSES])
def test_anybody_may_read_it_and_gets_no_cookie(client: Client, address: str) -> None:
    response = client.get(address)
    assert response.status_code == 200
    assert not response.cookies


@pytest.mark.parametrize("address", ADDRESSES)
def test_each_part_is_in_the_name_of_the_department_once_it_has_one(client: Client, address: str) -> None:
    CheatSheetFactory.create()
    assert "Your department" not in words(client, address)
    DepartmentFactory.create(name="Department for Coasts and Rivers")
    forget()
    assert "Department for Coasts and Rivers" in words(client, address)


def test_the_checklist_goes_from_six_weeks_before_to_the_day_after(client: Client) -> None:
    page = words(client, "/kit/checklist/")
    when = [
        "Six weeks before",
        "Four weeks before",
        "Two weeks before",
        "The week before",
        "On the day",
        "The day after",
    ]
    places = [page.index(f'<h2 class="govuk-heading-s">{each}') for each in when]
    assert places == sorted(places)


def test_the_cheat_sheets_are_all_there_but_those_that_are_retired(client: Client) -> None:
    shown = CheatSheetFactory.create(title="A first step", body="## Begin\n\n<script>alert(1)</script>")
    CheatSheetFactory.create(title="No longer right", is_retired=True)
    CheatSheetFactory.create(title="Gone with its topic", topic=TopicFactory.create(is_retired=True))
    page = words(client, "/kit/cheat-sheets/")
    assert shown.title in page
    assert "<script>alert" not in page
    assert page.count("<article") == 1
    assert "None is written yet" not in page


@pytest.mark.parametrize("address", ["/kit/", *ADDRESSES])
def test_it_takes_few_statements_however_many_cheat_sheets_there_are(client: Client, address: str) -> None:
    numbers = []
    for more in (1, 12):
        CheatSheetFactory.create_batch(more)
        forget()
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        numbers.append(len(queries))
    assert numbers[0] == numbers[1] <= 2
