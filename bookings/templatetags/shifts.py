"""What pages about shifts ask, and how their forms write a moment."""

from collections.abc import Iterable

from django import template
from django.utils import timezone

from accounts.models import User
from bookings.forms.hosting import written
from bookings.outcomes import ToRecord, to_record
from bookings.room import is_open
from champions.directory import Entry
from champions.models import Champion
from surgeries.models import Shift, Surgery

register = template.Library()
register.filter("choice", written, expects_localtime=False)


@register.simple_tag
def next_shift(champion: Champion) -> Shift | None:
    """What they host next, or now: for their page, which belongs to an app that knows no shifts."""
    coming = champion.shifts.live().public().filter(ends_at__gt=timezone.now())
    return coming.select_related("surgery__venue__office").first()


@register.simple_tag
def with_next_shift(entries: Iterable[Entry]) -> list[tuple[Entry, Shift | None]]:
    """The champions of the directory, each with what they host next, if they let it show where they host."""
    entries = list(entries)
    shifts = Shift.objects.live().public().filter(champion__in=[entry.pk for entry in entries if entry.offices])
    coming = shifts.filter(surgery__starts_at__gt=timezone.now()).select_related("surgery__venue__office")
    following = {
        shift.champion_id: shift for shift in coming.order_by("champion_id", "starts_at").distinct("champion_id")
    }
    return [(entry, following.get(entry.pk)) for entry in entries]


@register.simple_tag
def what_to_record(user: User) -> list[ToRecord]:
    """Where they may say what came of the people whom they helped: for their page, as `next_shift`."""
    return to_record(user, now=timezone.now())


@register.filter
def is_on(shift: Shift) -> bool:
    """Whether they host at this moment, of a shift that is not over."""
    return shift.has_begun(timezone.now())


@register.filter
def has_open_room(surgery: Surgery) -> bool:
    """Whether its hosts find a room there now."""
    return is_open(surgery, timezone.now())
