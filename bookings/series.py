"""Series as organisers see them: their pattern in words, what they have, and what was made last."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from bookings.elsewhere import Times
from bookings.services.series import figures_of
from organisation.models import Department
from surgeries.models import Making, Series, Surgery, local_moment
from surgeries.services import Skipped, is_decided, open_dates, own_slots, what_speaks_against
from surgeries.templatetags.times import clock, day_and_year, rhythm, span


def words_of(series: Series) -> str:
    """The pattern, such as "Every second Tuesday, 10am to midday, until Tuesday 14 December 2027"."""
    words = f"{rhythm(series)}, {clock(series.start_time)} to {clock(series.end_time)}"
    return f"{words}, until {day_and_year(series.ends_on)}" if series.ends_on else words


def slots_in_words(series: Series) -> str:
    """With which slots it makes its surgeries, such as "Slots of 20 minutes with 3 seats each"."""
    if own := own_slots(series):
        start = local_moment(series.starts_on, series.start_time)
        each = (
            f"{span(Times(*within.times(start)))} with {seats} seat{'' if seats == 1 else 's'}"
            for within, seats in own.items()
        )
        return f"Slots: {'; '.join(each)}"
    seats = f"{series.seats_per_slot} seat{'' if series.seats_per_slot == 1 else 's'}"
    return f"Slots of {series.slot_minutes} minutes with {seats} each"


def settled(series: Series) -> list[str]:
    """What else is settled about the surgeries that it makes, in words."""
    cutoff = f"{series.cutoff_minutes} minutes before the start"
    if series.cutoff_minutes is None:
        cutoff = f"{Department.recent().cutoff_minutes} minutes before the start, as is usual for new ones"
    return [
        slots_in_words(series),
        f"{series.hosts_wanted} host{'' if series.hosts_wanted == 1 else 's'} wanted",
        "People may drop in" if series.is_drop_in else "Only those who booked",
        f"The waiting list stops {cutoff}",
    ]


def address_of(making: Making) -> str:
    """Where it is seen that this was made: the page of its series, or its month in the diary."""
    if making.series:
        return f"{reverse('bookings:series', args=[making.series.reference])}?made={making.pk}"
    surgery = making.surgeries.first()
    month = f"month={timezone.localdate(surgery.starts_at):%Y-%m}&" if surgery else ""
    return f"{reverse('bookings:diary')}?{month}made={making.pk}"


@dataclass(frozen=True)
class Made:
    """What one press made, for the page that says so. `surgery` is the one, if it was a single surgery."""

    making: Making
    number: int
    can_be_undone: bool
    surgery: Surgery | None

    @classmethod
    def of(cls, making: Making, *, now: datetime | None = None) -> "Made":
        """As it is now."""
        number, can_be_undone = figures_of(making, now=now)
        return cls(making, number, can_be_undone, None if making.series_id else making.surgeries.first())


def made_of(pk: str) -> Made | None:
    """What was made, by the number in an address, unless it was taken back since."""
    if not (pk.isascii() and pk.isdecimal() and len(pk) < 19):
        return None
    making = Making.objects.filter(pk=int(pk), undone_at=None).first()
    return Made.of(making) if making else None


def made_just_now(series: Series, *, now: datetime) -> Made | None:
    """What was made last for the series, if that was lately and can be taken back."""
    latest = series.makings.filter(undone_at=None).order_by("-made_at", "-pk").first()
    made = Made.of(latest, now=now) if latest else None
    return made if made and made.can_be_undone else None


def left_out(series: Series, *, now: datetime) -> list[Skipped]:
    """The dates to come that have no surgery, though they have been decided on, each with why as far as it is known."""
    if series.planned_until is None:
        return []
    days = [day for day in open_dates(series, until=series.planned_until, now=now) if is_decided(series, day)]
    against = what_speaks_against(series, days)
    return [Skipped(day, against.get(day, "left out, or its draft was deleted")) for day in days]


def with_figures(series: QuerySet[Series], *, now: datetime) -> QuerySet[Series]:
    """With the number of its `drafts` and `published` to come, and when the next one starts: `next_at`."""
    ahead = Q(surgeries__ends_at__gt=now)
    published = ahead & Q(surgeries__state=Surgery.State.PUBLISHED)
    return series.select_related("venue__office").annotate(
        drafts=Count("surgeries", filter=ahead & Q(surgeries__state=Surgery.State.DRAFT)),
        published=Count("surgeries", filter=published),
        next_at=Min("surgeries__starts_at", filter=published),
    )
