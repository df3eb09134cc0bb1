"""How changes read: what a row, a field, a value and a place are called."""

from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import NoReverseMatch, get_resolver, reverse
from django.utils.dateparse import parse_date, parse_datetime, parse_time
from django.utils.text import Truncator, capfirst

from accounts.models import User
from bookings.models import Booking, Help, Letter, Pairing, Visit
from bookings.paragraphs import kinds as kinds_of_email
from champions.models import Champion, Decision, Skill
from history.models import Change
from history.triggers import part_of, recorded
from organisation.lists import lists
from organisation.models import Department, EmailParagraph, Guidelines
from surgeries.models import Making, PatternSlot, Seat, Series, Shift, Slot, Surgery
from surgeries.templatetags.times import clock, day_and_time, day_and_year

FEW = 3
LONGEST = 90
VERBS = {Change.What.ADDED: "added", Change.What.CHANGED: "changed", Change.What.DELETED: "deleted"}

VERBS_OF_A_CHANGE = {
    ("surgeries_surgery", "state", "published"): "published",
    ("surgeries_surgery", "state", "draft"): "unpublished",
    ("surgeries_surgery", "state", "called_off"): "called off",
    ("surgeries_surgery", "starts_at", None): "moved",
    ("surgeries_surgery", "venue_id", None): "moved",
    ("surgeries_making", "undone_at", None): "took back",
    ("bookings_booking", "state", "cancelled"): "cancelled",
    ("bookings_booking", "state", "confirmed"): "gave a seat to",
    ("bookings_booking", "slot_id", None): "moved",
    ("surgeries_shift", "ended_at", None): "ended",
    ("bookings_attendee", "merged_into_id", None): "merged",
    ("accounts_user", "is_active", False): "barred",
    ("accounts_user", "last_login", None): "signed in to",
    ("accounts_user", "password", None): "ended every session of",  # which is bound to it; nobody has a password
    (None, "is_retired", True): "retired",
    (None, "is_retired", False): "brought back",
}
"""The first that fits, by table (unless it is the same in all), column and, unless any will do, the value now."""

FORGETS_SECOND_FACTORS = {"letting_in:forget_second_factor", "admin:accounts_user_changelist"}
"""From where they are forgotten. They are not recorded themselves: what is, is that sessions end with them."""

COUNTERS = {
    *("calendar_sequence", "last_position", "link_number", "changed_at", "created_at"),
    *("request_id", "digest", "version", "last_login", "password"),
    *("confirmed_at", "cancelled_at", "called_off_at"),
}
"""What rises along with another change, and says nothing to people."""

KINDS: dict[type[models.Model], tuple[str, str]] = {
    Making: ("surgeries made at once", "times that surgeries were made at once"),
    EmailParagraph: ("paragraph in emails", "paragraphs in emails"),
    Guidelines: ("guidelines", "versions of the guidelines"),
    Department: ("department", "department"),
    Pairing: ("choice of who sits with whom", "choices of who sits with whom"),
    Help: ("help", "times somebody was helped"),
    Letter: ("email to the people", "emails to the people"),
    PatternSlot: ("slot of the series", "slots of series"),
    Skill: ("known topic", "topics that champions know"),
    Decision: ("decision about an application", "decisions about applications"),
    User: ("account", "accounts"),
}
"""One and many, where the name of the model is no word that organisers use."""

NOT_ASKED_FOR: set[type[models.Model]] = {Making, PatternSlot, Pairing}
"""What comes along with something else that is asked for, so that nobody has to choose it."""

BELONGS: dict[type[models.Model], type[models.Model]] = {
    **dict.fromkeys([Slot, Seat, Shift, Booking, Visit, Letter], Surgery),
    Skill: Champion,
}
"""What says of which surgery or champion it is, though it has a name or a time of its own."""

