"""What the pages with a form that anybody may send have in common: they are kept by nobody, and they are counted."""

from collections.abc import Callable
from functools import wraps
from math import ceil
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods

from notifications.limits import EMAILS_PER_ADDRESS, FORMS_PER_CLIENT, LimitReached, client_address, count_all

View = Callable[..., HttpResponseBase]


class SeeOther(HttpResponseRedirect):
    """303: look there, with GET. What a press on a button answers once it has acted."""

    status_code = 303


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
