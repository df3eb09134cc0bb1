"""Every page of a booking, in every state: axe, reflow, spacing, forced colours and valid HTML."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page

from bookings.models import Booking
from surgeries.models import Surgery
from tests.bookings.pages import filled_in, page_of, private
from tests.factories import (
    BookingFactory,
    ChampionFactory,
    GradeFactory,
    OfficeFactory,
    ShiftFactory,
    SurgeryFactory,
    SymptomFactory,
    TeamFactory,
    TopicFactory,
    VenueFactory,
)
from tests.fit import faults_at_every_size, html_faults

LONG = "Maximiliana Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh Cholmondeley"
NOW = timezone.now


def surgery(**facts) -> Surgery:
    """With hosts, among a department of two offices, and with another surgery to go to."""
    topics = TopicFactory.create_batch(3)
    SymptomFactory.create_batch(2), TeamFactory.create_batch(2), GradeFactory.create_batch(2)
    SurgeryFactory.create()
    made = SurgeryFactory.create(**facts)
    if not made.is_called_off:
        ShiftFactory.create(surgery=made, champion=ChampionFactory.create(topics=topics))
    return made


def full() -> Surgery:
    made = surgery(slots=2, seats=1)
    BookingFactory.create_batch(2, surgery=made)
    return made


def partly_full() -> Surgery:
    made = surgery(seats=1)
    for slot in made.slots.all()[:2]:
        BookingFactory.create(surgery=made, slot=slot)
    return made


def soon(**facts) -> Surgery:
    return surgery(starts_at=NOW() + timedelta(hours=1), **facts)


def confirmed(**facts) -> Booking:
    return BookingFactory.create(surgery=facts.pop("at", None) or surgery(), **facts)


def talkative() -> Booking:
    venue = VenueFactory.create(name="The café on the mezzanine behind the library and the lifts")
    booking = confirmed(
        at=surgery(venue=venue), name=LONG, attendee__email=f"{uuid.uuid4().hex}@{'sub-domain.' * 6}example.gov.uk",
        question="Averyverylongwordwithoutspaces" * 10, adjustments="A chair with arms. " * 20, is_unsure=True,
        team=TeamFactory.create(name="Strategic transformation of communications and engagement"),
    )  # fmt: skip
    booking.topics.set(TopicFactory.create_batch(6))
    booking.symptoms.set(SymptomFactory.create_batch(3))
    return booking


def waiting(**facts) -> Booking:
    return confirmed(at=full(), waiting=True, confirmed_at=None, **facts)


def answered() -> Booking:
    return confirmed(office=OfficeFactory.create(), grade=GradeFactory.create(), feeling=Booking.Feeling.KEEN)


def begun() -> Booking:
    return confirmed(at=surgery(starts_at=NOW() - timedelta(minutes=5)))


def over() -> Booking:
    return confirmed(at=surgery(starts_at=NOW() - timedelta(days=1)))


STATES: dict[str, tuple[Callable[[], Surgery] | Callable[[], Booking], str]] = {
    "book": (surgery, ""),
    "book, some full": (partly_full, ""),
    "book, all full": (full, ""),
    "book, too late": (lambda: soon(slots=0), ""),
    "book, called off": (lambda: surgery(called_off=True), ""),
    "confirmed": (confirmed, ""),
    "just booked": (confirmed, "?done=booked"),
    "moved": (confirmed, "?done=moved"),
    "not possible": (confirmed, "?done=closed"),
    "long names": (talkative, ""),
    "evidence given": (answered, ""),
    "waiting": (waiting, ""),
    "just in line": (waiting, "?done=booked"),
    "waiting, past the cut-off": (lambda: confirmed(at=soon(), waiting=True, confirmed_at=None), ""),
    "cancelled": (lambda: confirmed(cancelled=True), ""),
    "called off": (lambda: confirmed(at=surgery(called_off=True), cancelled=True), ""),
    "on now": (begun, ""),
    "over": (over, ""),
    "email": (confirmed, "email/"),
    "answers": (talkative, "answers/"),
    "evidence": (answered, "evidence/"),
    "cancel": (confirmed, "cancel/"),
    "leave": (waiting, "cancel/"),
    "change": (confirmed, "change/"),
    "change, none free": (waiting, "change/"),
    "move": (confirmed, "move/"),
    "hand back": (confirmed, "wait/"),
    "suits": (waiting, "wait/"),
}


# In these something is laid out as nowhere else.
SEEN = (
    *("book, some full", "book, all full", "book, too late", "just booked", "moved", "long names", "just in line"),
    *("waiting, past the cut-off", "cancelled", "called off", "on now", "over", "email", "answers", "evidence"),
    *("cancel", "change", "move", "hand back"),
)


def address_of(state: str) -> str:
    make, page = STATES[state]
    made = make()
    return page_of(made) + page if isinstance(made, Surgery) else private(made, page)


@pytest.mark.parametrize("state", SEEN)
def test_the_page_fits_every_size_and_setting(page: Page, state: str) -> None:
    page.goto(address_of(state))

    assert faults_at_every_size(page) == []


@pytest.mark.parametrize("address", ["/bookings/nonsense/", "/emailed/"])
def test_a_page_without_rows_fits_as_well(page: Page, address: str) -> None:
    page.goto(address)

    assert faults_at_every_size(page) == []


@pytest.mark.parametrize("state", ["book, all full", "change", "answers"])
def test_with_errors_it_fits_as_well(page: Page, state: str) -> None:
    page.goto(address_of(state))
    for field in page.locator("main input[type=email], main input[name=name], main textarea").all():
        field.fill("x@" * 300)
    page.locator("main form button").last.click()
    page.wait_for_load_state()

    assert faults_at_every_size(page) == []


@pytest.mark.django_db
def test_the_html_of_every_state_is_valid(client: Client) -> None:
    pages = {state: client.get(address_of(state)).content.decode() for state in STATES}
    place = surgery()
    pages["errors"] = client.post(page_of(place), {"request_id": str(uuid.uuid4())}).content.decode()
    slot = place.slots.first()
    sent = filled_in(slot)
    BookingFactory.create_batch(2, surgery=place, slot=slot)
    pages["lost race"] = client.post(page_of(place), sent).content.decode()
    client.post(page_of(place), sent | {"slot": place.slots.last().pk})
    pages["used already"] = client.post(page_of(place), sent).content.decode()
    pages["wrong link"] = client.get("/bookings/nonsense/").content.decode()
    pages["emailed"] = client.get("/emailed/").content.decode()

    assert html_faults(pages) == []
