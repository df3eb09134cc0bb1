"""Help: the guide for organisers as a page, with its pictures, and without anything to go out of date."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client

from tests.bookings.pages import words_of
from tests.bookings.test_statements_per_page import statements
from tests.factories import UserFactory

PAGE = "/organise/help/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def organiser(client: Client) -> Client:
    client.force_login(UserFactory.create(organiser=True))
    return client


def test_it_says_what_the_guide_says_with_every_picture_and_every_link_leading_somewhere(organiser: Client):
    text = Path(settings.BASE_DIR, "docs/organisers.md").read_text()
    response = organiser.get(PAGE)
    page, words = response.content.decode(), words_of(response)
    assert "For organisers: keeping the diary" in words
    for heading in re.findall(r"^#{2,3} (.+)$", text, flags=re.M):
        assert heading in words
    main = page.partition("<article")[2].partition("</article>")[0]
    ids = set(re.findall(r'id="([^"]+)"', main))
    inside = re.findall(r'href="#([^"]+)"', main)
    assert len(inside) > 30
    assert set(inside) <= ids
    pictures = re.findall(r'<img src="[^"]*guide/([\w-]+)[^"]*\.webp" alt="[^"]+"', main)
    assert len(pictures) == text.count("](pictures/") > 5
    assert all(finders.find(f"guide/{name.partition('.')[0]}.webp") for name in pictures)
    assert "<h1" not in main.partition("</h1>")[2]


def test_the_menu_of_organisers_leads_there_and_it_asks_for_little(organiser: Client):
    assert re.search(rf'href="{PAGE}"[^>]*>\s*Help\s*<', organiser.get("/organise/people/").content.decode())
    assert statements(lambda: organiser.get(PAGE)) <= 4
