"""An address is put right while somebody presses a button behind the old link: from then on that link does nothing."""

import itertools
from contextlib import suppress
from functools import partial

import pytest
from django.test import Client

from bookings.errors import BookingClosed
from bookings.models import Booking
from bookings.services import booking as services
from tests.bookings.pages import private
from tests.concurrency.crowd import second_begins_after
from tests.factories import BookingFactory, SurgeryFactory

PRESSES = ["answers/", "cancel/", "evidence/", "wait/"]


class Scene:
    """A booking whose link went to a mistyped address."""

    def __init__(self) -> None:
        self.booking = BookingFactory.create(surgery=SurgeryFactory.create(slots=2))
        self.answered = 0
        self.when_put_right: tuple = ()

    def press(self, page: str) -> None:
        shown = {"holds": self.booking.slot.pk, "seen": self.booking.version}
        said = {"question": "May I say this?", "feeling": "keen", **shown}
        self.answered = Client().post(private(self.booking, page), said).status_code

    def put_right(self) -> None:
        with suppress(BookingClosed):
            services.correct_email(
                booking=Booking.objects.get(pk=self.booking.pk), email=f"ada.{self.booking.pk}@example.gov.uk"
            )
        self.when_put_right = self.facts()

    def facts(self) -> tuple:
        return Booking.objects.values_list("state", "slot", "question", "feeling").get(pk=self.booking.pk)


def answers_and_late_changes(page: str) -> tuple[set[int], int]:
    """What the press was answered, and how often it changed something after the address was put right."""
    answers, late = set(), 0
    for statements in itertools.count(1):
        scene = Scene()
        reached = second_begins_after(statements, partial(scene.press, page), scene.put_right)
        answers.add(scene.answered)
        late += scene.facts() != scene.when_put_right
        if not reached:
            return answers, late
    raise AssertionError("a press has an end")


@pytest.mark.parametrize("page", PRESSES)
def test_a_link_does_nothing_once_it_is_withdrawn(each_postgres, page):
    assert answers_and_late_changes(page) == ({303, 410}, 0)


def test_control_without_asking_again_under_the_lock_it_does(each_postgres, monkeypatch):
    def cancel_whatever_the_link(*, booking, **how):
        return cancel(booking=Booking.objects.get(pk=booking.pk), **how | {"seen": None})

    cancel = services.cancel
    monkeypatch.setattr(services, "cancel", cancel_whatever_the_link)
    assert answers_and_late_changes("cancel/")[1] > 0
