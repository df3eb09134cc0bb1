"""The list of champions, for organisers: who would like to be one first, then all who are or were."""

import re
from datetime import date

import pytest
from django.test import Client

from champions.views.organiser import PER_PAGE
from tests.bookings.pages import words_of
from tests.bookings.test_statements_per_page import statements
from tests.factories import ChampionFactory, UserFactory

PAGE = "/organise/champions/"
DAY = date(2099, 3, 2)
pytestmark = pytest.mark.django_db


@pytest.fixture
def organiser(client: Client) -> Client:
    client.force_login(UserFactory.create(organiser=True))
    return client


def everybody() -> None:
    ChampionFactory.create(name="Amina Active", user=UserFactory.create())
    ChampionFactory.create(name="Bert Gone", user=UserFactory.create(is_active=False))
    ChampionFactory.create(name="Nora Name")
    ChampionFactory.create(name="Rita Rests", user=UserFactory.create(), state="resting", resting_until=DAY)
    ChampionFactory.create(name="Leo Left", user=UserFactory.create(), state="left")
    ChampionFactory.create(name="Aki Applied", applied=True)
    ChampionFactory.create(name="Dan Declined", applied=True, state="declined")


def test_who_waits_stands_first_and_then_everybody_with_how_it_stands_with_them(organiser: Client):
    everybody()
    ChampionFactory.create(name="Ash Asked", applied=True, state="asked_back")
    response = organiser.get(PAGE)
    words = words_of(response)
    assert "1 waits for your answer, 1 has yet to answer your question" in words
    assert "5 champions" in words
    names = ["Aki Applied", "Amina Active", "Bert Gone", "Nora Name", "Rita Rests", "Leo Left"]
    assert sorted(names, key=words.index) == names
    for says in ("Active", "Barred", "Active, a name alone", "Resting until 2 March 2099", "Left"):
        assert re.search(rf"\b{says}\b", words)
    assert "Dan Declined" not in words
    menu = organiser.get("/organise/people/").content.decode()
    assert re.search(rf'href="{PAGE}"[^>]*>\s*All champions\s*<', menu)


def test_each_leads_to_their_page_and_that_to_their_shifts_and_back(organiser: Client):
    champion = ChampionFactory.create()
    own, shifts = f"{PAGE}{champion.pk}/", f"{PAGE}{champion.pk}/shifts/"
    assert f'href="{own}"' in organiser.get(PAGE).content.decode()
    assert f'href="{shifts}"' in organiser.get(own).content.decode()
    assert f'href="{own}"' in organiser.get(shifts).content.decode()
    applicant = ChampionFactory.create(applied=True)
    assert "/shifts/" not in organiser.get(f"{PAGE}{applicant.pk}/").content.decode()


def test_there_are_fifty_on_a_page_and_the_same_few_statements(organiser: Client):
    everybody()
    few = statements(lambda: organiser.get(PAGE))
    ChampionFactory.create_batch(PER_PAGE)
    assert statements(lambda: organiser.get(PAGE)) == few <= 12
    seen = [champion for page in (1, 2) for champion in organiser.get(PAGE, {"page": page}).context["champions"]]
    assert len({champion.pk for champion in seen}) == PER_PAGE + 5
    assert PER_PAGE == 50