PLACES = {
    name: place
    for place, names in {
        "the booking form": ["bookings:book"],
        "the link in their email": ["bookings:step_in"],
        "the page “I’m here”": ["bookings:here", "bookings:here_in"],
        "the page “Tell us where you would come”": ["bookings:ask"],
        "the room": ["bookings:room", "bookings:act"],
        "the register": ["bookings:correct_register", "bookings:paper", "bookings:put_right"],
        "the brief": ["bookings:sit_with"],
        "the outcomes": ["bookings:outcome", "bookings:leave_outcomes_open"],
        "their shifts": ["bookings:take", "bookings:give_back"],
        "their own page": ["bookings:rest", "bookings:leave", "bookings:come_back"],
        "their profile": ["champions:profile"],
        "their journal": ["bookings:write_entry", "bookings:entry", "bookings:delete_entry"],
        "their calendar": ["bookings:calendar_link"],
        "the form to become a champion": ["champions:join", "champions:join_code", "champions:own_application"],
        "the form that adds a champion": ["champions:add_champion"],
        "the page of organisers": [
            *("letting_in:organisers", "letting_in:organiser", "letting_in:forget_second_factor"),
        ],
        "the application": ["champions:approve", "champions:ask_back", "champions:decline"],
        "the diary": ["bookings:new_surgery", "bookings:preview", "bookings:undo"],
        "the page of the series": [
            *("bookings:extend", "bookings:edit_series", "bookings:publish_series", "bookings:end_series"),
            "bookings:call_off_series",
            "bookings:unpublish_series",
        ],
        "the page of the surgery": [
            *("bookings:edit_surgery", "bookings:publish_surgery", "bookings:unpublish_surgery"),
            *("bookings:delete_draft", "bookings:call_off_surgery", "bookings:manage_slots", "bookings:write_to"),
            *("bookings:add_host", "bookings:take_off_host"),
        ],
        "the page of the person": [
            *("bookings:book_for_at", "bookings:book_for_new_at", "bookings:move_for_to", "bookings:cancel_for"),
            *("bookings:address_of_who_hosts", "bookings:book_for_user", "privacy:same", "privacy:merge"),
        ],
        "the page of the department": ["organisation:department"],
        "the lists": [
            *("organisation:add_row", "organisation:row", "organisation:retire_row", "organisation:bring_row_back"),
            *("organisation:delete_row", "organisation:count_row", "organisation:remove_count"),
            *("organisation:import_counts", "organisation:change_guidelines", "organisation:add_guidelines"),
            *("organisation:delete_guidelines", "bookings:email_paragraph"),
        ],
        "what is held about them": ["privacy:data_of_user"],
        "the page that removes people": ["privacy:erase", "privacy:erase_champion"],
        "What needs you": ["desk:choose_digest"],
        "their account": ["accounts:sign_out_everywhere", "accounts:remove"],
        "the page where people sign in": ["account_login", "account_confirm_login_code", "mfa_authenticate"],
    }.items()
    for name in names
}
"""What pages are called from which something is done, by their names in addresses."""

PAGES: dict[type[models.Model], tuple[str, str]] = {
    Surgery: ("bookings:manage_surgery", "reference"),
    Series: ("bookings:series", "reference"),
    Champion: ("champions:application", "pk"),
    Guidelines: ("organisation:change_guidelines", "pk"),
    EmailParagraph: ("bookings:email_paragraph", "email"),
}
"""Where organisers see a row, and what it is known by there; rows of the lists have their own pages."""


@dataclass(frozen=True)
class Words:
    """A change in words: what was done to what, where that is shown, and what is different."""

    verb: str
    thing: str
    href: str = ""
    details: tuple[tuple[str, str], ...] = ()


def called(changes: list[Change], names: dict, *, count: int, of: int | None, href: str) -> Words:
    """Many rows of one kind together, some of which are given, and which are `of` one surgery if that is."""
    change, verbs = changes[0], {_verb(each) for each in changes}
    verb = verbs.pop() if len(verbs) == 1 else VERBS[Change.What(change.what)]
    model = recorded().get(change.table)
    many = kind(model, many=True) if model else change.table
    thing = f"{count} {many}{_belonging(Surgery, of, names) if of else ''}"
    return Words(verb, thing, href)


