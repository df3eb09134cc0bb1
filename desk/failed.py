"""The emails that could not be delivered: each with what it was about, why it failed, and whether it can be retried."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bookings.models import Booking
from bookings.people import Owner, owners_of
from desk.reasons import Reason, reason_of, written_about
from notifications.models import OutboxEmail
from surgeries.models import Shift, Surgery


@dataclass(frozen=True)
class Failed:
    """An email that was given up."""

    email: OutboxEmail
    what: str
    # Whoever is known by that address, if anybody is.
    owner: Owner | None
    surgery: Surgery | None
    reason: Reason
    can_try: bool
    is_too_late: bool


def failed(emails: Iterable[OutboxEmail], *, now: datetime) -> list[Failed]:
    """What there is to know of these: five statements however many they are."""
    emails = list(emails)
    surgeries = _surgeries(emails)
    owners = owners_of(email.recipient for email in emails)
    return [
        Failed(
            email=email,
            what=written_about(email.kind),
            owner=owners.get(email.recipient),
            surgery=surgeries.get(email.pk),
            reason=reason_of(email.last_error),
            can_try=email.can_be_tried_again and not email.is_too_late(now),
            is_too_late=email.is_too_late(now),
        )
        for email in emails
    ]


def _surgeries(emails: list[OutboxEmail]) -> dict[int, Surgery]:
    """The surgery that each email is about, as far as it is about one that is still there."""
    ids = {
        name: {email.pk: email.about[name] for email in emails if isinstance(email.about.get(name), int)}
        for name in ("surgery", "booking", "shift")
    }
    found = dict(ids["surgery"])
    for name, model in (("booking", Booking), ("shift", Shift)):
        rows = model._default_manager.filter(pk__in=set(ids[name].values()))
        surgery_of = dict(rows.values_list("pk", "surgery"))
        found |= {email: surgery_of[pk] for email, pk in ids[name].items() if pk in surgery_of}
    surgeries = Surgery.objects.select_related("venue__office").in_bulk(set(found.values()))
    return {email: surgeries[pk] for email, pk in found.items() if pk in surgeries}
