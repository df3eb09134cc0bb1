"""Pages of those who run the programme."""

from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from accounts.sessions import signed_in
from notifications.form_pages import View, own_form_page


def organiser_page(view: View) -> View:
    """A page of organisers, which every administrator is. Whoever else is signed in gets a 403."""

    @own_form_page
    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not signed_in(request).is_organiser:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return page
