"""What the tests of the demonstration department ask of it, and when."""

from datetime import UTC, datetime

from accounts.models import User
from bookings.briefs import Brief, brief_of
from bookings.demonstration.signing_in import ready_made
from bookings.models import Attendee, Booking, SurgeryRequest, Visit
from champions.models import Champion
from organisation.models import Headcount, Office, Team, Topic
from surgeries.models import Seat, Series, Shift, Surgery, Venue

NOW = datetime(2026, 11, 20, 18, 43, tzinfo=UTC)


def next_brief_of_the_champion(now: datetime) -> Brief:
    champion = User.objects.get(email=ready_made()[0].email)
    return brief_of(Surgery.objects.hosted_by(champion).upcoming(now)[0], now=now)


def counts() -> dict[str, int]:
    people = (User, Champion, Attendee)
    held = (Venue, Series, Surgery, Seat, Shift, Booking, Visit, SurgeryRequest)
    every = (Office, Team, Topic, Headcount, *people, *held)
    return {model.__name__: model.objects.count() for model in every}
