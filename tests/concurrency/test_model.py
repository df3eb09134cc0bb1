"""Random acts, checked step by step against an oracle of plain Python that knows no database.

1,200 steps, or 50,000 at full size.
"""

import os
import uuid
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from bookings.errors import BookingClosed, SlotFull, StillBooked, WaitingListClosed
from bookings.invariants import violations
from bookings.models import Booking
from bookings.services.booking import Answers, book, cancel, move
from bookings.services.diary import call_off, set_seats
from bookings.services.waiting import hand_back
from surgeries.models import Slot
from tests.factories import SurgeryFactory

STEPS = 50_000 if os.environ.get("FULL_SIZE") else 1_200
STEPS_PER_RUN = 40
PEOPLE = [f"person.{n}@example.gov.uk" for n in range(6)]
SLOTS = range(7)
NOW = timezone.now()


@dataclass
class Place:
    """What the oracle knows of a booking."""

    person: str
    surgery: int
    slot: int | None
    state: str
    position: int = 0
    suits: frozenset[int] = frozenset()


@dataclass
class Oracle:
    """The rules of product.md over dictionaries. Slots and surgeries go by number, times are minutes."""

    times: dict[int, tuple[int, int]]
    surgery_of: dict[int, int]
    past_cutoff: frozenset[int]
    seats: dict[int, int]
    called_off: set[int] = field(default_factory=set)
    given: dict[int, int] = field(default_factory=lambda: {0: 0, 1: 0, 2: 0})
    places: list[Place] = field(default_factory=list)

    def live(self, surgery: int) -> list[Place]:
        return [p for p in self.places if p.surgery == surgery and p.state != "cancelled"]

    def free(self, slot: int) -> int:
        return self.seats[slot] - sum(p.slot == slot and p.state == "confirmed" for p in self.places)

    def busy(self, person: str, slot: int, apart_from: Place | None = None) -> bool:
        begin, end = self.times[slot]
        return any(
            self.times[p.slot][0] < end and self.times[p.slot][1] > begin
            for p in self.places
            if p.person == person and p.state == "confirmed" and p is not apart_from and p.slot is not None
        )

    def slots(self, surgery: int) -> list[int]:
        return [slot for slot, of in self.surgery_of.items() if of == surgery]

    def next_position(self, surgery: int) -> int:
        self.given[surgery] += 1
        return self.given[surgery]

    def promote(self, surgery: int, passing_over: Place | None = None) -> None:
        if surgery in self.past_cutoff or surgery in self.called_off:
            return
        for place in sorted((p for p in self.live(surgery) if p.state == "waiting"), key=lambda p: p.position):
            if place is passing_over:
                continue
            for slot in self.slots(surgery):
                suits = not place.suits or slot in place.suits
                if self.free(slot) and suits and not self.busy(place.person, slot, place):
                    place.state, place.slot = "confirmed", slot
                    break

    def book(self, person: str, surgery: int, slot: int | None, suits: frozenset[int]) -> str:
        if surgery in self.called_off:
            return "closed"
        self.promote(surgery)
        if slot is not None and not self.free(slot):
            return "full"
        if slot is None and surgery in self.past_cutoff:
            return "no list"
        if any(p.person == person for p in self.live(surgery)) or (slot is not None and self.busy(person, slot)):
            return "told"
        if slot is not None:
            self.places.append(Place(person, surgery, slot, "confirmed"))
            return "confirmed"
        place = Place(person, surgery, None, "waiting", self.next_position(surgery), suits)
        self.places.append(place)
        self.promote(surgery)
        return place.state

    def waits_at(self, person: str) -> set[int]:
        return {p.surgery for p in self.places if p.person == person and p.state == "waiting"}

    def cancel(self, place: Place) -> None:
        if place.state == "cancelled":
            return
        touched = {place.surgery} | self.waits_at(place.person)
        place.state = "cancelled"
        for surgery in sorted(touched):
            self.promote(surgery)

    def move(self, place: Place, slot: int) -> str:
        target = self.surgery_of[slot]
        if place.state == "confirmed" and place.slot == slot:
            return "same"
        if place.state == "cancelled" or target in self.called_off:
            return "closed"
        if any(p.person == place.person and p is not place for p in self.live(target)):
            return "told"
        if self.busy(place.person, slot, place):
            return "told"
        touched = {place.surgery, target} | self.waits_at(place.person)
        self.promote(target, passing_over=place)
        if not self.free(slot):
            return "full"
        place.state, place.slot, place.surgery, place.suits = "confirmed", slot, target, frozenset()
        for surgery in sorted(touched):
            self.promote(surgery)
        return "moved"

    def hand_back(self, place: Place, suits: frozenset[int]) -> str:
        if place.state == "cancelled":
            return "closed"
        if place.surgery in self.past_cutoff:
            return "no list"
        suits &= frozenset(self.slots(place.surgery))
        touched = {place.surgery} | self.waits_at(place.person)
        if place.state == "confirmed":
            others = frozenset(self.slots(place.surgery)) - {place.slot}
            place.state, place.slot, place.suits = "waiting", None, (suits & others) or others
            place.position = self.next_position(place.surgery)
            self.promote(place.surgery, passing_over=place)
        elif place.suits == suits:
            return "same"
        else:
            place.suits = suits
        for surgery in sorted(touched):
            self.promote(surgery)
        return "done"

    def set_seats(self, slot: int, seats: int) -> str:
        if self.seats[slot] - self.free(slot) > seats:
            return "booked"
        self.seats[slot] = seats
        self.promote(self.surgery_of[slot])
        return "done"

    def call_off(self, surgery: int) -> None:
        touched: set[int] = set()
        for place in self.live(surgery):
            if place.state == "confirmed":  # who is free then, and may wait elsewhere
                touched |= self.waits_at(place.person)
            place.state = "cancelled"
        self.called_off.add(surgery)
        for elsewhere in sorted(touched):
            self.promote(elsewhere)


