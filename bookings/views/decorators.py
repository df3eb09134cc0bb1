"""What the pages of a booking have in common."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control

from bookings.errors import OutOfDate
from bookings.links import Disowned, LinkWithdrawn, LinkWrong, booking_for, token_for, visit_for, visit_token
from bookings.models import Booking, Visit
from bookings.services.attending import has_come
from notifications.form_pages import FOR_BACK, SeeOther, View, form_page


def see_booking(booking: Booking, *, done: str = "") -> SeeOther:
    """To the page of the private link, which says what has been `done` (a name that it knows)."""
    address = reverse("bookings:booking", args=[token_for(booking)])
    return SeeOther(f"{address}?done={done}" if done else address)


def see_visit(visit: Visit, *, done: str = "") -> SeeOther:
    """The same for somebody who came without a booking."""
    address = reverse("bookings:visit", args=[visit_token(visit)])
    return SeeOther(f"{address}?done={done}" if done else address)


def private_page(view: View) -> View:
    """A page below the private link: the view gets the booking instead of the token."""
    return _below_a_link(view, booking_for)


def visit_page(view: View) -> View:
    """A page below the link of somebody who came without a booking: the view gets the visit instead of the token."""
    return _below_a_link(view, visit_for)


def _below_a_link(view: View, find: Callable[[str], Any]) -> View:
    """The view gets what the token names.

    Whoever has the link acts for the attendee, so it must not leak: no cache keeps the page (a form that came back
    with errors, none but the browser's own), and no other page is told where its visitors come from. (With
    "no-referrer" browsers would send "Origin: null" with our own forms, which the CSRF check rightly refuses.)
    """

    @form_page
    @wraps(view)
    def page(request: HttpRequest, token: str, **kwargs: Any) -> HttpResponseBase:
        try:
            response = view(request, find(token), **kwargs)
        except LinkWrong:
            response = render(request, "bookings/link_wrong.html", status=404)
        except LinkWithdrawn:
            response = render(request, "bookings/link_withdrawn.html", status=410)
        except Disowned:
            response = render(request, "bookings/visit_disowned.html", status=410)
        response["Referrer-Policy"] = "strict-origin"
        if request.method == "POST":
            patch_cache_control(response, **FOR_BACK)
        return response

    return page


def while_it_can_change(view: View) -> View:
    """An act on a booking that is neither cancelled nor begun; of any other its page says what is true now.

    And that nothing was changed, if a button was pressed.
    """

    @wraps(view)
    def act(request: HttpRequest, booking: Booking, **kwargs: Any) -> HttpResponseBase:
        if not booking.is_live or booking.has_begun(timezone.now()):
            return see_booking(booking, done="closed" if request.method == "POST" else "")
        return view(request, booking, **kwargs)

    return act


def shown_anew(view: View) -> View:
    """An act that gives up what its page shows. If that is something else by now, the page comes back and says so.

    Nothing else happens: what somebody has by now they did not choose to give up.
    """

    @wraps(view)
    def act(request: HttpRequest, booking: Booking, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, booking, **kwargs)
        except OutOfDate:
            return view(request, booking_for(token_for(booking)), is_anew=True, **kwargs)

    return act


def before_they_come(view: View) -> View:
    """An act on a booking that still can change, of somebody who is not here yet.

    Whoever is here is here by that address and at that surgery.
    """

    @while_it_can_change
    @wraps(view)
    def act(request: HttpRequest, booking: Booking, **kwargs: Any) -> HttpResponseBase:
        if has_come(booking, now=timezone.now()):
            return see_booking(booking, done="closed" if request.method == "POST" else "")
        return view(request, booking, **kwargs)

    return act
