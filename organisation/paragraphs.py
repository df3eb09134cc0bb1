"""What emails say besides, in the department's own words."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from organisation.models import EmailParagraph

_shown: ContextVar[str | None] = ContextVar("shown", default=None)


def paragraph_of(email: str) -> str:
    """The paragraph in emails of this template; empty if there is none."""
    shown = _shown.get()
    if shown is not None:
        return shown
    return EmailParagraph.objects.filter(email=email).values_list("words", flat=True).first() or ""


@contextmanager
def showing(words: str) -> Iterator[None]:
    """Emails that are written meanwhile, here and by nobody else, have this paragraph, so that one can look at it."""
    token = _shown.set(words)
    try:
        yield
    finally:
        _shown.reset(token)
