"""What comes of a visit, in each of its states: recorded by a champion, seen by who came, and asked of who did not."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bookings.links import link_to_visit
from bookings.models import Outcome, Visit
from bookings.services.editing import end_shift
from bookings.services.outcomes import delete_next_step, leave_open, share_next_step
from organisation.models import Topic
from surgeries.models import Seat, Shift
from tests.bookings.pages import private
from tests.everyone.booking import LONG, State, over, surgery
from tests.everyone.hosting import full, hosted
from tests.factories import (
    HelpFactory,
    OutcomeFactory,
    ShiftFactory,
    SurgeryFactory,
    TopicFactory,
    UserFactory,
    VisitFactory,
)

LINE = "Write three sentences about the tide tables, and let Amina read them before anybody else does"


def visits(*, hours: int = -1, results: int = 9) -> Visit:
    """To a surgery that began so many hours ago: those who had booked came, and two dropped in; ten are done."""
    made = full(starts_at=timezone.now() + timedelta(hours=hours))
    platforms = [*TopicFactory.create_batch(3), TopicFactory.create(name=LONG[:60])]
    shifts = list(made.shifts.all())
    for number, booking in enumerate(made.bookings.holding_a_seat()):
        visit = VisitFactory.create(booking=booking, name=LONG if number % 4 == 0 else booking.name)
        for shift in shifts[: 1 + number % 2]:
            end = None if number >= 10 and shift == shifts[number % 2] else visit.arrived_at
            HelpFactory.create(visit=visit, shift=shift, ends_at=end)
        if number and number < results:
            outcome = OutcomeFactory.create(
                visit=visit, result=Outcome.Result.values[number % 4], next_step=LINE if number % 2 else "",
                pledge=LINE if number % 3 == 0 else "", is_possible_story=number % 4 == 1,
            )  # fmt: skip
            outcome.topics.set(platforms[number % 3 :]), outcome.platforms.set(platforms[: number % 3])
    made.visits.exclude(helps__ends_at=None).update(left_at=made.starts_at)
    walk_in = VisitFactory.create(surgery=made, name="Bob Brown")
    walk_in.topics.set(platforms[:2])
    VisitFactory.create(surgery=made, name="Carys Evans", left_at=made.starts_at)
    return made.visits.earliest("pk")


def left_open() -> Visit:
    """To a surgery where nobody knows any more what came of several visits."""
    visit = visits(hours=-60, results=5)
    shown = visit.surgery.visits.values_list("pk", flat=True)
    leave_open(surgery=visit.surgery, visits=shown, by=UserFactory.create(organiser=True))
    return visit


def seen(name: str, make: Callable[[], Visit] = visits, query: str = "", *, is_host: bool = True, **sent: Any) -> State:
    """As the surgery's first host sees it, or an organiser."""

    def state(client: Client) -> Any:
        visit = make()
        host = visit.surgery.shifts.order_by("pk")[0].champion.user
        client.force_login(host if is_host else UserFactory.create(organiser=True))
        about = [visit.pk] if name == "outcome" else []
        address = reverse(f"bookings:{name}", args=[visit.surgery.reference, *about])
        return client.post(address, sent) if sent else client.get(address + query)

    return state


def recorded() -> Visit:
    return visits().surgery.visits.filter(outcome__isnull=False)[0]


def changed_meanwhile(client: Client) -> Any:
    """A host opened the form before there was an outcome, and saves it now that there is one without a next step."""
    visit = recorded()
    visit.outcome.topics.set(Topic.objects.all())
    delete_next_step(visit=visit)
    said = {"topics": Topic.objects.all()[0].pk, "result": "partly", "next_step": LINE, "pledge": LINE}
    return seen("outcome", lambda: visit, **said)(client)


def nobody_came(client: Client) -> Any:
    made = hosted()
    client.force_login(made.shifts.all()[0].champion.user)
    return client.get(reverse("bookings:outcomes", args=[made.reference]))


def helped(**facts: Any) -> Visit:
    """Somebody who came yesterday, with all that can be recorded of it."""
    visit = VisitFactory.create(**{"booking": over(), **facts})
    for number, name in enumerate(("Amina Yusuf", LONG)):
        shift = ShiftFactory.create(surgery=visit.surgery, champion__name=name)
        start = visit.arrived_at + timedelta(minutes=number)
        HelpFactory.create(visit=visit, shift=shift, starts_at=start, ends_at=start)
    OutcomeFactory.create(visit=visit, next_step="Averyverylongwordwithoutspaces" * 6, pledge=LINE)
    return visit


def walked_in(**facts: Any) -> Visit:
    return helped(booking=None, surgery=over().surgery, **facts)


def shared() -> Visit:
    visit = walked_in()
    share_next_step(visit=visit, is_shared=True)
    return visit


def without_outcome() -> Visit:
    return VisitFactory.create(surgery=over().surgery)


