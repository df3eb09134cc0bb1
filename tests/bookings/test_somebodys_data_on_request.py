"""What docs/operations.md says to run when somebody asks for their data, or to be removed. It is run as it stands."""

import json
import re
from pathlib import Path

import pytest
from allauth.socialaccount.models import SocialAccount
from django.apps import apps
from django.test import Client

from bookings.models import Attendee, Booking, Outcome, Thanks, Visit
from champions.models import Champion
from notifications.models import OutboxEmail
from tests.factories import (
    AttendeeFactory,
    BookingFactory,
    ChampionFactory,
    DecisionFactory,
    HelpFactory,
    JournalEntryFactory,
    OutcomeFactory,
    ShiftFactory,
    SubmissionFactory,
    ThanksFactory,
    TopicFactory,
    UserFactory,
    local,
)

pytestmark = pytest.mark.django_db
GUIDE = (Path(__file__).parents[2] / "docs/operations.md").read_text()
GIVE_OUT, REMOVE = re.findall(r"^```python\n(.*?)^```$", GUIDE, re.DOTALL | re.MULTILINE)
PRIVATE = [
    "Alice Adeyemi",
    "alice@example.gov.uk",
    "Can I blog?",
    "A quiet table",
    "I posted",
    "Blog",
    "Vlog",
    "not_in",
]
A_CHAMPIONS = ["Alice Adeyemi", "alice@example.gov.uk", "I was afraid", "An allotment", "Not yet", "To listen", "Flu"]


@pytest.fixture
def booking() -> Booking:
    """Alice's, whose words are all her own; an email to her waits in the outbox once she cancels."""
    alice = AttendeeFactory(name=PRIVATE[0], email=PRIVATE[1])
    booking = BookingFactory(attendee=alice, name=PRIVATE[0], question=PRIVATE[2], adjustments=PRIVATE[3])
    SubmissionFactory(booking=booking)
    ThanksFactory(attendee=alice, surgery=booking.surgery, words=PRIVATE[4])
    visit = HelpFactory(visit__attendee=alice, visit__name="Alice Adeyemi, at the door").visit
    OutcomeFactory(visit=visit, next_step=PRIVATE[5], pledge=PRIVATE[6])
    BookingFactory(attendee=alice, surgery__starts_at=local(-7), name=PRIVATE[0], missed_because=PRIVATE[7])
    return booking


@pytest.fixture
def champion(db: None) -> Champion:
    """Alice, who hosts, with words of hers in every place for them, and a shift that is to come."""
    alice = ChampionFactory(
        name=A_CHAMPIONS[0], user=UserFactory(email=A_CHAMPIONS[1], name=A_CHAMPIONS[0]), about=A_CHAMPIONS[2],
        experience=A_CHAMPIONS[3], topics=[TopicFactory()],
    )  # fmt: skip
    DecisionFactory(champion=alice, outcome="declined", words=A_CHAMPIONS[4])
    JournalEntryFactory(champion=alice, learned=A_CHAMPIONS[5])
    ShiftFactory(champion=alice, given_back=True, ended_reason=A_CHAMPIONS[6])
    ShiftFactory(champion=alice)
    SocialAccount.objects.create(user=alice.user, provider="https://login.example.gov.uk", uid="alice-7")
    return alice


def held(capsys: pytest.CaptureFixture[str]) -> str:
    exec(GIVE_OUT, {})
    return capsys.readouterr().out


def test_everything_that_is_held_is_given_out(booking: Booking, capsys: pytest.CaptureFixture[str]) -> None:
    BookingFactory(name="Bob Brown")

    printed = held(capsys)

    assert {row["model"] for row in json.loads(printed)} >= {
        *("bookings.attendee", "bookings.booking", "bookings.visit", "bookings.help", "bookings.outcome"),
    }
    assert all(words in printed for words in PRIVATE)
    assert "Bob Brown" not in printed


def test_nothing_that_says_who_it_was_is_left(booking: Booking) -> None:
    link_number, other = booking.link_number, BookingFactory(name="Bob Brown")

    exec(REMOVE, {})

    booking.refresh_from_db()
    kept = (booking.attendee.bookings, Attendee.objects, Thanks.objects, Visit.objects, Outcome.objects)
    rows = [str(list(each.values())) for each in kept]
    assert not [words for words in PRIVATE if words in str(rows)]
    assert (booking.state, booking.seat, booking.link_number) == (Booking.State.CANCELLED, None, link_number + 1)
    assert not booking.submissions.exists()
    assert not OutboxEmail.objects.filter(recipient=PRIVATE[1]).exists()
    other.refresh_from_db()
    assert (other.name, other.state) == ("Bob Brown", Booking.State.CONFIRMED)


def test_of_a_champion_everything_is_given_out(champion: Champion, capsys: pytest.CaptureFixture[str]) -> None:
    JournalEntryFactory(learned="What Bob learned")

    printed = held(capsys)

    assert [words for words in [*A_CHAMPIONS, "alice-7"] if words not in printed] == []
    assert "Bob" not in printed


def test_of_a_champion_nothing_that_says_who_it_was_is_left(champion: Champion, client: Client) -> None:
    organiser, other = UserFactory(organiser=True), ChampionFactory(user=UserFactory())
    client.force_login(champion.user)

    exec(REMOVE, {})

    rows = [str(list(model.objects.values())) for model in apps.get_models()]
    assert [words for words in [*A_CHAMPIONS, "alice-7"] if any(words in row for row in rows)] == []
    champion.refresh_from_db()
    assert (champion.state, champion.shifts.live().count(), champion.shifts.count()) == ("left", 0, 2)
    assert client.get("/account/").status_code == 302, "they are signed out"
    told = OutboxEmail.objects.values_list("recipient", flat=True)
    assert {organiser.email, other.user.email} <= set(told)
