"""An organiser presses twice at once on a surgery, such as its slots: it is done once, and both read that."""

import itertools
from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from bookings.forms.hosting import written
from surgeries.models import Surgery
from tests.bookings.test_editing_a_surgery import hidden
from tests.concurrency.crowd import FULL_SIZE, second_begins_after
from tests.everyone.managing import address
from tests.factories import ChampionFactory, DepartmentFactory, SeriesFactory, SurgeryFactory, UserFactory, local


@pytest.fixture
def two_windows(each_postgres) -> list[Client]:
    """In which the same organiser is signed in."""
    organiser = UserFactory.create(organiser=True)
    windows = [Client(), Client()]
    for window in windows:
        window.force_login(organiser)
    return windows


def one_alone(**facts) -> Surgery:
    return SurgeryFactory.create(slots=2, seats=2, ends_at=local(hour=12), **facts)


def one_of_a_series() -> Surgery:
    series = SeriesFactory.create()
    surgery, _ = (
        SurgeryFactory.create(
            series=series, slots=2, seats=2, starts_at=local(days), ends_at=local(days) + timedelta(hours=2)
        )
        for days in (7, 14)
    )
    return surgery


def pressed(surgery: Surgery) -> dict[str, object]:
    """The first slot goes, the second has another seat, and there is a new one."""
    first, second = surgery.slots.all()
    seats = {f"{name}_{slot.pk}": 2 for slot in (first, second) for name in ("seats", "was")}
    new = {"begins": "11am", "ends": "11:20am", "seats": 4}
    return seats | {f"remove_{first.pk}": "on", f"seats_{second.pk}": 3} | new


def answers(windows: list[Client], make: Callable[[], Surgery], which: str) -> set[str]:
    """What both read, whichever statement of the first press the second begins after."""
    found: set[str] = set()
    for statements in itertools.count(1, 1 if FULL_SIZE else 5):
        surgery = make()
        page, sent = address(surgery, "manage_slots"), pressed(surgery) | {"which": which}
        if which != "this":
            sent = hidden(windows[0].post(page, sent))
        read: list[str] = []

        def press(window: Client) -> None:
            answer = window.post(page, sent)  # noqa: B023 - it has ended before the next surgery
            read.append(answer.headers.get("Location", str(answer.status_code)).rpartition("?")[2])  # noqa: B023

        if not second_begins_after(statements, lambda: press(windows[0]), lambda: press(windows[1])):
            return found
        found |= set(read)
        alike = surgery.series.surgeries.all() if surgery.series else [surgery]
        assert {tuple(slot.seats.count() for slot in each.slots.all()) for each in alike} == {(3, 4)}
    raise AssertionError("a press has an end")


def test_on_the_slots_of_a_surgery(two_windows):
    assert answers(two_windows, one_alone, "this") == {"done=slots"}


def test_on_those_of_a_series(two_windows):
    assert answers(two_windows, one_of_a_series, "all") == {"done=slots_of_several"}


@pytest.mark.parametrize("page", ["delete_draft", "manage_slots"])
def test_on_what_is_deleted_meanwhile(two_windows, page):
    read: set[str] = set()
    for statements in itertools.count(1, 1 if FULL_SIZE else 5):
        draft = one_alone(draft=True)
        sent = pressed(draft)

        def press(window: Client, page: str) -> None:
            answer = window.post(address(draft, page), sent)  # noqa: B023 - as above
            read.add(answer.headers.get("Location", str(answer.status_code)).rpartition("&")[2])

        if not second_begins_after(
            statements, lambda: press(two_windows[0], "delete_draft"), lambda: press(two_windows[1], page)
        ):
            break
    assert {"said=deleted", "said=gone"} <= read
    assert not any(each.isdigit() for each in read)


def test_on_putting_a_champion_on(two_windows):
    champion, read = ChampionFactory.create(user=UserFactory.create()), set()
    for statements in itertools.count(1, 1 if FULL_SIZE else 5):
        surgery = one_alone()
        times = {"begins": written(surgery.starts_at), "ends": written(surgery.ends_at)}
        sent = times | {"suggested": champion.pk}

        def press(window: Client) -> None:
            answer = window.post(address(surgery, "add_host"), sent)  # noqa: B023 - as above
            read.add(answer.headers.get("Location", str(answer.status_code)).rpartition("?")[2])

        if not second_begins_after(statements, lambda: press(two_windows[0]), lambda: press(two_windows[1])):
            break
        assert surgery.shifts.count() == 1
        surgery.shifts.update(ended_at=surgery.starts_at, ended_reason="The next scene begins.")
    assert read == {"done=host"}


def test_two_addresses_of_one_champion(two_windows):
    """The first stays, and whoever is later reads which it is: nothing that somebody was told of becomes another's."""
    DepartmentFactory.create(email_domains=["example.gov.uk"])
    for statements in itertools.count(1, 1 if FULL_SIZE else 5):
        champion = ChampionFactory.create(user=None)
        page = reverse("bookings:address_of_who_hosts", args=[champion.pk])
        read: dict[str, HttpResponse] = {}

        def write_down(window: Client, name: str) -> None:
            email = f"{name}{champion.pk}@example.gov.uk"  # noqa: B023 - as above
            read[email] = window.post(page, {"email": email})  # noqa: B023 - as above

        if not second_begins_after(
            statements, lambda: write_down(two_windows[0], "ada"), lambda: write_down(two_windows[1], "bob")
        ):
            break
        champion.refresh_from_db()
        (later,) = read.keys() - {champion.user.email}
        assert read[champion.user.email].status_code == HTTPStatus.SEE_OTHER
        if read[later].status_code == HTTPStatus.OK:
            assert f"another address meanwhile: {champion.user.email}" in read[later].content.decode()
        else:  # too late for the form
            assert "done" not in read[later].headers["Location"]
