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
from django.db.models import Exists, OuterRef, Q, Subquery
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

PERSON, USER, CHAMPION, TEAM = "person", "user", "champion", "team"
MORE = ("other_names", "teams", "next_at", "last_at", "is_champion", "is_organiser")
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
    is_champion: bool = False
    is_organiser: bool = False
    next_at: datetime | None = None
    last_at: datetime | None = None

    @property
    def address(self) -> str:
        """Of their page."""
        pages = {PERSON: "person", USER: "person_who_signs_in", CHAMPION: "person_who_hosts"}
        return reverse(f"bookings:{pages[self.kind]}", args=[self.pk])


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
    """Whose address has this in it, for each part of an address that was typed."""
    found: dict[str, Scores] = {each: {} for each in typed}
    holds = Q(pk__in=[])
    for each in typed:
        holds |= Q(email__contains=each)
    users = User.objects.filter(holds, ~_has_attendee()).values_list("pk", "email")
    people = Attendee.objects.filter(holds).values_list("pk", "email")
    for kind, rows in ((PERSON, people), (USER, users)):
        for pk, email in rows:
            for each in typed:
                if email and each in email:
                    found[each][kind, pk] = WHOLE if each == email else BEGINNING
    return found


def _has_attendee() -> Exists:
    """Of a user: whether they are known as somebody who books or comes as well."""
    return Exists(Attendee.objects.filter(Q(user=OuterRef("pk")) | Q(email=OuterRef("email"))))


def _people(keys: Iterable[Key]) -> Iterator[Somebody]:
    """Who they are: three statements."""
    ids: dict[str, list[int]] = {PERSON: [], USER: [], CHAMPION: []}
    for kind, pk in keys:
        ids[kind].append(pk)
    for pk, name, email in Attendee.objects.filter(pk__in=ids[PERSON]).values_list("pk", "name", "email"):
        yield Somebody(kind=PERSON, pk=pk, name=name, email=email or "")
    users = User.objects.filter(pk__in=ids[USER])
    for pk, name, champion, email, is_staff in users.values_list("pk", "name", "champion__name", "email", "is_staff"):
        known_as, is_champion = champion or name or email, champion is not None
        yield Somebody(kind=USER, pk=pk, name=known_as, email=email, is_champion=is_champion, is_organiser=is_staff)
    for pk, name in Champion.objects.filter(pk__in=ids[CHAMPION]).values_list("pk", "name"):
        yield Somebody(kind=CHAMPION, pk=pk, name=name, email="", is_champion=True)


def _with_what_tells_them_apart(people: list[Somebody], *, now: datetime) -> list[Somebody]:
    """The same people with their teams and other names, and when they come next and came last: one statement."""
    bookings = Booking.objects.filter(attendee=OuterRef("pk")).order_by()
    users = User.objects.filter(Q(pk=OuterRef("user")) | Q(email=OuterRef("email")))
    ahead = bookings.live().filter(surgery__ends_at__gt=now).order_by("surgery__starts_at")
    came = Visit.objects.filter(attendee=OuterRef("pk")).order_by("-surgery__starts_at")
    others = bookings.exclude(name__in=[OuterRef("name"), REMOVED]).values("attendee")
    teams = bookings.filter(team__isnull=False).values("attendee")
    attendees = Attendee.objects.filter(pk__in=[each.pk for each in people if each.kind == PERSON])
    more = attendees.annotate(
        other_names=Subquery(others.values(all=ArrayAgg("name", distinct=True))),
        teams=Subquery(teams.values(all=ArrayAgg("team__name", distinct=True))),
        next_at=Subquery(ahead.values("surgery__starts_at")[:1]),
        last_at=Subquery(came.values("surgery__starts_at")[:1]),
        is_champion=Exists(users.filter(champion__isnull=False)),
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
