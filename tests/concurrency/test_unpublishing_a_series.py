"""Surgeries of a series become drafts again while somebody books one of them: one of the two is done, never both."""

from collections.abc import Callable
from contextlib import suppress
from uuid import uuid4

from bookings.errors import BookingError, OutOfDate
from bookings.models import Booking
from bookings.services import diary
from bookings.services.booking import Answers, book
from surgeries.models import Surgery
from tests.concurrency.crowd import at_each_moment
from tests.factories import SeriesFactory, SurgeryFactory, local


class Scene:
    """A series with two surgeries that nobody has booked."""

    def __init__(self) -> None:
        series = SeriesFactory.create()
        self.surgeries = [SurgeryFactory.create(series=series, starts_at=local(days)) for days in (7, 14)]

    def they_become_drafts(self) -> None:
        with suppress(OutOfDate):
            diary.unpublish_several(surgeries=self.surgeries)

    def somebody_books(self) -> None:
        surgery = self.surgeries[1]
        with suppress(BookingError):
            book(
                surgery=surgery, slot=surgery.slots.first(), name="Cleo", email=f"cleo.{uuid4()}@example.gov.uk",
                answers=Answers(), request_id=uuid4(),
            )  # fmt: skip


def broken(first: Callable, second: Callable) -> set[str]:
    """What is false at the end, whichever statement of the first act the second begins after."""
    found: set[str] = set()
    for scene in at_each_moment(Scene, first, second, every=1):
        states = set(
            Surgery.objects.filter(pk__in=[each.pk for each in scene.surgeries]).values_list("state", flat=True)
        )
        is_booked = Booking.objects.live().filter(surgery__in=scene.surgeries).exists()
        if len(states) > 1:
            found.add("one of them is a draft, and one is not")
        if is_booked == (Surgery.State.DRAFT in states):
            found.add("somebody has booked a draft" if is_booked else "neither was done")
    return found


def test_somebody_books_while_they_become_drafts(each_postgres):
    assert broken(Scene.they_become_drafts, Scene.somebody_books) == set()


def test_they_become_drafts_while_somebody_books(each_postgres):
    assert broken(Scene.somebody_books, Scene.they_become_drafts) == set()


def test_control_without_the_lock_somebody_has_booked_a_draft(each_postgres, monkeypatch):
    monkeypatch.setattr(diary, "lock_surgeries", Surgery.objects.in_bulk)
    assert "somebody has booked a draft" in broken(Scene.they_become_drafts, Scene.somebody_books)
