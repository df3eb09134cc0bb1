"""A champion sees and changes what they say of themselves; nobody else's."""

import pytest

from champions.models import Champion, Skill
from tests.bookings.pages import title_of
from tests.champions.applying import filled_in
from tests.factories import ChampionFactory, OfficeFactory, SkillFactory, TopicFactory, UserFactory

pytestmark = pytest.mark.django_db
PROFILE = "/champion/profile/"


@pytest.fixture
def alice(client) -> Champion:
    champion = ChampionFactory(user=UserFactory(), name="Alice", about="As before.", most_shifts_a_month=None)
    SkillFactory(champion=champion, topic=TopicFactory(), level=1)
    champion.offices.add(OfficeFactory())
    client.force_login(champion.user)
    return champion


def test_the_form_shows_what_was_said(client, alice):
    form = client.get(PROFILE).context["form"]
    assert form["about"].value() == "As before."
    assert form["most_shifts_a_month"].value() == "0"
    assert [field.value() for field in form.levels] == [1]


def test_what_is_changed_is_theirs_alone(client, alice):
    bob = ChampionFactory(name="Bob", user=UserFactory(), topics=[TopicFactory()])
    retired = SkillFactory(champion=alice, topic__is_retired=True)
    said = filled_in(email=None, about="Now.", shown=["about", "email"])
    assert client.post(PROFILE, said)["Location"] == "/champion/?done=saved"
    alice.refresh_from_db()
    assert (alice.about, alice.state, alice.shown, alice.is_listed) == ("Now.", "active", ["about", "email"], False)
    assert {skill.level for skill in alice.skills.exclude(pk=retired.pk)} == {3}
    assert Skill.objects.filter(pk=retired.pk).exists(), "nothing was said about a topic that is retired"
    bob.refresh_from_db()
    assert (bob.name, bob.skills.count()) == ("Bob", 1)


def test_mistakes_are_told_and_nothing_changes(client, alice):
    response = client.post(PROFILE, filled_in(email=None, name="", shown=["password"]))
    assert title_of(response).startswith("Error: ")
    assert "I was afraid of it too." in response.content.decode()
    alice.refresh_from_db()
    assert alice.about == "As before."


def test_who_only_applied_changes_their_application_instead(client):
    client.force_login(ChampionFactory(applied=True).user)
    assert client.get(PROFILE)["Location"] == "/champion/application/"
