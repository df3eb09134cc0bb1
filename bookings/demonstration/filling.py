"""Turning wishes into bookings: straight into the tables, under each surgery's lock, without a single email.

The rules of the services hold here too: one live booking per person and surgery, nobody in two places at once, the
waiting list only when every seat is taken and in the order in which people asked. Loading again adds only those
who have never had a booking at that surgery, so nobody's own bookings are touched.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from django.db import transaction
from django.db.models import Min, OuterRef, Subquery

from bookings.models import WORDS_KEPT, Attendee, Booking, SurgeryRequest, Thanks, Visit
from bookings.statements import lock_surgeries
from organisation.models import Grade, Office, Symptom, Team, Topic
from surgeries.models import Seat, Surgery

from .demand import Wish, walk_ins, wishes
from .helping import let_leave, record_help, say_why_they_missed_it
from .people import Person, staff
from .words import REQUESTS, THANKS


@dataclass(frozen=True)
class Lists:
    """The department's lists by the names that the demonstration knows; what organisers renamed is left out."""

    offices: dict[str, Office]
    teams: dict[str, Team]
    grades: dict[str, Grade]
    topics: dict[str, Topic]
    symptoms: list[Symptom]

    @classmethod
    def read(cls) -> "Lists":
        return cls(
            offices={office.name: office for office in Office.objects.all()},
            teams={team.name: team for team in Team.objects.all()},
            grades={grade.name: grade for grade in Grade.objects.all()},
            topics={topic.slug: topic for topic in Topic.objects.all()},
            symptoms=list(Symptom.objects.all()),
        )


def fill(surgeries: Iterable[Surgery], *, crowded: Collection[Surgery], now: datetime) -> int:
    """Book for everybody who asked by `now` and has no booking there yet; return how many bookings that made.

    Those that are `crowded` end up with every seat taken and a waiting list.
    """
    lists = Lists.read()
    return sum(_fill(surgery, lists, is_crowded=surgery in crowded, now=now) for surgery in surgeries)


@transaction.atomic
def _fill(surgery: Surgery, lists: Lists, *, is_crowded: bool, now: datetime) -> int:
    locked = lock_surgeries([surgery.pk])[surgery.pk]
    if locked.state != Surgery.State.PUBLISHED:
        return 0
    seats = list(surgery.seats.select_related("slot").order_by("slot__starts_at", "number"))
    known = set(surgery.bookings.values_list("attendee__email", flat=True)) | _busy(surgery)
    asked = wishes(surgery, capacity=len(seats), is_crowded=is_crowded, now=now)
    asked = [wish for wish in asked if wish.person.email not in known]
    if not asked:
        return 0
    attendees = _attendees(wish.person for wish in asked)
    taken = set(surgery.bookings.holding_a_seat().values_list("seat_id", flat=True))
    free = [seat for seat in seats if seat.pk not in taken]
    somebody_waits = surgery.bookings.waiting().exists()
    position = locked.last_position
    made: list[tuple[Wish, Booking]] = []
    for wish in asked:
        booking = _form(wish, surgery, attendees[wish.person.email], lists)
        if wish.cancelled_at:
            if wish.cancelled_at > now or not seats:
                continue
            _cancelled(booking, wish.cancelled_at, seats[int(wish.taste * len(seats))])
        elif free and not somebody_waits:
            seat = free.pop(int(wish.taste * len(free)))
            booking.state, booking.seat, booking.slot = Booking.State.CONFIRMED, seat, seat.slot
            booking.confirmed_at = wish.made_at
        elif wish.made_at < surgery.cutoff_at:
            position += 1
            booking.state, booking.position = Booking.State.WAITING, position
        else:
            continue
        made.append((wish, booking))
    Booking.objects.bulk_create([booking for _, booking in made])
    _tick_boxes(made, surgery, lists)
    return len(made)


def _busy(surgery: Surgery) -> set[str | None]:
    """The addresses of everybody who is confirmed somewhere else while the surgery is held."""
    elsewhere = Booking.objects.holding_a_seat().exclude(surgery=surgery)
    clashing = elsewhere.filter(slot__starts_at__lt=surgery.ends_at, slot__ends_at__gt=surgery.starts_at)
    return set(clashing.values_list("attendee__email", flat=True))


def _attendees(people: Iterable[Person]) -> dict[str | None, Attendee]:
    """The attendees with these people's addresses, made if unknown."""
    people = list(people)
    Attendee.objects.bulk_create(
        [Attendee(name=person.name, email=person.email) for person in people], ignore_conflicts=True
    )
    return {each.email: each for each in Attendee.objects.filter(email__in=[person.email for person in people])}


def _form(wish: Wish, surgery: Surgery, attendee: Attendee, lists: Lists) -> Booking:
    person = wish.person
    return Booking(
        surgery=surgery,
        attendee=attendee,
        name=person.name,
        team=lists.teams.get(person.team) if wish.gives_team else None,
        office=lists.offices.get(person.office) if wish.gives_evidence else None,
        grade=lists.grades.get(person.grade) if wish.gives_evidence else None,
        feeling=person.feeling if wish.gives_evidence else "",
        is_unsure=wish.is_unsure,
        question=wish.question,
        adjustments=wish.adjustments,
        created_at=wish.made_at,
        changed_at=wish.made_at,
    )


