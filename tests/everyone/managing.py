"""The organisers' page of one surgery, and what is done from it, in each of their states."""

from collections.abc import Callable
from datetime import time, timedelta
from typing import Any
from uuid import uuid4

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bookings.services.diary import call_off
from champions.models import Champion
from surgeries.models import Series, Surgery
from tests.everyone.booking import LONG, State
from tests.everyone.hosting import full, hosted
from tests.everyone.registering import crowd
from tests.factories import (
    BookingFactory,
    ChampionFactory,
    LetterFactory,
    SeriesFactory,
    ShiftFactory,
    SurgeryFactory,
    UserFactory,
    local,
)

Made = Callable[[], Surgery]


def busy(**facts: Any) -> Surgery:
    """Full, with three who wait, in a series, and one more host wanted for the second half."""
    made = full(**{"hosts_wanted": 3, "series": SeriesFactory.create(name="Fortnightly in Leeds")} | facts)
    middle = made.slots.all()[3].starts_at
    ShiftFactory.create(surgery=made, champion__name="Priya Nair", ends_at=middle)
    for name in ("Wren Walker", "Zoë Abara", "Obi Eze"):
        BookingFactory.create(surgery=made, waiting=True, name=name, attendee__name=name)
    return made


def off() -> Surgery:
    made = busy()
    call_off(surgery=made, reason="The café is being painted.", by=UserFactory.create(name="Olu Organiser"))
    return made


def long() -> Surgery:
    made = hosted(slots=2, note=LONG * 3, series=SeriesFactory.create(name=LONG[:100]))
    made.venue.name = LONG[:100]
    made.venue.save()
    ShiftFactory.create(surgery=made, champion__name="w" * 100)
    return made


def address(surgery: Surgery, name: str = "manage_surgery") -> str:
    return reverse(f"bookings:{name}", args=[surgery.reference])


def seen(make: Made, query: str = "", *, page: str = "manage_surgery") -> State:
    """As an organiser sees it."""

    def state(client: Client) -> Any:
        made = make()
        client.force_login(UserFactory.create(organiser=True))
        return client.get(address(made, page) + query)

    return state


def sent(make: Made, page: str, typed: Callable[[Surgery], dict] = lambda made: {}) -> State:
    """What an organiser is shown who presses the button there."""

    def state(client: Client) -> Any:
        made = make()
        client.force_login(UserFactory.create(organiser=True))
        return client.post(address(made, page), typed(made))

    return state


def as_it_is(surgery: Surgery, *, days: int = 0, **facts: Any) -> dict[str, Any]:
    """What the form to edit it sends, with other facts and so many days later."""
    start, end = timezone.localtime(surgery.starts_at + timedelta(days=days)), timezone.localtime(surgery.ends_at)
    return {
        "on": f"{start:%-d/%-m/%Y}", "begins": f"{start:%H:%M}", "ends": f"{end:%H:%M}", "venue": surgery.venue_id,
        "hosts_wanted": surgery.hosts_wanted, "cutoff_minutes": surgery.cutoff_minutes,
        "is_drop_in": "on" if surgery.is_drop_in else "", "note": surgery.note, "which": "this",
    } | facts  # fmt: skip


def clashing() -> Surgery:
    """Two who booked, one who waits and a host have something else on the day after; so has its venue."""
    made = busy(starts_at=local(7))
    there = SurgeryFactory.create(starts_at=local(8), slots=6, venue=made.venue)
    for booking in made.bookings.holding_a_seat().order_by("slot__starts_at", "pk")[:2]:
        BookingFactory.create(surgery=there, attendee=booking.attendee, slot=there.slots.first())
    waits = made.bookings.waiting().first()
    waits.suits.set([made.slots.all()[1]])
    BookingFactory.create(surgery=there, attendee=waits.attendee, slot=there.slots.all()[1])
    ShiftFactory.create(surgery=there, champion=made.shifts.first().champion)
    return made


