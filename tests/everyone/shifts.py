"""The pages about shifts: where hosts are needed, taking one, giving one back."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from bookings.forms.hosting import written
from bookings.links import step_in_link
from bookings.models import Ask
from champions.models import Champion
from surgeries.models import Surgery
from tests.everyone.booking import LONG, State
from tests.factories import (
    BookingFactory,
    ChampionFactory,
    DepartmentFactory,
    HelpFactory,
    ShiftFactory,
    SurgeryFactory,
    TopicFactory,
    UserFactory,
    local,
)

PAGE = "/champion/shifts/"
Made = Callable[[Champion], Surgery]


def known(name: str = "Amina Yusuf", **facts: Any) -> Champion:
    """A champion who can be signed in as, knows two topics and likes every day."""
    DepartmentFactory.create()
    user = UserFactory.create(name=name)
    topics = TopicFactory.create_batch(2)
    return ChampionFactory.create(
        **{"name": name, "user": user, "topics": topics, "usual_days": [1, 2, 3, 4, 5]} | facts
    )


def needy(champion: Champion, *, number: int = 1, name: str = "Tom Price", **facts: Any) -> Surgery:
    """So many surgeries that need hosts, of which somebody new hosts the first third; returns the first."""
    made = []
    for day in range(number):
        surgery = SurgeryFactory.create(starts_at=local(7 + day), **facts)
        BookingFactory.create(surgery=surgery).topics.set(champion.topics.all())
        champion.offices.add(surgery.venue.office)
        if day % 3 == 0:
            end = surgery.ends_at if day % 2 else surgery.starts_at + timedelta(minutes=20)
            ShiftFactory.create(surgery=surgery, champion__name=name, ends_at=end)
        made.append(surgery)
    return made[0]


def shifts(number: int = 0, coming: int = 0, query: str = "", name: str = "Amina Yusuf", **facts: Any) -> State:
    def state(client: Client) -> Any:
        champion = known(name=name, **facts)
        if number:
            needy(champion, number=number, name=name)
        for day in range(coming):
            ShiftFactory.create(champion=champion, surgery__starts_at=local(5 + day, 15))
        client.force_login(champion.user)
        return client.get(PAGE + query)

    return state


def on_now(client: Client) -> Any:
    """Somebody who wanted to give back a shift that has begun."""
    champion = known(name="Amina Yusuf")
    surgery = SurgeryFactory.create(starts_at=timezone.now() - timedelta(minutes=10))
    ShiftFactory.create(champion=champion, surgery=surgery)
    client.force_login(champion.user)
    return client.get(f"{PAGE}?done=begun")


def left_while_hosting(client: Client) -> Any:
    champion = known(name=LONG)
    surgery = SurgeryFactory.create(starts_at=timezone.now() - timedelta(minutes=10), venue__name=LONG)
    ShiftFactory.create(champion=champion, surgery=surgery)
    client.force_login(champion.user)
    return client.post("/champion/leave/", follow=True)


def leave_while_hosting(client: Client) -> Any:
    on_now(client)
    return client.get("/champion/leave/")


def take(
    make: Made = needy, *, press: bool = False, typed: dict | None = None, name: str = "Amina Yusuf", **facts: Any
) -> State:
    """One surgery, before or after the button was pressed."""

    def state(client: Client) -> Any:
        champion = known(name=name, **facts)
        surgery = make(champion)
        client.force_login(champion.user)
        address = f"/champion/surgeries/{surgery.reference}/take/"
        if not (press or typed):
            return client.get(address)
        start = surgery.starts_at + timedelta(minutes=20)
        times = {"begins": written(start), "ends": written(surgery.ends_at)}
        return client.post(address, typed or times)

    return state


def enough(champion: Champion) -> Surgery:
    needy(champion, number=4)
    return ShiftFactory.create(surgery__hosts_wanted=1, surgery__starts_at=local(20)).surgery


def hosted(champion: Champion) -> Surgery:
    return ShiftFactory.create(surgery=needy(champion, number=3), champion=champion, starts_at=local(7, 10, 40)).surgery


def sits(champion: Champion) -> Surgery:
    assert champion.user
    BookingFactory.create(
        attendee__email=champion.user.email, slot=(seat := SurgeryFactory.create()).slots.last(), surgery=seat
    )
    return needy(champion)


def called_off(champion: Champion) -> Surgery:
    return SurgeryFactory.create(called_off=True)


def busy_month(champion: Champion) -> Surgery:
    surgery = needy(champion)
    ShiftFactory.create(champion=champion, surgery__starts_at=surgery.starts_at + timedelta(hours=5))
    return surgery


def hosts_next(client: Client) -> Any:
    shift = ShiftFactory.create(champion=known(name=LONG), surgery__venue__name=LONG)
    client.force_login(shift.champion.user)
    return client.get("/champion/")


def given_back(*, sits_with: str = "", **typed: str) -> State:
    def state(client: Client) -> Any:
        shift = ShiftFactory.create(champion=known(name=LONG), surgery__venue__name=LONG)
        if sits_with:
            HelpFactory.create(visit__surgery=shift.surgery, visit__name=sits_with, shift=shift)
        client.force_login(shift.champion.user)
        address = f"{PAGE}{shift.pk}/give-back/"
        return client.post(address, typed) if typed else client.get(address)

    return state


def away(page: str, *, coming: int = 1, sits_with: str = "", **typed: str) -> State:
    def state(client: Client) -> Any:
        champion = known(name=LONG)
        for day in range(coming):
            shift = ShiftFactory.create(champion=champion, surgery__starts_at=local(5 + day))
            if sits_with:
                HelpFactory.create(visit__surgery=shift.surgery, visit__name=sits_with, shift=shift)
        client.force_login(champion.user)
        return client.post(f"/champion/{page}/", typed) if typed else client.get(f"/champion/{page}/")

    return state


def step_in(make: Made = needy, **typed: str) -> State:
    """As whoever has the link from the email sees it."""

    def state(client: Client) -> Any:
        champion = known()
        surgery = make(champion)
        link = step_in_link(Ask.objects.create(champion=champion, surgery=surgery, asked_at=timezone.now()))
        return client.post(link, typed) if typed else client.get(link)

    return state


STATES: dict[str, State] = {
    "shifts, none": shifts(),
    "shifts, on now, not given back": on_now,
    "shifts, just taken": shifts(number=4, coming=2, query="?done=taken"),
    "shifts, many, long names": shifts(number=25, coming=1, query="?page=2", name=LONG),
    "shifts, often enough": shifts(number=3, coming=1, most_shifts_a_month=1),
    "shifts, resting": shifts(coming=1, state="resting", resting_until=timezone.localdate() + timedelta(days=60)),
    "champion, hosts next": hosts_next,
    "give back": given_back(),
    "give back, while helping": given_back(sits_with=LONG[:100]),
    "give back, wrong": given_back(reason="a" * 300),
    "rest, nothing to give back": away("rest", coming=0),
    "rest, while helping": away("rest", sits_with=LONG[:100]),
    "rest, wrong": away("rest", back_on="yesterday", shifts="give_back"),
    "leave, while helping": away("leave", sits_with="Ada"),
    "leave, while hosting": leave_while_hosting,
    "left, while hosting": left_while_hosting,
    "leave, wrong": away("leave", reason="A new job. " * 30),
    "step in": step_in(),
    "step in, wrong": step_in(begins="x"),
    "step in, too late": step_in(enough),
    "step in, theirs": step_in(hosted),
    "step in, unknown": lambda client: client.get("/step-in/made-up/"),
    "take": take(),
    "take, wrong, long names": take(lambda who: needy(who, name=LONG, note=LONG * 4), typed={"begins": "x"}, name=LONG),
    "take, theirs": take(hosted),
    "take, too late": take(enough, press=True),
    "take, a seat of their own": take(sits, press=True),
    "take, called off": take(called_off),
    "take, often enough": take(busy_month, press=True, most_shifts_a_month=1),
}
