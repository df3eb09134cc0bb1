"""Who acts, and from where: what a transaction says to the triggers that record history (config.postgresql)."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.http import HttpRequest, HttpResponseBase

LONGEST_PLACE = 100

_said: ContextVar[str] = ContextVar("acting", default="")


def said() -> str:
    """The id of the user, if one is known, and the place, with a bar between them. Nothing where neither is known."""
    return _said.get()


@contextmanager
def acting(*, place: str, who: int | None = None) -> Iterator[None]:
    """Whatever is written meanwhile comes from this place: a page by its URL name, a command or a duty by its name."""
    token = _said.set(_words(place, who))
    try:
        yield
    finally:
        _said.reset(token)


class SayWhoActs:
    """Whatever a view writes comes from its page and, where people sign in, from whoever did.

    A public page is not asked who is there. Comes after the middleware that sees to signing in.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        token = _said.set("")
        try:
            return self.get_response(request)
        finally:
            _said.reset(token)

    def process_view(self, request: HttpRequest, view: Callable, args: tuple, kwargs: dict[str, Any]) -> None:
        """The name of the page, never its path, which may hold a private link."""
        found = request.resolver_match
        is_known = getattr(view, "login_required", True) and request.user.is_authenticated
        _said.set(_words(found.view_name if found else "", request.user.pk if is_known else None))


def _words(place: str, who: int | None) -> str:
    return f"{who or ''}|{re.sub(r'[^A-Za-z0-9_:. -]', '', place)[:LONGEST_PLACE]}"