def what_changed(change: Change, names: dict, *, within: tuple[str, int] | None = None) -> Words:
    """One change in words. Of a part of a surgery or champion it says of which, unless that is what it is `within`."""
    model = recorded().get(change.table)
    if model is None:
        return Words(VERBS[Change.What(change.what)], f"{change.table} {change.key}")
    if model._meta.auto_created:
        return _choice(change, model, names)
    details = _details(change, model, names) if change.what == Change.What.CHANGED else ()
    name = str(model._meta.model_name)
    href = reverse("bookings:changes_of_one", args=[name, change.key])
    return Words(_verb(change), f"{kind(model)} {_which(change, model, names, within)}".strip(), href, details)


def kind(model: type[models.Model], *, many: bool = False) -> str:
    """What one row of the model is called, or several."""
    if model._meta.auto_created:
        return str(_choices_of(model).verbose_name)
    if model in KINDS:
        return KINDS[model][many]
    return str(model._meta.verbose_name_plural if many else model._meta.verbose_name)


def row_named(table: str, key: Any, names: dict, *, mark: str = "{}") -> str:
    """The row in words: its name, put into `mark`, and when it begins, as they are now; its number if it is gone."""
    text, at = names.get((table, key), ("", None))
    return _named(table, text, at, mark=mark) or f"number {key}"


def name_of(change: Change, names: dict) -> str:
    """What the row is called now; of one that is gone, as far as it is known."""
    text, at = _known(change, names)
    return _named(change.table, text, at, mark="“{}”") or f"number {change.key}"


def _which(change: Change, model: type[models.Model], names: dict, within: tuple[str, int] | None) -> str:
    """What the row is called, and of which surgery or champion, with the time of day instead of day and time."""
    owner = BELONGS.get(model)
    if owner is None or not change.whole:
        return name_of(change, names)
    text, at = _known(change, names)
    own = [text if model is Seat else text and f"“{text}”", at and f"at {clock(at)}"]
    if within != (owner._meta.db_table, change.whole):
        own.append(_belonging(owner, change.whole, names).strip())
    return " ".join(part for part in own if part)


def _belonging(owner: type[models.Model], key: int, names: dict) -> str:
    return f" of {kind(owner)} {row_named(owner._meta.db_table, key, names, mark='“{}”')}"


def _known(change: Change, names: dict) -> tuple[str, datetime | None]:
    """The name of the row and when it begins, as they are now or, of one that is gone, were."""
    if (change.table, change.key) in names:
        return names[change.table, change.key]
    facts = change.facts or {}
    text = next((str(facts[name]) for name in ("name", "title", "words", "number") if facts.get(name)), "")
    at = facts.get("starts_at")
    return text, parse_datetime(at) if isinstance(at, str) else None


def _named(table: str, text: str, at: datetime | None, *, mark: str) -> str:
    if text and table == EmailParagraph._meta.db_table and text in kinds_of_email():
        text = kinds_of_email()[text].called
    return ", ".join(part for part in (text and mark.format(text), at and day_and_time(at)) if part)


def whoever(who: int | None, place: str, names: dict) -> str:
    """Who did it and from where, such as “Priya Shah, in the administration pages”."""
    if who:
        name = names.get((User._meta.db_table, who), ("",))[0] or "Somebody who is no longer known"
        return f"{name}, from {place_named(place)}" if place else name
    if not place:
        return "Somebody, directly in the database"
    kind, _, rest = place.partition(" ")
    if kind == "clock":
        return "The clock"
    if kind == "command":
        return f"The command {rest}" if rest else "A command"
    if is_private(place):
        return "By themselves, from their private link"
    return f"Somebody who was not signed in, from {place_named(place)}"


@cache
def is_private(place: str) -> bool:
    """Whether the page of that name is reached by a private link."""
    namespace, _, name = place.partition(":")
    found = get_resolver().namespace_dict.get(namespace)
    forms = found[1].reverse_dict.getlist(name) if found and name else []
    return any("token" in parameters for patterns in forms for _, parameters in patterns[0])


def place_named(place: str) -> str:
    """What a page is called from which somebody did something."""
    if place in PLACES:
        return PLACES[place]
    if place.startswith("admin:"):
        return "the administration pages"
    if is_private(place):
        return "a private link"
    return f"the page “{place.rpartition(':')[2].replace('_', ' ')}”"


