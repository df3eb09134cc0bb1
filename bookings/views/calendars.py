"""Calendar files, and the page that says how to subscribe to them."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from bookings import calendars
from bookings.finding import Choice, Search, hosting, known_choices
from bookings.kept import Kept
from organisation.kept import kept
from surgeries.models import Surgery

# Building a calendar of hundreds of surgeries takes a while, and programs that subscribe are in no hurry.
FEED_IS_KEPT = 60.0
PAGE_IS_KEPT = 1.0


@login_not_required
@require_safe
def feed(request: HttpRequest, office: str = "", topic: str = "") -> HttpResponseBase:
    """All surgeries, or those at an office or about a topic, for calendars that subscribe.

    Which, the address of the list can say as well: `?office=leeds`. A calendar of everything would be no answer to a
    name that we do not know, and nobody would notice.
    """
    choices = known_choices()
    office, topic = office or request.GET.get("office", ""), topic or request.GET.get("topic", "")
    search = Search(office=_known(office, choices.offices), topic=_known(topic, choices.topics))

    def body() -> Kept:
        found = calendars.in_feed(search, now=timezone.now())
        return Kept.of(calendars.feed(found, name=f"Social media surgeries{search.words}"))

    response = kept(f"feed:{search.filters}", body, seconds=FEED_IS_KEPT)
    return response.respond(request, content_type=calendars.CONTENT_TYPE)


def _known(slug: str, choices: tuple[Choice, ...]) -> Choice | None:
    """The choice of that name; raises Http404 if one is named that is not known."""
    slug = slug.strip().casefold()
    if not slug:
        return None
    chosen = next((choice for choice in choices if choice.slug == slug), None)
    if chosen is None:
        raise Http404
    return chosen


@login_not_required
@require_safe
@cache_control(no_cache=True)
def surgery_calendar(request: HttpRequest, reference: str) -> HttpResponse:
    """The calendar file of one surgery. One that was called off says so, and withdraws the entry."""
    surgeries = Surgery.objects.public().select_related("venue__office").prefetch_related(hosting())
    surgery = get_object_or_404(surgeries, reference=reference.lower())
    return HttpResponse(
        calendars.surgery_calendar(surgery),
        content_type=calendars.CONTENT_TYPE,
        headers={"Content-Disposition": f'attachment; filename="surgery-{surgery.reference}.ics"'},
    )


@dataclass(frozen=True)
class Feed:
    """A calendar to subscribe to, by the address that programs ask for and by one that opens a calendar program."""

    name: str
    path: str

    @property
    def address(self) -> str:
        return f"{settings.PUBLIC_BASE_URL}{self.path}"

    @property
    def webcal(self) -> str:
        return urlsplit(self.address)._replace(scheme="webcal").geturl()


@login_not_required
@require_safe
def calendar(request: HttpRequest) -> HttpResponseBase:
    """How to have every surgery in one's own calendar."""
    choices = known_choices()

    def page() -> Kept:
        context = {
            "department": choices.department,
            "everything": Feed("All surgeries", reverse("bookings:feed")),
            "offices": [Feed(it.name, reverse("bookings:office_feed", args=[it.slug])) for it in choices.offices],
            "topics": [Feed(it.name, reverse("bookings:topic_feed", args=[it.slug])) for it in choices.topics],
        }
        return Kept.render("bookings/calendar.html", context, path=request.path)

    return kept("calendar", page, seconds=PAGE_IS_KEPT).respond(request)
