"""Whose pages those of champions are: each is given the row of whoever is signed in, and no other."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from champions.models import Champion
from notifications.form_pages import View, own_form_page


def champion_page(view: View) -> View:
    """A page of those who host: the view gets the champion who is signed in. Anybody else is told what to do."""
    return _page(view, is_for=lambda champion: champion.is_active)


def active_or_resting(view: View) -> View:
    """A page of champions, those who rest included: they may have shifts that they keep."""
    return _page(view, is_for=lambda champion: not champion.can_apply)


def applicant_page(view: View) -> View:
    """A page of everybody who is or was a champion or has applied: the view gets their row, whatever its state."""
    return _page(view, is_for=lambda champion: True)


def _page(view: View, *, is_for: Callable[[Champion], bool]) -> View:
    @own_form_page
    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        champion = getattr(request.user, "champion", None)
        if champion is None or not is_for(champion):
            return render(request, "champions/not_open.html", {"champion": champion}, status=HTTPStatus.FORBIDDEN)
        return view(request, champion, *args, **kwargs)

    return page
