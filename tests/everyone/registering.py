"""The register of a surgery, and what is entered into it, in each of their states."""

from collections.abc import Callable
from datetime import timedelta
from itertools import cycle
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bookings.models import Attendee, Booking, Correction, Visit
from bookings.services.diary import call_off
from surgeries.models import Surgery
from tests.everyone.booking import LONG, State
from tests.everyone.hosting import full, hosted
from tests.factories import (
    AttendeeFactory,
    BookingFactory,
    CorrectionFactory,
    HelpFactory,
    OutcomeFactory,
    SurgeryFactory,
    UserFactory,
    VisitFactory,
)

Made = Callable[[], Surgery]
MINUTES, DAY = timedelta(minutes=1), timedelta(days=1)


def under_way(*, before: timedelta = timedelta(), **facts: Any) -> Surgery:
    """Began 50 minutes before now, or earlier; somebody of every standing, two of whom are often missed."""
    made = full(starts_at=timezone.now() - 50 * MINUTES - before, **facts)
    booked = list(made.bookings.holding_a_seat().order_by("slot__starts_at", "pk"))
    shifts = list(made.shifts.all())
    for number, booking in enumerate(booked[:7]):
        visit = VisitFactory.create(booking=booking, arrived_at=booking.slot.starts_at - 3 * MINUTES)
        if number < 4:
            start = visit.arrived_at + 5 * MINUTES
            HelpFactory.create(visit=visit, shift=shifts[number % 2], starts_at=start, ends_at=start + 12 * MINUTES)
        if number == 3:
            HelpFactory.create(visit=visit, shift=shifts[0], starts_at=visit.arrived_at + 20 * MINUTES)
        if number < 3:
            OutcomeFactory.create(visit=visit, result=["answered", "partly", "come_back"][number])
    VisitFactory.create_batch(2, surgery=made, arrived_at=made.starts_at + 20 * MINUTES)
    VisitFactory.create(surgery=made, arrived_at=None)
    gone = made.bookings.first().slot
    BookingFactory.create(surgery=made, cancelled=True, cancelled_at=made.starts_at - 3 * DAY, slot=gone)
    BookingFactory.create(surgery=made, cancelled=True, cancelled_at=made.starts_at - 5 * MINUTES, slot=gone)
    for days in (30, 44, 58):
        earlier = SurgeryFactory.create(starts_at=made.starts_at - days * DAY)
        VisitFactory.create(surgery=earlier)
        booked[-1].missed_because = "was_there"
        booked[-1].save()
        for booking in (booked[0], booked[-1]):
            BookingFactory.create(surgery=earlier, attendee=booking.attendee)
    return made


def over() -> Surgery:
    """On a day before today, also where the tests run late in the evening."""
    return under_way(before=2 * DAY)


def put_right() -> Surgery:
    made = over()
    for visit, what in zip(cycle(made.visits.all()), Correction.What.values, strict=False):
        CorrectionFactory.create(surgery=made, attendee=visit.attendee, what=what)
    return made


def closed() -> Surgery:
    return under_way(before=40 * DAY)


def not_kept() -> Surgery:
    return full(starts_at=timezone.now() - 2 * DAY)


def called_off() -> Surgery:
    made = full()
    call_off(surgery=made, reason="The café is being painted.")
    return made


