"""Finding a person by name, email address or team, however it is spelled.

PostgreSQL says which words there are and whose they are; which of them are meant is decided here, with RapidFuzz. Few
statements however many people there are, and no index to be kept with every booking: see
docs/adr/0013-people-are-found-by-comparing-words.md.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db import connection
from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.urls import reverse

from accounts.models import User
from bookings.models import Attendee, Booking, Visit
from bookings.people import REMOVED
from champions.models import Champion

# How many people are shown, and how many words of what is typed are looked at.
MOST, WORDS = 50, 6
# How well a word matches another: as a whole, as its beginning, as a part of it, or with so many letters wrong.
WHOLE, BEGINNING, PART = 100, 90, 60
WRONG = {1: 80, 2: 65}
# Whoever matches by so much less than the best is not shown beside them.
FAR = 30

# A text is compared without capitals, without the marks of its letters and without apostrophes, word by word.
SPACES = ".,-_/()&"
NOTHING = "'’‘ʼ`´" + "".join(map(chr, range(0x300, 0x346)))
LETTERS = {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "t", "æ": "a", "œ": "o", "ß": "s", "ı": "i"}
LETTERS |= {letter.upper(): plain for letter, plain in LETTERS.items() if len(letter.upper()) == 1 and letter != "ı"}
FROM = SPACES + "–—" + "".join(LETTERS) + NOTHING
TO = " " * len(SPACES + "–—") + "".join(LETTERS.values())
FOLDING = {"from": FROM, "to": TO, "from_plain": f"{SPACES}'", "to_plain": " " * len(SPACES)}
PLAIN = {ord(letter): TO[place] if place < len(TO) else None for place, letter in enumerate(FROM)}

# Each word with whose it is: a person's, of somebody who only signs in, of a champion without an address, or a team's.
# A name of several words is one word as well, so that Vandenberg is found as Van den Berg.
SAID = """
    WITH said (kind, id, text) AS (
        SELECT 'person', id, name || ' ' || split_part(coalesce(email, ''), '@', 1) || ' ' || replace(name, ' ', '')
        FROM bookings_attendee WHERE name <> %(removed)s OR email IS NOT NULL
        UNION ALL
        SELECT 'person', booking.attendee_id, booking.name FROM bookings_booking booking
        JOIN bookings_attendee attendee ON attendee.id = booking.attendee_id
        WHERE booking.name <> attendee.name AND booking.name <> %(removed)s
        UNION ALL
        SELECT 'person', visit.attendee_id, visit.name FROM bookings_visit visit
        JOIN bookings_attendee attendee ON attendee.id = visit.attendee_id
        WHERE visit.name <> attendee.name AND visit.name <> %(removed)s
        UNION ALL
        SELECT CASE WHEN coalesce(own.id, same.id) IS NULL THEN 'user' ELSE 'person' END,
               coalesce(own.id, same.id, account.id),
               account.name || ' ' || split_part(account.email, '@', 1) || ' ' || coalesce(champion.name, '')
        FROM accounts_user account
        LEFT JOIN champions_champion champion ON champion.user_id = account.id
        LEFT JOIN bookings_attendee own ON own.user_id = account.id
        LEFT JOIN bookings_attendee same ON same.email = account.email
        WHERE account.name <> %(removed)s
        UNION ALL
        SELECT 'champion', id, name FROM champions_champion WHERE user_id IS NULL AND name <> %(removed)s
        UNION ALL
        SELECT 'team', id, name || ' ' || also_known_as FROM organisation_team
    )
    SELECT kind, word, array_agg(id) FROM said, string_to_table(
        CASE WHEN octet_length(text) = length(text) THEN translate(lower(text), %(from_plain)s, %(to_plain)s)
        ELSE translate(lower(normalize(text, NFD)), %(from)s, %(to)s) END, ' ') AS word
    WHERE word <> '' GROUP BY kind, word
