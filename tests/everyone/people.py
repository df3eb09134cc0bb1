"""Finding people, and everything about one of them, as organisers see it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from bookings.models import Attendee, Booking, Outcome
from champions.models import Champion
from notifications.models import OutboxEmail
from notifications.services import queue_email
from privacy.services import merge
from tests.everyone.booking import LONG, State
from tests.factories import (
    AttendeeFactory,
    BookingFactory,
    ChampionFactory,
    HelpFactory,
    OutcomeFactory,
    ShiftFactory,
    SurgeryFactory,
    SymptomFactory,
    TeamFactory,
    TopicFactory,
    UserFactory,
    VisitFactory,
    local,
)


def zoe() -> Attendee:
    """Who books, came, walked in, did not come, cancelled, and hosts; and who gets emails."""
    user = UserFactory.create(name="Zoë O’Connor", email="zoe.oconnor@example.gov.uk")
    champion = ChampionFactory.create(name="Zoë O’Connor", user=user)
    made = AttendeeFactory.create(name="Zoë O’Connor", email=user.email, user=user)
    team = TeamFactory.create(name="Tidal Flood Forecasting")
    BookingFactory.create(attendee=made, team=team)
    BookingFactory.create(attendee=made, waiting=True, name="Zoe Connor")
    BookingFactory.create(attendee=made, cancelled=True)
    ShiftFactory.create(champion=champion, surgery__starts_at=local(30))
    ShiftFactory.create(champion=champion, surgery__starts_at=local(-9))
    ended = {"ended_at": timezone.now(), "ended_reason": "I have a training that day."}
    ShiftFactory.create(champion=champion, surgery__starts_at=local(40), **ended)
    came = BookingFactory.create(attendee=made, surgery__starts_at=local(-20), team=team)
    helped = HelpFactory.create(
        visit=VisitFactory.create(booking=came), shift__champion__name="Tom Price", ends_at=came.surgery.ends_at
    )
    OutcomeFactory.create(visit=helped.visit, result=Outcome.Result.COME_BACK).topics.set(
        [TopicFactory.create(name="LinkedIn"), TopicFactory.create(name="Privacy and safety")]
    )
    missed = BookingFactory.create(
        attendee=made, surgery__starts_at=local(-30), missed_because=Booking.Missed.NOT_IN_THE_OFFICE
    )
    VisitFactory.create(surgery=missed.surgery)
    VisitFactory.create(attendee=made, surgery__starts_at=local(-40))
    for number in range(30):
        kind = "booking_booked" if number % 2 else "booking_reminder"
        about = {"booking": made.bookings.first().pk} if number % 3 else {}
        queue_email(kind=kind, to=made.email, about=about, dedupe_key=f"zoe-{number}", now=timezone.now())
    sent = OutboxEmail.objects.filter(dedupe_key__in=["zoe-28", "zoe-29"])
    sent.update(state="sent", sent_at=timezone.now(), is_readdressed=True)
    return made


def often() -> Attendee:
    """Who came to more than a page shows, with a name that is as long as can be."""
    made = AttendeeFactory.create(name=LONG[:100], email=f"{'w' * 64}@{'long.' * 20}example.gov.uk")
    for number in range(30):
        VisitFactory.create(attendee=made, surgery=SurgeryFactory.create(starts_at=local(-number - 1)))
    return made


def people(query: str | None = None, make: Callable[[], Any] = zoe) -> State:
    """The page that finds people, with what was typed there."""

    def state(client: Client) -> Any:
        make()
        client.force_login(UserFactory.create(organiser=True))
        return client.get("/organise/people/") if query is None else client.post("/organise/people/", {"who": query})

    return state


def page(make: Callable[[], Any], after: str = "", of: str = "", sent: dict[str, str] | None = None) -> State:
    """The page of somebody, or one below it; with what is `sent` to it."""

    def state(client: Client) -> Any:
        made = make()
        client.force_login(UserFactory.create(organiser=True))
        address = f"/organise/people/{of}{made.pk}/{after}"
        return client.get(address) if sent is None else client.post(address, sent)

    return state


def hosts() -> Champion:
    """A champion of whom a name alone is known."""
    champion = ChampionFactory.create(name="Tom Price", user=None)
    return ShiftFactory.create(champion=champion, surgery__starts_at=local(-5)).champion


def many() -> None:
    """More than a page shows, of one team and of nearly one name."""
    team = TeamFactory.create(name=LONG[:100])
    for number in range(60):
        BookingFactory.create(
            team=team, cancelled=True, attendee=AttendeeFactory.create(name=f"Wren Walker-{LONG[: 40 + number % 5]}"),
            cancelled_at=timezone.now() - timedelta(days=1),
        )  # fmt: skip


def crowded() -> Booking:
    """A booking at a surgery that has one full slot, and something to choose from."""
    booking = BookingFactory.create(attendee__name="Wren Walker", surgery__slots=2, surgery__seats=1)
    SymptomFactory.create(topics=[TopicFactory.create()])
    SurgeryFactory.create_batch(2, starts_at=local(12))
    return booking


def for_them(page: str, sent: dict[str, Any] | None = None) -> State:
    """A page on which an organiser acts for somebody; with what is `sent` to it."""

    def state(client: Client) -> Any:
        booking = crowded()
        client.force_login(UserFactory.create(organiser=True))
        somebody = AttendeeFactory.create(name=LONG[:100])
        address = page.format(person=somebody.pk, booking=booking.pk, there=booking.surgery.reference)
        return client.get(f"/organise/{address}") if sent is None else client.post(f"/organise/{address}", sent)

    return state


def booked_already(client: Client) -> Any:
    """The surgeries to choose from, for somebody who has booked several."""
    one = zoe()
    for days in (8, 15):
        BookingFactory.create(attendee=one, surgery__starts_at=local(days), surgery__venue__name=LONG[:100])
    SurgeryFactory.create_batch(2, starts_at=local(12))
    client.force_login(UserFactory.create(organiser=True))
    return client.get(f"/organise/people/{one.pk}/book/?office=")


def two(others: str = "plain") -> tuple[Attendee, Attendee]:
    """Two records of one person: with nothing in the way, with everything that can be, or with an account each."""
    one = zoe()
    other = AttendeeFactory.create(name=LONG[:100] if others == "conflicts" else "Zoë Brown")
    if others == "conflicts":
        for booking in one.bookings.live():
            BookingFactory.create(attendee=other, surgery=booking.surgery)
        for visit in one.visits.all():
            OutcomeFactory.create(visit=VisitFactory.create(attendee=other, surgery=visit.surgery))
    if others == "accounts":
        UserFactory.create(name="Zoë Brown", email=other.email)
    return one, other


def same(others: str = "", sent: dict[str, Any] | None = None) -> State:
    """Choosing who is the same person or, with `others`, both beside each other."""

    def state(client: Client) -> Any:
        one, other = two(others or "plain")
        client.force_login(UserFactory.create(organiser=True))
        address = f"/organise/people/{one.pk}/same/" + (f"{other.pk}/" if others else "")
        return client.get(address) if sent is None else client.post(address, sent)

    return state


def merged(client: Client) -> Any:
    """The page of who was two."""
    one, other = two()
    merge(stays=one, goes=other, name=other.name, email=one.email)
    client.force_login(UserFactory.create(organiser=True))
    return client.get(f"/organise/people/{other.pk}/?done=merged", follow=True)


STATES: dict[str, State] = {
    "same, found": same(sent={"who": "zoe brown"}),
    "same, nobody": same(sent={"who": "Xerxes"}),
    "same, wrong": same(sent={"who": ""}),
    "merge": same("plain"),
    "merge, wrong": same("conflicts", {}),
    "merge, refused": same("accounts"),
    "merge, done": merged,
    "book for them": for_them("people/{person}/book/"),
    "book for them, booked already": booked_already,
    "book for them, there": for_them("people/{person}/book/{there}/"),
    "book for somebody new, wrong": for_them("people/new/{there}/", {}),
    "move for them, there": for_them("bookings/{booking}/move/{there}/"),
    "move for them, wrong": for_them("bookings/{booking}/move/{there}/", {}),
    "cancel for them": for_them("bookings/{booking}/cancel/"),
    "cancel for them, wrong": for_them("bookings/{booking}/cancel/", {}),
    "cancel for them, changed meanwhile": for_them("bookings/{booking}/cancel/", {"reason": "As you asked."}),
    "people": people(),
    "people, wrong": people(""),
    "people, found": people("zoe oconor"),
    "people, nobody": people("Xerxes"),
    "people, close": people("Zoe Xerxes"),
    "people, many": people("wren", many),
    "person": page(zoe),
    "person, done": page(zoe, "?done=booked"),
    "person, not done": page(zoe, "?done=closed"),
    "person, long": page(often),
    "person, before": page(often, "?page=2"),
    "person, new": page(lambda: AttendeeFactory.create(name="Ada", email=None)),
    "person, signs in": page(lambda: UserFactory.create(organiser=True), of="users/"),
    "person, barred": page(lambda: UserFactory.create(is_active=False), of="users/"),
    "person, hosts": page(hosts, of="champions/"),
    "address of who hosts": page(hosts, "address/", of="champions/"),
    "address of who hosts, wrong": page(hosts, "address/", of="champions/", sent={"email": "ada@example.com"}),
}