def of_series() -> Surgery:
    """Five to come: one was moved by hand, and of another the café has something else an hour later."""
    made = busy(starts_at=local(7))
    series = made.series
    Series.objects.filter(pk=series.pk).update(
        venue=made.venue, starts_on=made.local_start.date(), start_time=time(10), end_time=time(12), hosts_wanted=3
    )
    for week in range(1, 5):
        facts = {"series": series, "venue": made.venue, "slots": 6, "draft": week == 4, "hosts_wanted": 3}
        one = SurgeryFactory.create(starts_at=local(7 + 7 * week, 14 if week == 2 else 10), **facts)
        BookingFactory.create(surgery=one) if week < 4 else None
    SurgeryFactory.create(starts_at=local(28, 12), venue=made.venue)
    return made


def of_series_that_stays() -> Surgery:
    """The same, where the café has something else an hour later on each of the days."""
    made = of_series()
    for week in (0, 1, 4):
        SurgeryFactory.create(starts_at=local(7 + 7 * week, 12), venue=made.venue)
    return made


def take_off(client: Client) -> Any:
    made = busy()
    client.force_login(UserFactory.create(organiser=True))
    return client.get(reverse("bookings:take_off_host", args=[made.reference, made.shifts.first().pk]))


def take_off_wrong(client: Client) -> Any:
    made = busy()
    client.force_login(UserFactory.create(organiser=True))
    return client.post(reverse("bookings:take_off_host", args=[made.reference, made.shifts.first().pk]))


def needs_hosts() -> Surgery:
    """Four champions could host, who know what people ask about or not."""
    made = busy(hosts_wanted=5)
    topics = [skill.topic for shift in made.shifts.all() for skill in shift.champion.skills.all()]
    for name in ("Zainab Ali", "Gwen Parry", LONG[:100], "Kofi Mensah"):
        champion = ChampionFactory.create(name=name, topics=topics[:2], user=UserFactory.create())
        champion.offices.set([made.venue.office])
    return made


def busy_elsewhere() -> Surgery:
    """Two of those who could host it have something else at that time."""
    made = needs_hosts()
    there = SurgeryFactory.create(starts_at=made.starts_at, slots=1)
    ShiftFactory.create(surgery=there, champion=ChampionFactory.create(name="Ffion Rees"))
    sits = ChampionFactory.create(name=LONG[50:100], user=UserFactory.create())
    BookingFactory.create(surgery=there, attendee__email=sits.user.email)
    return made


def both_said(made: Surgery) -> dict[str, Any]:
    best, other = Champion.objects.get(name="Gwen Parry"), Champion.objects.get(name="Ffion Rees")
    return {"suggested": best.pk, "other": other.pk}


def seats_wrong(made: Surgery) -> dict[str, Any]:
    first, *others = made.slots.all()
    return {f"seats_{slot.pk}": 2 for slot in others} | {f"seats_{first.pk}": 1, "begins": "8am", "ends": "x"}


def seats_of_all(made: Surgery) -> dict[str, Any]:
    """Other seats at all of the series."""
    first, *others = made.slots.all()
    was = {f"was_{slot.pk}": slot.seats.count() for slot in (first, *others)}
    usual = {name.replace("was", "seats"): number for name, number in was.items()}
    return was | usual | {f"seats_{first.pk}": 6, "which": "all"}


def off_together(typed: dict[str, str] | None = None) -> State:
    """Calling all of a series off, as an organiser sees it or sends it."""

    def state(client: Client) -> Any:
        made = of_series()
        client.force_login(UserFactory.create(organiser=True))
        page = f"{reverse('bookings:call_off_series', args=[made.series.reference])}?which=all&from={made.reference}"
        return client.get(page) if typed is None else client.post(page, typed)

    return state


def written_to() -> Surgery:
    made = busy()
    BookingFactory.create(surgery=made, waiting=True, name="Wim", attendee__name="Wim", attendee__email=None)
    LetterFactory.create(surgery=made), LetterFactory.create(surgery=made, subject="", words="")
    return made


LETTER = {"groups": ["booked", "waiting"], "subject": LONG[:100], "words": LONG * 3, "request_id": uuid4()}

