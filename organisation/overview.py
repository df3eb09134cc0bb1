"""How many rows each of the lists has, and what they lack."""

from collections.abc import Collection
from dataclasses import dataclass

from organisation.lists import OwnList
from organisation.uses import count_all


@dataclass(frozen=True)
class Entry:
    """What the page of all lists says of one."""

    of: OwnList
    offered: int
    retired: int
    missing: list[str]


def overview_of(lists: Collection[OwnList]) -> list[Entry]:
    """An entry for each list, with one statement for all of them."""
    rows = {}
    for each in lists:
        rows[each.slug, "offered"] = each.model._default_manager.filter(is_retired=False)
        rows[each.slug, "retired"] = each.model._default_manager.filter(is_retired=True)
        rows |= {(each.slug, words): lacking for words, lacking in each.gaps().items()}
    found = count_all(rows)
    return [
        Entry(
            each,
            found[each.slug, "offered"],
            found[each.slug, "retired"],
            [f"{found[each.slug, words]:,} {words}" for words in each.gaps() if found[each.slug, words]],
        )
        for each in lists
    ]
