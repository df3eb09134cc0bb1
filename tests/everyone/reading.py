"""Cheat sheets and the kit, in each of their states."""

from collections.abc import Callable
from typing import Any

from django.test import Client

from bookings.demonstration.department import load_cheat_sheets
from organisation.models import CheatSheet
from tests.everyone.booking import State
from tests.everyone.finding import LONG
from tests.factories import (
    ChampionFactory,
    CheatSheetFactory,
    DepartmentFactory,
    ShiftFactory,
    SurgeryFactory,
    TopicFactory,
)

EVERYTHING = """
Words with **weight**, [a link](https://example.org/ "Elsewhere") and `code`.

# Too large

- a point
- another

  with a paragraph of its own

1. First this
2. Then that

### Too deep

> As somebody said.

| what | when | how many |
|---|:-:|--:|
| tea | at ten | 12 |

---

    code that is far too long for one line on any screen that is not as wide as a wall

<b>No HTML</b> ![No picture](https://example.org/x.png)
"""


def sheet(**facts: Any) -> CheatSheet:
    """With a surgery about its topic."""
    DepartmentFactory.create()
    made = CheatSheetFactory.create(**{"body": EVERYTHING, **facts})
    ShiftFactory.create(surgery=SurgeryFactory.create(), champion=ChampionFactory.create(topics=[made.topic]))
    return made


def both_levels() -> CheatSheet:
    beginner = sheet()
    return CheatSheetFactory.create(topic=beginner.topic, level="experienced")


def long() -> CheatSheet:
    topic = TopicFactory.create(name=f"Topic {LONG}"[:60], slug="llanfair" * 6)
    words = f"## {LONG}\n\n- {LONG * 3}\n\n> {LONG}\n\n| {LONG} | {LONG} |\n|---|---|\n| {LONG} | `{LONG * 2}` |\n\n"
    return sheet(topic=topic, title=f"{LONG} {LONG}"[:100], body=words)


def shown(make: Callable[[], CheatSheet]) -> State:
    return lambda client: client.get(make().get_absolute_url())


def many(client: Client) -> Any:
    """Those of the demonstration, and one of which everything is as long as it may be."""
    for slug in ("starting-out", "linkedin", "privacy", "can-i-say-this"):
        TopicFactory.create(name=slug.capitalize(), slug=slug)
    load_cheat_sheets()
    long()
    return client.get("/cheat-sheets/")


def kit(part: str) -> State:
    def state(client: Client) -> Any:
        DepartmentFactory.create(name=f"Department for {LONG}")
        return client.get(f"/kit/{part}")

    return state


def many_to_print(client: Client) -> Any:
    sheet(), long()
    return client.get("/kit/cheat-sheets/")


STATES: dict[str, State] = {
    "cheat sheets": many,
    "cheat sheets, none": lambda client: client.get("/cheat-sheets/"),
    "kit": kit(""),
    "kit, checklist": kit("checklist/"),
    "kit, invitation": kit("invitation/"),
    "kit, poster": kit("poster/"),
    "kit, first ten minutes": kit("first-ten-minutes/"),
    "kit, cheat sheets": many_to_print,
    "kit, no cheat sheets": kit("cheat-sheets/"),
    "a cheat sheet": shown(sheet),
    "a cheat sheet of two": shown(both_levels),
    "a cheat sheet with long names": shown(long),
    "a cheat sheet without a surgery": shown(CheatSheetFactory.create),
    "a cheat sheet that is retired": shown(lambda: sheet(is_retired=True)),
    "a cheat sheet that nobody wrote": lambda client: client.get(f"{sheet().get_absolute_url()[:-9]}experienced/"),
}
