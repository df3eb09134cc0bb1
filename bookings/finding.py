"""Finding a surgery: the filters as they stand in the address, and what the list shows for them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from itertools import groupby
from urllib.parse import urlencode

from django.contrib.postgres.aggregates import ArrayAgg
from django.core.paginator import Page, Paginator
from django.db.models import (
    BooleanField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Prefetch,
    Q,
    Value,
    prefetch_related_objects,
)
from django.db.models.functions import Greatest
from django.http import QueryDict
from django.utils import timezone
from django.utils.text import get_text_list

from bookings.availability import Availability, with_availability
from bookings.models import Attendee, Booking
from champions.models import all_called
from organisation.kept import kept
from organisation.models import Department, Office, Topic
from surgeries.models import Shift, Surgery, SurgeryQuerySet
from surgeries.templatetags.times import Timed, day_of_month

PER_PAGE = 20
# A page number past the last one shows the last one; past this it is not even looked at.
HIGHEST_PAGE = 999
TOPICS_SHOWN = 5


@dataclass(frozen=True)
class Choice:
    """An office or a topic to filter by, or the department itself."""

    pk: int
    slug: str
    name: str


@dataclass(frozen=True)
class Choices:
    """What the list can be filtered by, in order of name, and the department that its header names."""

    department: Choice | Department
    offices: tuple[Choice, ...]
    topics: tuple[Choice, ...]

    @classmethod
    def now(cls) -> "Choices":
        """The department, and the offices and topics that are not retired, in one query."""
        lists = {
            "department": Department.objects.annotate(slug=Value("")),
            "office": Office.objects.current(),
            "topic": Topic.objects.current(),
        }
        department, *others = (
            rows.order_by().annotate(list=Value(name)).values_list("list", "pk", "slug", "name")
            for name, rows in lists.items()
        )
        found: dict[str, list[Choice]] = {name: [] for name in lists}
        for name, *facts in department.union(*others, all=True):
            found[name].append(Choice(*facts))
        offices, topics = (sorted(found[name], key=lambda it: it.name.casefold()) for name in ("office", "topic"))
        return cls(next(iter(found["department"]), Department()), tuple(offices), tuple(topics))


def known_choices() -> Choices:
    """The department's own lists, kept for a second: addresses are understood without asking the database."""
    return kept("choices", Choices.now, seconds=1.0)


@dataclass(frozen=True)
class Search:
    """What somebody looks for. Whatever the address says that we do not know is left out, and said so."""

    office: Choice | Office | None = None
    topic: Choice | Topic | None = None
    page: int = 1
    unknown: tuple[str, ...] = ()

    @classmethod
    def of(cls, query: QueryDict, choices: Choices) -> "Search":
        """Read `?office=leeds&topic=linkedin&page=2`, forgiving spaces and capitals."""
        office, office_is_unknown = _chosen(query.get("office", ""), choices.offices)
        topic, topic_is_unknown = _chosen(query.get("topic", ""), choices.topics)
        unknown = tuple(name for name, is_so in (("office", office_is_unknown), ("topic", topic_is_unknown)) if is_so)
        return cls(office=office, topic=topic, page=_page_number(query.get("page", "")), unknown=unknown)

    @property
    def filters(self) -> str:
        """The filters that were understood, in one spelling: "office=leeds&topic=linkedin"."""
        chosen = {"office": self.office, "topic": self.topic}
        return urlencode({name: choice.slug for name, choice in chosen.items() if choice})

    @property
    def key(self) -> str:
        """What the rendered page is kept under: the same for every address that gives the same page."""
        return f"{self.filters}&page={self.page}&unknown={','.join(self.unknown)}"

    @property
    def words(self) -> str:
        """Such as " in Leeds about LinkedIn", to stand after "surgeries"; empty without filters."""
        return (f" in {self.office.name}" if self.office else "") + (f" about {self.topic.name}" if self.topic else "")


def _chosen(value: str, choices: Iterable[Choice]) -> tuple[Choice | None, bool]:
    """The choice with that slug, and whether something was asked for that we do not know."""
    slug = value.strip().casefold()
    chosen = next((choice for choice in choices if choice.slug == slug), None)
    return chosen, bool(slug) and chosen is None


def _page_number(value: str) -> int:
    try:
        number = int(value[:9])
    except ValueError:
        return 1
    return min(max(number, 1), HIGHEST_PAGE)


