"""The brief by email to each host, on the working day before, and what has changed since on the morning itself.

They are written when they are sent, so that what people typed freely is never kept with the emails: a brief that waits
holds ids of bookings and of their slots, by which the morning tells what has changed.

Here, other than in the emails to attendees, what people ask is told in their words: it goes to their hosts alone. What
would make it easier for them to come is on the page only.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.text import get_text_list

from bookings.briefs import Brief, Guest, brief_of
from bookings.messages import name_of, soon
from bookings.models import Booking
from notifications.models import OutboxEmail
from notifications.registry import Message, email
from notifications.rendering import button_to, render_email
from notifications.services import NewEmail, queue_emails
from organisation.models import Department
from surgeries.models import Shift, Slot, Surgery
from surgeries.templatetags.times import span, when

BRIEF, CHANGES = "brief", "brief_changes"
BOOKING = "booking:"
# What happened this long before the brief was noted as sent may have been too late to be in it.
TAKES = timedelta(minutes=1)


def queue_briefs(surgeries: Iterable[Surgery], *, now: datetime) -> int:
    """The brief, to each host who has an address: once for each, and anew to who gave the shift back and took it again.

    Returns how many are new.
    """
    shifts = _hosting(surgeries)
    seats: dict[int, dict[str, int]] = defaultdict(dict)
    for booking in Booking.objects.holding_a_seat().filter(surgery__in=[shift.surgery_id for shift in shifts]):
        seats[booking.surgery_id][f"{BOOKING}{booking.pk}"] = booking.slot_id or 0
    return queue_emails(
        [
            NewEmail(
                kind=BRIEF,
                to=shift.champion.user.email,
                about={"surgery": shift.surgery_id, "champion": shift.champion_id, **seats[shift.surgery_id]},
                dedupe_key=_brief_key(shift),
                not_after=shift.surgery.starts_at,
            )
            for shift in shifts
            if shift.champion.user
        ],
        now=now,
    )


def queue_changes(surgeries: Iterable[Surgery], *, now: datetime) -> int:
    """What has changed since the brief, if anything has, to each host whom it was sent. Returns how many are new."""
    shifts = _hosting(surgeries)
    briefs = OutboxEmail.objects.filter(dedupe_key__in=[_brief_key(shift) for shift in shifts])
    starts = {shift.surgery_id: shift.surgery.starts_at for shift in shifts}
    return queue_emails(
        [
            NewEmail(
                kind=CHANGES,
                to=brief.recipient,
                about={"brief": brief.pk, "surgery": brief.about["surgery"], "champion": brief.about["champion"]},
                dedupe_key=f"{CHANGES}:{brief.pk}",
                not_after=starts[brief.about["surgery"]],
            )
            for brief in briefs.filter(state=OutboxEmail.State.SENT)
            if changes_since(brief)
        ],
        now=now,
    )


def _hosting(surgeries: Iterable[Surgery]) -> list[Shift]:
    """The live shifts of those who can be written to: of each at each surgery the one that they have had longest."""
    shifts = Shift.objects.live().filter(surgery__in=list(surgeries), champion__user__is_active=True)
    longest = shifts.order_by("surgery_id", "champion_id", "pk").distinct("surgery_id", "champion_id")
    return list(longest.select_related("surgery", "champion__user"))


def _brief_key(shift: Shift) -> str:
    """Another one on another day, to which the surgery has moved: then its hosts are to have it anew."""
    return f"{BRIEF}:{shift.pk}:{timezone.localdate(shift.surgery.starts_at)}"


@dataclass(frozen=True)
class Change:
    """Somebody comes who did not, or at another time, or no more."""

    booking: Booking | None
    was: Slot | None
    now: Slot | None

    @property
    def begins(self) -> str:
        """To sort by: the time of the earlier of the two."""
        return min((slot.starts_at.isoformat() for slot in (self.was, self.now) if slot), default="")

    @property
    def words(self) -> str:
        """Such as "Ada Lovelace comes at 10:20am to 10:40am, no longer at 10am to 10:20am."."""
        name = (name_of(self.booking) if self.booking else "") or "Somebody"
        if self.now and self.was:
            return f"{name} comes {span(self.now)}, no longer {span(self.was)}."
        if self.now:
            return f"{name} comes as well, {span(self.now)}."
        return f"{name} no longer comes{f' {span(self.was)}' if self.was else ''}."


def changes_since(brief: OutboxEmail) -> list[Change]:
    """What has become of the seats that a brief told of since it was sent, in the order of time."""
    told = {int(key.removeprefix(BOOKING)): slot for key, slot in brief.about.items() if key.startswith(BOOKING)}
    surgery = brief.about["surgery"]
    bookings = Booking.objects.filter(Q(pk__in=told) | Q(surgery=surgery)).in_bulk()
    slots = Slot.objects.filter(Q(pk__in=told.values()) | Q(surgery=surgery)).in_bulk()
    changes = []
    for pk in told | bookings:
        booking = bookings.get(pk)
        is_there = booking is not None and booking.is_confirmed and booking.surgery_id == surgery
        now = booking.slot_id if booking and is_there else None
        is_new = booking is None or brief.sent_at is None or booking.changed_at > brief.sent_at - TAKES
        if now != told.get(pk) and is_new:
            changes.append(Change(booking, slots.get(told.get(pk, 0)), slots.get(now or 0)))
    return sorted(changes, key=lambda change: change.begins)


@email(BRIEF, called="Brief for a host")
def brief(row: OutboxEmail) -> Message | None:
    """Who comes when and what they ask, for somebody who still hosts."""
    surgery = _surgery_of_host(row)
    return _message("brief", surgery, row) if surgery else None


@email(CHANGES, called="Changes since a host’s brief")
def changes(row: OutboxEmail) -> Message | None:
    """What has changed since the brief, if it still has."""
    surgery = _surgery_of_host(row)
    sent = OutboxEmail.objects.filter(pk=row.about["brief"]).first()
    changes = [change.words for change in changes_since(sent)] if sent else []
    return _message("brief_changes", surgery, row, changes=changes) if surgery and changes else None


def _surgery_of_host(row: OutboxEmail) -> Surgery | None:
    """The surgery that the email is about, if it is still to come and whoever gets the email still hosts there."""
    now = timezone.now()
    hosting = Shift.objects.live().filter(champion=row.about["champion"], champion__user__email=row.recipient)
    return (
        Surgery.objects.upcoming(now)
        .filter(pk=row.about["surgery"], starts_at__gt=now, shifts__in=hosting)
        .select_related("venue__office")
        .first()
    )


def _message(name: str, surgery: Surgery, row: OutboxEmail, **more: object) -> Message:
    brief = brief_of(surgery, now=timezone.now())
    context = {
        "surgery": surgery,
        "venue": surgery.venue,
        "soon": soon(surgery),
        "brief": brief,
        "hours": [(span(hour.slot), [_guest(guest) for guest in hour.guests]) for hour in brief.hours if hour.guests],
        "needs": sum(bool(guest.adjustments) for guest in brief.guests),
        "facts": [
            ("When", when(surgery)),
            ("Where", str(surgery.venue)),
            ("With", _fellow_hosts(brief, row.about["champion"]) or "Nobody else so far"),
        ],
        "department": Department.current(),
        "button": button_to("Open the brief", "bookings:brief", surgery.reference),
        **more,
    }
    return render_email(name, context)


def _fellow_hosts(brief: Brief, champion: int) -> str:
    """Such as "Tom Price (tom.price@example.gov.uk)"."""
    others = {shift.champion for shift in brief.shifts if shift.champion_id != champion}
    said = (f"{other} ({other.user.email})" if other.user else str(other) for other in others)
    return get_text_list(sorted(said), "and")


def _guest(guest: Guest) -> dict[str, object]:
    asks = [*guest.topics, *guest.symptoms, *(["not sure yet"] if guest.booking.is_unsure else [])]
    host = guest.suggestion.host
    return {
        "name": name_of(guest.booking) or "Somebody",
        "asks": ", ".join(asks),
        "question": guest.question,
        "host": host.name if host else "",
        "is_chosen": guest.suggestion.is_chosen,
    }
