"""What must never be false of champions and their applications is a constraint in the database."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from champions.models import Champion
from tests.factories import ChampionFactory, DecisionFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("constraint", "facts"),
    [
        ("champion_state_is_known", {"state": "elsewhere"}),
        ("champion_rests_until_a_day", {"state": "resting"}),
        ("champion_rests_until_a_day", {"resting_until": timezone.localdate() + timedelta(days=30)}),
        ("champion_who_applied_is_known", {"state": "applied"}),
        ("champion_who_applied_is_known", {"state": "applied", "applied_at": timezone.now()}),
        ("champion_usual_days_are_weekdays", {"usual_days": [6]}),
        ("champion_most_shifts_is_a_few", {"most_shifts_a_month": 0}),
        ("champion_most_shifts_is_a_few", {"most_shifts_a_month": 11}),
        ("champion_shown_is_known", {"shown": ["password"]}),
    ],
)
def test_what_a_champion_cannot_be(constraint, facts):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        ChampionFactory.create(**facts)


@pytest.mark.parametrize(
    ("constraint", "facts"),
    [
        ("decision_outcome_is_known", {"outcome": "maybe", "words": "Perhaps."}),
        ("decision_says_why", {"outcome": "declined"}),
        ("decision_says_why", {"outcome": "asked_back"}),
        ("decision_says_why", {"outcome": "approved", "words": "Welcome."}),
    ],
)
def test_what_a_decision_cannot_be(constraint, facts):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        DecisionFactory.create(**facts)


def test_only_who_is_active_hosts():
    rests = {"state": "resting", "resting_until": timezone.localdate()}
    for facts in ({}, {"left": True}, {"applied": True}, rests):
        ChampionFactory.create(**facts)
    assert [champion.state for champion in Champion.objects.active()] == ["active"]
    assert [champion.state for champion in Champion.objects.undecided()] == ["applied"]
