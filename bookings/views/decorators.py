"""What the pages of a booking have in common."""

from collections.abc import Callable
from functools import wraps
from math import ceil
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods

from bookings.links import LinkWithdrawn, LinkWrong, booking_for, token_for
from bookings.models import Booking
from notifications.limits import EMAILS_PER_ADDRESS, FORMS_PER_CLIENT, LimitReached, client_address, count_all

View = Callable[..., HttpResponseBase]


class SeeOther(HttpResponseRedirect):
    """303: look there, with GET. What a press on a button answers once it has acted."""

    status_code = 303


def see_booking(booking: Booking, *, done: str = "") -> SeeOther:
    """To the page of the private link, which says what has been `done` (a name that it knows)."""
    address = reverse("bookings:booking", args=[token_for(booking)])
    return SeeOther(f"{address}?done={done}" if done else address)


def form_page(view: View) -> View:
    """A page with a form that anybody may send, kept by no browser and no proxy; too much of it is a 429."""

    @login_not_required
    @require_http_methods(["GET", "HEAD", "POST"])
    @cache_control(no_store=True)
    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except LimitReached as reached:
            return too_much(request, reached)

    return page


def private_page(view: View) -> View:
    """A page below the private link: the view gets the booking instead of the token.

    Whoever has the link acts for the attendee, so it must not leak: no cache keeps the page, and no
    other page is told where its visitors come from. (With "no-referrer" browsers would send "Origin: null"
    with our own forms, which the CSRF check rightly refuses.)
    """

    @form_page
    @wraps(view)
    def page(request: HttpRequest, token: str, **kwargs: Any) -> HttpResponseBase:
        try:
            response = view(request, booking_for(token), **kwargs)
        except LinkWrong:
            response = render(request, "bookings/link_wrong.html", status=404)
        except LinkWithdrawn:
            response = render(request, "bookings/link_withdrawn.html", status=410)
        response["Referrer-Policy"] = "strict-origin"
        return response

    return page


def while_it_can_change(view: View) -> View:
    """An act on a booking that is neither cancelled nor begun; of any other its page says what is true now."""

    @wraps(view)
    def act(request: HttpRequest, booking: Booking, **kwargs: Any) -> HttpResponseBase:
        if not booking.is_live or booking.has_begun(timezone.now()):
            return see_booking(booking)
        return view(request, booking, **kwargs)

    return act


def count_form(request: HttpRequest, *addresses: str | None) -> None:
    """Count a form that is going to send emails to these addresses. Raises LimitReached."""
    known = [(EMAILS_PER_ADDRESS, address) for address in addresses if address]
    count_all([(FORMS_PER_CLIENT, client_address(request)), *known])


def too_much(request: HttpRequest, reached: LimitReached) -> HttpResponse:
    """429, and when to try again."""
    wait = ceil((reached.until - timezone.now()).total_seconds())
    response = render(request, "429.html", status=429)
    response["Retry-After"] = str(max(wait, 1))
    return response
