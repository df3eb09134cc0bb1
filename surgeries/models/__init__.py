"""The diary, by noun: where and when surgeries are, what makes them, and who hosts."""

from surgeries.models.moments import local_moment, local_month
from surgeries.models.series import (
    MOST_CUTOFF_MINUTES,
    MOST_HOSTS,
    USUAL_HOSTS,
    Making,
    PatternSlot,
    Series,
    Venue,
    new_reference,
)
from surgeries.models.surgeries import (
    Seat,
    Shift,
    ShiftQuerySet,
    Slot,
    SlotQuerySet,
    Surgery,
    SurgeryQuerySet,
)

__all__ = [
    "MOST_CUTOFF_MINUTES",
    "MOST_HOSTS",
    "USUAL_HOSTS",
    "Making",
    "PatternSlot",
    "Seat",
    "Series",
    "Shift",
    "ShiftQuerySet",
    "Slot",
    "SlotQuerySet",
    "Surgery",
    "SurgeryQuerySet",
    "Venue",
    "local_moment",
    "local_month",
    "new_reference",
]
