"""An application is decided once, whoever else decides or answers at the same moment."""

import itertools
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from bookings.services.barring import set_role
from champions import services
from champions.models import Champion
from champions.services import AlreadyChampion, DecidedAlready, Said
from notifications.models import OutboxEmail
from tests.concurrency.crowd import second_begins_after
from tests.factories import ChampionFactory, UserFactory


class Scene:
    """An application that two organisers have open, and whoever sent it as well."""

    def __init__(self) -> None:
        self.applicant = ChampionFactory.create(applied=True)
        self.nia, self.gareth = UserFactory.create(organiser=True), UserFactory.create(administrator=True)

    def approve(self) -> None:
        with suppress(DecidedAlready):
            services.approve(champion=self.applicant, by=self.nia, seen=0)

    def decline(self) -> None:
        with suppress(DecidedAlready):
            services.decline(champion=self.applicant, reason="Not now.", by=self.gareth, seen=0)

    def answer(self) -> None:
        said = Said(
            name="Alice", about="", offices=[], levels={}, usual_days=[], most_shifts_a_month=None, experience="",
            is_manager_aware=True,
        )  # fmt: skip
        with suppress(AlreadyChampion):
            services.apply(user=self.applicant.user, said=said)

    def bar(self) -> None:
        set_role(user=self.applicant.user, role="barred", by=self.gareth)


class Newcomer(Scene):
    """Somebody whose form arrives twice."""

    def __init__(self) -> None:
        super().__init__()
        Champion.objects.filter(pk=self.applicant.pk).delete()


def outcomes(first: Callable, second: Callable, scene: type[Scene] = Scene) -> set[tuple]:
    """What became of it, and how many emails told of it, for each moment at which the second may come between."""
    found = set()
    for statements in itertools.count(1):
        made = scene()
        reached = second_begins_after(statements, partial(first, made), partial(second, made))
        champion = Champion.objects.get(user=made.applicant.user)
        told = OutboxEmail.objects.filter(recipient=made.applicant.user.email).count()
        found.add((champion.state, champion.decisions.count(), told))
        if not reached:
            return found
    raise AssertionError("an act has an end")


def test_of_two_organisers_one_decides_and_one_email_tells_of_it(transactional_db):
    assert outcomes(Scene.approve, Scene.decline) <= {("active", 1, 1), ("declined", 1, 1)}


def test_whoever_answers_while_they_are_approved_is_a_champion_all_the_same(transactional_db):
    assert outcomes(Scene.answer, Scene.approve) == {("active", 1, 1)}
    assert outcomes(Scene.approve, Scene.answer) == {("active", 1, 1)}


def test_whoever_is_barred_while_they_answer_has_answered_all_the_same(transactional_db):
    assert outcomes(Scene.answer, Scene.bar) == {("applied", 0, 1)}
    assert outcomes(Scene.bar, Scene.answer) == {("applied", 0, 1)}


def test_a_form_that_arrives_twice_is_one_application(transactional_db):
    assert outcomes(Newcomer.answer, Newcomer.answer, Newcomer) == {("applied", 0, 0)}


def test_control_without_the_lock_both_decide_and_an_answer_undoes_an_approval(transactional_db, monkeypatch):
    monkeypatch.setattr(services, "_locked", lambda champions: champions)
    assert any(decisions == 2 for _, decisions, _ in outcomes(Scene.approve, Scene.decline))
    assert ("applied", 1, 1) in outcomes(Scene.answer, Scene.approve)