def crowd(people: int = 200) -> Surgery:
    """Two in three of them came."""
    made = hosted(slots=10, seats=people // 10, starts_at=timezone.now() - DAY)
    everybody = Attendee.objects.bulk_create(AttendeeFactory.build_batch(people))
    bookings = Booking.objects.bulk_create(
        BookingFactory.build(surgery=made, attendee=attendee, seat=seat, slot=seat.slot)
        for attendee, seat in zip(everybody, made.seats.select_related("slot"), strict=True)
    )
    Visit.objects.bulk_create(VisitFactory.build(booking=each) for number, each in enumerate(bookings) if number % 3)
    return made


def long(*, before: timedelta = timedelta()) -> Surgery:
    made = hosted(slots=2, starts_at=timezone.now() - 30 * MINUTES - before)
    visit = VisitFactory.create(booking=BookingFactory.create(surgery=made, name=LONG[:100]))
    shift = made.shifts.first()
    shift.champion.name = LONG[:100]
    shift.champion.save()
    HelpFactory.create(visit=visit, shift=shift, ends_at=visit.arrived_at + 9 * MINUTES)
    BookingFactory.create(surgery=made, name="a" * 100)
    VisitFactory.create(surgery=made, name="w" * 100)
    return made


def page_of(surgery: Surgery, name: str = "register") -> str:
    return reverse(f"bookings:{name}", args=[surgery.reference])


def seen(make: Made, query: str = "", *, page: str = "register", is_host: bool = False) -> State:
    """As an organiser sees it, or its first host."""

    def state(client: Client) -> Any:
        made = make()
        shift = made.shifts.order_by("pk").first() if is_host else None
        client.force_login(shift.champion.user if shift else UserFactory.create(organiser=True))
        return client.get(page_of(made, page) + query)

    return state


def entered(walked_in: str, *, is_ticked: bool = False) -> State:
    def state(client: Client) -> Any:
        made = over()
        client.force_login(UserFactory.create(organiser=True))
        came = made.bookings.filter(visit=None)[:is_ticked]
        return client.post(page_of(made, "paper"), {"came": [booking.pk for booking in came], "walked_in": walked_in})

    return state


def righted(make: Callable[[], Surgery] = over, *, is_helped: bool = True, **posted: str) -> State:
    """Who helped somebody, as an organiser puts it right."""

    def state(client: Client) -> Any:
        made = make()
        client.force_login(UserFactory.create(organiser=True))
        visit = made.visits.filter(helps__isnull=not is_helped).first()
        address = reverse("bookings:put_right", args=[made.reference, visit.pk])
        seen = client.get(address).context["form"]["seen"].value() if posted.get("seen") is None else ""
        return client.post(address, {"seen": seen, **posted}) if posted else client.get(address)

    return state


def not_here(client: Client) -> Any:
    """An organiser has pressed that a walk-in was not here."""
    made = over()
    client.force_login(UserFactory.create(organiser=True))
    visit = made.visits.filter(booking=None, helps=None).first()
    return client.post(page_of(made, "correct_register"), {"did_not_come": visit.pk})


def named_alike(client: Client) -> Any:
    made = over()
    client.force_login(UserFactory.create(organiser=True))
    return client.post(page_of(made, "paper"), {"walked_in": f"{made.visits.first().name}\nAda Lovelace"})


WRONG_LINES = "Ada Lovelace, ada@\n\n, grace@example.gov.uk\nGrace Hopper grace@example.gov.uk\nAlan\n" + "a" * 101

STATES: dict[str, State] = {
    "register, before": seen(full),
    "register, during": seen(under_way),
    "register, during, of a host": seen(under_way, is_host=True),
    "register, after": seen(over, "?said=entered"),
    "register, after, of a host": seen(over, "?said=closed", is_host=True),
    "register, put right": seen(put_right, "?said=helped"),
    "register, after 30 days": seen(closed),
    "register, not kept": seen(not_kept),
    "register, nobody": seen(hosted),
    "register, called off": seen(called_off),
    "register, 200 people": seen(crowd),
    "register, long names": seen(long),
    "put right": righted(),
    "put right, nobody helped": righted(is_helped=False),
    "put right, wrong": righted(host_1="1", since_1="late", until_0="7am", left="never"),
    "put right, meanwhile": righted(seen="older"),
    "put right, long names": righted(lambda: long(before=2 * DAY)),
    "paper": seen(over, page="paper"),
    "paper, nobody booked": seen(lambda: hosted(starts_at=timezone.now()), page="paper"),
    "paper, wrong": entered(WRONG_LINES, is_ticked=True),
    "paper, nothing": entered("\n"),
    "paper, named alike": named_alike,
    "register, walk-in not here": not_here,
    "sheet": seen(full, page="sheet"),
    "sheet, nobody booked": seen(hosted, page="sheet"),
    "sheet, 200 people": seen(crowd, page="sheet"),
    "sheet, long names": seen(long, page="sheet"),
}
