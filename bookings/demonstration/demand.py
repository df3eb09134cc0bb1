"""Who would like to come to a surgery, when they ask, and what about: the same for a surgery whenever it is asked.

Each wish is drawn by a generator of its own, seeded with the surgery's series and date, so that loading again later
finds the same wishes and adds those that have come in since.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random

from django.utils import timezone

from surgeries.models import Surgery, local_moment

from .diary import OFFICE_OF, pattern_of
from .people import Person, staff
from .words import ADJUSTMENTS, QUESTIONS

LONGEST_LEAD_DAYS = 60
# A crowded surgery was asked for by everybody, and more, at least this long before it.
CROWDED_LEAD_DAYS = (8, 25)
TOO_MANY = 4


@dataclass(frozen=True)
class Wish:
    """One person's booking form. Empty values are what the person left out."""

    person: Person
    made_at: datetime
    cancelled_at: datetime | None
    question: str
    topics: tuple[str, ...]
    symptoms: tuple[str, ...]
    is_unsure: bool
    adjustments: str
    gives_team: bool
    gives_evidence: bool
    # What this person prefers among whatever is free: a number to choose with.
    taste: float
    is_choosy: bool


def wishes(surgery: Surgery, *, capacity: int, is_crowded: bool, now: datetime) -> list[Wish]:
    """Everybody who asked for a seat at the surgery by `now`, in the order in which they asked."""
    key = f"{surgery.series} {timezone.localdate(surgery.starts_at)}"
    rng = Random(key)
    people = list(staff()[OFFICE_OF[pattern_of(surgery).venue]])
    rng.shuffle(people)
    number = round(capacity * pattern_of(surgery).demand * rng.uniform(0.6, 1.3))
    if is_crowded:
        number = max(number, capacity + TOO_MANY)
    made = (_wish(surgery, person, f"{key} {person.email}", is_crowded) for person in people[:number])
    return sorted((wish for wish in made if wish.made_at <= now), key=lambda wish: wish.made_at)


def walk_ins(surgery: Surgery, booked: Collection[str | None]) -> Iterator[Person]:
    """Who came without a booking: up to three people, none of those whose addresses are `booked`."""
    rng = Random(f"walk-ins {surgery.series} {timezone.localdate(surgery.starts_at)}")
    free = [person for person in staff()[OFFICE_OF[pattern_of(surgery).venue]] if person.email not in booked]
    yield from rng.sample(free, rng.randint(0, 3))


def _wish(surgery: Surgery, person: Person, key: str, is_crowded: bool) -> Wish:
    rng = Random(key)
    lead = rng.randint(*CROWDED_LEAD_DAYS) if is_crowded else min(1 + int(rng.expovariate(1 / 14)), LONGEST_LEAD_DAYS)
    day = timezone.localdate(surgery.starts_at) - timedelta(days=lead)
    made_at = local_moment(day, time(rng.randint(8, 17), rng.randint(0, 59), rng.randint(0, 59)))
    cancels = not is_crowded and rng.random() < 0.1
    question, topics, symptoms = rng.choice(QUESTIONS)
    is_unsure = rng.random() < 0.28
    return Wish(
        person=person,
        made_at=made_at,
        cancelled_at=made_at + (surgery.starts_at - made_at) * rng.uniform(0.2, 0.95) if cancels else None,
        question=question if not is_unsure and rng.random() < 0.65 else "",
        topics=() if is_unsure else topics,
        symptoms=symptoms if rng.random() < 0.6 else (),
        is_unsure=is_unsure,
        adjustments=rng.choice(ADJUSTMENTS) if rng.random() < 0.06 else "",
        gives_team=rng.random() < 0.85,
        gives_evidence=rng.random() < 0.55,
        taste=rng.random(),
        is_choosy=rng.random() < 0.3,
    )
