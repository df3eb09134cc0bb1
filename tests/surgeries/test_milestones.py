"""What champions have reached is noticed once: on their page at once, and by an email at most once a month."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction

from champions.models import Champion, Milestone
from notifications.models import OutboxEmail
from notifications.registry import duties, writers
from surgeries.milestones import notice_milestones, reached
from tests.bookings.pages import words_of
from tests.factories import ChampionFactory, ShiftFactory, UserFactory, local

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def now():
    with time_machine.travel("2026-07-07 15:00", tick=False):
        yield datetime(2026, 7, 7, 15, tzinfo=UTC)


@pytest.fixture
def amina(now) -> Champion:
    return ChampionFactory.create(name="Amina Yusuf", user=UserFactory.create())


def host(champion: Champion, *days: int) -> None:
    """A surgery on each of these days from today."""
    for day in days:
        ShiftFactory.create(champion=champion, surgery__starts_at=local(day))


def kinds(champion: Champion) -> list[str]:
    return [milestone.kind for milestone in champion.milestones.all()]


def emails() -> list[OutboxEmail]:
    return list(OutboxEmail.objects.filter(kind="champion_milestone").order_by("pk"))


def test_the_first_surgery_is_noticed_once_it_is_over(amina, now, client):
    host(amina, 1)
    notice_milestones(now)
    assert kinds(amina) == []
    with time_machine.travel(now + DAY, tick=False):
        for _ in range(3):
            notice_milestones(now + DAY)
        [email] = emails()
        message = writers[email.kind](email)
    assert kinds(amina) == ["1"]
    assert email.recipient == amina.user.email
    assert "You have hosted your first surgery. Thank you" in message.text
    client.force_login(amina.user)
    assert "You have hosted your first surgery. You reached that on 8 July 2026. Thank you." in words_of(
        client.get("/champion/")
    )


@pytest.mark.parametrize(
    ("times", "last"), [(4, "1"), (5, "5"), (9, "5"), (10, "10"), (25, "25"), (49, "25"), (50, "50")]
)
def test_what_is_reached_by_counting(times, last, now):
    assert [kind for kind, _ in reached([now + DAY * number for number in range(times)])][-1] == last


@pytest.mark.parametrize(("days", "is_reached"), [(364, False), (365, True), (500, True)])
def test_a_year_is_reached_by_hosting_again(days, is_reached, now):
    found = dict(reached([now, now + DAY * days]))
    assert found.get("year") == (now + DAY * days if is_reached else None)


def test_what_was_not_really_hosted_does_not_count(amina, now):
    ShiftFactory.create(champion=amina, surgery__starts_at=local(-1), given_back=True)
    ShiftFactory.create(champion=amina, surgery__starts_at=local(-1), surgery__draft=True)
    notice_milestones(now)
    assert kinds(amina) == []


def test_two_parts_of_one_surgery_are_one(amina, now):
    host(amina, -1, -2, -3, -4)
    last = amina.shifts.last()
    last.ends_at = last.surgery.slots.first().ends_at
    last.save()
    ShiftFactory.create(champion=amina, surgery=last.surgery, starts_at=last.ends_at)
    notice_milestones(now)
    assert kinds(amina) == ["1"]


def test_a_programme_with_a_past_begins_without_a_heap_of_emails(amina, now):
    """Ten weeks of history, as in the demonstration: what was reached long ago stands on the page alone."""
    host(amina, *range(-70, -8, 7))
    lately = ChampionFactory.create(user=UserFactory.create())
    host(lately, *range(-70, -38, 7), -2)
    host(ChampionFactory.create(), -1)  # has no address
    host(ChampionFactory.create(user=UserFactory.create(), left=True), -1)
    notice_milestones(now)
    assert kinds(amina) == ["1", "5"]
    assert kinds(lately) == ["1", "5"]
    assert emails() == []


def test_of_several_at_once_only_the_latest_is_told(amina, now):
    host(amina, -5, -4, -3, -2, -1)
    notice_milestones(now)
    assert kinds(amina) == ["1", "5"]
    [email] = emails()
    assert "five surgeries" in writers[email.kind](email).text


def test_nobody_is_written_to_twice_in_a_month(amina, now):
    host(amina, -2)
    notice_milestones(now)
    host(amina, *range(1, 5))
    notice_milestones(now + 6 * DAY)
    assert kinds(amina) == ["1", "5"]
    assert len(emails()) == 1
    host(amina, *range(30, 36))
    notice_milestones(now + 36 * DAY)
    assert kinds(amina) == ["1", "5", "10"]
    assert len(emails()) == 2


def test_control_without_the_memory_of_it_they_would_be(amina, now):
    host(amina, -2)
    notice_milestones(now)
    Milestone.objects.update(emailed_at=None)
    host(amina, *range(1, 5))
    notice_milestones(now + 6 * DAY)
    assert len(emails()) == 2


def test_whoever_has_left_since_gets_no_email(amina, now):
    host(amina, -1)
    notice_milestones(now)
    Champion.objects.update(state="left")
    [email] = emails()
    assert writers[email.kind](email) is None


def test_each_is_once_whatever_the_clock_does(amina, now):
    assert "surgeries.milestones.notice_milestones" in duties
    host(amina, -1)
    notice_milestones(now)
    with pytest.raises(IntegrityError, match="milestone_is_once"), transaction.atomic():
        Milestone.objects.create(champion=amina, kind="1", reached_at=now)


def test_it_takes_the_same_few_statements_once_all_is_known(amina, now, django_assert_num_queries):
    host(amina, *range(-9, 0))
    notice_milestones(now)
    with django_assert_num_queries(2):
        notice_milestones(now)
