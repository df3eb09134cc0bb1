"""Every page in every state that it has. A template that none of them shows makes a test fail."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.core.cache import caches
from django.db import transaction
from django.test import Client

from tests.everyone import booking, champions, elsewhere, finding, hosting, reading, recording, shifts, signing_in
from tests.everyone.booking import State

OTHERS = elsewhere.STATES | signing_in.STATES | champions.STATES | hosting.STATES | recording.STATES | shifts.STATES
STATES: dict[str, State] = finding.STATES | booking.STATES | reading.STATES | OTHERS


@dataclass(frozen=True)
class Shown:
    """A page as it was answered, and the templates that it was made of."""

    path: str
    response: Any
    templates: frozenset[str]

    @property
    def html(self) -> str:
        return self.response.content.decode()


def shown(state: str) -> Shown:
    """Make the rows of the state and ask for its page, through the whole of Django."""
    caches["kept"].clear()
    response = STATES[state](Client())
    assert response.headers["Content-Type"].startswith("text/html"), f"{state} shows no page"
    assert response.status_code not in {301, 302, 303}, f"{state} leads elsewhere"
    templates = frozenset(template.name for template in response.templates if template.name)
    return Shown(response.request["PATH_INFO"], response, templates)


def every_page() -> dict[str, Shown]:
    """Each state's page by its name, each from an empty database."""
    return {state: _alone(state) for state in STATES}


def _alone(state: str) -> Shown:
    with _undone():
        return shown(state)


@contextmanager
def _undone() -> Iterator[None]:
    everything = transaction.atomic()
    everything._from_testcase = True  # what insists on being no part of a transaction does not mind that of a test
    with everything:
        yield
        transaction.set_rollback(True)
