"""What the pages with a form have in common: they are kept by nobody, and they are counted."""

from collections.abc import Callable
from functools import wraps
from math import ceil
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_http_methods

from notifications.limits import EMAILS_PER_ADDRESS, FORMS_PER_CLIENT, LimitReached, client_address, count_all

View = Callable[..., HttpResponseBase]


class SeeOther(HttpResponseRedirect):
    """303: look there, with GET. What a press on a button answers once it has acted."""

    status_code = 303


def form_page(view: View) -> View:
    """A page with a form that anybody may send."""
    return login_not_required(own_form_page(view))


def own_form_page(view: View) -> View:
    """A page with a form, for whoever is signed in: kept by nobody unless it says otherwise; too much is a 429."""

    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            response = view(request, *args, **kwargs)
        except LimitReached as reached:
            response = too_much(request, reached)
        if not response.has_header("Cache-Control"):
            patch_cache_control(response, no_store=True)
        return response

    return page


# No proxy keeps it; the browser does, for its Back button. A form that came back with errors could not be shown again
# without sending it again, and a blank one would be another form than the one that booked.
FOR_BACK: dict[str, Any] = {"private": True, "no_cache": True}


def count_form(request: HttpRequest, *addresses: str | None) -> None:
    """Count a form that is going to send emails to these addresses. Raises LimitReached."""
    known = [(EMAILS_PER_ADDRESS, address) for address in addresses if address]
    count_all([(FORMS_PER_CLIENT, client_address(request)), *known], is_followed=True)


def too_much(request: HttpRequest, reached: LimitReached) -> HttpResponse:
    """429, and when to try again."""
    wait = ceil((reached.until - timezone.now()).total_seconds())
    response = render(request, "429.html", status=429)
    response["Retry-After"] = str(max(wait, 1))
    return response
