"""Attendance across surgeries, in each of its states."""

from collections.abc import Callable
from typing import Any

from django.test import Client

from bookings.models import Attendee, Booking, Visit
from surgeries.models import Series, Surgery
from tests.everyone.booking import LONG, State
from tests.factories import (
    AttendeeFactory,
    BookingFactory,
    OfficeFactory,
    SeriesFactory,
    SurgeryFactory,
    UserFactory,
    VenueFactory,
    VisitFactory,
    local,
)

ATTENDANCE = "/organise/attendance/"
PEOPLE = f"{ATTENDANCE}people/"
EVER = "since=2020-01-01&until=2099-12-31"


def weeks(number: int = 12, *, venues: int = 3, seats: int = 4) -> list[Surgery]:
    """A surgery in each of the last weeks; one in five has no register. And one today."""
    series = [*SeriesFactory.create_batch(2), SeriesFactory.create(name=LONG), None]
    places = [
        VenueFactory.create(office=OfficeFactory.create(name=name)) for name in ["Leeds", LONG, "Cardiff"][:venues]
    ]
    made = []
    for week in range(number):
        surgery = SurgeryFactory.create(
            starts_at=local(-7 * week - 1), venue=places[week % venues], series=series[week % 4], seats=seats
        )
        happened(
            surgery, came=week % 7, missed=week % 4, walked_in=week % 3 if week % 5 != 3 else 0, is_kept=week % 5 != 3
        )
        made.append(surgery)
    SurgeryFactory.create(starts_at=local(0), venue=places[0])
    return made


def happened(surgery: Surgery, *, came: int, missed: int, walked_in: int, is_kept: bool = True) -> None:
    """So many of everybody, in as few statements."""
    free = list(surgery.seats.select_related("slot"))[: came + missed]
    everybody = Attendee.objects.bulk_create(AttendeeFactory.build_batch(len(free) + walked_in))
    bookings = Booking.objects.bulk_create(
        BookingFactory.build(surgery=surgery, attendee=attendee, seat=seat, slot=seat.slot)
        for attendee, seat in zip(everybody, free, strict=False)
    )
    if is_kept:
        of_seats = [VisitFactory.build(booking=booking) for booking in bookings[:came]]
        others = [VisitFactory.build(surgery=surgery, attendee=attendee) for attendee in everybody[len(free) :]]
        Visit.objects.bulk_create(of_seats + others)


def seen(query: str = "", *, page: str = ATTENDANCE, make: Callable[[], Any] = weeks) -> State:
    def state(client: Client) -> Any:
        make()
        client.force_login(UserFactory.create(organiser=True))
        return client.get(f"{page}?{query}")

    return state


def of_series(client: Client) -> Any:
    weeks()
    client.force_login(UserFactory.create(organiser=True))
    return client.get(f"{ATTENDANCE}?series={Series.objects.filter(name=LONG).get().reference}&by=office")


def crowd() -> None:
    happened(SurgeryFactory.create(starts_at=local(-1), slots=10, seats=20), came=150, missed=50, walked_in=3)


STATES: dict[str, State] = {
    "attendance": seen(),
    "attendance, by office": seen("by=office"),
    "attendance, by series": seen("by=series"),
    "attendance, filtered": of_series,
    "attendance, a year": seen(EVER, make=lambda: weeks(52)),
    "attendance, nothing": seen(make=lambda: None),
    "attendance, wrong": seen("since=x&until=2026-02-31&office=nowhere&by=moon"),
    "attendance, ends before it begins": seen("since=2026-02-02&until=2026-02-01"),
    "attendance, people": seen("what=came", page=PEOPLE),
    "attendance, many people": seen("what=came&page=2", page=PEOPLE, make=crowd),
    "attendance, nobody": seen("what=walked_in", page=PEOPLE, make=lambda: None),
    "attendance, seats": seen("what=seats_unused", page=PEOPLE),
    "attendance, surgeries": seen("what=no_register", page=PEOPLE),
}