def _choices_of(model: type[models.Model]) -> models.ManyToManyField:
    source: Any = model._meta.auto_created
    return next(field for field in source._meta.many_to_many if field.remote_field.through is model)


def _choice(change: Change, model: type[models.Model], names: dict) -> Words:
    """Somebody chose one of many, or no longer does."""
    field, whole = _choices_of(model), part_of(model)
    target = field.m2m_reverse_name()
    key = (change.facts or {}).get(target)
    what = row_named(field.related_model._meta.db_table, key, names)
    source: Any = whole.related_model if whole else model
    href = reverse("bookings:changes_of_one", args=[source._meta.model_name, change.whole])
    verb = "chose" if change.what == Change.What.ADDED else "no longer chose"
    of = f"{kind(source)} {row_named(source._meta.db_table, change.whole, names, mark='“{}”')}"
    return Words(verb, f"{what} among the {field.verbose_name} of {of}", href)


def _verb(change: Change) -> str:
    facts = change.facts or {}
    if change.what == Change.What.CHANGED:
        if "password" in facts and change.place in FORGETS_SECOND_FACTORS:
            return "forgot the second factor of"
        for (table, column, value), verb in VERBS_OF_A_CHANGE.items():
            if table in {None, change.table} and column in facts and value in {None, _now(facts[column])}:
                return verb
    return VERBS[Change.What(change.what)]


def _now(fact: Any) -> Any:
    return fact[1] if isinstance(fact, list) and isinstance(fact[1], str | bool) else None


def _details(change: Change, model: type[models.Model], names: dict) -> tuple[tuple[str, str], ...]:
    fields = {field.column: field for field in model._meta.concrete_fields}
    details = []
    for column, fact in sorted((change.facts or {}).items()):
        if column in COUNTERS or (None, column, _now(fact)) in VERBS_OF_A_CHANGE:
            continue
        field = fields.get(column)
        label = str(capfirst(field.verbose_name)) if field else column
        if fact is None:
            details.append((label, "changed (what it says is not kept)"))
        else:
            details.append((label, " → ".join(_value(field, each, names) for each in fact)))
    if not details and _verb(change) == VERBS[Change.What.CHANGED]:
        details.append(("Only for calendars and counting", ""))
    return tuple(details)


def _value(field: models.Field | None, value: Any, names: dict) -> str:
    """A value as people read it."""
    if value in (None, "", []):
        return "nothing"
    if field is None or isinstance(value, bool):
        return {True: "yes", False: "no"}.get(value, str(value))
    if field.is_relation and field.related_model:
        return row_named(field.related_model._meta.db_table, value, names)
    if isinstance(field, ArrayField):
        return ", ".join(_value(field.base_field, each, names) for each in value)
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    return _moment(field, value) or Truncator(str(value)).chars(LONGEST)


def _moment(field: models.Field, value: Any) -> str:
    parsed: datetime | date | time | None
    if isinstance(field, models.DateTimeField):
        parsed = parse_datetime(str(value))
        return day_and_time(parsed) if parsed else ""
    if isinstance(field, models.DateField):
        parsed = parse_date(str(value))
        return day_and_year(parsed) if parsed else ""
    if isinstance(field, models.TimeField):
        parsed = parse_time(str(value))
        return clock(parsed) if parsed else ""
    return ""


def page_of(row: models.Model, *, is_administrator: bool = False) -> str:
    """Where organisers see the row and change it, if there is such a page: its own one, or that of its surgery.

    Administrators are led to the administration pages where there is no other.
    """
    if type(row) not in PAGES and isinstance(surgery := getattr(row, "surgery", None), Surgery):
        row = surgery
    in_admin = f"admin:{row._meta.app_label}_{row._meta.model_name}_change" if is_administrator else ""
    if is_administrator and isinstance(row, User):
        return reverse("letting_in:organiser", args=[row.pk])
    name, known_by = PAGES.get(type(row), (in_admin, "pk"))
    own = next((each.slug for each in lists.values() if each.model is type(row)), "")
    try:
        return reverse("organisation:row", args=[own, row.pk]) if own else reverse(name, args=[getattr(row, known_by)])
    except NoReverseMatch:
        return ""
