"""Every page in every state that it has. A template that none of them shows makes a test fail."""

import os
import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction
from django.test import Client

from organisation.kept import forget
from tests.everyone import (
    afterwards,
    arriving,
    attending,
    booking,
    champions,
    changing,
    desk,
    diary,
    elsewhere,
    finding,
    hosting,
    keeping,
    managing,
    people,
    planning,
    printing,
    reading,
    recording,
    registering,
    remembering,
    room,
    shifts,
    signing_in,
)
from tests.everyone.booking import State

OTHERS = elsewhere.STATES | signing_in.STATES | champions.STATES | hosting.STATES | recording.STATES | shifts.STATES
DOOR = afterwards.STATES | arriving.STATES | printing.STATES
AFTER = registering.STATES | attending.STATES | managing.STATES | changing.STATES | people.STATES
DIARY = desk.STATES | diary.STATES | planning.STATES | keeping.STATES | remembering.STATES
FOUND = finding.STATES | booking.STATES | reading.STATES
STATES: dict[str, State] = FOUND | DOOR | room.STATES | OTHERS | AFTER | DIARY


@dataclass(frozen=True)
class Shown:
    """A page as it was answered, and the templates that it was made of."""

    path: str
    status: int
    headers: dict[str, str]
    html: str
    templates: frozenset[str]


def shown(state: str) -> Shown:
    """Make the rows of the state, ask for its page through the whole of Django, and undo the rows."""
    forget()
    with _undone():
        response = STATES[state](Client())
    assert response.headers["Content-Type"].startswith("text/html"), f"{state} shows no page"
    assert response.status_code not in {301, 302, 303}, f"{state} leads elsewhere"
    templates = frozenset(template.name for template in response.templates if template.name)
    path = response.request["PATH_INFO"]
    return Shown(path, response.status_code, dict(response.items()), response.content.decode(), templates)


def shown_once(state: str, folder: Path) -> Shown:
    """The same, made once for all the tests that have this folder in common."""
    kept = folder / str(list(STATES).index(state))
    if not kept.exists():
        making = kept.with_suffix(f".{os.getpid()}")
        making.write_bytes(pickle.dumps(shown(state)))
        making.rename(kept)  # at once, for whoever reads it meanwhile in another process
    return pickle.loads(kept.read_bytes())


@contextmanager
def _undone() -> Iterator[None]:
    everything = transaction.atomic()
    everything._from_testcase = True  # what insists on being no part of a transaction does not mind that of a test
    with everything:
        yield
        transaction.set_rollback(True)
