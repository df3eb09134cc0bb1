"""The pages on which somebody finds a surgery, in each of their states."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from surgeries.models import Seat, Slot, Surgery
from tests.factories import (
    BookingFactory,
    ChampionFactory,
    DepartmentFactory,
    OfficeFactory,
    ShiftFactory,
    SurgeryFactory,
    TopicFactory,
    VenueFactory,
    local,
)

LONG = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch"


def diary() -> dict[str, str]:
    """A diary that has everything in it; the addresses of its pages by what is special about them."""
    DepartmentFactory.create()
    OfficeFactory.create(name="York", slug="york")
    leeds, linkedin = OfficeFactory.create(name="Leeds", slug="leeds"), TopicFactory.create(name="LinkedIn", slug="li")
    venue = VenueFactory.create(office=leeds, name="Fourth floor café")
    hosts = [ChampionFactory.create(topics=[linkedin, *TopicFactory.create_batch(6)]) for _ in range(3)]
    free = SurgeryFactory.create(venue=venue, note="Bring a cup.\nThere is cake.", is_drop_in=False)
    for host in hosts:
        ShiftFactory.create(surgery=free, champion=host)
    full = SurgeryFactory.create(venue=venue, starts_at=local(8), slots=1, seats=1)
    BookingFactory.create(surgery=full)
    BookingFactory.create_batch(2, surgery=full, waiting=True)
    drop_in = SurgeryFactory.create(venue=venue, starts_at=local(9), slots=0, is_drop_in=True)
    on_now = SurgeryFactory.create(venue=venue, starts_at=timezone.now() - timedelta(minutes=30), slots=3)
    over = SurgeryFactory.create(venue=venue, starts_at=local(-7))
    ShiftFactory.create(surgery=over, champion=hosts[0])
    called_off = SurgeryFactory.create(venue=venue, starts_at=local(10), called_off=True)
    return {
        "the list": "/",
        "the list, filtered": "/?office=leeds&topic=li",
        "the list, nothing found": "/?office=york&topic=li",
        "the list, an unknown filter": "/?office=nowhere",
        "a surgery with free seats": free.get_absolute_url(),
        "a surgery that is full": full.get_absolute_url(),
        "a surgery without seats": drop_in.get_absolute_url(),
        "a surgery that is on": on_now.get_absolute_url(),
        "a surgery that is over": over.get_absolute_url(),
        "a surgery that is called off": called_off.get_absolute_url(),
        "a surgery that nobody knows": "/surgeries/bcdfghj/",
        "asking": "/ask/?office=york",
        "thanks for asking": "/ask/thanks/",
        "calendars": "/calendar/",
        "the list in a frame": "/embed/?office=leeds",
        "the list in a frame, nothing found": "/embed/?office=york",
        "the list in a frame, an unknown office": "/embed/?office=nowhere",
    }


KINDS = (
    *("the list", "the list, filtered", "the list, nothing found", "the list, an unknown filter"),
    *("a surgery with free seats", "a surgery that is full", "a surgery without seats", "a surgery that is on"),
    *("a surgery that is over", "a surgery that is called off", "a surgery that nobody knows"),
    *("asking", "thanks for asking", "calendars", "the list in a frame", "the list in a frame, nothing found"),
    "the list in a frame, an unknown office",
)


def long_diary() -> dict[str, str]:
    """500 surgeries where everything is called as long as it may be; the addresses of some of its pages."""
    DepartmentFactory.create(name=f"Department for {LONG}"[:120])
    venue = VenueFactory.create(
        name=f"{LONG} {LONG}"[:100], office=OfficeFactory.create(name=LONG, slug="llanfair"), directions=LONG * 5
    )
    topics = [TopicFactory.create(name=f"{number} {LONG}"[:60]) for number in range(6)]
    hosts = [ChampionFactory.create(name=f"{LONG} {LONG}"[:100], about=LONG * 3, topics=topics) for _ in range(3)]
    starts = [local(days) for days in range(1, 501)]
    surgeries = Surgery.objects.bulk_create(
        Surgery(venue=venue, state="published", note=LONG * 9, starts_at=at, ends_at=at + timedelta(hours=1))
        for at in starts
    )
    slots = Slot.objects.bulk_create(
        Slot(surgery=surgery, starts_at=surgery.starts_at, ends_at=surgery.ends_at) for surgery in surgeries
    )
    Seat.objects.bulk_create(Seat(slot=slot, surgery_id=slot.surgery_id, number=1) for slot in slots)
    for surgery in surgeries[:21]:
        ShiftFactory.create(surgery=surgery, champion=hosts[0])
    for host in hosts[1:]:
        ShiftFactory.create(surgery=surgeries[0], champion=host)
    return {
        "500 surgeries": "/",
        "500 surgeries, page 13": "/?page=13",
        "500 surgeries, filtered": "/?office=llanfair",
        "a surgery with long names": surgeries[0].get_absolute_url(),
        "asking, with long names": "/ask/",
        "calendars with long names": "/calendar/",
        "500 surgeries in a frame": "/embed/",
    }


LONG_KINDS = (
    *("500 surgeries", "500 surgeries, page 13", "500 surgeries, filtered"),
    *("a surgery with long names", "asking, with long names", "calendars with long names"),
    "500 surgeries in a frame",
)


def one_of(pages: Callable[[], dict[str, str]], kind: str) -> Callable[[Client], Any]:
    return lambda client: client.get(pages()[kind])


STATES: dict[str, Callable[[Client], Any]] = {
    **{kind: one_of(diary, kind) for kind in KINDS},
    **{kind: one_of(long_diary, kind) for kind in LONG_KINDS},
    "the list before the first surgery": lambda client: client.get("/"),
    "calendars before the first office": lambda client: client.get("/calendar/"),
    "asking for nothing": lambda client: client.post("/ask/", {"office": ""}),
}
