"""What is the same for everybody and asked for all the time is made once a second in each process, not once a request.

Everybody gets the very thing that was made: copies of a surgery and its slots, which Django's in-memory cache makes of
whatever it is asked for, took a tenth of the time of a booking. So whoever gets it changes nothing of it.
"""

from collections.abc import Callable
from math import inf
from threading import Lock
from time import monotonic
from typing import Any, TypeVar

from django.core.cache import caches

Made = TypeVar("Made")

# So many things are kept; of more, what was made longest ago goes.
MOST = 200
_shelf: dict[str, tuple[float, Any]] = {}
_writing = Lock()


def kept(key: str, make: Callable[[], Made], *, seconds: float) -> Made:
    """What `make` returned for this key, asked no longer than `seconds` ago, by a clock that nobody can set back.

    Several threads that find nothing may make it at the same time, so that none waits for a slow one.
    """
    asked_at = monotonic()
    made_at, made = _shelf.get(key, (-inf, None))
    if asked_at - made_at >= seconds:
        made = make()
        with _writing:
            _shelf.pop(key, None)
            _shelf[key] = (asked_at, made)
            if len(_shelf) > MOST:
                del _shelf[next(iter(_shelf))]
    return made


def forget() -> None:
    """Keep nothing of it any longer, nor the parts of pages that templates keep."""
    with _writing:
        _shelf.clear()
    caches["kept"].clear()
