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
from django.db.models import Count, F, Min, Q, Value, Window
from django.db.models.functions import Cast, Coalesce, NullIf, RowNumber

from accounts.models import User
from bookings.change_words import FEW, Words, called, what_changed, whoever
from bookings.models import Attendee, Booking, Help, Outcome, Pairing, Visit
from champions.models import Champion, Decision, Skill
from history.models import Change
from history.triggers import part_of, recorded
from organisation.models import EmailParagraph, Headcount
from surgeries.models import Making, Seat, Shift, Surgery

AT_ONCE = ("changed_at", "who", "place")
ACTS, CHANGES = 25, 40
"""How many acts a page shows, and of each at most how many changes."""

NAMED: dict[type[models.Model], Any] = {
    User: Coalesce(NullIf("name", Value("")), "email"),
    Surgery: F("venue__name"),
    Shift: F("champion__name"),
    Skill: F("topic__name"),
    Visit: F("attendee__name"),
    Help: F("visit__attendee__name"),
    Outcome: F("visit__attendee__name"),
    Pairing: F("booking__name"),
    Seat: F("number"),
    Making: F("series__name"),
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
}
"""Whose changes are shown on somebody's page besides their own."""

Row = tuple[str, int]
Names = dict[Row, tuple[str, datetime | None]]


@dataclass(frozen=True)
class Act:
    """What one person did at once, in words."""

    at: datetime
    who: str
    place: str
    changes: tuple[Words, ...]
    # How many more there are than the page shows.
    more: int


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
    for other, field in ALSO.get(model, []):
        theirs = other._default_manager.filter(**{field: key}).values("pk")
        condition |= Q(table=other._meta.db_table, key__in=theirs)
    return condition


def acts_of(condition: Q, *, before: datetime | None = None) -> tuple[list[Act], datetime | None]:
    """The latest acts that the condition on changes lets through, and where to go on, if there are more."""
    changes = Change.objects.filter(condition)
    if before:
        changes = changes.filter(changed_at__lt=before)
    at_once = changes.order_by().values(*AT_ONCE)
    acts = list(at_once.annotate(n=Count("id"), first=Min("id")).order_by("-changed_at", "-first")[: ACTS + 1])
    shown = acts[:ACTS]
    theirs = Change.objects.filter(condition, changed_at__in={act["changed_at"] for act in shown})
    alike = theirs.order_by().exclude(what=Change.What.CHANGED).values_list(*AT_ONCE, "table", "what")
    counts = {tuple(of): number for *of, number in alike.annotate(n=Count("id"))}
    numbered = theirs.annotate(number=Window(RowNumber(), partition_by=list(AT_ONCE), order_by="id"))
    found: dict[tuple, list[Change]] = {}
    for change in numbered.filter(number__lte=CHANGES).order_by("id"):
        found.setdefault((change.changed_at, change.who, change.place), []).append(change)
    names = names_of(row for some in found.values() for change in some for row in mentioned(change))
    worded = []
    for act in shown:
        of = (act["changed_at"], act["who"], act["place"])
        lines, said = _in_words(found[of], names, {key[3:]: n for key, n in counts.items() if key[:3] == of})
        who = whoever(act["who"], act["place"], names)
        worded.append(Act(act["changed_at"], who, act["place"], lines, act["n"] - said))
    return worded, shown[-1]["changed_at"] if len(acts) > ACTS else None


def mentioned(change: Change) -> Iterator[Row]:
    """The rows that a change names: itself, who made it, and what it points at."""
    yield change.table, change.key
    if change.who:
        yield User._meta.db_table, change.who
    model = recorded().get(change.table)
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


def _in_words(changes: list[Change], names: Names, alike: dict[tuple[str, str], int]) -> tuple[tuple[Words, ...], int]:
    """One line each, but many of one kind that were added or deleted together are counted; and how many that says."""
    said: list[Words] = []
    number = 0
    counted: set[tuple[str, str]] = set()
    for change in changes:
        of = (change.table, change.what)
        if alike.get(of, 0) <= FEW:
            said.append(what_changed(change, names))
            number += 1
        elif of not in counted:
            counted.add(of)
            said.append(called(change.table, change.what, count=alike[of]))
            number += alike[of]
    return tuple(said), number