def _cancelled(booking: Booking, at: datetime, seat: Seat) -> None:
    """As somebody who held the seat and gave it up from the private link."""
    booking.state, booking.slot = Booking.State.CANCELLED, seat.slot
    booking.confirmed_at, booking.cancelled_at, booking.changed_at = booking.created_at, at, at
    booking.canceller, booking.cancelled_reason = Booking.Canceller.ATTENDEE, "Cancelled from the private link"
    booking.calendar_sequence = 1


def _tick_boxes(made: list[tuple[Wish, Booking]], surgery: Surgery, lists: Lists) -> None:
    slots = list(surgery.slots.all())
    topics, symptoms, suits = [], [], []
    for wish, booking in made:
        topics += [
            Booking.topics.through(booking=booking, topic=lists.topics[slug])
            for slug in wish.topics
            if slug in lists.topics
        ]
        symptoms += [
            Booking.symptoms.through(booking=booking, symptom=symptom)
            for symptom in lists.symptoms
            if symptom.words.startswith(wish.symptoms or ("\0",))
        ]
        if booking.is_waiting and wish.is_choosy:
            suits += [Booking.suits.through(booking=booking, slot=slot) for slot in slots[-2:]]
    Booking.topics.through.objects.bulk_create(topics)
    Booking.symptoms.through.objects.bulk_create(symptoms)
    Booking.suits.through.objects.bulk_create(suits)


def record_visits(surgeries: Iterable[Surgery], *, now: datetime) -> None:
    """Who came to the surgeries that are over: four in five of the invented staff who had a seat, and some walk-ins.

    A surgery with a single visit has a register that somebody keeps, so it is left alone.
    """
    invented = {person.email for people in staff().values() for person in people}
    everybody_who_came: list[Visit] = []
    stayed_away: list[Booking] = []
    for surgery in surgeries:
        if surgery.is_called_off or not surgery.is_over(now) or surgery.visits.exists():
            continue
        rng = Random(f"visits {surgery.starts_at}")
        seated = surgery.bookings.holding_a_seat().select_related("attendee", "surgery", "seat__slot")
        seated = seated.order_by("created_at", "id")
        visits = [
            Visit(
                attendee=booking.attendee,
                surgery=surgery,
                booking=booking,
                name=booking.name,
                arrived_at=booking.seat.slot.starts_at + timedelta(minutes=rng.randint(-5, 8)),
            )
            for booking in seated
            if booking.seat and booking.attendee.email in invented and rng.random() < 0.8
        ]
        if surgery.is_drop_in:
            everybody = set(surgery.bookings.values_list("attendee__email", flat=True))
            people = list(walk_ins(surgery, everybody))
            attendees = _attendees(people)
            length = surgery.ends_at - surgery.starts_at
            visits += [
                Visit(
                    attendee=attendees[person.email],
                    surgery=surgery,
                    name=person.name,
                    arrived_at=surgery.starts_at + length * rng.uniform(0.1, 0.8),
                )
                for person in people
            ]
        let_leave(surgery, visits)
        Visit.objects.bulk_create(visits)
        _say_thanks(surgery, visits, now=now)
        came = {visit.booking for visit in visits}
        if came:
            stayed_away += [each for each in seated if each.attendee.email in invented and each not in came]
        everybody_who_came += visits
    record_help(everybody_who_came, now=now)
    say_why_they_missed_it(booking for booking in stayed_away if booking.surgery.ends_at < now - timedelta(days=4))


def _say_thanks(surgery: Surgery, visits: list[Visit], *, now: datetime) -> None:
    """One in five of those who had booked and came thanked the hosts that evening, every other one in words."""
    rng = Random(f"thanks {surgery.starts_at}")
    said_at = surgery.ends_at + timedelta(hours=4)
    has_words = now < surgery.ends_at + WORDS_KEPT
    Thanks.objects.bulk_create(
        Thanks(
            attendee=visit.attendee,
            surgery=surgery,
            words=rng.choice((rng.choice(THANKS), "")) if has_words else "",
            said_at=min(said_at, now),
        )
        for visit in visits
        if visit.booking and rng.random() < 0.2
    )


def date_attendees() -> None:
    """Let everybody have been known since their first booking or visit, rather than since the loading."""
    first = Booking.objects.filter(attendee=OuterRef("pk")).values("attendee").annotate(at=Min("created_at"))
    came = Visit.objects.filter(attendee=OuterRef("pk")).values("attendee").annotate(at=Min("arrived_at"))
    for since in (came, first):
        known = Subquery(since.values("at"))
        Attendee.objects.annotate(known=known).filter(created_at__gt=known).update(created_at=known)


def ask_for_surgeries(*, now: datetime) -> None:
    """Requests for a surgery at an office or about a topic, over the last weeks."""
    lists = Lists.read()
    for office, topic, days in REQUESTS:
        request = SurgeryRequest.objects.create(office=lists.offices.get(office), topic=lists.topics.get(topic))
        SurgeryRequest.objects.filter(pk=request.pk).update(created_at=now - timedelta(days=days))
