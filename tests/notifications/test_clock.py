"""The clock: duties are done about as often as they should be, by one worker at a time, and hold nothing up."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from notifications import clock, registry
from notifications.models import DutyRun
from notifications.registry import duty
from tests.notifications.letters import queue_letter, work
from tests.notifications.test_claiming import at_once

NOON = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)


@pytest.fixture
def runs(monkeypatch) -> list[datetime]:
    """When the only duty there is, due every ten minutes, was run."""
    runs: list[datetime] = []
    monkeypatch.setattr(registry, "duties", {})
    monkeypatch.setattr(clock, "duties", registry.duties)
    duty(every=timedelta(minutes=10))(runs.append)
    return runs


def test_a_duty_is_run_at_once_and_then_as_often_as_it_says(db, runs):
    for minutes in range(31):
        clock.run_due_duties(NOON + timedelta(minutes=minutes))
    assert runs == [NOON + timedelta(minutes=minutes) for minutes in (0, 10, 20, 30)]


def test_when_it_last_ended_well_is_noted(db, runs):
    with time_machine.travel(NOON, tick=False):
        clock.run_due_duties(NOON)
    run = DutyRun.objects.get(due_at=NOON + timedelta(minutes=10))
    assert run.ran_at == NOON


def test_of_many_workers_one_runs_it(transactional_db, runs):
    clock.run_due_duties(NOON)
    assert sum(at_once(8, lambda: clock.run_due_duties(NOON + timedelta(minutes=10)))) == 1
    assert len(runs) == 2


def test_control_without_moving_the_due_time_first_several_do(transactional_db, runs, monkeypatch):
    clock.run_due_duties(NOON)

    def run_whatever_is_due(now):
        due = DutyRun.objects.filter(due_at__lte=now).exists()
        if due:
            runs.append(now)
        return due

    assert sum(at_once(8, lambda: run_whatever_is_due(NOON + timedelta(minutes=10)))) > 1


def test_a_duty_that_fails_is_tried_again_after_a_while_and_keeps_no_email_from_being_sent(
    db, monkeypatch, mail_server, caplog
):
    monkeypatch.setattr(clock, "duties", {})
    runs = []

    def fails(now):
        runs.append(now)
        raise ValueError("about Alice Adeyemi")

    clock.duties["fails"] = registry.Duty(fails, timedelta(days=1))
    queue_letter()
    with time_machine.travel(NOON, tick=False) as time:
        queue_letter(2, now=NOON)
        work()
        assert len(mail_server.taken) == 1
        time.shift(timedelta(minutes=4))
        work()
        assert len(runs) == 1
        time.shift(timedelta(minutes=1))
        work()
    assert len(runs) == 2
    assert DutyRun.objects.get(name="fails").ran_at is None
    assert "duty failed" in caplog.text


def test_two_duties_cannot_have_the_same_name():
    def twice(now):
        pass

    registered = duty(every=timedelta(minutes=1))(twice)

    def another(now):
        pass

    another.__qualname__ = registered.__qualname__
    try:
        with pytest.raises(ValueError, match="Two duties"):
            duty(every=timedelta(minutes=1))(another)
    finally:
        del registry.duties[f"{__name__}.{registered.__qualname__}"]
