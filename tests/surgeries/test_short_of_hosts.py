"""How many hosts a surgery wants, and when it has fewer."""

from datetime import datetime, timedelta
from random import Random

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from surgeries.hosts import gaps
from surgeries.models import Series, Shift, Surgery
from surgeries.services import extend_series
from tests.factories import SeriesFactory, ShiftFactory, SurgeryFactory

pytestmark = pytest.mark.django_db


def after(surgery: Surgery, minutes: int) -> datetime:
    return surgery.starts_at + timedelta(minutes=minutes)


def hosted(*parts: tuple[int, int], wanted: int = 2, **facts) -> Surgery:
    """An hour, of which champions host these minutes."""
    surgery = SurgeryFactory.create(hosts_wanted=wanted, **facts)
    for start, end in parts:
        ShiftFactory.create(surgery=surgery, starts_at=after(surgery, start), ends_at=after(surgery, end))
    return surgery


def missing(surgery: Surgery) -> list[tuple[int, int, int]]:
    def minutes(moment: datetime) -> int:
        return (moment - surgery.starts_at) // timedelta(minutes=1)

    found = gaps(surgery, surgery.shifts.live())
    return [(minutes(gap.starts_at), minutes(gap.ends_at), gap.missing) for gap in found]


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([], [(0, 60, 2)]),
        ([(0, 60)], [(0, 60, 1)]),
        ([(0, 60), (0, 60)], []),
        ([(0, 60), (20, 40)], [(0, 20, 1), (40, 60, 1)]),
        ([(0, 60), (0, 20), (20, 60)], []),
        ([(0, 60), (0, 60), (0, 20)], []),
        ([(0, 20)], [(0, 60, 2)]),
    ],
)
def test_it_lacks_hosts_when_at_some_time_fewer_host_than_are_wanted(parts, expected):
    surgery = hosted(*parts)
    assert missing(surgery) == expected
    assert Surgery.objects.short_of_hosts().exists() == bool(expected)


def test_many_who_come_early_do_not_make_up_for_nobody_later():
    surgery = hosted((0, 20), (0, 20), (0, 20), (0, 60))
    assert missing(surgery) == [(20, 60, 1)]
    assert Surgery.objects.short_of_hosts().get() == surgery


def test_the_database_and_the_page_agree_whoever_hosts_when():
    rng = Random(7)
    for _ in range(60):
        start, parts = 0, []
        for _ in range(rng.randrange(5)):
            start = rng.choice((0, 20, 40))
            parts.append((start, rng.choice([end for end in (20, 40, 60) if end > start])))
        surgery = hosted(*parts, wanted=rng.randint(1, 3))
        assert Surgery.objects.short_of_hosts().filter(pk=surgery.pk).exists() == bool(missing(surgery)), parts


def test_a_shift_that_has_ended_counts_no_more():
    surgery = hosted((0, 60), wanted=1)
    assert missing(surgery) == []
    Shift.objects.update(ended_at=timezone.now(), ended_reason="Ill")
    assert missing(surgery) == [(0, 60, 1)]
    assert Surgery.objects.short_of_hosts().get() == surgery


def test_a_series_hands_on_how_many_it_wants():
    series = SeriesFactory.create(hosts_wanted=3)
    made = extend_series(series=series, until=timezone.localdate() + timedelta(weeks=4)).made
    assert {surgery.hosts_wanted for surgery in made} == {3}


@pytest.mark.parametrize("model", [Surgery, Series])
@pytest.mark.parametrize("wanted", [0, 21])
def test_nobody_can_want_none_or_a_crowd(model, wanted):
    (SurgeryFactory if model is Surgery else SeriesFactory).create()
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.update(hosts_wanted=wanted)
