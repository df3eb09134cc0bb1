"""What is said of each thing that needs an organiser: one line, which leads to where it is solved."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.dateformat import format as in_words
from django.utils.http import urlencode

from desk.finding import Row
from desk.reasons import reason_of, written_about
from surgeries.templatetags.times import day, day_and_time, when


@dataclass(frozen=True)
class Line:
    """What it is, as a link to where it is solved; what there is to know; and perhaps an act of its own."""

    what: str
    href: str
    detail: str
    act: str = ""
    act_href: str = ""


@dataclass(frozen=True)
class _Times:
    starts_at: datetime
    ends_at: datetime


def _surgery(row: Row) -> str:
    """When and where it is."""
    assert row.at
    assert row.until
    return f"{when(_Times(row.at, row.until))}, {row.name}"


def _people(number: int) -> str:
    return "1 person" if number == 1 else f"{number} people"


def _manage(row: Row, page: str = "manage_surgery") -> str:
    return reverse(f"bookings:{page}", args=[row.key])


def _shifts_of(row: Row) -> str:
    return reverse("desk:champion_shifts", args=[row.key])


def without_a_host(row: Row) -> Line:
    """A surgery that nobody hosts, and how many count on it."""
    has = "has" if row.number == 1 else "have"
    booked = f"{_people(row.number)} {has} booked" if row.number else "Nobody has booked yet"
    return Line(_surgery(row), _manage(row), booked, "Put a champion on", _manage(row, "add_host"))


def short_of_hosts(row: Row) -> Line:
    """A surgery with fewer hosts than it wants, or for a part of the time."""
    short = f"{row.number} of {row.more} hosts" if row.number < row.more else "Hosts missing for part of it"
    return Line(_surgery(row), _manage(row), short, "Put a champion on", _manage(row, "add_host"))


def waiting_for_another(row: Row) -> Line:
    """A waiting list, and the form for a surgery like that one."""
    wait = f"{_people(row.number)} waiting"
    room = (
        f"{row.more} free seat{'' if row.more == 1 else 's'} at that office" if row.more else "no seat at that office"
    )
    another = f"{reverse('bookings:new_surgery')}?{urlencode({'like': row.key})}"
    return Line(_surgery(row), _manage(row), f"{wait}, {room}", "Make another surgery", another)


def missing_outcomes(row: Row) -> Line:
    """A surgery, and how many people were helped there of whom nothing is recorded."""
    return Line(_surgery(row), _manage(row, "outcomes"), f"{_people(row.number)} without an outcome")


def failed_email(row: Row) -> Line:
    """An email, to whom it was, and why it was given up."""
    page = reverse("desk:failed_emails")
    what = f"{written_about(row.name)}, to {row.aside}"
    return Line(what, f"{page}#email-{row.key}", reason_of(row.words).short)


def application(row: Row) -> Line:
    """Somebody who applied, and since when they wait, or have not answered."""
    assert row.at
    since = f"Asked on {day(row.at)}, and has not answered" if row.aside else f"Waits since {day(row.at)}"
    return Line(row.name, reverse("champions:application", args=[row.key]), since)


def uncovered_topic(row: Row) -> Line:
    """A topic, how often it was asked for, and the words to win somebody who knows it."""
    invite = reverse("organisation:kit_invitation")
    directory = f"{reverse('champions:directory')}?{urlencode({'topic': row.key})}"
    return Line(
        row.name,
        directory,
        f"Asked for {'twice' if row.number == 2 else f'{row.number} times'}",
        "Invite somebody who knows it",
        invite,
    )


def office_without_a_surgery(row: Row) -> Line:
    """An office, what is there for it in the diary, and the form that makes a surgery."""
    drafts = f"{reverse('bookings:diary')}?{urlencode({'office': row.key, 'state': 'draft', 'as': 'list'})}"
    asked = f"{row.more} asked for one" if row.more else ""
    if row.number:
        ready = f"{row.number} draft{'' if row.number == 1 else 's'} to publish"
        return Line(row.name, drafts, ", ".join(filter(None, [ready, asked])))
    new = f"{reverse('bookings:new_surgery')}?{urlencode({'office': row.key})}"
    return Line(row.name, new, asked or "Nothing in the diary", "Make a surgery", new)


def overloaded_champion(row: Row) -> Line:
    """A champion, and how much it is in which month."""
    assert row.at
    month = in_words(timezone.localtime(row.at), "F")
    like = f"they like at most {row.more}" if row.aside else f"more than {row.more} a month is a lot"
    return Line(row.name, _shifts_of(row), f"{row.number} surgeries in {month}; {like}")


def champion_alone(row: Row) -> Line:
    """A champion, and where there is nobody else."""
    invite = reverse("organisation:kit_invitation")
    return Line(row.name, _shifts_of(row), f"The only one at {row.aside}", "Invite somebody to join them", invite)


def quiet_champion(row: Row) -> Line:
    """A champion, and since when nobody has seen them."""
    assert row.at
    since = day_and_time(row.at).partition(",")[0]
    return Line(row.name, _shifts_of(row), f"Joined {since}, not hosted yet" if row.aside else f"Last hosted {since}")