@dataclass(frozen=True)
class Entry:
    """One surgery in the list."""

    surgery: Surgery
    availability: Availability
    hosts: str


@dataclass(frozen=True)
class Week:
    """The surgeries of one week, under its heading."""

    heading: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Results:
    """A page of the list; `elsewhere` is what we suggest when there is nothing on it."""

    page: Page
    weeks: tuple[Week, ...]
    elsewhere: tuple[Entry, ...]

    @property
    def pages(self) -> list:
        """The numbers for the pagination, with Django's ellipsis where some are left out."""
        return list(self.page.paginator.get_elided_page_range(self.page.number, on_each_side=1, on_ends=1))


def find(search: Search, *, now: datetime, per_page: int = PER_PAGE) -> Results:
    """The page of coming surgeries that `search` asks for: three queries, however many surgeries there are."""
    found = Surgery.objects.upcoming(now)
    if search.office:
        found = found.at_office(search.office.pk)
    if search.topic:
        found = found.about(search.topic.pk)
    paginator = Paginator(as_listed(found, now=now), per_page)
    page = paginator.get_page(search.page)
    if not paginator.count:
        return Results(page=page, weeks=(), elsewhere=nearest(search, now=now))
    return Results(page=page, weeks=by_week(entries(page, search, now=now), now=now), elsewhere=())


def nearest(
    search: Search,
    *,
    now: datetime,
    to: datetime | None = None,
    apart_from: Collection[Surgery] = (),
    besides: Timed | None = None,
    person: Attendee | None = None,
    at_most: int = 3,
) -> tuple[Entry, ...]:
    """Surgeries to come that have room: about the same topic first, then at the same office, then any.

    Of these, those that begin nearest `to` a moment first; without one, the sooner. One that is full is nowhere to send
    anybody, even if people may drop in. Nor is one at the time of what somebody has `besides`, nor, for a `person`, one
    where they have booked or whose whole time they sit or host elsewhere. That reveals what they have, so it is for
    what they alone read: an email, and not a page of the private link, which whoever typed their address has as well.
    """
    has_room = Q(seats_left__gt=0) | Q(is_drop_in=True, seats_open=0)
    found = as_listed(Surgery.objects.upcoming(now), now=now).filter(has_room, starts_at__gt=now)
    if apart_from:
        found = found.exclude(pk__in=[each.pk for each in apart_from])
    if besides:
        found = found.exclude(starts_at__lt=besides.ends_at, ends_at__gt=besides.starts_at)
    if person:
        found = found.exclude(_is_out_of_question(person))
    about = Surgery.objects.about(search.topic.pk).filter(pk=OuterRef("pk")) if search.topic else None
    there = Q(venue__office=search.office.pk) if search.office else Q(pk=None)
    found = found.annotate(
        is_about=Exists(about) if about is not None else Value(False),
        is_there=ExpressionWrapper(there, output_field=BooleanField()),
        away=Greatest(F("starts_at") - Value(to or now), Value(to or now) - F("starts_at")),
    )
    return entries(found.order_by("-is_about", "-is_there", "away", "starts_at", "id")[:at_most], search, now=now)


def nearest_to(
    surgery: Surgery,
    *,
    now: datetime,
    apart_from: Collection[Surgery] = (),
    besides: Timed | None = None,
    person: Attendee | None = None,
    at_most: int = 3,
) -> tuple[Entry, ...]:
    """The same for somebody who was to come to this one, or cannot: at its office first, and about when it was."""
    there, others = Search(office=surgery.venue.office), [surgery, *apart_from]
    return nearest(
        there, now=now, to=surgery.starts_at, apart_from=others, besides=besides, person=person, at_most=at_most
    )


def _is_out_of_question(person: Attendee) -> Q:
    """A condition on surgeries: the person has booked there, or has something else for as long as it lasts."""
    booked = Booking.objects.live().filter(attendee=person.pk, surgery=OuterRef("pk"))
    sits = Booking.objects.holding_a_seat().filter(
        attendee=person.pk, slot__starts_at__lte=OuterRef("starts_at"), slot__ends_at__gte=OuterRef("ends_at")
    )
    hosts = Shift.objects.live().filter(
        champion__user__email=person.email, starts_at__lte=OuterRef("starts_at"), ends_at__gte=OuterRef("ends_at")
    )
    return Q(Exists(booked)) | Q(Exists(sits)) | Q(Exists(hosts))


