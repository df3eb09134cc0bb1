"""What a process keeps for a second, as a test looks into it."""

from typing import Any

from organisation import kept


def everything_kept() -> dict[str, Any]:
    """What there is by its key, however old."""
    return {key: made for key, (_, made) in list(kept._shelf.items())}
