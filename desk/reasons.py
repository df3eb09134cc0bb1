"""Why an email could not be delivered, in words that help somebody who is no postmaster.

The worker notes the kind of error and the codes of the mail server, never its words: see `notifications.worker`.
"""

import re
from dataclasses import dataclass

from notifications.outbox import NOBODY_KNOWS
from notifications.registry import names

CODES = re.compile(r"\b(?P<code>[245]\d\d)(?: (?P<enhanced>\d\.\d{1,3}\.\d{1,3}))?\b")
ADDRESS = "Check the address: it may be mistyped, or they may have left. Trying again helps only if that was put right."
LATER = "Trying again may help."
THEIRS = "Ask whoever looks after your mail server."


@dataclass(frozen=True)
class Reason:
    """Why, in a few words; what to do about it; and what the mail server said, in its own codes."""

    short: str
    advice: str
    code: str = ""


# By the subject and detail of the enhanced code (RFC 3463, 3), the more exact ones first.
BY_ENHANCED = [
    (r"1\.[12346]|1\.10", "There is no such address", ADDRESS),
    (r"1\.[78]", "The mail server does not take our own address", THEIRS),
    (r"2\.1", "That mailbox is closed", ADDRESS),
    (r"2\.2", "That mailbox is full", LATER),
    (r"[23]\.[34]", "The email was too large for that mailbox", THEIRS),
    (r"4\.\d+", "Their mail server could not be reached", LATER),
    (r"7\.\d+", "The mail server refused it by a rule of its own", THEIRS),
]
# By the code alone (RFC 5321, 4.2), where there is no enhanced one or one that says no more.
BY_CODE = [
    (r"421|45[01]", "The mail server was busy each time that we tried", LATER),
    (r"452|552", "That mailbox is full", LATER),
    (r"55[013]", "There is no such address", ADDRESS),
    (r"53\d", "The mail server does not let us send", THEIRS),
]


def written_about(kind: str) -> str:
    """What organisers call an email of this kind."""
    return names.get(kind, kind)


def reason_of(error: str) -> Reason:
    """What the last error of an email means."""
    if error == NOBODY_KNOWS:
        return Reason("It may have arrived", "The connection broke twice while it was being handed over. Ask them.")
    found = CODES.search(error)
    if found:
        code = " ".join(filter(None, found.groups()))
        _, _, enhanced = (found["enhanced"] or "").partition(".")
        if found["code"].startswith("4") and enhanced != "2.2":
            enhanced = ""  # whatever the rule is, it is only for now
        for patterns, value in ((BY_ENHANCED, enhanced), (BY_CODE, found["code"])):
            for pattern, short, advice in patterns:
                if re.fullmatch(pattern, value):
                    return Reason(short, advice, code)
        return Reason("The mail server refused it", THEIRS, code)
    if error.startswith("It could not be written"):
        return Reason("It could not be put together", "That is a fault of this product: tell whoever looks after it.")
    return Reason(
        "The mail server could not be reached", f"If there are others like it, {THEIRS[0].lower()}{THEIRS[1:]}"
    )