STATES: dict[str, State] = {
    "manage, written to": seen(written_to),
    "write to": seen(busy, page="write_to"),
    "write to, nobody": seen(SurgeryFactory.create, page="write_to"),
    "write to, wrong": sent(busy, "write_to"),
    "write to, seen": sent(written_to, "write_to", lambda made: LETTER),
    "write to, anew": sent(written_to, "write_to", lambda made: LETTER | {"send": "", "seen": "x"}),
    "manage": seen(busy),
    "manage, draft": seen(lambda: hosted(draft=True)),
    "manage, draft without slots": seen(lambda: SurgeryFactory.create(draft=True, slots=0)),
    "manage, draft that is over": seen(lambda: hosted(draft=True, starts_at=timezone.now() - timedelta(days=1))),
    "manage, under way": seen(lambda: full(starts_at=timezone.now() - timedelta(minutes=30))),
    "manage, over": seen(lambda: full(starts_at=timezone.now() - timedelta(days=2))),
    "manage, called off": seen(off),
    "manage, 200 people": seen(crowd),
    "manage, long names": seen(long),
    "manage, done": seen(busy, "?done=changed"),
    "manage, not done": seen(busy, "?done=closed"),
    "edit surgery": seen(busy, page="edit_surgery"),
    "edit surgery, wrong": sent(busy, "edit_surgery"),
    "edit surgery, nothing": sent(busy, "edit_surgery", as_it_is),
    "edit surgery, seen": sent(
        busy, "edit_surgery", lambda made: as_it_is(made, days=1, note="Bring a cup.\nAnd cake.")
    ),
    "edit surgery, seen, clashes": sent(clashing, "edit_surgery", lambda made: as_it_is(made, days=1)),
    "edit surgery, seen, anew": sent(clashing, "edit_surgery", lambda made: as_it_is(made, days=1, seen="x")),
    "edit surgery, seen, series": sent(
        of_series, "edit_surgery", lambda made: as_it_is(made, begins="11:00", ends="13:00", which="all")
    ),
    "edit surgery, seen, series that stays": sent(
        of_series_that_stays, "edit_surgery", lambda made: as_it_is(made, begins="11:00", ends="13:00", which="all")
    ),
    "edit surgery, seen, as long": sent(busy, "edit_surgery", lambda made: as_it_is(made, begins="14:00")),
    "edit surgery, seen, draft": sent(
        lambda: hosted(draft=True), "edit_surgery", lambda made: as_it_is(made, days=1, note=LONG * 3)
    ),
    "edit surgery, seen, a note": sent(busy, "edit_surgery", lambda made: as_it_is(made, note="Cake.")),
    "publish": seen(lambda: hosted(draft=True), page="publish_surgery"),
    "publish, impossible": sent(lambda: SurgeryFactory.create(draft=True, slots=0), "publish_surgery"),
    "unpublish": seen(SurgeryFactory.create, page="unpublish_surgery"),
    "unpublish, impossible": sent(busy, "unpublish_surgery"),
    "call off": seen(clashing, page="call_off_surgery"),
    "call off, nobody": seen(SurgeryFactory.create, page="call_off_surgery"),
    "call off, wrong": sent(busy, "call_off_surgery"),
    "call off, anew": sent(busy, "call_off_surgery", lambda made: {"reason": "Snow.", "seen": "x"}),
    "call off several": off_together(),
    "call off several, wrong": off_together({}),
    "call off several, anew": off_together({"reason": "Snow.", "seen": "x"}),
    "delete draft": seen(lambda: hosted(draft=True, series=SeriesFactory.create()), page="delete_draft"),
    "delete draft, free": seen(
        lambda: SurgeryFactory.create(draft=True, series=SeriesFactory.create(name=LONG[:100])), page="delete_draft"
    ),
    "slots": seen(lambda: full(seats=3), page="manage_slots"),
    "slots of several": sent(of_series, "manage_slots", seats_of_all),
    "slots of several, anew": sent(of_series, "manage_slots", lambda made: seats_of_all(made) | {"seen": "x"}),
    "slots, wrong": sent(busy, "manage_slots", seats_wrong),
    "put on": seen(needs_hosts, page="add_host"),
    "put on, wrong": sent(needs_hosts, "add_host", lambda made: {"begins": "x"}),
    "put on, both": sent(busy_elsewhere, "add_host", both_said),
    "put on, hosts enough": seen(hosted, page="add_host"),
    "take off": take_off,
    "take off, wrong": take_off_wrong,
}
