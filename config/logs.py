"""Logs as lines of JSON, which say what happened and where in the program, and never who to.

No path, query, address or message from outside is written: a path may hold a private link, and the message of a
database error the values of the row that it refused.
"""

import json
import logging
import re
import traceback
from datetime import UTC, datetime

ENCODER = json.JSONEncoder(ensure_ascii=False, default=str)
PRIVATE = re.compile(
    r"[^\s'\"<>=]+@[^\s'\"<>]+|(?:(?<=/bookings/)|(?<=/visits/)|(?<=/step-in/)|(?<=/digest/)|(?<=/champion/calendar/))[^/\s'\"]+"
)
"""Email addresses, and the tokens of private links and calendars."""


class JSONFormatter(logging.Formatter):
    """One record as one line: time (UTC), level, logger, message, and the facts that the record carries."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        if request := getattr(record, "request", None):
            # Django words these records with the path, or with the text of the exception.
            line |= {"message": "refused" if record.levelno < logging.ERROR else "failed", **about(request)}
            line |= {"status": getattr(record, "status_code", None)}
        else:
            line["message"] = PRIVATE.sub("…", record.getMessage())
        line |= getattr(record, "facts", {})
        if record.exc_info and record.exc_info[0]:
            line["exception"] = chain(record.exc_info[1])
        return ENCODER.encode(line)


def about(request) -> dict[str, str | None]:
    """What may be said of a request: its method, its number, and which kind of page it asked for."""
    found = getattr(request, "resolver_match", None)
    number = getattr(request, "number", None)
    return {"method": request.method, "route": f"/{found.route}" if found else None, "request": number}


def chain(error: BaseException | None) -> list[dict]:
    """The kinds of an exception and of those behind it, and where they were raised; not their words."""
    kinds = []
    while error is not None:
        frames = traceback.extract_tb(error.__traceback__)
        where = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        kinds.append({"kind": type(error).__qualname__, "sqlstate": getattr(error, "sqlstate", None), "where": where})
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return kinds
