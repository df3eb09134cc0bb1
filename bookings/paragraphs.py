"""Which emails may have a paragraph of the department's own, and what each looks like with it.

Those that attendees and champions get. Codes to sign in, what goes to organisers, and what goes to an address that was
mistyped say what they have to and no more.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from bookings.models import Booking, Visit
from champions.models import Champion, Decision, Milestone
from notifications.models import OutboxEmail
from notifications.registry import Message, names, writers
from organisation.paragraphs import showing
from surgeries.models import Shift, Surgery

ATTENDEES, CHAMPIONS = "attendees", "champions"
CONFIRMED, WAITING, CANCELLED = Booking.State.CONFIRMED, Booking.State.WAITING, Booking.State.CANCELLED
# Whoever looks at somebody's email must not be able to act for them.
PRIVATE = re.compile(r"(?<=[^/])/(bookings|visits|step-in)/[^/\s\"<]+")


@dataclass(frozen=True)
class Sample:
    """An email that somebody has been, or could be, sent: it is written from the rows that it is about."""

    kind: str
    to: str
    about: dict[str, Any]
    context: dict[str, Any]

    def written(self, now: datetime) -> Message | None:
        """What it says now; None if that is no longer true."""
        row = OutboxEmail(
            kind=self.kind, recipient=self.to, about=self.about, context=self.context, created_at=now, next_try_at=now
        )
        return writers[self.kind](row)


Latest = Callable[[], Sample | None]


@dataclass(frozen=True)
class Kind:
    """An email, by its template: what organisers call it, who gets it, and the latest there is to show of it."""

    email: str
    called: str
    to: str
    latest: Latest


@dataclass(frozen=True)
class Preview:
    """How an email reads with a paragraph. If nobody has got one of this kind yet, it is the confirmation instead."""

    message: Message
    is_of_this_kind: bool


def _of_booking(kind: str, state: str, *, slot: bool = False, before: str = "", **wanted: Any) -> Latest:
    """About the latest booking in this state; `before` says where it was until then, if the email tells of that."""

    def latest() -> Sample | None:
        bookings = Booking.objects.filter(state=state, attendee__email__isnull=False, **wanted)
        booking = bookings.select_related("attendee", "slot").order_by("-pk").first()
        if booking is None:
            return None
        about = {"booking": booking.pk, **({"slot": booking.slot_id} if slot else {})}
        context: dict[str, Any] = {"surgery": booking.surgery_id} if before else {}
        if before == "same place" and booking.slot:
            times = {"starts_at": booking.slot.starts_at, "ends_at": booking.slot.ends_at}
            context |= {name: at.isoformat() for name, at in times.items()}
        return Sample(kind, str(booking.attendee.email), about, context)

    return latest


def _of_visit() -> Sample | None:
    visits = Visit.objects.filter(attendee__email__isnull=False, surgery__state=Surgery.State.PUBLISHED)
    visit = visits.select_related("attendee").order_by("-pk").first()
    return Sample("visit_over", str(visit.attendee.email), {"surgery": visit.surgery_id}, {}) if visit else None


def _of_no_show() -> Sample | None:
    missed = Booking.objects.plain_no_shows(timezone.now()).filter(missed_because="", attendee__email__isnull=False)
    booking = missed.select_related("attendee").order_by("-pk").first()
    return Sample("visit_missed", str(booking.attendee.email), {"booking": booking.pk}, {}) if booking else None


def _of_shift(kind: str, *, ended: bool = False) -> Latest:
    def latest() -> Sample | None:
        shifts = Shift.objects.filter(ended_at__isnull=not ended, champion__user__isnull=False)
        shift = shifts.select_related("champion__user").order_by("-pk").first()
        return Sample(kind, shift.champion.user.email, {"shift": shift.pk}, {}) if shift else None  # type: ignore[union-attr]

    return latest


def _of_decision(state: str) -> Latest:
    def latest() -> Sample | None:
        outcome = Decision.Outcome.APPROVED if state == Champion.State.ACTIVE else state
        decisions = Decision.objects.filter(outcome=outcome, champion__state=state, champion__user__isnull=False)
        decision = decisions.select_related("champion__user").order_by("-pk").first()
        if decision is None:
            return None
        return Sample(f"champion_{outcome}", decision.champion.user.email, {"decision": decision.pk}, {})  # type: ignore[union-attr]

    return latest


def _of_milestone() -> Sample | None:
    reached = Milestone.objects.filter(champion__state=Champion.State.ACTIVE, champion__user__isnull=False)
    milestone = reached.select_related("champion__user").order_by("-pk").first()
    if milestone is None:
        return None
    return Sample("champion_milestone", milestone.champion.user.email, {"milestone": milestone.pk}, {})  # type: ignore[union-attr]


def _of_brief() -> Sample | None:
    hosting = Shift.objects.live().filter(champion__user__isnull=False, surgery__starts_at__gt=timezone.now())
    published = hosting.filter(surgery__state=Surgery.State.PUBLISHED).select_related("champion__user")
    shift = published.order_by("surgery__starts_at", "pk").first()
    if shift is None:
        return None
    about = {"surgery": shift.surgery_id, "champion": shift.champion_id}
    return Sample("brief", shift.champion.user.email, about, {})  # type: ignore[union-attr]


def _nothing() -> Sample | None:
    """No row says all of what it tells, or it takes more statements to write than a page may."""
    return None


def _kind(email: str, to: str, latest: Latest, called: str = "") -> Kind:
    return Kind(email, called or names[email], to, latest)


def kinds() -> dict[str, Kind]:
    """Every email that may have a paragraph, in the order in which somebody gets them."""
    all_of_them = [
        _kind("booking_booked", ATTENDEES, _of_booking("booking_booked", CONFIRMED), "Seat booked"),
        _kind("booking_waiting", ATTENDEES, _of_booking("booking_booked", WAITING), "Place on the waiting list"),
        _kind("booking_promoted", ATTENDEES, _of_booking("booking_promoted", CONFIRMED)),
        _kind("booking_reminder", ATTENDEES, _of_booking("booking_reminder", CONFIRMED, slot=True)),
        _kind("booking_changed", ATTENDEES, _of_booking("booking_changed", CONFIRMED)),
        _kind("booking_moved", ATTENDEES, _of_booking("booking_moved", CONFIRMED, before="the waiting list")),
        _kind("booking_kept", ATTENDEES, _of_booking("booking_moved", CONFIRMED, before="same place"), "Seat kept"),
        _kind("booking_handed_back", ATTENDEES, _of_booking("booking_handed_back", WAITING, before="the same")),
        _kind("booking_surgery_moved", ATTENDEES, _of_booking("booking_surgery_moved", CONFIRMED)),
        _kind("booking_released", ATTENDEES,
              _of_booking("booking_released", CANCELLED, cancelled_reason=Booking.MOVED_AWAY)),
        _kind("booking_cancelled", ATTENDEES, _of_booking("booking_cancelled", CANCELLED)),
        _kind("booking_called_off", ATTENDEES,
              _of_booking("booking_called_off", CANCELLED, surgery__state=Surgery.State.CALLED_OFF)),
        _kind("already_booked", ATTENDEES, _nothing),
        _kind("booking_not_moved", ATTENDEES, _nothing),
        _kind("visit_over", ATTENDEES, _of_visit),
        _kind("visit_missed", ATTENDEES, _of_no_show),
        _kind("champion_asked_back", CHAMPIONS, _of_decision(Champion.State.ASKED_BACK)),
        _kind("champion_declined", CHAMPIONS, _of_decision(Champion.State.DECLINED)),
        _kind("champion_approved", CHAMPIONS, _of_decision(Champion.State.ACTIVE)),
        _kind("shift_asked", CHAMPIONS, _nothing),
        _kind("shift_taken", CHAMPIONS, _of_shift("shift_taken")),
        _kind("shift_moved", CHAMPIONS, _of_shift("shift_moved")),
        _kind("shift_ended", CHAMPIONS, _of_shift("shift_ended", ended=True)),
        _kind("brief", CHAMPIONS, _of_brief),
        _kind("brief_changes", CHAMPIONS, _nothing),
        _kind("outcomes_missing", CHAMPIONS, _nothing),
        _kind("champion_milestone", CHAMPIONS, _of_milestone),
    ]  # fmt: skip
    return {kind.email: kind for kind in all_of_them}


def preview(kind: Kind, words: str) -> Preview | None:
    """The latest email of this kind with these words in it. None as long as nobody has booked.

    Whatever is private in it leads nowhere.
    """
    now = timezone.now()
    with showing(words):
        sample = kind.latest()
        message = sample.written(now) if sample else None
        if message:
            return Preview(_without_private_links(message), is_of_this_kind=True)
        confirmation = kinds()["booking_booked"].latest()
        message = confirmation.written(now) if confirmation else None
    return Preview(_without_private_links(message), is_of_this_kind=False) if message else None


def _without_private_links(message: Message) -> Message:
    text, html = (PRIVATE.sub(r"/\1/private", each) for each in (message.text, message.html))
    return Message(subject=message.subject, text=text, html=html)
