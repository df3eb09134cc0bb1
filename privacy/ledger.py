"""The ledger of erasures, as rows and as lines: what is needed to erase people again after a restore, and no more.

See docs/adr/0009-an-erasure-ledger-that-outlives-the-database.md.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.dateparse import parse_datetime

from accounts.models import User
from bookings.models import Attendee
from bookings.people import Person
from champions.models import Champion
from privacy.models import Erasure

KEYED_HASH = "privacy.erasure"


class LedgerBroken(ValueError):
    """A line of the ledger cannot be read; the message says which."""


def note(attendee: Attendee, *, person: Person, by: User | None, now: datetime) -> Erasure:
    """Write down that they are erased."""
    address = attendee.email or min(person.addresses, default="")
    return Erasure.objects.create(
        attendee_number=attendee.pk, attendee_made_at=attendee.created_at,
        address_hash=_hashed(address, settings.SECRET_KEY) if address else "", erased_at=now, erased_by=by,
    )  # fmt: skip


def note_champion(champion: Champion, *, by: User | None, now: datetime) -> Erasure:
    """The same of a champion of whom a name alone is known."""
    return Erasure.objects.create(
        champion_number=champion.pk, address_hash=_hashed(_named(champion), settings.SECRET_KEY), erased_at=now,
        erased_by=by,
    )  # fmt: skip


def means(entry: Erasure, champion: Champion) -> bool:
    """Whether the entry means this champion, and not somebody who has the number since."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    hashes = (_hashed(_named(champion), key) for key in keys)
    return entry.champion_number == champion.pk and any(constant_time_compare(entry.address_hash, h) for h in hashes)


def matches(entry: Erasure, attendee: Attendee) -> bool:
    """Whether the entry means this row, and not somebody who has its number, or the address, since."""
    if entry.attendee_number == attendee.pk and entry.attendee_made_at == attendee.created_at:
        return True
    if not (entry.address_hash and attendee.email and attendee.created_at <= entry.erased_at):
        return False
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return any(constant_time_compare(entry.address_hash, _hashed(attendee.email, key)) for key in keys)


def concerned(entries: list[Erasure]) -> Iterator[tuple[Attendee, list[Erasure]]]:
    """Every attendee whom an entry means, with those entries. Reads each attendee once, however many entries."""
    numbers: dict[int, list[Erasure]] = {}
    hashes: dict[str, list[Erasure]] = {}
    for entry in entries:
        if entry.attendee_number is None:
            continue
        numbers.setdefault(entry.attendee_number, []).append(entry)
        hashes.setdefault(entry.address_hash, []).append(entry)
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    for attendee in Attendee.objects.iterator(chunk_size=1000) if entries else ():
        found = list(numbers.get(attendee.pk, ()))
        if attendee.email:
            for key in keys:
                found += hashes.get(_hashed(attendee.email, key), ())
        if any(matches(entry, attendee) for entry in found):
            yield attendee, found


def concerned_champions(entries: list[Erasure]) -> list[Champion]:
    """Every champion of whom a name alone is known and whom an entry means."""
    numbers = {entry.champion_number for entry in entries if entry.champion_number}
    known = Champion.objects.filter(pk__in=numbers, user=None).order_by("pk")
    return [champion for champion in known if any(means(entry, champion) for entry in entries)]


def line_of(entry: Erasure) -> dict[str, Any]:
    """What a line of the ledger says."""
    return {
        "reference": str(entry.reference),
        "attendee": entry.attendee_number,
        "made_at": entry.attendee_made_at.isoformat() if entry.attendee_made_at else None,
        "champion": entry.champion_number,
        "address_hash": entry.address_hash,
        "erased_at": entry.erased_at.isoformat(),
        "erased_by": entry.erased_by_id,
    }


def read(lines: Iterable[str]) -> Iterator[Erasure]:
    """The entries in these lines: those of `export_erasures`, or of the log, whose other lines are passed over.

    Raises LedgerBroken.
    """
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            said = json.loads(line)
        except ValueError:
            raise LedgerBroken(f"Line {number} is no JSON.") from None
        if isinstance(said, dict) and (said := said.get("erasure", said)) and "address_hash" in said:
            try:
                yield _entry(said)
            except (KeyError, TypeError, ValueError, AttributeError):
                raise LedgerBroken(f"Line {number} is no entry of the ledger.") from None


def take_in(entries: Iterable[Erasure]) -> int:
    """Keep those that the database does not know any more. Returns how many there were."""
    known = set(Erasure.objects.values_list("reference", flat=True))
    users = set(User.objects.values_list("pk", flat=True))
    new = {entry.reference: entry for entry in entries if entry.reference not in known}
    for entry in new.values():
        # A number that is nobody's any more is left out; the line has it still.
        entry.erased_by_id = entry.erased_by_id if entry.erased_by_id in users else None
    return len(Erasure.objects.bulk_create(new.values(), batch_size=500))


def _entry(said: dict[str, Any]) -> Erasure:
    # Lines from before champions were noted do not name any.
    champion, erased_at = said.get("champion"), parse_datetime(said["erased_at"])
    made_at = parse_datetime(said["made_at"]) if champion is None else None
    if not (erased_at and erased_at.tzinfo) or (champion is None and not (made_at and made_at.tzinfo)):
        raise ValueError
    return Erasure(
        reference=UUID(said["reference"]), attendee_number=int(said["attendee"]) if champion is None else None,
        attendee_made_at=made_at, champion_number=None if champion is None else int(champion),
        address_hash=str(said["address_hash"])[:64], erased_at=erased_at, erased_by_id=said["erased_by"],
    )  # fmt: skip


def _named(champion: Champion) -> str:
    return f"champion {champion.name}"


def _hashed(address: str, key: str) -> str:
    return salted_hmac(KEYED_HASH, address, secret=key, algorithm="sha256").hexdigest()
