"""The parts of the kit with which somebody starts surgeries at another office, or in another department."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """A page of the kit: the name of its address, what it is called, and what it is good for."""

    name: str
    title: str
    what: str


PARTS = (
    Part("kit_checklist", "Checklist", "What to do when, from six weeks before the first surgery to the day after it."),
    Part("kit_invitation", "Invitations", "Words for everybody, for those who may host, and for whoever says yes."),
    Part("kit_poster", "Poster", "With lines to write on by hand, on A4 or A3."),
    Part("kit_first_ten_minutes", "The first ten minutes", "A script for hosts: how to begin when nobody knows how."),
    Part("kit_cheat_sheets", "Cheat sheets", "All of them in one go, each on its own sheet of paper."),
)
