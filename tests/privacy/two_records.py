"""Making one of two records of a person."""

import re
from typing import Any

from bookings.invariants import violations
from bookings.models import Attendee
from privacy.services import merge


def one(stays: Attendee, goes: Attendee, **chosen: Any) -> None:
    """Make them one, under the second name and address unless something else is chosen."""
    merge(stays=stays, goes=goes, **{"name": goes.name, "email": goes.email} | chosen)
    stays.refresh_from_db()
    goes.refresh_from_db()
    assert violations() == {}


def read(answer) -> str:
    """The words of a page."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode().partition("<main")[2]))
