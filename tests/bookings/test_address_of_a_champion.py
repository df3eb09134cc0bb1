"""A champion of whom a name alone is known: an organiser writes their address down, and they are as everybody else."""

import pytest
from django.test import Client

from champions.models import Champion
from tests.bookings.pages import title_of, words_of
from tests.factories import (
    AttendeeFactory,
    BookingFactory,
    ChampionFactory,
    DepartmentFactory,
    ShiftFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
ADDRESS = "ada.alone@example.gov.uk"


@pytest.fixture(autouse=True)
def organiser(client):
    DepartmentFactory.create(email_domains=["example.gov.uk"])
    client.force_login(UserFactory.create(organiser=True))


@pytest.fixture
def ada() -> Champion:
    return ShiftFactory.create(champion=ChampionFactory.create(name="Ada Alone", user=None)).champion


def write_down(client: Client, champion: Champion, email: str):
    return client.post(f"/organise/people/champions/{champion.pk}/address/", {"email": email}, follow=True)


def test_both_their_pages_lead_there_until_it_is_written_down(client, ada):
    there = f'href="/organise/people/champions/{ada.pk}/address/"'
    pages = [f"/organise/people/champions/{ada.pk}/", f"/organise/champions/{ada.pk}/"]
    for page in pages:
        assert there in client.get(page).content.decode()
    write_down(client, ada, ADDRESS)
    for page in pages:
        assert there not in client.get(page, follow=True).content.decode()


def test_from_then_on_they_sign_in_and_are_given_what_is_held_and_known_as_one_with_who_booked(client, ada):
    AttendeeFactory.create(name="A. Alone", email=ADDRESS)
    assert "The address is written down." in words_of(write_down(client, ada, " Ada.Alone@EXAMPLE.gov.uk"))
    for email in (ADDRESS, "somebody.else@example.gov.uk"):  # pressed twice, and by an organiser who was later
        response = write_down(client, ada, email)
        assert title_of(response).startswith("A. Alone")
    assert "What they are as a champion" in words_of(response)
    assert "What we hold about them" in words_of(response)
    ada.refresh_from_db()
    assert (ada.user.email, ada.user.name, ada.user.is_staff) == (ADDRESS, "Ada Alone", False)
    theirs = Client()
    theirs.force_login(ada.user)
    assert "You are a champion" in words_of(theirs.get("/champion/"))


@pytest.mark.parametrize(
    ("email", "says"),
    [
        ("", "Enter their work email address"),
        ("ada", "Enter an email address in the correct format"),
        ("ada@example.com", "Use their work email address. It has to end in example.gov.uk"),
        ("taken@example.gov.uk", "taken@example.gov.uk is the address of Bob"),
        ("barred@example.gov.uk", "Whoever has the address barred@example.gov.uk is barred"),
        ("seated@example.gov.uk", "Ada Alone has booked a seat for that time"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_what_was_typed_stays(client, ada, email, says):
    ChampionFactory.create(name="Bob", user=UserFactory.create(email="taken@example.gov.uk"))
    UserFactory.create(email="barred@example.gov.uk", is_active=False)
    BookingFactory.create(surgery=ada.shifts.get().surgery, attendee__email="seated@example.gov.uk")
    response = write_down(client, ada, email)
    assert title_of(response).startswith("Error: ")
    assert says in words_of(response)
    assert f'value="{email}"' in response.content.decode() or not email
    ada.refresh_from_db()
    assert ada.user is None


def test_who_was_removed_has_no_such_page(client, ada):
    there = f'href="/organise/people/champions/{ada.pk}/address/"'
    assert there in client.get(f"/organise/champions/{ada.pk}/").content.decode()
    page = f"/organise/people/champions/{ada.pk}/erase/"
    client.post(page, {"seen": client.get(page).context["ending"].version})
    old = client.get(f"/organise/people/champions/{ada.pk}/address/", follow=True)
    assert "A champion who was removed" in old.content.decode()
    assert there not in client.get(f"/organise/champions/{ada.pk}/").content.decode()
