"""Which function writes an email of which kind, and what the clock has to do how often.

An app's `emails.py` and `duties.py` fill these when the app is ready; `notifications` itself knows no domain.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from notifications.models import OutboxEmail


@dataclass(frozen=True, kw_only=True)
class Message:
    """What an email says.

    `calendar` is an iCalendar file with a METHOD of REQUEST or CANCEL; it travels as an alternative, which mail
    programs show as an invitation, and as the attachment `invite.ics` for those that do not.
    """

    subject: str
    text: str
    html: str
    calendar: bytes | None = None


Writer = Callable[[OutboxEmail], Message | None]
Tick = Callable[[datetime], object]


@dataclass(frozen=True)
class Duty:
    """A function of the clock, and how often it is run."""

    run: Tick
    every: timedelta


writers: dict[str, Writer] = {}
names: dict[str, str] = {}
"""What organisers call an email of each kind."""
duties: dict[str, Duty] = {}


def email(kind: str, *, called: str) -> Callable[[Writer], Writer]:
    """Register the decorated function as the writer of emails of this kind, which organisers see `called` so.

    It is called when the email is about to be sent, outside any transaction, and reads what is true by then.
    It returns None when there is nothing true left to say: the email is dropped. An exception counts as a failed
    attempt. Raises ValueError if the kind is taken.
    """

    def register(writer: Writer) -> Writer:
        if writers.setdefault(kind, writer) is not writer:
            raise ValueError(f"Two functions write emails of kind {kind!r}.")
        names[kind] = called
        return writer

    return register


def duty(*, every: timedelta) -> Callable[[Tick], Tick]:
    """Register the decorated function as a duty of the clock, run about as often as `every` says.

    It is called with the time (aware), outside any transaction, by one worker at a time as a rule, but it may be
    run again at any moment, on any machine, and has to be idempotent. Its name is its module and function name.
    Raises ValueError if the name is taken.
    """

    def register(function: Tick) -> Tick:
        name = f"{function.__module__}.{function.__qualname__}"
        if duties.setdefault(name, Duty(function, every)).run is not function:
            raise ValueError(f"Two duties are called {name}.")
        return function

    return register
