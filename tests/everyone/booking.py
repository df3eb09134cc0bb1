"""The pages of a booking, in each of their states: the form, the private link, and what is below it."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from bookings.facts import Facts
from bookings.models import Booking
from bookings.services.moving import change_surgery
from surgeries.models import Surgery
from tests.bookings.pages import filled_in, page_of, private
from tests.everyone.finding import long_diary
from tests.factories import (
    BookingFactory,
    ChampionFactory,
    DepartmentFactory,
    GradeFactory,
    HelpFactory,
    OfficeFactory,
    ShiftFactory,
    SurgeryFactory,
    SymptomFactory,
    TeamFactory,
    ThanksFactory,
    TopicFactory,
    VenueFactory,
    VisitFactory,
)

LONG = "Maximiliana Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh Cholmondeley"
NOW = timezone.now
State = Callable[[Client], Any]


def surgery(**facts) -> Surgery:
    """With hosts, among a department of two offices, and with another surgery to go to."""
    DepartmentFactory.create()
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
    return confirmed(at=facts.pop("at", None) or full(), waiting=True, confirmed_at=None, **facts)


def waiting_beside_a_free_seat() -> Booking:
    made = partly_full()
    booking = waiting(at=made)
    booking.suits.set(made.slots.all()[:1])
    return booking


def answered() -> Booking:
    return confirmed(office=OfficeFactory.create(), grade=GradeFactory.create(), feeling=Booking.Feeling.KEEN)


def alone() -> Booking:
    """With no other surgery to go to."""
    return BookingFactory.create()


def among_500() -> Booking:
    long_diary()
    return BookingFactory.create(surgery=Surgery.objects.all()[0], name=LONG)


def here(booking: Booking) -> Booking:
    """Whose attendee came before it begins."""
    VisitFactory.create(surgery=booking.surgery, attendee=booking.attendee)
    return booking


def helped() -> Booking:
    """Who has been here and was helped, while the surgery goes on."""
    booking = begun()
    visit = VisitFactory.create(surgery=booking.surgery, attendee=booking.attendee, left_at=NOW())
    HelpFactory.create(visit=visit, ends_at=NOW())
    return booking


def released() -> Booking:
    """Whose surgery has moved to a time when they have something else."""
    booking, by = confirmed(), timedelta(days=7)
    facts = Facts.of(booking.surgery)
    BookingFactory.create(surgery=SurgeryFactory.create(starts_at=facts.starts_at + by), attendee=booking.attendee)
    moved = replace(facts, starts_at=facts.starts_at + by, ends_at=facts.ends_at + by)
    change_surgery(surgery=booking.surgery, facts=moved)
    return booking


def begun() -> Booking:
    return confirmed(at=surgery(starts_at=NOW() - timedelta(minutes=5)))


def over(**facts) -> Booking:
    return confirmed(at=surgery(starts_at=NOW() - timedelta(days=1)), **facts)


def thankful(**facts) -> Booking:
    """Who has thanked the hosts already."""
    booking = over(**facts)
    ThanksFactory.create(attendee=booking.attendee, surgery=booking.surgery, words=f"{LONG} " * 3)
    return booking


def shown(make: Callable[[], Surgery | Booking], page: str = "") -> State:
    """The page of what was made, or one below it."""

    def state(client: Client) -> Any:
        made = make()
        return client.get(page_of(made) + page if isinstance(made, Surgery) else private(made, page))

    return state


def refused(make: Callable[[], Surgery | Booking], page: str = "", **sent: object) -> State:
    """The same page after a form was sent with mistakes in it."""

    def state(client: Client) -> Any:
        made = make()
        if isinstance(made, Surgery):
            return client.post(page_of(made), sent)
        return client.post(private(made, page), {"seen": made.version} | sent)

    return state


def slot_chosen(client: Client) -> Any:
    place = surgery()
    return client.get(f"{page_of(place)}?slot={place.slots.last().pk}")


def chosen_too_late(client: Client) -> Any:
    place = partly_full()
    return client.get(f"{page_of(place)}?slot={place.slots.first().pk}")


def lost_race(client: Client) -> Any:
    place = surgery()
    slot = place.slots.first()
    BookingFactory.create_batch(2, surgery=place, slot=slot)
    return client.post(page_of(place), filled_in(slot, question="How do I begin?", is_unsure="on"))


def used_already(client: Client) -> Any:
    place = surgery()
    sent = filled_in(place.slots.first())
    client.post(page_of(place), sent)
    return client.post(page_of(place), sent | {"slot": place.slots.last().pk})


def moved_to(booking: Booking) -> str:
    other = Surgery.objects.exclude(pk=booking.surgery_id).first()
    return private(booking, f"move/{other.reference}/")


def move_chosen_nothing(client: Client) -> Any:
    booking = waiting()
    return client.post(moved_to(booking), {"seen": booking.version})


def move_clashes(client: Client) -> Any:
    booking = confirmed()
    there = surgery(starts_at=NOW() + timedelta(days=20))
    BookingFactory.create(surgery=there, attendee=booking.attendee)
    sent = {"slot": there.slots.first().pk, "seen": booking.version}
    return client.post(private(booking, f"move/{there.reference}/"), sent)


def withdrawn(client: Client) -> Any:
    booking = confirmed()
    old = private(booking)
    client.post(private(booking, "email/"), {"email": "ada.lovelace@example.gov.uk"})
    return client.get(old)


NONSENSE = {"slot": "0", "suits": "0", "reason": "Nonsense", "feeling": "9", "grade": "0", "team": "0"}
WRONG = {"name": "https://example.com", "email": "x@" * 300, "question": "?" * 5000, "adjustments": "." * 5000}

STATES: dict[str, State] = {
    "book": shown(surgery),
    "book, a slot chosen": slot_chosen,
    "book, a slot chosen that is full": chosen_too_late,
    "book, some full": shown(partly_full),
    "book, all full": shown(full),
    "book, too late": shown(lambda: soon(slots=0)),
    "book, called off": shown(lambda: surgery(called_off=True)),
    "book, nothing filled in": refused(surgery),
    "book, everything wrong": refused(partly_full, request_id="?", **WRONG, **NONSENSE),
    "book, all full, with mistakes": refused(full, **WRONG),
    "book, lost race": lost_race,
    "book, used already": used_already,
    "emailed": lambda client: client.get("/emailed/"),
    "confirmed": shown(confirmed),
    "confirmed, just booked": shown(confirmed, "?done=booked"),
    "confirmed, moved": shown(confirmed, "?done=moved"),
    "confirmed, not possible": shown(confirmed, "?done=closed"),
    "confirmed, changed since": shown(confirmed, "?done=since"),
    "confirmed, long names": shown(talkative, "?done=email"),
    "confirmed, evidence given": shown(answered),
    "waiting": shown(waiting),
    "waiting, just in line": shown(waiting, "?done=booked"),
    "confirmed, nothing said": shown(confirmed, "?done=unsaid"),
    "waiting, beside a free seat": shown(waiting_beside_a_free_seat),
    "waiting, past the cut-off": shown(lambda: waiting(at=soon())),
    "here with a seat": shown(lambda: here(confirmed(at=soon()))),
    "here without a seat": shown(lambda: here(waiting(at=soon()))),
    "cancelled": shown(lambda: confirmed(cancelled=True)),
    "cancelled, nothing changed": shown(lambda: confirmed(cancelled=True), "?done=closed"),
    "cancelled, by an organiser": shown(lambda: confirmed(cancelled=True, canceller=Booking.Canceller.ORGANISER)),
    "released": shown(released),
    "called off": shown(lambda: confirmed(at=surgery(called_off=True), cancelled=True)),
    "on now": shown(begun),
    "on now, helped": shown(helped),
    "over": shown(over),
    "over, thanked": shown(thankful, "?done=thanks"),
    "thanks": shown(over, "thanks/"),
    "thanks, long": shown(thankful, "thanks/"),
    "thanks, too long": refused(over, "thanks/", words="Averyverylongwordwithoutspaces" * 20),
    "over, without a seat": shown(lambda: over(waiting=True, confirmed_at=None)),
    "link that is wrong": lambda client: client.get("/bookings/nonsense/"),
    "link that is withdrawn": withdrawn,
    "email": shown(confirmed, "email/"),
    "email, long": shown(talkative, "email/"),
    "email, wrong": refused(confirmed, "email/", **WRONG),
    "name": shown(talkative, "name/"),
    "name, wrong": refused(confirmed, "name/", **WRONG),
    "answers": shown(talkative, "answers/"),
    "answers, wrong": refused(talkative, "answers/", **WRONG, **NONSENSE),
    "evidence": shown(answered, "evidence/"),
    "evidence, wrong": refused(answered, "evidence/", **NONSENSE),
    "cancel": shown(confirmed, "cancel/"),
    "cancel, wrong": refused(confirmed, "cancel/", **NONSENSE),
    "cancel, changed meanwhile": refused(confirmed, "cancel/", seen=""),
    "leave": shown(waiting, "cancel/"),
    "leave, changed meanwhile": refused(waiting, "cancel/", seen=""),
    "change": shown(confirmed, "change/"),
    "change, nothing chosen": refused(confirmed, "change/"),
    "change, changed meanwhile": refused(confirmed, "change/", seen=""),
    "change, none free": shown(waiting, "change/"),
    "move": shown(confirmed, "move/"),
    "move, among 500": shown(among_500, "move/?page=5"),
    "move, nowhere to go": shown(alone, "move/"),
    "move to": lambda client: client.get(moved_to(confirmed())),
    "move to, nothing chosen": move_chosen_nothing,
    "move to, changed meanwhile": lambda client: client.post(moved_to(confirmed())),
    "move to, something else then": move_clashes,
    "hand back": shown(confirmed, "wait/"),
    "hand back, wrong": refused(confirmed, "wait/", **NONSENSE),
    "suits": shown(waiting, "wait/"),
}