"""

# Who a user is as somebody who books or comes: whoever is linked to them, or else has their address.
OF_THE_USER = ({"user": OuterRef("pk")}, {"email": OuterRef("email")})

PERSON, USER, CHAMPION, TEAM = "person", "user", "champion", "team"
MORE = ("other_names", "teams", "next_at", "next_state", "last_at", "champion_state", "is_organiser")
# What somebody is as a champion, and how that is looked up of a user. Whoever left or was declined is none.
BARRED = "barred"
AS_CHAMPION = {
    Champion.State.ACTIVE: "Champion",
    Champion.State.RESTING: "Champion, resting",
    Champion.State.APPLIED: "Applied to be a champion",
    Champion.State.ASKED_BACK: "Applied to be a champion",
    BARRED: "Barred",
}
STATE = Case(
    When(is_active=False, champion__state__in=[Champion.State.ACTIVE, Champion.State.RESTING], then=Value(BARRED)),
    default=F("champion__state"),
)
Key = tuple[str, int]
Scores = dict[Key, int]


@dataclass(frozen=True, kw_only=True)
class Somebody:
    """Whoever was found: what they are called, and what tells them from somebody of the same name."""

    kind: str
    pk: int
    name: str
    email: str
    other_names: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    champion_state: str | None = None
    is_organiser: bool = False
    next_at: datetime | None = None
    next_state: str | None = None
    last_at: datetime | None = None

    @property
    def address(self) -> str:
        """Of their page."""
        pages = {PERSON: "person", USER: "person_who_signs_in", CHAMPION: "person_who_hosts"}
        return reverse(f"bookings:{pages[self.kind]}", args=[self.pk])

    @property
    def as_champion(self) -> str:
        """What they are as a champion, in words; empty if they are none."""
        return {str(state): words for state, words in AS_CHAMPION.items()}.get(self.champion_state or "", "")

    @property
    def only_waits(self) -> bool:
        """Whether what comes next for them is a surgery where they have no seat."""
        return self.next_state == Booking.State.WAITING


@dataclass(frozen=True)
class Found:
    """The people who match best, the best first; whether there are more; whether every word matched."""

    people: list[Somebody]
    are_more: bool = False
    has_every_word: bool = True


def folded(text: str) -> str:
    """The text as it is compared with another."""
    return unicodedata.normalize("NFD", text).translate(PLAIN).lower()


def find_people(query: str, *, now: datetime) -> Found:
    """Whoever is meant by what was typed: as many statements however many people there are."""
    asked = list(dict.fromkeys(_asked(query)))[:WORDS]
    words = _words()
    teams = {typed: _matching(typed, words[TEAM]) for typed in asked}
    members = _members({pk for scores in teams.values() for _, pk in scores})
    addresses = _addresses([typed for typed in asked if "@" in typed])
    matched: dict[Key, list[int]] = {}
    for typed in asked:
        scores = _better(
            addresses.get(typed) or _by_name(typed, words),
            {(PERSON, member): score for (_, team), score in teams[typed].items() for member in members.get(team, ())},
        )
        for key, score in scores.items():
            matched.setdefault(key, []).append(score)
    most = max(map(len, matched.values()), default=0)
    sums = {key: sum(scores) for key, scores in matched.items() if len(scores) == most}
    near = max(sums.values(), default=0) - FAR
    best = {key: score for key, score in sums.items() if score >= near}
    people = sorted(_people(best), key=lambda each: (-best[each.kind, each.pk], folded(each.name), each.email, each.pk))
    shown = _with_what_tells_them_apart(people[:MOST], now=now)
    return Found(shown, are_more=len(people) > MOST, has_every_word=most == len(asked))


def _asked(query: str) -> Iterator[str]:
    """The words that were typed; an address, or a part of one with its @, is one."""
    for typed in query.split():
        if "@" in typed.strip("@"):
            yield typed.lower()
        else:
            yield from folded(typed.replace("@", " ")).split()


def _words() -> dict[str, dict[str, list[int]]]:
    """Every word that there is, by what it is of, with the ids of whose it is."""
    found: dict[str, dict[str, list[int]]] = {PERSON: {}, USER: {}, CHAMPION: {}, TEAM: {}}
    with connection.cursor() as cursor:
        cursor.execute(
            SAID,
            {"removed": REMOVED, "from": FROM, "to": TO, "from_plain": f"{SPACES}'", "to_plain": " " * len(SPACES)},
        )
        for kind, word, ids in cursor.fetchall():
            found[kind][word] = ids
    return found


def _wrong(length: int) -> int:
    """How many letters may be wrong in a word of this length."""
    return 0 if length < 3 else 1 if length < 6 else 2


def _matching(typed: str, words: dict[str, list[int]], kind: str = TEAM) -> Scores:
    """Whatever has a word like this one."""
    from rapidfuzz import process  # here, so that only a process in which somebody is looked for has it in memory
    from rapidfuzz.distance import OSA

    scores: dict[str, int] = {}
    if allowed := _wrong(len(typed)):
        like = process.extract(typed, words.keys(), scorer=OSA.distance, score_cutoff=allowed, limit=None)
        scores = {word: WRONG[distance] for word, distance, _ in like if distance}
    for word in words:
        if word.startswith(typed):
            scores[word] = WHOLE if word == typed else BEGINNING
        elif word not in scores and len(typed) > 2 and typed in word:
            scores[word] = PART
    best: Scores = {}
    for word, score in scores.items():
        for pk in words[word]:
            best[kind, pk] = max(score, best.get((kind, pk), 0))
    return best


def _by_name(typed: str, words: dict[str, dict[str, list[int]]]) -> Scores:
    """Whoever is called like this, or has it before the @ of their address."""
    found: Scores = {}
    for part in folded(typed.partition("@")[0]).split():
        for kind in (PERSON, USER, CHAMPION):
            found = _better(found, _matching(part, words[kind], kind))
    return found


def _better(one: Scores, other: Scores) -> Scores:
    """Of each, the better of the two."""
    return one | {key: max(score, one.get(key, 0)) for key, score in other.items()}


def _members(teams: Iterable[int]) -> dict[int, list[int]]:
    """Who has ever booked from each of these teams."""
    found: dict[int, list[int]] = {}
    booked = Booking.objects.filter(team__in=set(teams)).order_by()
    for team, attendee in booked.values_list("team", "attendee").distinct():
        found.setdefault(team, []).append(attendee)
    return found


def _addresses(typed: list[str]) -> dict[str, Scores]:
    """Whose address has this in it, for each part of an address that was typed.

    Somebody who books or comes may sign in with another address than the one by which they are known: it is theirs too.
    """
    found: dict[str, Scores] = {each: {} for each in typed}
    holds = Q(pk__in=[])
    for each in typed:
        holds |= Q(email__contains=each)
    own, same = (Attendee.objects.filter(**it).values("pk")[:1] for it in OF_THE_USER)
    users = User.objects.known().filter(holds).values_list("pk", Coalesce(Subquery(own), Subquery(same)), "email")
    people = Attendee.objects.filter(holds).values_list("pk", "email")
    rows: list[tuple[Key, str]] = [((PERSON, pk), email) for pk, email in people if email]
    rows += [((PERSON, person) if person else (USER, pk), email) for pk, person, email in users]
    for key, email in rows:
        for each in typed:
            if each in email:
                score = WHOLE if each == email else BEGINNING
                found[each][key] = max(score, found[each].get(key, 0))
    return found


def _people(keys: Iterable[Key]) -> Iterator[Somebody]:
    """Who they are: three statements."""
    ids: dict[str, list[int]] = {PERSON: [], USER: [], CHAMPION: []}
    for kind, pk in keys:
        ids[kind].append(pk)
    for pk, name, email in Attendee.objects.filter(pk__in=ids[PERSON]).values_list("pk", "name", "email"):
        yield Somebody(kind=PERSON, pk=pk, name=name, email=email or "")
    users = User.objects.filter(pk__in=ids[USER])
    facts = ("pk", "name", "champion__name", STATE, "email", "is_staff")
    for pk, name, champion, state, email, is_staff in users.values_list(*facts):
        known_as = champion or name or email
        yield Somebody(kind=USER, pk=pk, name=known_as, email=email, champion_state=state, is_organiser=is_staff)
    for pk, name, state in Champion.objects.filter(pk__in=ids[CHAMPION]).values_list("pk", "name", "state"):
        yield Somebody(kind=CHAMPION, pk=pk, name=name, email="", champion_state=state)


def _with_what_tells_them_apart(people: list[Somebody], *, now: datetime) -> list[Somebody]:
    """The same people with their teams and other names, and when they come next and came last: one statement."""
    bookings = Booking.objects.filter(attendee=OuterRef("pk")).order_by()
    users = User.objects.filter(Q(pk=OuterRef("user")) | Q(email=OuterRef("email")))
    at = Coalesce("slot__starts_at", "surgery__starts_at")  # of their seat; who waits has none
    ahead = bookings.live().filter(surgery__ends_at__gt=now).annotate(at=at).order_by("at", "pk")
    came = Visit.objects.filter(attendee=OuterRef("pk")).order_by("-surgery__starts_at")
    others = bookings.exclude(name__in=[OuterRef("name"), REMOVED]).values("attendee")
    teams = bookings.filter(team__isnull=False).values("attendee")
    attendees = Attendee.objects.filter(pk__in=[each.pk for each in people if each.kind == PERSON])
    more = attendees.annotate(
        other_names=Subquery(others.values(all=ArrayAgg("name", distinct=True))),
        teams=Subquery(teams.values(all=ArrayAgg("team__name", distinct=True))),
        next_at=Subquery(ahead.values("at")[:1]),
        next_state=Subquery(ahead.values("state")[:1]),
        last_at=Subquery(came.values("surgery__starts_at")[:1]),
        champion_state=Subquery(users.filter(champion__state__in=AS_CHAMPION).values(state=STATE)[:1]),
        is_organiser=Exists(users.filter(is_staff=True)),
    )
    known = {row["pk"]: row for row in more.values("pk", *MORE)}
    return [replace(each, **_more(each, known[each.pk])) if each.kind == PERSON else each for each in people]


def _more(somebody: Somebody, row: dict[str, Any]) -> dict[str, Any]:
    others = {folded(name): name for name in row["other_names"] or ()}
    others.pop(folded(somebody.name), None)
    return {name: row[name] for name in MORE} | {
        "other_names": tuple(others.values()),
        "teams": tuple(row["teams"] or ()),
    }
