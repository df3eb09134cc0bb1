"""Whatever is sent to the forms of champions: an answer that a person can read, never a fault of ours."""

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from champions.models import Champion
from organisation.models import Topic
from tests.bookings.test_bad_input import EXAMPLES, VALUES, check, each_is_its_own, encoded, send
from tests.champions.applying import filled_in
from tests.factories import ChampionFactory, OfficeFactory, TopicFactory, UserFactory

FIELDS = ("name", "email", "topic_", "offices", "usual_days", "most_shifts_a_month", "about", "experience",
          "is_manager_aware", "is_listed", "shown", "code", "again", "question", "reason", "seen")  # fmt: skip
# Each is sent to five pages.
a_few = settings(each_is_its_own, max_examples=EXAMPLES // 4)
POSTED = st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=len(FIELDS))
pytestmark = pytest.mark.django_db


@pytest.fixture
def browsers(settings, db) -> dict[str, Client]:
    """Everybody who may send one of the forms."""
    settings.FORMS_PER_CLIENT = settings.CODES_PER_ADDRESS = settings.GUESSES_PER_ADDRESS = 10**9
    TopicFactory.create(), OfficeFactory.create()
    users = {
        "applicant": ChampionFactory.create(applied=True).user,
        "champion": ChampionFactory.create(user=UserFactory.create()).user,
        "organiser": UserFactory.create(organiser=True),
    }
    made = {"nobody": Client()}
    for name, user in users.items():
        made[name] = Client()
        made[name].force_login(user)
    return made


def beside_what_is_right(posted: dict[str, list[str]]) -> dict[str, list[str]]:
    """The form as it should be, but for what is posted."""
    topic = f"topic_{Topic.objects.get().pk}"
    right = {name: value if isinstance(value, list) else [value] for name, value in filled_in().items()}
    wrong = {topic if name == "topic_" else name: values for name, values in posted.items()}
    return {name: [str(value) for value in values] for name, values in (right | wrong).items()}


@a_few
@given(posted=POSTED)
def test_the_forms_of_becoming_one_take_anything(browsers, posted):
    sent = beside_what_is_right(posted)
    check(send(browsers["nobody"], "/champions/join/", sent))
    check(browsers["nobody"].get("/champions/join/"))
    check(send(browsers["nobody"], "/champions/join/code/", posted))
    check(send(browsers["applicant"], "/champion/application/", sent))
    check(send(browsers["champion"], "/champion/profile/", sent))


@a_few
@given(posted=POSTED)
def test_the_forms_of_organisers_and_the_directory_take_anything(browsers, posted):
    applicant = Champion.objects.get(applied_at__isnull=False)
    for act in ("ask-back", "decline", "approve"):
        check(send(browsers["organiser"], f"/organise/champions/{applicant.pk}/{act}/", posted))
    check(send(browsers["organiser"], "/organise/champions/add/", beside_what_is_right(posted)))
    query = encoded(
        {"office": posted.get("name", []), "topic": posted.get("about", []), "page": posted.get("seen", [])}
    )
    for address in ("/champions/", "/organise/champions/"):
        assert browsers["organiser"].get(f"{address}?{query}").status_code == 200
