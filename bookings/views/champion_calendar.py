"""A champion's own shifts as a calendar, under a link that they can withdraw."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from bookings import calendars
from bookings.views.calendars import Feed
from champions.models import CalendarLink, Champion
from champions.roles import applicant_page
from champions.services import renew_calendar_link
from notifications.form_pages import SeeOther


@applicant_page
@require_safe
def own_calendar(request: HttpRequest, champion: Champion) -> HttpResponse:
    """How to have one's own shifts in one's own calendar, and how to withdraw the link to them."""
    link = CalendarLink.objects.filter(champion=champion).first()
    feed = Feed("Your shifts", reverse("bookings:own_feed", args=[link.token])) if link else None
    return render(request, "bookings/own_calendar.html", {"feed": feed, "is_done": "done" in request.GET})


@applicant_page
@require_POST
def calendar_link(request: HttpRequest, champion: Champion) -> HttpResponse:
    """Make the link or, in place of the one there is, another."""
    renew_calendar_link(champion=champion)
    return SeeOther(f"{reverse('bookings:own_calendar')}?done")


@login_not_required
@require_safe
@cache_control(private=True, no_cache=True)
def own_feed(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar, for programs, which sign nobody in. Plain words where there is none: no person reads them."""
    links = CalendarLink.objects.filter(token=token, champion__user__is_active=True)
    link = links.select_related("champion").first()
    if link is None:
        return HttpResponseNotFound("There is no such calendar.\n", content_type="text/plain; charset=utf-8")
    return HttpResponse(
        calendars.own_feed(link.champion, now=timezone.now()), content_type=calendars.CONTENT_TYPE
    )  # fmt: skip
