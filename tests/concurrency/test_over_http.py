"""The same crowds over HTTP: real gunicorn with four workers, forms with CSRF tokens, and the worker beside it.

At full size 2,000 people want 10 seats, 20 times, and 1,000 forms are sent five times each.
"""

import gzip
import http.client
import re
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from functools import partial
from urllib.parse import urlencode, urlsplit

import pytest

from bookings.invariants import violations
from bookings.models import Booking
from notifications.models import OutboxEmail
from runner.product import Product
from surgeries.models import Slot, Surgery
from tests.concurrency.crowd import FULL_SIZE
from tests.factories import SurgeryFactory

PEOPLE, CLIENTS, RUNS = (2000, 64, 20) if FULL_SIZE else (300, 32, 1)
SEATS = 10
FORMS = 1000 if FULL_SIZE else 60


class Person:
    """A browser without JavaScript: one connection, one cookie, the CSRF token of the form it opened."""

    def __init__(self, address: str, surgery: Surgery) -> None:
        self.connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
        self.path = f"/surgeries/{surgery.reference}/book/"
        response, body = self.ask("GET")
        self.cookie = response.getheader("Set-Cookie", "").partition(";")[0]
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', body)
        assert found, response.status
        self.token = found[1]

    def close(self) -> None:
        self.connection.close()

    def ask(self, method: str, contents: str | None = None, **headers: str) -> tuple[http.client.HTTPResponse, str]:
        for attempt in range(3):
            try:
                self.connection.request(method, self.path, contents, headers)
                response = self.connection.getresponse()
                body = response.read()
                break
            except (http.client.HTTPException, ConnectionError):
                self.connection.close()  # a connection that was kept too long: what was sent may be sent again
                if attempt == 2:
                    raise
        if response.getheader("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        return response, body.decode()

    def send(self, slot: Slot | None, email: str, request_id: uuid.UUID) -> tuple[int, str]:
        """Send the form. Returns the status and where it leads."""
        contents = urlencode(
            {
                "csrfmiddlewaretoken": self.token,
                "request_id": request_id,
                "slot": slot.pk if slot else "wait",
                "name": "Ada Lovelace",
                "email": email,
            }
        )
        kind = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": self.cookie}
        response, _ = self.ask("POST", contents, **kind)
        return response.status, response.getheader("Location", "")


def seat_or_place_in_line(address: str, surgery: Surgery, slot: Slot, emails: list[str]) -> list[int]:
    """One client, for several people one after another: the slot or, when that is full, the waiting list."""
    statuses = []
    with closing(Person(address, surgery)) as person:
        for email in emails:
            request_id = uuid.uuid4()
            status, _ = person.send(slot, email, request_id)
            if status == 409:
                status, _ = person.send(None, email, request_id)
            statuses.append(status)
    return statuses


@pytest.mark.usefixtures("worker")
@pytest.mark.parametrize("run", range(RUNS))
def test_ten_seats_go_to_ten_people_and_everybody_else_waits_in_order(live_product, run):
    surgery = SurgeryFactory.create(slots=1, seats=SEATS)
    everybody = [f"person.{n}@example.gov.uk" for n in range(PEOPLE)]
    with ThreadPoolExecutor(CLIENTS) as pool:
        act = partial(seat_or_place_in_line, live_product.url, surgery, surgery.slots.get())
        statuses = Counter(
            status for mine in pool.map(act, [everybody[n::CLIENTS] for n in range(CLIENTS)]) for status in mine
        )
    assert statuses == {303: PEOPLE}
    assert Booking.objects.holding_a_seat().count() == SEATS
    assert list(Booking.objects.waiting().values_list("position", flat=True)) == list(range(1, PEOPLE - SEATS + 1))
    assert OutboxEmail.objects.filter(kind="booking_booked").count() == PEOPLE
    assert violations() == {}


@pytest.fixture
def five_windows(live_product: Product) -> Iterator[list[Person]]:
    """Five windows with the booking form of one surgery of four slots, open at the same time."""
    surgery = SurgeryFactory.create(slots=4, seats=FORMS)
    with ExitStack() as stack:
        yield [stack.enter_context(closing(Person(live_product.url, surgery))) for _ in range(5)]


def at_once(windows: list[Person], forms: list[tuple[Slot, str, uuid.UUID]]) -> list[tuple[int, str]]:
    with ThreadPoolExecutor(len(windows)) as pool:
        return list(pool.map(lambda window, form: window.send(*form), windows, forms))


@pytest.mark.usefixtures("worker")
def test_a_form_sent_five_times_at_once_and_again_later_books_once(five_windows):
    slots = list(Slot.objects.all())
    forms = [(slots[n % 4], f"person.{n}@example.gov.uk", uuid.uuid4()) for n in range(FORMS)]
    outcomes = [at_once(five_windows, [form] * 5) for form in forms]
    for same in outcomes:
        assert len(set(same)) == 1
        assert same[0][0] == 303
    later = [five_windows[0].send(*form) for form in forms]
    assert later == [same[0] for same in outcomes]
    assert Booking.objects.count() == FORMS
    _until_all_are_sent()
    assert OutboxEmail.objects.count() == FORMS


def test_control_five_different_forms_of_one_person_have_different_outcomes(five_windows):
    forms = [(Slot.objects.all()[0], "ada@example.gov.uk", uuid.uuid4()) for _ in range(5)]
    assert len(set(at_once(five_windows, forms))) == 2
    assert Booking.objects.count() == 1


def _until_all_are_sent() -> None:
    for _ in range(300):
        if not OutboxEmail.objects.exclude(state="sent").exists():
            return
        time.sleep(0.1)
    raise AssertionError("The worker did not send every email within 30 seconds.")
