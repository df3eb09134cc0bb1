"""Who helped whom at the demonstration's surgeries that are over, what came of it, and why people did not come."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from random import Random

from bookings.models import WORDS_KEPT, Booking, Help, Outcome, Visit
from organisation.models import Topic
from surgeries.models import Shift, Surgery

from .words import NEXT_STEPS, PLEDGES

Result = Outcome.Result
RESULTS = (Result.ANSWERED, Result.PARTLY, Result.REFERRED_ON, Result.COME_BACK)
HOW_OFTEN = (14, 3, 1, 2)


def let_leave(surgery: Surgery, visits: list[Visit]) -> None:
    """Let everybody have left after half an hour or so, and when the surgery ended at the latest."""
    rng = Random(f"leaving {surgery.starts_at}")
    for visit in visits:
        assert visit.arrived_at, "the demonstration notes everybody as they come"
        stayed = visit.arrived_at + timedelta(minutes=rng.randint(15, 40))
        visit.left_at = max(visit.arrived_at, min(stayed, surgery.ends_at))


def record_help(visits: list[Visit], *, now: datetime) -> None:
    """Let the hosts have helped these people, who have come and left, and have recorded most of the outcomes.

    In a few statements, however many there are.
    """
    hosts = defaultdict(list)
    for shift in (
        Shift.objects.live().filter(surgery__in={visit.surgery for visit in visits}).select_related("champion")
    ):
        hosts[shift.surgery_id].append(shift)
    topics = Topic.objects.in_bulk()
    asked = defaultdict(list)
    through = Booking.topics.through.objects.filter(booking__in=[visit.booking_id for visit in visits])
    for booking, topic in through.order_by("pk").values_list("booking", "topic"):
        asked[booking].append(topics[topic])
    helps, outcomes, about, opened = [], [], [], []
    for number, visit in enumerate(visits):
        if not hosts[visit.surgery_id] or visit.arrived_at is None or visit.left_at is None:
            continue
        rng = Random(f"help {visit.arrived_at} {visit.name}")
        shift = hosts[visit.surgery_id][number % len(hosts[visit.surgery_id])]
        begins = min(visit.arrived_at + timedelta(minutes=rng.randint(0, 6)), visit.left_at)
        helps.append(
            Help(visit=visit, shift=shift, surgery_id=visit.surgery_id, starts_at=begins, ends_at=visit.left_at)
        )
        if rng.random() < 0.1:
            continue
        outcome = _outcome(visit, shift, rng, now=now)
        what = asked[visit.booking_id or 0] or rng.sample(sorted(topics.values(), key=str), 1)
        outcomes.append(outcome)
        about += [Outcome.topics.through(outcome=outcome, topic=topic) for topic in what]
        platforms = [topic for topic in what if topic.kind == Topic.Kind.PLATFORM]
        if platforms and rng.random() < 0.15:
            opened.append(Outcome.platforms.through(outcome=outcome, topic=rng.choice(platforms)))
    Help.objects.bulk_create(helps)
    Outcome.objects.bulk_create(outcomes)
    for rows in (about, opened):
        for row in rows:
            row.outcome_id = row.outcome.pk
    Outcome.topics.through.objects.bulk_create(about)
    Outcome.platforms.through.objects.bulk_create(opened)


def _outcome(visit: Visit, shift: Shift, rng: Random, *, now: datetime) -> Outcome:
    """Most questions are answered; every other time there is a next step, and now and then a pledge."""
    next_step = rng.choice(NEXT_STEPS) if rng.random() < 0.5 else ""
    pledge = rng.choice(PLEDGES) if rng.random() < 0.15 else ""
    has_words = now < visit.surgery.ends_at + WORDS_KEPT
    return Outcome(
        visit=visit,
        result=rng.choices(RESULTS, HOW_OFTEN)[0],
        next_step=next_step if has_words else "",
        is_next_step_shared=has_words and bool(next_step) and rng.random() < 0.6,
        pledge=pledge if has_words else "",
        is_possible_story=rng.random() < 0.06,
        recorded_at=min(visit.surgery.ends_at + timedelta(minutes=30), now),
        recorded_by_id=shift.champion.user_id,
    )


def say_why_they_missed_it(stayed_away: Iterable[Booking]) -> None:
    """One in three of those who did not come said why, when they were asked."""
    reasons = defaultdict(list)
    said = [reason for reason in Booking.Missed if reason != Booking.Missed.WAS_THERE]
    for booking in stayed_away:
        rng = Random(f"missed {booking.created_at} {booking.name}")
        if rng.random() < 0.35:
            reasons[rng.choice(said)].append(booking.pk)
    for reason, bookings in reasons.items():
        Booking.objects.filter(pk__in=bookings).update(missed_because=reason)
