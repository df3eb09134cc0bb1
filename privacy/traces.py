"""What is held about people in places of its own: sessions, counts under keyed hashes, and the history."""

import json
from collections.abc import Iterator
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db.models import Count
from django.utils import timezone

from bookings.change_words import VERBS, kind, place_named
from bookings.people import Person
from history.models import Change
from history.triggers import recorded
from notifications.limits import counts_of
from notifications.models import LimitCount, MailboxEmail

SCRAPS = 200


def sessions_of(person: Person) -> Iterator[tuple[Session, dict[str, Any]]]:
    """Where they are signed in, or have typed their address, with what is kept there."""
    users = {str(pk) for pk in person.users}
    for session in Session.objects.filter(expire_date__gt=timezone.now()).iterator(chunk_size=SCRAPS):
        kept = session.get_decoded()
        said = json.dumps(kept, ensure_ascii=False, default=str).lower()
        if kept.get(SESSION_KEY) in users or any(address in said for address in person.addresses):
            yield session, kept


def counts_about(person: Person) -> list[LimitCount]:
    """How often their addresses were typed, or their codes were guessed at."""
    keys = [*sorted(person.addresses), *(str(pk) for pk in sorted(person.users))]
    return list(counts_of(keys)) if keys else []


def changes_by(person: Person) -> Iterator[dict[str, Any]]:
    """What they did here: when, from which page, and how much of what they changed at once, the latest first.

    Not what it says, nor about whom.
    """
    at_once = Change.objects.filter(who__in=person.users).order_by().values("changed_at", "place", "table", "what")
    for each in at_once.annotate(n=Count("pk")).order_by("-changed_at", "table", "what"):
        model = recorded().get(each["table"])
        yield {
            "changed_at": each["changed_at"],
            "place": place_named(each["place"]) if each["place"] else "",
            "what": f"{VERBS[Change.What(each['what'])]} {each['n']}",
            "table": kind(model, many=each["n"] > 1) if model else each["table"],
        }


def forget_traces(person: Person, names: set[str]) -> None:
    """End their sessions, and delete the counts; in the demonstration, every email that names them as well."""
    Session.objects.filter(pk__in=[session.pk for session, _ in sessions_of(person)]).delete()
    for counted in counts_about(person):
        LimitCount.objects.filter(pk=counted.pk).delete()
    if MailboxEmail.objects.exists():
        _forget_letters(names | person.addresses)


def _forget_letters(words: set[str]) -> None:
    from email import message_from_bytes, policy

    named = []
    for letter in MailboxEmail.objects.iterator(chunk_size=SCRAPS):
        message = message_from_bytes(bytes(letter.raw), policy=policy.default)
        parts = [part.get_content() for part in message.walk() if part.get_content_maintype() == "text"]
        said = " ".join([letter.subject, *map(str, parts)])
        if any(word and word in said for word in words):
            named.append(letter.pk)
    MailboxEmail.objects.filter(pk__in=named).delete()
