"""Who did what, for organisers: what the triggers wrote down (`history`), put into words.

What was done at once is one act. How many statements it takes depends neither on how much there is nor on what it is
about: the acts, how many rows they added and deleted, their changes, and one for the names of all rows that these
mention, as they are now.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Case, Count, F, Min, Q, Value, When, Window
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce, Concat, NullIf, RowNumber
from django.urls import reverse

from accounts.models import User
from bookings.change_words import BELONGS, FEW, Words, called, what_changed, whoever
from bookings.models import Attendee, Booking, Help, Letter, Outcome, Pairing, Visit
from bookings.people import REMOVED
from champions.models import Champion, Decision, Skill
from history.models import Change
from history.triggers import part_of, recorded
from organisation.models import EmailParagraph, Headcount
from surgeries.models import Making, PatternSlot, Seat, Series, Shift, Slot, Surgery, Venue

AT_ONCE = ("changed_at", "who", "place")
ACTS, CHANGES = 25, 40
"""How many acts a page shows, and of each at most how many changes."""
LEFT_OUT = 50_000
"""Said to PostgreSQL, so that it looks them up in a table of hashes however many it takes them for."""
AT_ONCE_ON_A_PAGE = 100
"""How many changes the page of one act shows."""

NAMED: dict[type[models.Model], Any] = {
    User: Coalesce(NullIf("name", Value("")), "email"),
    Attendee: Case(
        When(
            Q(merged_into__isnull=False) & ~Q(merged_into__name=REMOVED),
            then=Concat(Value("another record of "), "merged_into__name"),
        ),
        default="name",
    ),
    Venue: Concat("name", Value(", "), "office__name"),
    Surgery: Concat("venue__name", Value(", "), "venue__office__name"),
    Shift: F("champion__name"),
    Skill: F("topic__name"),
    Visit: F("attendee__name"),
    Help: F("visit__attendee__name"),
    Outcome: F("visit__attendee__name"),
    Pairing: F("booking__name"),
    Seat: F("number"),
    Letter: Value(""),
    Making: F("series__name"),
    PatternSlot: F("series__name"),
    Decision: F("champion__name"),
    EmailParagraph: F("email"),
    Headcount: Coalesce("office__name", "directorate__name", "team__name", "grade__name"),
}
"""What a row is called that has no name, title or words of its own, or other words than these."""

BEGINS: dict[type[models.Model], str] = {Seat: "slot__starts_at", Pairing: "booking__slot__starts_at"}
"""When something begins that does not say so itself."""

ALSO: dict[type[models.Model], list[tuple[type[models.Model], str]]] = {
    Attendee: [(Booking, "attendee"), (Visit, "attendee")],
    Champion: [(Shift, "champion")],
    Series: [(Surgery, "series")],
}
"""Whose changes are shown on a page besides its own: of a person, what they booked or host; of a series, what is held
in it, without what belongs to each surgery in turn.
"""

COUNTED = (
    ~Q(what=Change.What.CHANGED)
    | Q(table=Surgery._meta.db_table)
    | Q(table__in=[Slot._meta.db_table, Shift._meta.db_table], of=None)
)
"""Of what many are counted: rows added or deleted, surgeries that were changed, and what was moved with them."""

IN_ORDER: list[Any] = [Case(When(table=Surgery._meta.db_table, then=0), default=1), "id"]
"""What was done at once: the surgery before what is a part of it."""

Row = tuple[str, int]
Names = dict[Row, tuple[str, datetime | None]]


@dataclass(frozen=True)
class Act:
    """What one person did at once, in words."""

    at: datetime
    who: str
    place: str
    changes: tuple[Words, ...]
    # How many more there are than the page shows, and the page that shows all of them.
    more: int = 0
    href: str = ""


def kinds() -> dict[str, type[models.Model]]:
    """What has a page of its changes, by its name in the address."""
    return {str(model._meta.model_name): model for model in recorded().values() if not model._meta.auto_created}


def changes_of(model: type[models.Model], key: int) -> Q:
    """A condition on changes: of that row, of its parts, of those that were its parts then, and of what is theirs."""
    condition = Q(table=model._meta.db_table, key=key)
    for table, part in recorded().items():
        whole = part_of(part)
        if whole and whole.related_model is model:
            once = Change.objects.filter(table=table, whole=key).values("key")
            left = Q(table=table, key__in=once, **{f"facts__{whole.column}__0": key})
            condition |= Q(table=table, whole=key) | left
    if model is Series:  # drafts of it were deleted, or taken back with it
        gone = Change.objects.filter(table=Surgery._meta.db_table, what=Change.What.DELETED, facts__series_id=key)
        condition |= Q(table=Surgery._meta.db_table, key__in=gone.values("key"))
    for other, field in ALSO.get(model, []):
        theirs = other._default_manager.filter(**{field: key}).values("pk")
        condition |= Q(table=other._meta.db_table, key__in=theirs)
    return condition


def acts_of(
    condition: Q, *, within: Row | None = None, before: datetime | None = None
) -> tuple[list[Act], datetime | None]:
    """The latest acts that the condition on changes lets through, and where to go on, if there are more.

    What is read `within` the page of one row does not say that it is a part of that.
    """
    if before:
        condition &= Q(changed_at__lt=before)
    at_once = _by_somebody(condition, within=within).order_by().values(*AT_ONCE)
    acts = list(at_once.annotate(n=Count("id"), first=Min("id")).order_by("-changed_at", "-first")[: ACTS + 1])
    shown = acts[:ACTS]
    moments = {act["changed_at"] for act in shown}
    theirs = _by_somebody(condition & Q(changed_at__in=moments), within=within)
    theirs = theirs.annotate(of=_surgery_apart(moments))
    alike = theirs.order_by().filter(COUNTED).values_list(*AT_ONCE, "table", "what", "of")
    rows = Count("key", distinct=True)  # one act may change a row more than once
    counts = {tuple(of): (n, rows) for *of, n, rows in alike.annotate(n=Count("id"), rows=rows)}
    numbered = theirs.annotate(number=Window(RowNumber(), partition_by=list(AT_ONCE), order_by=IN_ORDER))
    found: dict[tuple, list[Change]] = {}
    for change in numbered.filter(number__lte=CHANGES).order_by(*IN_ORDER):
        found.setdefault((change.changed_at, change.who, change.place), []).append(change)
    names = names_of(row for some in found.values() for change in some for row in mentioned(change))
    worded = []
    for act in shown:
        of = tuple(act[name] for name in AT_ONCE)
        page = reverse("bookings:changes_at_once", args=[act["first"]])
        together = {key[3:]: numbers for key, numbers in counts.items() if key[:3] == of}
        lines, said = _in_words(found[of], names, together, within=within, page=page)
        who = whoever(act["who"], act["place"], names)
        worded.append(Act(act["changed_at"], who, act["place"], lines, act["n"] - said, page))
    return worded, shown[-1]["changed_at"] if len(acts) > ACTS else None


def act_with(key: int, *, after: int = 0) -> tuple[Act, int | None] | None:
    """The act of which this change is a part, if there is one: its changes after that one, and where to go on."""
    one = Change.objects.filter(pk=key).first()
    if one is None:
        return None
    same = {"who": one.who} if one.who else {"who__isnull": True}
    theirs = _by_somebody(Q(changed_at=one.changed_at, place=one.place, **same, id__gt=after))
    changes = list(theirs.order_by("id")[: AT_ONCE_ON_A_PAGE + 1])
    shown = changes[:AT_ONCE_ON_A_PAGE]
    names = names_of(row for change in [one, *shown] for row in mentioned(change))
    lines = tuple(what_changed(change, names) for change in shown)
    following = shown[-1].pk if len(changes) > AT_ONCE_ON_A_PAGE else None
    return Act(one.changed_at, whoever(one.who, one.place, names), one.place, lines), following


def mentioned(change: Change) -> Iterator[Row]:
    """The rows that a change names: itself, who made it, and what it points at."""
    yield change.table, change.key
    if change.who:
        yield User._meta.db_table, change.who
    model = recorded().get(change.table)
    if change.whole and model in BELONGS:
        yield BELONGS[model]._meta.db_table, change.whole
    for field in model._meta.concrete_fields if model else ():
        if field.is_relation and field.related_model and change.facts and field.column in change.facts:
            value = change.facts[field.column]
            for key in value if isinstance(value, list) else [value]:
                if isinstance(key, int):
                    yield field.related_model._meta.db_table, key


def names_of(rows: Iterable[Row]) -> Names:
    """What these rows are called now, and when they begin, in one statement. Those that are gone are not there."""
    wanted: dict[str, set[int]] = {}
    for table, key in rows:
        wanted.setdefault(table, set()).add(key)
    by_table = {model._meta.db_table: model for model in apps.get_models()}
    selects = [_names(by_table[table], keys) for table, keys in sorted(wanted.items()) if table in by_table]
    if not selects:
        return {}
    return {(table, key): (name, at) for table, key, name, at in selects[0].union(*selects[1:], all=True)}


def _by_somebody(condition: Q, *, within: Row | None = None) -> models.QuerySet[Change]:
    """The changes that the condition lets through and somebody made.

    An attendee who was added without coming anywhere was not: the database needs a row to lock for whoever hosts, or
    a record to point at. Who came is counted for all of them in one go, and not looked up for each: thousands may
    have been added at the same moment.
    """
    attendees = Attendee._meta.db_table
    added = Change.objects.filter(what=Change.What.ADDED).order_by()
    # No page of one thing shows that others were added than itself and its own other records.
    they = added.filter(Q(key=within[1]) | Q(whole=within[1]) if within else condition, table=attendees)
    together = added.filter(
        changed_at__in=they.values("changed_at").distinct(),
        table__in=[attendees, Booking._meta.db_table, Visit._meta.db_table],
    )
    whom = Cast(KeyTextTransform("attendee_id", "facts"), models.BigIntegerField())
    each: list[Any] = ["changed_at", Case(When(table=attendees, then="key"), default=whom)]
    came = Window(Count("id", filter=~Q(table=attendees)), partition_by=each)
    alone = together.alias(came=came).filter(came=0).values("pk")[:LEFT_OUT]
    return Change.objects.filter(condition).exclude(pk__in=alone)


def _names(model: type[models.Model], keys: set[int]) -> models.QuerySet:
    own = {field.name for field in model._meta.concrete_fields}
    text = NAMED.get(model) or next((F(name) for name in ("name", "title", "words") if name in own), Value(""))
    begins = BEGINS.get(model, "starts_at" if "starts_at" in own else "")
    moment: Any = F(begins) if begins else Value(None)
    return (
        model._default_manager.filter(pk__in=keys)
        .order_by()
        .values_list(
            Cast(Value(model._meta.db_table), models.TextField()),
            "pk",
            Cast(text, models.TextField()),
            Cast(moment, models.DateTimeField()),
        )
    )


def _surgery_apart(moments: set[datetime]) -> Case:
    """The surgery whose part was added, changed or deleted; none, if that was done to the surgery itself at once.

    Looked for among all that was done at these moments in one go, as in `_by_somebody`.
    """
    surgeries = Surgery._meta.db_table
    parts = [model._meta.db_table for model, owner in BELONGS.items() if owner is Surgery]
    together = Change.objects.filter(changed_at__in=moments, table__in=[surgeries, *parts]).order_by()
    each: list[Any] = ["changed_at", "what", Case(When(table=surgeries, then="key"), default="whole")]
    whole = Window(Count("id", filter=Q(table=surgeries)), partition_by=each)
    with_it = together.alias(surgeries=whole).filter(surgeries__gt=0).values("pk")[:LEFT_OUT]
    return Case(When(Q(table__in=parts) & ~Q(pk__in=with_it), then=F("whole")))


def _alike(change: Change) -> tuple:
    """By what it is counted together with others."""
    return change.table, change.what, change.of  # type: ignore[attr-defined]  # which `acts_of` adds


def _in_words(
    changes: list[Change], names: Names, alike: dict[tuple, tuple[int, int]], *, within: Row | None, page: str
) -> tuple[tuple[Words, ...], int]:
    """One line each, and how many changes they say.

    Many of one kind, and of one surgery, are counted, if they are `COUNTED`; the page shows each. `alike` has how many
    changes there are of each, and of how many rows.
    """
    said: list[Words] = []
    number = 0
    counted: set[tuple] = set()
    for change in changes:
        of = _alike(change)
        many, rows = alike.get(of, (0, 0))
        if rows <= FEW:
            said.append(what_changed(change, names, within=within))
            number += 1
        elif of not in counted:
            counted.add(of)
            whole = None if within == (Surgery._meta.db_table, change.whole) else of[2]
            together = [each for each in changes if _alike(each) == of]
            said.append(called(together, names, count=rows, of=whole, href=page))
            number += many
    return tuple(said), number
