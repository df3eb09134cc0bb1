"""A series is given another venue while it is made to go on: it goes on, at the new one."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Event

import pytest
from django.db import transaction
from django.utils import timezone

from bookings.services.series import make
from surgeries.models import Series
from surgeries.services import extend_series
from tests.concurrency.crowd import FIRST, PATIENCE, SECOND, somebody_waits_for_us
from tests.factories import SeriesFactory, UserFactory, VenueFactory


def by_the_clock(series: Series) -> None:
    extend_series(series=series, until=series.starts_on)


def by_an_organiser(series: Series) -> None:
    until, by = series.starts_on, UserFactory.create(organiser=True)
    make(
        pattern=series, days=[until], until=until, publishes=False, request_id=uuid.uuid4(), contents="", by=by
    )  # fmt: skip


@pytest.mark.parametrize("go_on", [by_the_clock, by_an_organiser])
def test_a_series_goes_on_at_the_venue_that_it_is_given_meanwhile(each_postgres, go_on: Callable[[Series], None]):
    series = SeriesFactory.create()
    seen, new = Series.objects.get(pk=series.pk), VenueFactory.create(office=series.venue.office)
    is_given = Event()

    def give() -> None:
        with transaction.atomic():
            Series.objects.filter(pk=series.pk).update(venue=new)
            is_given.set()
            until: datetime = timezone.now() + timedelta(seconds=PATIENCE)
            while not somebody_waits_for_us():
                assert timezone.now() < until, "Nobody waits for the series."

    def then() -> None:
        assert is_given.wait(PATIENCE)
        go_on(seen)

    giving, going_on = FIRST.submit(give), SECOND.submit(then)
    giving.result()
    going_on.result()
    assert [surgery.venue for surgery in series.surgeries.all()] == [new]