def about(topic: Topic, *, now: datetime, at_most: int = 3) -> tuple[Entry, ...]:
    """The next surgeries with a host who knows the topic."""
    search = Search(topic=topic)
    return entries(as_listed(Surgery.objects.upcoming(now).about(topic), now=now)[:at_most], search, now=now)


def as_listed(surgeries: SurgeryQuerySet, *, now: datetime) -> SurgeryQuerySet:
    """With everything that an entry of the list shows: two queries."""
    return with_availability(surgeries, now=now).select_related("venue__office").prefetch_related(hosting())


def entries(surgeries: Iterable[Surgery], search: Search, *, now: datetime) -> tuple[Entry, ...]:
    """The surgeries that `as_listed` read, in words."""
    wanted = search.topic.name if search.topic else ""
    return tuple(
        Entry(surgery, Availability.of(surgery, now=now), hosts_in_words(hosts_of(surgery), first=wanted))
        for surgery in surgeries
    )


def hosting() -> Prefetch:
    """Prefetch who hosts, as `surgery.hosting`: live shifts with their champion and the names of `known` topics."""
    topics = ArrayAgg(
        "champion__skills__topic__name",
        filter=Q(champion__skills__topic__is_retired=False),
        order_by=(F("champion__skills__level").desc(), "champion__skills__topic__name"),
        default=[],
    )
    shifts = Shift.objects.live().select_related("champion").annotate(known=topics)
    return Prefetch("shifts", shifts.order_by("champion__name", "pk"), to_attr="hosting")


def hosts_of(surgery: Surgery) -> list[Shift]:
    """Who hosts, and what each of them knows, as `known`; asks the database unless `hosting` was prefetched."""
    if not hasattr(surgery, "hosting"):
        prefetch_related_objects([surgery], hosting())
    return surgery.hosting  # type: ignore[attr-defined]


def around(surgery: Surgery) -> Surgery:
    """The surgery with what changes seldom, as it was at most five seconds ago: venue, office, `hosting` and slots.

    To show it. What is decided by, such as its state, is read anew for everybody.
    """
    return kept(f"around:{surgery.reference}", partial(_with_all_around, surgery.pk), seconds=5.0)


def _with_all_around(pk: int) -> Surgery:
    return Surgery.objects.select_related("venue__office").prefetch_related(hosting(), "slots").get(pk=pk)


def hosts_in_words(shifts: list[Shift], *, first: str = "") -> str:
    """Such as "With Amina Yusuf and Tom Price: LinkedIn, privacy and 2 more topics"; empty while nobody hosts
    whose name is known.

    The topic named `first` comes first, if any of them knows it.
    """
    if all(shift.champion.is_removed for shift in shifts):
        return ""
    who = names_of(shifts)
    topics = topics_of(shifts, first=first)
    if not topics:
        return f"With {who}"
    hidden = len(topics) - TOPICS_SHOWN
    if hidden > 1:
        return f"With {who}: {', '.join(topics[:TOPICS_SHOWN])} and {hidden} more topics"
    return f"With {who}: {', '.join(topics)}"


def topics_of(shifts: Iterable[Shift], *, first: str = "") -> list[str]:
    """What those who host know, once each and what they know best first; before all of it the topic named `first`."""
    known = (topic for shift in shifts for topic in shift.known)  # type: ignore[attr-defined]
    return sorted(dict.fromkeys(known), key=lambda name: name != first)


def names_of(shifts: Iterable[Shift]) -> str:
    """Who hosts, such as "Amina Yusuf and Tom Price"; once each, whatever parts of the surgery they have."""
    return get_text_list(all_called(shift.champion for shift in shifts), "and")


def by_week(listed: Iterable[Entry], *, now: datetime) -> tuple[Week, ...]:
    """Grouped under "This week", "Next week" and "Week of 7 December", weeks beginning on Mondays in London."""
    this_week = _monday(timezone.localdate(now))
    return tuple(
        Week(_heading(monday, this_week), tuple(group))
        for monday, group in groupby(listed, lambda entry: _monday(timezone.localdate(entry.surgery.starts_at)))
    )


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _heading(monday: date, this_week: date) -> str:
    weeks = (monday - this_week).days // 7
    if weeks in {0, 1}:
        return ("This week", "Next week")[weeks]
    return f"Week of {day_of_month(monday)}"
