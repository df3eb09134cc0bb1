"""At the door: where the codes on posters and table cards lead, and people say that they are here.

Whoever types an address has not shown that it is theirs, so no page says anything of anybody. Only that an address
has no booking has to be said, to those who say that they booked or give no name. And whoever lets somebody else
arrive, and reads the wait before and after, may see it grow for a walk-in and not for somebody whose seat was counted
already. To hide that, the wait would have to leave out those who walk in, which are the people that it is about; to
tell it in coarser steps, or later, only means to try again, or to look later. Who tries it leaves that person in the
room, before the eyes of the hosts, and can do so once.
"""

import re
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from bookings.errors import DoorsClosed, NotExpected
from bookings.finding import Search, hosts_of, nearest, nearest_to
from bookings.forms.arriving import ArriveForm
from bookings.queue import Wait, about, wait_at
from bookings.services.attending import come_in, doors_open_at
from notifications.form_pages import FOR_BACK, SeeOther, form_page
from notifications.limits import FORMS_PER_CLIENT, Limit, client_address, count_all
from surgeries.models import Series, Surgery

# No email goes to the address; it is counted so that nobody can try what becomes of it all day.
ARRIVALS_PER_ADDRESS = Limit(what="arrivals of an address", setting="EMAILS_PER_ADDRESS", per=timedelta(hours=1))


def at_the_door(view: Callable[[HttpRequest, Surgery], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A page that anybody may open while the doors are open; at other times it says why not, and where to go."""

    @form_page
    @cache_control(**FOR_BACK)
    @wraps(view)
    def page(request: HttpRequest, reference: str) -> HttpResponseBase:
        now = timezone.now()
        public = Surgery.objects.public().select_related("venue__office")
        surgery = public.filter(reference=reference.lower()).first()
        if surgery is None:
            return _of_a_series(reference) or _unknown(request)
        context: dict[str, Any] = {"surgery": surgery}
        if surgery.is_called_off or surgery.is_over(now):
            hosts_of(surgery)
            context["nearest"] = nearest_to(surgery, now=now)
        if surgery.is_called_off:
            return render(request, "bookings/surgery_called_off.html", context, status=HTTPStatus.GONE)
        if surgery.is_over(now):
            return render(request, "bookings/surgery_over.html", context)
        if now < doors_open_at(surgery):
            is_today = timezone.localdate(surgery.starts_at) == timezone.localdate(now)
            context |= {"opens_at": doors_open_at(surgery), "is_today": is_today}
            return render(request, "bookings/here_early.html", context)
        return view(request, surgery)

    return page


@at_the_door
def here(request: HttpRequest, surgery: Surgery) -> HttpResponseBase:
    """Say that one is here, with an address alone if one has booked."""
    form = ArriveForm(request.POST if request.method == "POST" else None, surgery=surgery)
    if form.is_valid():
        email = form.cleaned_data["email"]
        count_all([(FORMS_PER_CLIENT, client_address(request)), (ARRIVALS_PER_ADDRESS, email)], is_followed=True)
        # As it was for everybody who might have come: afterwards it would tell who was expected, and when.
        wait = wait_at(surgery, now=timezone.now())
        try:
            come_in(surgery=surgery, email=email, introduction=form.introduction())
        except NotExpected:
            form.ask_for_more()
        except DoorsClosed:
            return SeeOther(reverse("bookings:here", args=[surgery.reference]))
        else:
            address = reverse("bookings:here_in", args=[surgery.reference])
            return SeeOther(f"{address}?wait={wait.minutes}" if wait else address)
    now = timezone.now()
    context: dict[str, Any] = {"surgery": surgery, "form": form}
    if surgery.is_drop_in:
        context["wait"] = wait_at(surgery, now=now)
    else:
        context["nearest"] = nearest_to(surgery, now=now)
    return render(request, "bookings/here.html", context)


@require_safe
@at_the_door
def here_in(request: HttpRequest, surgery: Surgery) -> HttpResponse:
    """Welcome whoever said that they are here: in the same words, whoever it was and however often they said it."""
    now = timezone.now()
    context = {"surgery": surgery, "wait": _wait_told(request, surgery), "has_begun": surgery.starts_at <= now}
    return render(request, "bookings/here_in.html", context)


@form_page
@require_safe
def here_series(request: HttpRequest, reference: str) -> HttpResponse:
    """Lead to the surgery of the series that is on, or comes later today; if there is none, say when the next is."""
    series = Series.objects.filter(reference=reference.lower()).select_related("venue__office").first()
    if series is None:
        return _unknown(request)
    now = timezone.now()
    coming = series.surgeries.upcoming(now).select_related("venue__office").first()
    if coming and timezone.localdate(coming.starts_at) <= timezone.localdate(now):
        return redirect("bookings:here", coming.reference)
    apart_from = [coming] if coming else []
    there = nearest(Search(office=series.venue.office), now=now, apart_from=apart_from)
    context = {"coming": coming, "nearest": there}
    return render(request, "bookings/here_series.html", context | {"office": series.venue.office})


def _wait_told(request: HttpRequest, surgery: Surgery) -> Wait | None:
    """The wait that somebody found when they came in, from the address of the page."""
    minutes = request.GET.get("wait", "")
    if not re.fullmatch("[0-9]{1,3}", minutes):
        return None
    return about(timedelta(minutes=int(minutes)), surgery, now=timezone.now())


def _of_a_series(reference: str) -> HttpResponse | None:
    """Where somebody is led who typed the reference of a series as if it were that of a surgery."""
    is_one = Series.objects.filter(reference=reference.lower()).exists()
    return redirect("bookings:here_series", reference.lower()) if is_one else None


def _unknown(request: HttpRequest) -> HttpResponse:
    context = {"nearest": nearest(Search(), now=timezone.now())}
    return render(request, "bookings/surgery_unknown.html", context, status=HTTPStatus.NOT_FOUND)
