"""A champion's record, in each of its states."""

from collections.abc import Callable
from typing import Any

from django.test import Client
from django.utils import timezone

from champions.models import Champion
from champions.services import renew_calendar_link
from surgeries.milestones import notice_milestones
from surgeries.models import Shift, Surgery, Venue
from tests.everyone.booking import LONG, State
from tests.factories import (
    BookingFactory,
    ChampionFactory,
    HelpFactory,
    JournalEntryFactory,
    ShiftFactory,
    SurgeryFactory,
    ThanksFactory,
    TopicFactory,
    UserFactory,
    VenueFactory,
    VisitFactory,
    local,
)

EVER = "?since=2000-01-01&until=2099-12-31"
Made = Callable[[], Champion]


def new() -> Champion:
    return ChampionFactory.create(user=UserFactory.create(), name=LONG)


def hosted(times: int, *, is_registered: bool = True, helped: int = 0) -> Made:
    """Has hosted so many surgeries, about which all sorts of people came; sat with so many at each of the last."""

    def made() -> Champion:
        champion, venue = new(), VenueFactory.create(name=LONG)
        topics = [*TopicFactory.create_batch(4), TopicFactory.create(name=LONG[:60])]
        for number in range(min(times, 3)):
            surgery = SurgeryFactory.create(starts_at=local(-7 * (number + 1)), venue=venue)
            shift = ShiftFactory.create(champion=champion, surgery=surgery)
            BookingFactory.create(surgery=surgery).topics.set(topics[number:])
            ThanksFactory.create(surgery=surgery, attendee__name=LONG, words=f"{LONG}\n\nThank you!" if number else "")
            if is_registered and number != 1:
                VisitFactory.create_batch(number + 1, surgery=surgery)
            HelpFactory.create_batch(helped, visit__surgery=surgery, shift=shift)
        host_many(champion, venue, max(times - 3, 0))
        return champion

    return made


def host_many(champion: Champion, venue: Venue, times: int) -> None:
    """One a day, a month ago and before."""
    surgeries = [
        Surgery(venue=venue, state="published", starts_at=local(-day), ends_at=local(-day, 12))
        for day in range(30, 30 + times)
    ]
    Shift.objects.bulk_create(
        Shift(champion=champion, surgery=surgery, starts_at=surgery.starts_at, ends_at=surgery.ends_at)
        for surgery in Surgery.objects.bulk_create(surgeries)
    )


def seen(address: str, made: Made = new) -> State:
    def state(client: Client) -> Any:
        champion = made()
        client.force_login(champion.user)
        return client.get(address)

    return state


def with_link() -> Champion:
    champion = new()
    renew_calendar_link(champion=champion)
    return champion


def wrote(entries: int, **facts: Any) -> Made:
    """Has written so many entries, most of them about a surgery, in all sorts of words."""

    def made() -> Champion:
        champion = hosted(2)()
        shifts = [*champion.shifts.all(), None]
        for number in range(entries):
            shift, words = shifts[number % 3], f"{LONG * 3}\n\nAnd then we laughed."
            JournalEntryFactory.create(
                champion=champion, surgery=shift and shift.surgery, learned=words, is_shared=number % 2 == 0,
                **{"wants_to_learn": "How to say no.", "would_change": words if number % 2 else ""} | facts,
            )  # fmt: skip
        return champion

    return made


def of_entry(page: str = "", **sent: str) -> State:
    """A page about the only entry, which they share."""

    def state(client: Client) -> Any:
        champion = wrote(1)()
        client.force_login(champion.user)
        address = f"/champion/journal/{champion.journal.get().pk}/{page}"
        return client.post(address, sent) if sent else client.get(address)

    return state


def with_milestone() -> Champion:
    champion = hosted(5)()
    notice_milestones(timezone.now())
    return champion


def with_entries(client: Client) -> Any:
    """A summary in which every entry is."""
    champion = wrote(5)()
    client.force_login(champion.user)
    chosen = "".join(f"&entry={entry.pk}" for entry in champion.journal.all())
    return client.get(f"/champion/record/summary/{EVER}{chosen}")


def shared(made: Made) -> State:
    def state(client: Client) -> Any:
        client.force_login(UserFactory.create(organiser=True))
        return client.get(f"/organise/champions/{made().pk}/journal/")

    return state


STATES: dict[str, State] = {
    "champion, a milestone": seen("/champion/", with_milestone),
    "journal": seen("/champion/journal/?done=written", wrote(3)),
    "journal, nothing yet": seen("/champion/journal/"),
    "journal, many": seen("/champion/journal/", wrote(45)),
    "journal, an entry": of_entry(),
    "journal, an entry, wrong": of_entry(would_change="a" * 5001, surgery="0"),
    "journal, to delete": of_entry("delete/"),
    "journal, shared": shared(wrote(3)),
    "journal, nothing shared": shared(new),
    "summary": with_entries,
    "summary, no period": seen("/champion/record/summary/?since=x"),
    "own calendar, no link": seen("/champion/calendar/"),
    "own calendar": seen("/champion/calendar/?done", with_link),
    "record": seen(f"/champion/record/{EVER}", hosted(3)),
    "record, helped": seen(f"/champion/record/{EVER}", hosted(3, helped=2)),
    "record, 500": seen(f"/champion/record/{EVER}", hosted(500)),
    "record, no register": seen(f"/champion/record/{EVER}", hosted(2, is_registered=False)),
    "record, nothing yet": seen("/champion/record/"),
    "record, no period": seen("/champion/record/?since=2026-04-02&until=2026-04-01"),
}