def long_ago() -> Visit:
    return VisitFactory.create(surgery=surgery(starts_at=timezone.now() - timedelta(days=100)))


def of_visit(make: Callable[[], Visit], page: str = "") -> State:
    """As the person themselves sees it, from the link in their email."""

    def state(client: Client) -> Any:
        return client.get(link_to_visit(make()).removeprefix("http://127.0.0.1") + page)

    return state


def disowned(client: Client) -> Any:
    visit = walked_in()
    link = link_to_visit(visit).removeprefix("http://127.0.0.1")
    return client.get(client.post(f"{link}not-me/")["Location"])


def missed(*, elsewhere: int = 3, query: str = "", reason: str = "", sent: dict | None = None) -> State:
    """Somebody who had a seat yesterday, where somebody else came."""

    def state(client: Client) -> Any:
        booking = over(missed_because=reason, name=LONG)
        VisitFactory.create(surgery=booking.surgery)
        SurgeryFactory.create_batch(elsewhere, venue=booking.surgery.venue)
        if not elsewhere:
            Seat.objects.filter(booking=None).delete()
        address = private(booking, f"missed/{query}")
        return client.get(address) if sent is None else client.post(address, sent)

    return state


def taken_meanwhile(client: Client) -> Any:
    booking = over()
    VisitFactory.create(surgery=booking.surgery)
    full = SurgeryFactory.create(seats=0)
    SurgeryFactory.create_batch(2)
    return client.post(private(booking, f"missed/{full.reference}/"))


def booked_again(client: Client) -> Any:
    """They say that they forgot, and then press the button of the first surgery on the page."""
    booking = over(name=LONG)
    VisitFactory.create(surgery=booking.surgery)
    again = SurgeryFactory.create_batch(3, venue=booking.surgery.venue)[0]
    client.post(private(booking, "missed/"), {"missed_because": "forgot"})
    client.post(private(booking, f"missed/{again.reference}/"))
    return client.get(private(booking, "missed/?done"))


def not_come(client: Client) -> Any:
    booking = over()
    VisitFactory.create(surgery=booking.surgery)
    return client.get(private(booking))


def taken_off(name: str, *, helped: bool = True) -> State:
    """As a host sees it who was taken off in the middle, having helped somebody or not."""

    def state(client: Client) -> Any:
        made = visits(results=0).surgery
        shift = made.shifts.order_by("pk")[0]
        if not helped:
            shift = ShiftFactory.create(surgery=made, champion__user=UserFactory.create())
        end_shift(shift=shift, reason=Shift.TAKEN_OFF, now=timezone.now())
        client.force_login(shift.champion.user)
        return client.get("/champion/" if name == "home" else reverse(f"bookings:{name}", args=[made.reference]))

    return state


STATES: dict[str, State] = {
    "hosts no more": taken_off("room"),
    "hosts no more, nobody helped": taken_off("brief", helped=False),
    "hosts no more, outcomes": taken_off("outcomes"),
    "hosts no more, home": taken_off("home"),
    "outcome": seen("outcome"),
    "outcome, recorded": seen("outcome", recorded),
    "outcome, wrong": seen("outcome", next_step="a" * 201, topics="0"),
    "outcome, changed meanwhile": changed_meanwhile,
    "outcome, too late": seen("outcome", lambda: visits(hours=-60)),
    "outcome, too late for organisers": seen("outcome", lambda: visits(hours=-24 * 40), is_host=False),
    "outcomes": seen("outcomes", query="?done"),
    "outcomes, people still here": seen("outcomes", lambda: visits(results=0)),
    "outcomes, none recorded": seen("outcomes", lambda: visits(hours=-5, results=0)),
    "outcomes, too late": seen("outcomes", lambda: visits(hours=-60)),
    "outcomes, of which nobody may know": seen("outcomes", lambda: visits(hours=-60, results=5), is_host=False),
    "outcomes, left open": seen("outcomes", left_open, "?left_open", is_host=False),
    "outcomes, nobody came": nobody_came,
    "over, came": of_visit(helped, "?done=shared"),
    "over, walked in": of_visit(walked_in, "?done=deleted"),
    "over, walked in, shared": of_visit(shared),
    "over, walked in, no outcome": of_visit(without_outcome),
    "over, walked in, thanks": of_visit(walked_in, "thanks/"),
    "over, walked in, long ago": of_visit(long_ago),
    "over, walked in, somebody else": disowned,
    "over, did not come": not_come,
    "missed": missed(),
    "missed, wrong": missed(sent={}),
    "missed, told": missed(query="?done", reason="forgot"),
    "missed, was there": missed(query="?done", reason="was_there"),
    "missed, booked again": booked_again,
    "missed, nothing free": missed(elsewhere=0),
    "missed, taken meanwhile": taken_meanwhile,
}
