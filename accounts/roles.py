"""Pages of those who run the programme."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from accounts.models import User
from accounts.sessions import signed_in
from notifications.form_pages import View, own_form_page


def organiser_page(view: View) -> View:
    """A page of organisers, which every administrator is. Whoever else is signed in gets a 403."""
    return _page(view, is_for=lambda user: user.is_organiser)


def administrator_page(view: View) -> View:
    """A page of administrators. Whoever else is signed in gets a 403."""
    return _page(view, is_for=lambda user: user.is_administrator)


def _page(view: View, *, is_for: Callable[[User], bool]) -> View:
    @own_form_page
    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not is_for(signed_in(request)):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return page
