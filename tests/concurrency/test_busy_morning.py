"""A busy morning: six hosts and sixty people, and everybody presses at random.

Hosts press whatever their page offers, people say at the door that they are here, with a booking or without, and others
move or cancel meanwhile by their private links.
"""

import random
import re
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from html.parser import HTMLParser

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from bookings.invariants import violations
from bookings.models import Booking, Help, Visit
from bookings.services import room
from surgeries.models import Surgery
from tests.bookings.pages import private
from tests.concurrency.crowd import FULL_SIZE, all_at_once
from tests.concurrency.test_in_the_room import hosted, not_locked, without_the_constraint
from tests.factories import BookingFactory, SlotFactory, SurgeryFactory, TopicFactory

SECONDS, PEOPLE, HOSTS = 300 if FULL_SIZE else 12, 60, 6
LIVE = {"HX-Request": "true"}
SEE_OTHER = 303


class Buttons(HTMLParser):
    """What a page offers to press: what each button sends, with the rest of its form."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.presses: list[dict[str, str]] = []
        self.hidden: dict[str, str] = {}
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.hidden = {}
        elif tag == "input" and said["type"] == "hidden":
            self.hidden[said["name"]] = said["value"]
        elif tag == "button" and "name" in said:
            self.presses.append(self.hidden | {said["name"]: said["value"]})


@dataclass
class Morning:
    """So many people at one surgery, most of whom have booked; the others walk in, or the hosts add them."""

    people: int
    seconds: float
    # How many are at the door at once, and how many change their minds.
    others: int = 0
    surgery: Surgery = field(init=False)
    clients: list[Client] = field(default_factory=list)
    # Who was answered how, and how often.
    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    slower: int = 0
    moved: int = 0

    def __post_init__(self) -> None:
        self.surgery = hosted(HOSTS)
        self.elsewhere = SurgeryFactory.create(starts_at=self.surgery.starts_at + timedelta(days=7), slots=0)
        for surgery, minutes in ((self.surgery, 10), (self.surgery, 30), (self.elsewhere, 0)):
            times = {"starts_at": surgery.starts_at + timedelta(minutes=minutes), "ends_at": surgery.ends_at}
            SlotFactory.create(surgery=surgery, seats=self.people, **times)
        topics = TopicFactory.create_batch(2)
        for booking in BookingFactory.create_batch(self.people * 3 // 4, surgery=self.surgery):
            booking.topics.set(topics)
        bookings = self.surgery.bookings.order_by("pk")
        self.booked, self.emails = zip(*bookings.values_list("pk", "attendee__email"), strict=True)
        self.address = f"/champion/surgeries/{self.surgery.reference}/room/"
        for shift in self.surgery.shifts.all():
            self.clients.append(client := Client(raise_request_exception=False))
            client.force_login(shift.champion.user)
        self.until = time.monotonic() + self.seconds

    def host(self, client: Client, seed: int) -> None:
        """Press at random, also what a page offered that is old by now."""
        dice, pages = random.Random(seed), [client.get(self.address, headers=LIVE).content.decode()]
        while time.monotonic() < self.until:
            presses = Buttons(dice.choice(pages[-2:])).presses
            if not presses or (dice.random() < 0.1 and Visit.objects.count() < self.people):
                typed = {"request_id": uuid.uuid4(), "name": "Somebody"}
                response = client.post(self.address, typed, headers=LIVE)
            else:
                response = client.post(f"{self.address}act/", dice.choice(presses), headers=LIVE)
            pages.append(response.content.decode())
            self.answers["host", response.status_code] += 1
            self.slower += "a moment ago" in pages[-1]

    def at_the_door(self, seed: int) -> None:
        """Say that one is here: by the address of somebody who has booked, or has moved away, or of nobody yet."""
        dice, client = random.Random(seed), Client(raise_request_exception=False)
        while time.monotonic() < self.until:
            time.sleep(dice.uniform(0, 0.4))
            if dice.random() < 0.3 and Visit.objects.count() < self.people:
                typed = {"email": f"{uuid.uuid4().hex}@example.gov.uk", "name": "Somebody else"}
            else:
                typed = {"email": dice.choice(self.emails), "name": dice.choice(("", "Somebody"))}
            response = client.post(f"/here/{self.surgery.reference}/", typed)
            self.answers["door", response.status_code] += 1

    def by_private_link(self, seed: int) -> None:
        """Change to another time, move to next week's surgery or back, or cancel, as long as enough people come."""
        dice, client = random.Random(seed), Client(raise_request_exception=False)
        while time.monotonic() < self.until:
            time.sleep(dice.uniform(0, 0.4))
            booking = Booking.objects.get(pk=dice.choice(self.booked))
            to = dice.choice((self.surgery, self.surgery, self.elsewhere))
            slot = dice.choice(to.slots.filter(starts_at__gt=timezone.now()))
            if dice.random() < 0.3 and Booking.objects.live().count() > self.people // 2:
                response = client.post(private(booking, "cancel/"), {"seen": booking.version})
            elif to.pk == booking.surgery_id:
                response = client.post(private(booking, "change/"), {"slot": slot.pk, "seen": booking.version})
            else:
                sent = {"slot": slot.pk, "seen": booking.version}
                response = client.post(private(booking, f"move/{to.reference}/"), sent)
                self.moved += response.status_code == SEE_OTHER
            self.answers["link", response.status_code] += 1

    def watch(self) -> list[dict]:
        found = []
        while time.monotonic() < self.until:
            found.append(violations())
            time.sleep(1)
        return found

    def goes_by(self) -> list[dict]:
        """What was wrong, second by second."""
        hosts = [partial(self.host, client, seed) for seed, client in enumerate(self.clients)]
        others = [partial(act, seed) for act in (self.at_the_door, self.by_private_link) for seed in range(self.others)]
        acts = [self.watch, *hosts, *others]
        looks, *done = all_at_once(acts, threads=len(acts))
        assert [result for result in done if isinstance(result, Exception)] == []
        assert isinstance(looks, list)
        return looks


