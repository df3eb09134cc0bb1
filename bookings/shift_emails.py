"""The emails about shifts: what queues them, and what they say when they are sent."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from bookings.calendars import shift_calendar
from notifications.models import OutboxEmail
from notifications.registry import Message, email
from notifications.rendering import render_email
from notifications.services import queue_email
from organisation.models import Department
from surgeries.models import Shift, Surgery
from surgeries.templatetags.times import when

TAKEN = "shift_taken"


def queue_taken(shift: Shift, *, now: datetime) -> None:
    """They host; with the entry for their calendar."""
    if shift.champion.user:
        queue_email(
            kind=TAKEN,
            to=shift.champion.user.email,
            about={"shift": shift.pk},
            dedupe_key=f"{TAKEN}:{shift.pk}",
            not_after=shift.ends_at,
            now=now,
        )


@email(TAKEN, called="Shift taken")
def taken(row: OutboxEmail) -> Message | None:
    """The confirmation, as long as they host."""
    shift = _shifts().filter(ended_at=None, pk=row.about["shift"], champion__user__email=row.recipient).first()
    if shift is None:
        return None
    calendar = shift_calendar(shift, method="REQUEST", stamp=row.created_at)
    button = _button("Open the brief", "bookings:brief", shift.surgery.reference)
    return _message("shift_taken", shift, calendar=calendar, button=button)


def _shifts() -> Any:
    return Shift.objects.select_related("champion__user", "surgery__venue__office")


def _message(name: str, shift: Shift, *, calendar: bytes | None = None, **more: Any) -> Message:
    """A message to a champion about a shift of theirs."""
    context = {
        "name": shift.champion.name,
        "shift": shift,
        "surgery": shift.surgery,
        "venue": shift.surgery.venue,
        "facts": [("When", when(shift)), ("Where", str(shift.surgery.venue)), *_beside(shift)],
        "department": Department.current(),
        **more,
    }
    return render_email(name, context, calendar=calendar)


def _beside(shift: Shift) -> list[tuple[str, str]]:
    """With whom they host, unless they do not any more."""
    if shift.ended_at:
        return []
    others = shift.surgery.shifts.live().exclude(champion=shift.champion_id).order_by("champion__name")
    names = dict.fromkeys(others.values_list("champion__name", flat=True))
    return [("With", ", ".join(names) or "Nobody else so far")]


def _button(text: str, page: str, *args: object) -> dict[str, str]:
    return {"text": text, "url": settings.PUBLIC_BASE_URL + reverse(page, args=args)}


def place(surgery: Surgery) -> str:
    """Such as "Tuesday 3 March, 10am to 11:30am, Ground floor café, Leeds"."""
    return f"{when(surgery)}, {surgery.venue}"
