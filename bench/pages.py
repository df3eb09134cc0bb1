"""What is measured: the pages and presses of the product, and what the floor has beside each."""

import gzip
import random
import re
import subprocess
import sys
import uuid
from collections.abc import Iterator
from datetime import time, timedelta
from functools import cache
from urllib.parse import urlencode

from bench.crowd import ROOT, Client, Pair

SURGERIES = 30


def prepare() -> None:
    """Migrate, load the demonstration department and, beyond it, surgeries with room for everybody who will book."""
    for command in (["migrate"], ["collectstatic", "--no-input"], ["load_demo"]):
        subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    import django

    django.setup()
    from django.db import connections
    from django.utils import timezone

    from bookings.services.diary import publish
    from surgeries.models import Venue, local_moment
    from surgeries.services import create_surgery

    venue, first_day = Venue.objects.all()[0], timezone.localdate() + timedelta(days=90)
    for number in range(SURGERIES):
        begins = local_moment(first_day + timedelta(days=number), time(10))
        surgery = create_surgery(
            venue=venue,
            starts_at=begins,
            ends_at=begins + timedelta(hours=2),
            slot_minutes=20,
            seats_per_slot=200,
            is_drop_in=True,
        )
        publish(surgery=surgery)
    connections.close_all()


@cache
def slots() -> list[tuple[str, int]]:
    """The reference of a surgery and the id of a slot with room, many times."""
    from django.db import connections

    from surgeries.models import Slot

    rows = list(Slot.objects.order_by("-starts_at").values_list("surgery__reference", "pk")[: SURGERIES * 6])
    connections.close_all()
    return rows


def form_of(client: Client, reference: str) -> str:
    """Open the booking form, keep its cookie, and return its CSRF token."""
    page = client.request("GET", f"/surgeries/{reference}/book/")
    client.cookie = (page.headers.get("Set-Cookie") or client.cookie).partition(";")[0]
    html = gzip.decompress(page.content) if page.headers.get("Content-Encoding") == "gzip" else page.content
    found = re.search(rb'name="csrfmiddlewaretoken" value="([^"]+)"', html)
    assert found
    return found[1].decode()


def send(client: Client, token: str, reference: str, slot: int, number: int) -> str:
    """Book, and return where the confirmation is."""
    contents = {
        "csrfmiddlewaretoken": token,
        "request_id": uuid.uuid4(),
        "slot": slot,
        "name": "Ada Lovelace",
        "email": f"ada.{number}@example.gov.uk",
        "is_unsure": "on",
    }
    answer = client.request("POST", f"/surgeries/{reference}/book/", urlencode(contents), expect=303)
    return answer.headers.get("Location") or ""


def see_that_it_lives(client: Client, number: int) -> None:
    """Ask whether the process lives, which touches no database."""
    client.request("GET", "/healthz")


def see_the_list(client: Client, number: int) -> None:
    """Open the public list of surgeries."""
    client.request("GET", "/")


def book(client: Client, number: int) -> None:
    """Send a booking form for a slot with room; one form is opened for all that a client sends."""
    reference, slot = random.choice(slots())
    if not client.cookie:
        client.token = form_of(client, reference)
    assert "/bookings/" in send(client, client.token, reference, slot, number)


def whole_journey(client: Client, number: int) -> None:
    """See the list, open a form, book, and see the confirmation."""
    reference, slot = random.choice(slots())
    client.request("GET", "/")
    token = form_of(client, reference)
    client.request("GET", send(client, token, reference, slot, number))


def floor_static(client: Client, number: int) -> None:
    """Ask the floor for a page that needs no database."""
    client.request("GET", "/static/")


def floor_list(client: Client, number: int) -> None:
    """Open the floor's list: one SELECT and a small template."""
    client.request("GET", "/")


def floor_book(client: Client, number: int) -> None:
    """Book at the floor: one bare transaction."""
    contents = {"entry": random.randint(1, 200), "name": "Ada Lovelace", "email": f"ada.{number}@example.gov.uk"}
    client.request("POST", "/book/", urlencode(contents), expect=302)


def floor_journey(client: Client, number: int) -> None:
    """Book at the floor, then see its list."""
    floor_book(client, number)
    floor_list(client, number)


PAIRS = [
    Pair("says that it lives", see_that_it_lives, floor_static, None),
    Pair("public list", see_the_list, floor_list, 1.0),
    Pair("booking (POST)", book, floor_book, 0.5),
    Pair("whole journey", whole_journey, floor_journey, 0.3),
]


def pages() -> dict[str, str]:
    """The pages of the journey by name, and where they are."""
    from bookings.links import token_for
    from bookings.models import Booking
    from surgeries.models import Surgery

    reference = slots()[0][0]
    booking = Booking.objects.holding_a_seat().order_by("-pk")[0]
    return {
        "the list": "/",
        "a surgery": Surgery.objects.get(reference=reference).get_absolute_url(),
        "the booking form": f"/surgeries/{reference}/book/",
        "the private link": f"/bookings/{token_for(booking)}/",
    }


def weigh() -> Iterator[tuple[str, int, int, int]]:
    """For each page of the journey: its statements, and its bytes as they are and gzipped."""
    from django.db import connection
    from django.test import Client as Visitor
    from django.test.utils import CaptureQueriesContext

    from organisation.kept import forget

    for name, path in pages().items():
        forget()
        with CaptureQueriesContext(connection) as statements:
            response = Visitor(SERVER_NAME="127.0.0.1").get(path)
        assert response.status_code == 200, f"{path} answered {response.status_code}"
        yield name, len(statements), len(response.content), len(gzip.compress(response.content))
