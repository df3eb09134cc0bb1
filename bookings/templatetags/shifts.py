"""What pages about shifts ask, and how their forms write a moment."""

from django import template
from django.utils import timezone

from bookings.forms.hosting import written
from champions.models import Champion
from surgeries.models import Shift

register = template.Library()
register.filter("choice", written, expects_localtime=False)


@register.simple_tag
def next_shift(champion: Champion) -> Shift | None:
    """What they host next, or now: for their page, which belongs to an app that knows no shifts."""
    coming = champion.shifts.live().public().filter(ends_at__gt=timezone.now())
    return coming.select_related("surgery__venue__office").first()
