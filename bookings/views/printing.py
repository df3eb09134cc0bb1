"""What organisers print for the café: a poster, and a card for the table, of a surgery or of a series."""

import re
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import get_text_list
from django.views.decorators.http import require_safe

from accounts.roles import organiser_page
from bookings.arriving_links import here_link, here_link_of_series
from bookings.sharing import otherwise
from organisation.models import Department
from organisation.paper import paper_of
from surgeries.models import Series, Surgery, Venue
from surgeries.templatetags.times import clock, day, day_of_month, rhythm, span

DAYS = 4
"""How many days the poster of a series names."""


@dataclass(frozen=True)
class Notice:
    """What is said on paper: when and where, whether people may drop in, and where the QR code leads."""

    day: str
    hours: str
    venue: Venue
    is_drop_in: bool
    link: str
    back: str
    state: str = ""
    # Of a series, the days on which it is next as usual, in words.
    next_days: str = ""
    # Of a series, its next surgery if that is not where or when it usually is; and whether there is none.
    exception: Surgery | None = None
    has_nothing_ahead: bool = False

    @property
    def is_wordy(self) -> bool:
        """Whether the letters have to be smaller, so that all of it is on one sheet."""
        return len(str(self.venue)) > 45 or len(Department.recent().name) > 60

    @property
    def readable_link(self) -> str:
        """As somebody types it."""
        return self.link.partition("://")[2].removesuffix("/")

    @property
    def list_link(self) -> str:
        """Where people book a seat, as somebody types it."""
        return settings.PUBLIC_BASE_URL.partition("://")[2]


@organiser_page
@require_safe
def poster(request: HttpRequest, reference: str) -> HttpResponse:
    """The poster of a surgery."""
    return _poster(request, _of_surgery(reference))


@organiser_page
@require_safe
def cards(request: HttpRequest, reference: str) -> HttpResponse:
    """The card for the tables of a surgery."""
    return render(request, "bookings/cards.html", {"notice": _of_surgery(reference)})


@organiser_page
@require_safe
def series_poster(request: HttpRequest, reference: str) -> HttpResponse:
    """The poster of a series: good for all of its surgeries, until the next ones that it names are over."""
    return _poster(request, _of_series(reference))


@organiser_page
@require_safe
def series_cards(request: HttpRequest, reference: str) -> HttpResponse:
    """The card for the tables of a series."""
    return render(request, "bookings/cards.html", {"notice": _of_series(reference)})


def _poster(request: HttpRequest, notice: Notice) -> HttpResponse:
    return render(request, "bookings/poster.html", {"notice": notice, "paper": paper_of(request)})


def _of_surgery(reference: str) -> Notice:
    surgery = get_object_or_404(Surgery.objects.select_related("venue__office"), reference=reference)
    return Notice(
        day=_unbroken(day(surgery.starts_at)),
        hours=span(surgery),
        venue=surgery.venue,
        is_drop_in=surgery.is_drop_in,
        link=here_link(surgery),
        back=reverse("bookings:manage_surgery", args=[surgery.reference]),
        state=surgery.state,
    )


def _of_series(reference: str) -> Notice:
    series = get_object_or_404(Series.objects.select_related("venue__office"), reference=reference)
    following = series.surgeries.upcoming(timezone.now()).select_related("venue__office").first()
    return Notice(
        day=rhythm(series),
        hours=f"{clock(series.start_time)} to {clock(series.end_time)}",
        venue=series.venue,
        is_drop_in=series.is_drop_in,
        link=here_link_of_series(series),
        back=reverse("bookings:series", args=[series.reference]),
        next_days=_next_days(series),
        exception=following if following and otherwise(following, series) else None,
        has_nothing_ahead=following is None,
    )


def _next_days(series: Series) -> str:
    """The next days on which it is where and when it usually is, such as "8 December and 22 December".

    Of every second Tuesday nobody knows which one is meant. A day of the week is named if it is not the usual one.
    """
    usual = series.surgeries.upcoming(timezone.now()).filter(
        venue=series.venue, starts_at__time=series.start_time, ends_at__time=series.end_time
    )
    days = [timezone.localdate(each.starts_at) for each in usual[:DAYS]]
    said = (day(each) if each.weekday() != series.starts_on.weekday() else day_of_month(each) for each in days)
    return get_text_list([_unbroken(each) for each in said], "and")


def _unbroken(date: str) -> str:
    """With day and month in one line, wherever the line ends. The year may be below: large letters leave no room."""
    return re.sub(r"(?<=\d) ", "\N{NO-BREAK SPACE}", date)
