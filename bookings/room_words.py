"""What the room says just after a press: of whom it was, in words that are true of the room by now."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bookings.room import Guest, Room


@dataclass(frozen=True)
class Message:
    """What happened, about the guest with this key, and the name of the press that takes it back, if one does."""

    text: str
    who: str = ""
    visit: int | None = None
    seen: int | None = None
    undo: str = ""
    # What it takes to take it back: the help of whoever was swapped as well, or when the guest left.
    other: int | None = None
    left_at: datetime | None = None
    # Whether what came of it is still to be told.
    lacks_outcome: bool = False


def message_of(room: Room, said: str, who: str) -> Message | None:
    """The message of that name about the guest with that key, or the two who were swapped back."""
    who, _, with_whom = who.partition(" ")
    guest = room.find(who)
    if said in ABOUT_ANYBODY:
        return Message(ABOUT_ANYBODY[said](guest), who)
    if said not in ABOUT_THE_PRESENT or guest is None or guest.visit is None:
        return None
    say, undo = ABOUT_THE_PRESENT[said]
    text = say(guest)
    if not text:
        return None
    if swapped := room.find(with_whom):
        text = " ".join(["Swapped back.", text, _sits(swapped)]).strip()
    other = room.swapped_with(guest) if said == "swapped" else None
    if undo == "hand_back" and not (other if said == "swapped" else guest.passed_on):
        undo = ""
    return Message(
        text,
        who,
        visit=guest.visit,
        seen=guest.sits_with.id if guest.sits_with else None,
        undo=undo,
        other=other.sits_with.id if other and other.sits_with else None,
        left_at=guest.left_at,
        lacks_outcome=guest.lacks_outcome,
    )


def _is_here(guest: Guest) -> str:
    return f"{guest.name} is here." if _waits(guest) else ""


def _is_recognised(guest: Guest) -> str:
    return f"{guest.name} is here with their booking." if guest.booking else ""


def _waits_again(guest: Guest) -> str:
    return f"{guest.name} waits again." if _waits(guest) else ""


def _sits(guest: Guest) -> str:
    if guest.sits_with is None:
        return ""
    return f"You sit with {guest.name}." if guest.sits_with.is_me else f"{guest.sits_with.name} sits with {guest.name}."


def _is_done(guest: Guest) -> str:
    if not guest.left_at:
        return ""
    return f"{guest.name} is done." if guest.sittings else f"{guest.name} has left."


def _waits(guest: Guest) -> bool:
    return not (guest.sits_with or guest.left_at)


def _who_was_faster(guest: Guest | None) -> str:
    if guest is None or not guest.visit:
        return "Another host noted a moment ago that they are not here."
    if guest.sits_with:
        host = "You" if guest.sits_with.is_me else guest.sits_with.name
        return f"{host} sat down with {guest.name} a moment ago."
    if guest.left_at:
        return f"Another host noted a moment ago that {guest.name} has left."
    return f"Another host changed this a moment ago: {guest.name} waits."


def _was_helped(guest: Guest | None) -> str:
    return f"Somebody has sat with {guest.name if guest else 'them'} already, so they have been here."


def _hosts_no_more(_: Guest | None) -> str:
    return "That champion does not host here any more."


def _is_not_here(guest: Guest | None) -> str:
    return f"{guest.name} is not here yet." if guest else "They are not here."


def _comes_elsewhere(_: Guest | None) -> str:
    return "They have moved to another surgery. Are they here after all? Add them as a walk-in."


# Of these the guest may be gone.
ABOUT_ANYBODY: dict[str, Callable[[Guest | None], str]] = {
    "faster": _who_was_faster,
    "helped": _was_helped,
    "not_hosting": _hosts_no_more,
    "not_here": _is_not_here,
    "moved": _comes_elsewhere,
    "booked_no_more": lambda _: "Whoever booked has moved or cancelled a moment ago.",
}
# Nothing is said once it is not true any more. With the press that takes it back.
ABOUT_THE_PRESENT: dict[str, tuple[Callable[[Guest], str], str]] = {
    "here": (_is_here, "not_here"),
    "recognised": (_is_recognised, ""),
    "sat_down": (_sits, "stand_up"),
    "passed_on": (_sits, "hand_back"),
    "swapped": (_sits, "hand_back"),
    "handed_back": (_sits, ""),
    "done": (_is_done, "call_back"),
    "called_back": (_waits_again, ""),
    "stood_up": (_waits_again, ""),
}