REFUSALS = {
    SlotFull: "full",
    BookingClosed: "closed",
    WaitingListClosed: "no list",
    StillBooked: "booked",
}


def outcome(act) -> object:
    """What the service returned or, in the oracle's word, why it refused."""
    try:
        return act()
    except tuple(REFUSALS) as refusal:
        return REFUSALS[type(refusal)]


class Diary(RuleBasedStateMachine):
    """Three surgeries: the second overlaps the first, the third is past its cut-off."""

    @initialize()
    def open_the_diary(self) -> None:
        self.undo = transaction.atomic()
        self.undo.__enter__()
        start = NOW + timedelta(hours=5)
        self.surgeries = [
            SurgeryFactory.create(starts_at=start, slots=3, seats=1),
            SurgeryFactory.create(starts_at=start + timedelta(minutes=20), slots=2, seats=1),
            SurgeryFactory.create(starts_at=start + timedelta(minutes=30), slots=2, seats=2, cutoff_minutes=10_080),
        ]
        self.rows = list(Slot.objects.order_by("surgery_id", "starts_at"))
        number = {surgery.pk: n for n, surgery in enumerate(self.surgeries)}
        minutes = timedelta(minutes=1)
        self.oracle = Oracle(
            times={
                n: ((r.starts_at - start) // minutes, (r.ends_at - start) // minutes) for n, r in enumerate(self.rows)
            },
            surgery_of={n: number[row.surgery_id] for n, row in enumerate(self.rows)},
            past_cutoff=frozenset({2}),
            seats={n: 2 if number[row.surgery_id] == 2 else 1 for n, row in enumerate(self.rows)},
        )
        self.bookings: list[Booking] = []

    def teardown(self) -> None:
        if hasattr(self, "undo"):
            broken = violations()
            transaction.set_rollback(True)
            self.undo.__exit__(None, None, None)
            assert broken == {}

    def _book(self, person: str, surgery: int, slot: int | None, suits: frozenset[int]) -> None:
        said = outcome(
            lambda: book(
                surgery=self.surgeries[surgery],
                slot=None if slot is None else self.rows[slot],
                name="Somebody",
                email=person,
                answers=Answers(),
                request_id=uuid.uuid4(),
                suits=[self.rows[n] for n in suits],
                now=NOW,
            )
        )
        expected = self.oracle.book(person, surgery, slot, suits)
        if isinstance(said, Booking):
            self.bookings.append(said)
            said = str(said.state)
        assert (said or "told") == expected

    @rule(person=st.sampled_from(PEOPLE), slot=st.sampled_from(SLOTS))
    def book_a_slot(self, person: str, slot: int) -> None:
        self._book(person, self.oracle.surgery_of[slot], slot, frozenset())

    @rule(person=st.sampled_from(PEOPLE), surgery=st.sampled_from(range(3)), suits=st.sets(st.sampled_from(SLOTS)))
    def wait(self, person: str, surgery: int, suits: set[int]) -> None:
        self._book(person, surgery, None, frozenset(suits) & frozenset(self.oracle.slots(surgery)))

    def _pick(self, which: int) -> int | None:
        return which % len(self.bookings) if self.bookings else None

    @rule(which=st.integers(0, 1000))
    def cancel(self, which: int) -> None:
        if (n := self._pick(which)) is not None:
            cancel(booking=self.bookings[n], now=NOW)
            self.oracle.cancel(self.oracle.places[n])

    @rule(which=st.integers(0, 1000), slot=st.sampled_from(SLOTS))
    def move(self, which: int, slot: int) -> None:
        if (n := self._pick(which)) is not None:
            said = outcome(lambda: move(booking=self.bookings[n], slot=self.rows[slot], now=NOW))
            expected = self.oracle.move(self.oracle.places[n], slot)
            assert (expected in {"moved", "same"}) if isinstance(said, Booking) else expected == (said or "told")

    @rule(which=st.integers(0, 1000), suits=st.sets(st.sampled_from(SLOTS), max_size=2))
    def hand_back(self, which: int, suits: set[int]) -> None:
        if (n := self._pick(which)) is not None:
            chosen = [self.rows[slot] for slot in suits]
            seen = Booking.objects.get(pk=self.bookings[n].pk)  # what it is about is what the person saw
            said = outcome(lambda: hand_back(booking=seen, suits=chosen, now=NOW))
            expected = self.oracle.hand_back(self.oracle.places[n], frozenset(suits))
            assert expected == said if isinstance(said, str) else expected in {"done", "same"}

    @rule(slot=st.sampled_from(SLOTS), seats=st.integers(0, 3))
    def set_seats(self, slot: int, seats: int) -> None:
        said = outcome(lambda: set_seats(slot=self.rows[slot], seats=seats, now=NOW))
        assert (said or "done") == self.oracle.set_seats(slot, seats)

    @rule(surgery=st.sampled_from(range(3)), really=st.integers(0, 9))
    def call_off(self, surgery: int, really: int) -> None:
        if really == 0:
            call_off(surgery=self.surgeries[surgery], reason="The café is closed.", now=NOW)
            self.oracle.call_off(surgery)

    @invariant()
    def the_database_agrees_with_the_oracle(self) -> None:
        if not hasattr(self, "bookings"):
            return
        rows = {row.pk: row for row in Booking.objects.prefetch_related("suits")}
        number = {row.pk: n for n, row in enumerate(self.rows)}
        for booking, place in zip(self.bookings, self.oracle.places, strict=True):
            row = rows.pop(booking.pk)
            assert row.state == place.state
            assert self.surgeries[place.surgery].pk == row.surgery_id
            if row.is_confirmed:
                assert number[row.slot_id] == place.slot
            if row.is_waiting:
                assert row.position == place.position
                assert {number[slot.pk] for slot in row.suits.all()} == place.suits
        assert not rows


@pytest.mark.django_db
def test_the_services_do_what_the_oracle_says():
    run_state_machine_as_test(
        Diary,
        settings=settings(
            max_examples=STEPS // STEPS_PER_RUN,
            stateful_step_count=STEPS_PER_RUN,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )


@pytest.mark.django_db
def test_a_service_that_promotes_into_a_clash_is_noticed(monkeypatch):
    monkeypatch.setattr("bookings.services.waiting.is_busy", lambda *args, **kwargs: False)
    with pytest.raises(AssertionError):
        run_state_machine_as_test(
            Diary,
            settings=settings(
                max_examples=200,
                stateful_step_count=STEPS_PER_RUN,
                deadline=None,
                suppress_health_check=list(HealthCheck),
                database=None,
                report_multiple_bugs=False,
                phases=[Phase.generate],
            ),
        )
