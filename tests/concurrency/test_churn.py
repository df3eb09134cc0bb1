"""People book, cancel, move, hand back, and organisers change seats, all at once, for a while."""

import random
import time
import uuid
from contextlib import suppress
from functools import partial

from bookings.errors import BookingError
from bookings.invariants import violations
from bookings.models import Booking, BookingQuerySet
from bookings.services.booking import Answers, book, cancel, move
from bookings.services.diary import set_seats
from bookings.services.waiting import promote
from notifications.models import OutboxEmail
from surgeries.models import Slot, Surgery
from tests.concurrency.crowd import FULL_SIZE, all_at_once
from tests.factories import SurgeryFactory

SECONDS, SURGERIES, THREADS = (600, 200, 16) if FULL_SIZE else (5, 10, 8)
ACTS = 40  # of each thread, at least


class Churn:
    """One crowd over one diary. `positions` remembers at which place each booking stood in line."""

    def __init__(self, surgeries: list[Surgery]) -> None:
        self.surgeries = surgeries
        self.slots = list(Slot.objects.select_related("surgery"))
        self.bookings: list[int] = []
        self.positions: dict[int, tuple[int, int]] = {}
        self.until = time.monotonic() + SECONDS

    def people(self, seed: int) -> int:
        dice, done = random.Random(seed), 0
        while time.monotonic() < self.until or done < ACTS:  # a busy machine takes seconds to connect everybody
            with suppress(BookingError):
                dice.choices([self.book, self.cancel, self.move, self.seats], weights=[6, 4, 2, 1])[0](dice)
            done += 1
        return done

    def book(self, dice: random.Random) -> None:
        self.sign_up(slot := dice.choice(self.slots), dice.choice([slot, None]))

    def wait(self, dice: random.Random) -> None:
        self.sign_up(dice.choice(self.slots), None)

    def sign_up(self, slot: Slot, wants: Slot | None) -> None:
        booking = book(
            surgery=slot.surgery, slot=wants, name="Somebody", email=f"{uuid.uuid4()}@example.gov.uk",
            answers=Answers(), request_id=uuid.uuid4(),
        )  # fmt: skip
        assert booking
        self.bookings.append(booking.pk)
        if booking.position:
            self.positions[booking.pk] = (booking.surgery_id, booking.position)

    def cancel(self, dice: random.Random) -> None:
        if self.bookings:
            cancel(booking=Booking(pk=dice.choice(self.bookings)))

    def move(self, dice: random.Random) -> None:
        if self.bookings:
            move(booking=Booking(pk=dice.choice(self.bookings)), slot=dice.choice(self.slots))

    def seats(self, dice: random.Random) -> None:
        set_seats(slot=dice.choice(self.slots), seats=dice.randrange(1, 4))

    def watch(self) -> list[dict]:
        found = []
        while time.monotonic() < self.until:
            found.append(violations())
            time.sleep(1)
        return found


def churn() -> Churn:
    crowd = Churn(SurgeryFactory.create_batch(SURGERIES, slots=2, seats=2))
    acts = [crowd.watch, *(partial(crowd.people, seed) for seed in range(THREADS))]
    seen, *done = all_at_once(acts, threads=THREADS + 1)
    assert [result for result in done if isinstance(result, Exception)] == [], "no deadlock reaches a person"
    assert seen, "the invariants were looked at"
    assert [look for look in seen if look] == []
    assert violations() == {}
    return crowd


def out_of_order(crowd: Churn) -> list[tuple[int, int]]:
    """Promotions of somebody who stood behind the one promoted just before, each with the one it overtook."""
    last: dict[int, int] = {}
    wrong = []
    promoted = OutboxEmail.objects.filter(kind="booking_promoted").order_by("id").values_list("about", flat=True)
    for about in promoted:
        surgery, position = crowd.positions[about["booking"]]
        if position < last.get(surgery, 0):
            wrong.append((surgery, position))
        last[surgery] = position
    assert last, "somebody was promoted"
    return wrong


def test_the_invariants_hold_at_every_moment_and_promotions_are_in_order(each_postgres):
    crowd = churn()
    assert out_of_order(crowd) == []
    still_waiting = Booking.objects.waiting().count()
    for surgery in crowd.surgeries:
        surgery.refresh_from_db()
        assert promote(surgery, now=surgery.starts_at.replace(year=2000)) == [], "nobody waits for a free seat"
    assert Booking.objects.waiting().count() == still_waiting


def test_control_promotion_from_the_end_of_the_line_is_noticed(each_postgres, monkeypatch):
    surgery = SurgeryFactory.create(slots=1, seats=1)
    crowd, dice = Churn([surgery]), random.Random(1)
    while len(crowd.positions) < 3:
        crowd.wait(dice)
    monkeypatch.setattr(BookingQuerySet, "waiting", lambda rows: rows.filter(state="waiting").order_by("-position"))
    for _ in range(2):
        cancel(booking=surgery.bookings.holding_a_seat().get())
    assert out_of_order(crowd)