def totals_on(page: str) -> list[int]:
    """Waiting, being helped, not here yet, done."""
    return [int(number) for number in re.findall(r"<dd>(\d+)</dd>", page)]


NAMES = ("next", "helped", "expected", "done")


def listed_on(page: str) -> list[int]:
    """How many people each part of the page lists."""
    parts = [re.search(rf'id="room-{name}">(.*?)</[ou]l>\n', page, re.DOTALL) for name in NAMES]
    return [len(re.findall(r'<li class="app-room__\w+" id=', part[1])) if part else 0 for part in parts]


# Written anew, row by row, and not with what the page asks.
RECOUNT = """
    WITH mine AS (SELECT * FROM bookings_visit WHERE surgery_id = %(surgery)s),
    sat_with AS (SELECT DISTINCT visit_id FROM bookings_help WHERE ends_at IS NULL)
    SELECT (SELECT count(*) FROM mine WHERE left_at IS NULL AND id NOT IN (SELECT visit_id FROM sat_with)),
           (SELECT count(*) FROM mine WHERE id IN (SELECT visit_id FROM sat_with)),
           (SELECT count(*) FROM bookings_booking WHERE surgery_id = %(surgery)s AND state = 'confirmed'
                AND attendee_id NOT IN (SELECT attendee_id FROM mine)),
           (SELECT count(*) FROM mine WHERE left_at IS NOT NULL)
"""


def recounted(surgery: Surgery) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(RECOUNT, {"surgery": surgery.pk})
        return list(cursor.fetchone() or ())


@pytest.fixture
def quiet(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Without a line for each of some thousand requests, or for each that fails where it is to fail."""
    with caplog.at_level("CRITICAL"):
        yield


def test_everything_adds_up_at_every_second_of_a_busy_morning(transactional_db, quiet, settings):
    settings.EMAILS_PER_ADDRESS = settings.FORMS_PER_CLIENT = 10**9
    morning = Morning(PEOPLE, SECONDS, others=2)
    looks = morning.goes_by()
    assert looks, "the invariants were looked at"
    assert [look for look in looks if look] == []
    assert violations() == {}
    always = {("host", 200), ("door", 303), ("link", 303)}
    # Asked for a name is who has moved away. Some slots have two seats, which somebody else may take a moment before.
    # Whoever moves or cancels has to wait for a moment in which nobody arrives, and the other way round: to those who
    # press without a pause, on a slow machine, it may be said that it is busy.
    busy = {("host", 503), ("door", 503), ("link", 503)}
    assert always <= set(morning.answers) <= always | busy | {("door", 200), ("link", 409)}
    assert Visit.objects.filter(taken_in_by=None).exists(), "some found themselves, booked or not"
    assert morning.moved, "some moved to next week’s, or back"
    assert Booking.objects.filter(state="cancelled").exists(), "some cancelled"
    assert morning.slower, "somebody was faster now and then"
    page = morning.clients[0].get(morning.address).content.decode()
    totals = recounted(morning.surgery)
    assert totals_on(page) == listed_on(page) == totals
    assert sum(totals) >= PEOPLE // 2


def test_control_without_lock_and_constraint_two_sit_with_one_person(transactional_db, quiet, monkeypatch):
    def looked_at(visit: Visit) -> Help | None:
        found = looked_at_once(visit)
        time.sleep(0.02)  # long enough for somebody else to look as well
        return found

    looked_at_once = room._going_on
    monkeypatch.setattr(room, "_locked", not_locked)
    monkeypatch.setattr(room, "_going_on", looked_at)

    def goes_wrong() -> bool:
        morning = Morning(people=4, seconds=2)
        return bool(any(morning.goes_by()) or violations() or ("host", 500) in morning.answers)

    with without_the_constraint():
        # On a busy machine a morning may be too slow for two to press at once.
        assert any(goes_wrong() for _ in range(5))


def test_control_a_total_that_is_wrong_is_noticed(transactional_db):
    morning = Morning(people=4, seconds=0)
    page = morning.clients[0].get(morning.address).content.decode()
    assert totals_on(page) == listed_on(page) == recounted(morning.surgery) == [0, 0, 3, 0]
    Visit.objects.create(
        surgery=morning.surgery, attendee=morning.surgery.bookings.first().attendee, arrived_at=timezone.now()
    )
    assert recounted(morning.surgery) != totals_on(page)
