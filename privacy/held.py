"""All that is held about somebody, to give it to them: gathered by the policy, in few statements however much it is."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.core.exceptions import FieldDoesNotExist
from django.db import connection, models
from django.db.models.functions import Concat
from django.utils.dateparse import parse_datetime
from django.utils.text import capfirst

from bookings.models import Booking, Visit
from bookings.people import Person
from notifications.models import OutboxEmail
from notifications.registry import names as names_of_emails
from organisation.models import Grade, Office, Symptom, Team, Topic
from privacy.policy import HOLDINGS, Category, Holding
from privacy.traces import changes_by, counts_about, sessions_of
from surgeries.models import Series, Shift, Slot, Surgery, Venue
from surgeries.templatetags.times import day_and_time

UNSAID = "Kept, and shown to nobody"
# What an id is given with, so that it says something: a name that is nobody’s, or a time and where that was. Of other
# people it stays a number, which is in the file alone.
NAMED: dict[type[models.Model], str] = {
    Office: "name", Team: "name", Grade: "name", Topic: "name", Symptom: "words", Venue: "name", Series: "name",
    Group: "name", Permission: "name",
}  # fmt: skip
TIMED: dict[type[models.Model], tuple[str, str]] = {
    Surgery: ("starts_at", "venue"),
    Slot: ("starts_at", "surgery__venue"),
    Shift: ("starts_at", "surgery__venue"),
    Booking: ("surgery__starts_at", "surgery__venue"),
    Visit: ("surgery__starts_at", "surgery__venue"),
}
# What an email is about is kept under these words.
ABOUT: dict[str, type[models.Model]] = {str(model._meta.model_name): model for model in TIMED}
# What says something to the product alone: numbers by which it tells forms, links, calendars and rows apart, the order
# in line, and how far it is with an email.
FOR_THE_PRODUCT = {
    "id", "attempts", "calendar_sequence", "dedupe_key", "lease_until", "link_number", "needs_context", "next_try_at",
    "not_after", "object_id", "position", "request_id", "stands_for", "unsure_attempts", "version",
}  # fmt: skip


@dataclass(frozen=True)
class Section:
    """The rows of one kind that are theirs."""

    holding: Holding
    rows: list[dict[str, Any]]

    @property
    def heading(self) -> str:
        return self.holding.called

    @property
    def kept(self) -> list[str]:
        """For how long what is personal in it is kept."""
        return sorted({rule.kept.label for rule in self.holding.fields.values()})

    @property
    def in_words(self) -> list[list[tuple[str, str]]]:
        """Each row as a page shows it: what is there, under its name; what only the product can read is not."""
        return [said for row in self.rows if (said := list(self._shown(row)))]

    def _shown(self, row: dict[str, Any]) -> Iterator[tuple[str, str]]:
        for name, value in row.items():
            if (
                value not in (None, "", [], {})
                and name not in FOR_THE_PRODUCT
                and (said := _in_words(self.holding.of, name, value))
            ):
                yield capfirst(_label(self.holding.of, name)), said


def held_about(person: Person) -> list[Section]:
    """Everything, by kind, in the order of the policy; what there is none of is left out."""
    found: dict[int, list[dict[str, Any]]] = {}
    ids: dict[type[models.Model], set[int]] = {}
    for number, row in _rows(person):
        found.setdefault(number, []).append(_unsaid(HOLDINGS[number], row))
        for to, pk in _ids(HOLDINGS[number].of, row):
            ids.setdefault(to, set()).add(pk)
    names = _names(ids)
    for number, rows in found.items():
        found[number] = [_named(HOLDINGS[number].of, row, names) for row in rows]
    for number, holding in enumerate(HOLDINGS):
        if not holding.whose and (traces := list(_traces(holding, person))):
            found[number] = traces
    return [Section(HOLDINGS[number], found[number]) for number in sorted(found)]


def as_json(sections: list[Section], *, given_at: datetime) -> dict[str, Any]:
    """The same as a file: every field as it is stored, with the names of what ids stand for."""
    return {
        "given_at": given_at,
        "held": [{"what": each.heading, "personal data is kept": each.kept, "rows": each.rows} for each in sections],
    }


def _rows(person: Person) -> list[tuple[int, dict[str, Any]]]:
    """With the number of the holding: one statement, which reads whole rows, so that no column can be forgotten."""
    parts: list[str] = []
    params: list[Any] = []
    for number, holding in enumerate(HOLDINGS):
        if not any(getattr(person, kind) for kind in holding.whose):
            continue
        sql, values = holding.rows(person).values("pk").query.sql_with_params()
        table = connection.ops.quote_name(holding.of._meta.db_table)
        key = connection.ops.quote_name(str(holding.of._meta.pk.column))
        parts.append(
            f"(SELECT {number}, {_as_json(holding.of)} FROM {table} r WHERE r.{key} IN ({sql}) ORDER BY r.{key})"  # noqa: S608 - the names are Django's
        )
        params += values
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), params)
        found = cursor.fetchall()
    return [(number, _only(HOLDINGS[number], row)) for number, row in found]


def _as_json(model: type[models.Model]) -> str:
    """A row as JSON, by column, with the ids of what was chosen of many; bytes as the text that they are."""
    quote = connection.ops.quote_name
    extra = []
    for field in model._meta.many_to_many:
        through = field.remote_field.through
        if through and through._meta.auto_created:
            mine, theirs = field.m2m_column_name(), field.m2m_reverse_name()
            chosen = f"SELECT jsonb_agg(m.{quote(theirs)}) FROM {quote(through._meta.db_table)} m"  # noqa: S608
            extra.append(f"'{field.name}', ({chosen} WHERE m.{quote(mine)} = r.{quote(str(model._meta.pk.column))})")
    for column in model._meta.concrete_fields:
        if isinstance(column, models.BinaryField):
            extra.append(f"'{column.name}', encode(r.{quote(str(column.column))}, 'escape')")
    return f"to_jsonb(r) || jsonb_build_object({', '.join(extra)})" if extra else "to_jsonb(r)"


def _only(holding: Holding, row: Any) -> dict[str, Any]:
    """By name of field; of a row about others, what says nothing of them."""
    row = json.loads(row) if isinstance(row, str) else row
    by_column = {field.column: field.name for field in holding.of._meta.concrete_fields}
    named = {by_column.get(column, column): value for column, value in row.items()}
    return {name: value for name, value in named.items() if not holding.only or name in holding.only}


def _unsaid(holding: Holding, row: dict[str, Any]) -> dict[str, Any]:
    secrets = {name for name, rule in holding.fields.items() if rule.category == Category.SECRET}
    return {name: UNSAID if name in secrets and value else value for name, value in row.items()}


def _traces(holding: Holding, person: Person) -> Iterator[dict[str, Any]]:
    """What is found by what it holds: sessions without what they are known by, changes, and counts."""
    if holding.model == "sessions.Session":
        for session, kept in sessions_of(person):
            said = {name: value for name, value in kept.items() if not name.startswith("_")}
            yield {"expire_date": session.expire_date, "session_data": said or UNSAID}
    elif holding.model == "history.Change":
        yield from changes_by(person)
    elif holding.model == "notifications.LimitCount":
        for counted in counts_about(person):
            yield {"what": counted.what, "window_ends_at": counted.window_ends_at, "count": counted.count}


def _related(model: type[models.Model], name: str) -> Any:
    try:
        return model._meta.get_field(name).related_model
    except FieldDoesNotExist:
        return None


def _ids(model: type[models.Model], row: dict[str, Any]) -> Iterator[tuple[type[models.Model], Any]]:
    """The ids in a row that can be given with what they stand for."""
    for name, value in row.items():
        if name == "about" and isinstance(value, dict):
            yield from ((ABOUT[word], each) for word, each in value.items() if word in ABOUT)
        elif (to := _related(model, name)) in NAMED or to in TIMED:
            yield from ((to, each) for each in (value if isinstance(value, list) else [value]) if each)


def _names(ids: dict[type[models.Model], set[int]]) -> dict[tuple[type[models.Model], int], str]:
    """What these ids stand for: one statement for what has a name, and one for what has a time and a place."""
    names: dict[tuple[type[models.Model], int], str] = {}
    lists = [(model, name) for model, name in NAMED.items() if ids.get(model)]
    parts = [
        model._default_manager.filter(pk__in=ids[model]).order_by()
        .annotate(of=models.Value(number), called=models.F(name)).values_list("of", "pk", "called")
        for number, (model, name) in enumerate(lists)
    ]  # fmt: skip
    for number, pk, called in parts[0].union(*parts[1:], all=True) if parts else ():
        names[lists[number][0], pk] = called
    times = [
        model._default_manager.filter(pk__in=ids.get(model, ())).order_by()
        .annotate(
            of=models.Value(number), time=models.F(time),
            place=Concat(f"{venue}__name", models.Value(", "), f"{venue}__office__name"),
        ).values_list("of", "pk", "time", "place")
        for number, (model, (time, venue)) in enumerate(TIMED.items())
    ]  # fmt: skip
    for number, pk, time, place in times[0].union(*times[1:], all=True):
        names[list(TIMED)[number], pk] = f"{day_and_time(time)}, {place}"
    return names


def _named(model: type[models.Model], row: dict[str, Any], names: dict) -> dict[str, Any]:
    """The row, with each id that stands for something as the id and what it stands for."""

    def name(to: Any, value: Any) -> Any:
        if isinstance(value, list):
            return [name(to, each) for each in value]
        is_known = isinstance(value, int) and (to, value) in names
        return {"id": value, "name": names[to, value]} if is_known else value

    def named(field: str, value: Any) -> Any:
        if field == "about" and isinstance(value, dict):
            return {word: name(ABOUT.get(word), each) for word, each in value.items()}
        return name(_related(model, field), value)

    return {field: named(field, value) for field, value in row.items()}


def _is_named(value: Any) -> bool:
    return isinstance(value, dict) and value.keys() == {"id", "name"}


def _label(model: type[models.Model], name: str) -> str:
    try:
        return str(model._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
    except (FieldDoesNotExist, AttributeError):
        return name.replace("_", " ")


def _in_words(model: type[models.Model], name: str, value: Any) -> str:
    """What a page says of it: nothing of a row that is known by its number alone."""
    if isinstance(value, list):
        return ", ".join(filter(None, (_in_words(model, name, each) for each in value)))
    if _is_named(value):
        return str(value["name"])
    if isinstance(value, dict):
        said = {word: each["name"] if _is_named(each) else each for word, each in value.items()}
        return ", ".join(f"{word}: {each}" for word, each in said.items() if name != "about" or isinstance(each, str))
    field = next((each for each in model._meta.get_fields() if each.name == name), None)
    if isinstance(field, models.DateTimeField):
        moment = value if isinstance(value, datetime) else parse_datetime(str(value))
        return day_and_time(moment) if moment else str(value)
    if field is not None and field.is_relation:
        return ""
    choices = getattr(getattr(field, "base_field", field), "flatchoices", None)
    words = {True: "Yes", False: "No"} if isinstance(value, bool) else dict(choices or ())
    if (model, name) == (OutboxEmail, "kind"):
        words = names_of_emails
    return str(words.get(value, value))
