"""What the champion whom one can be in the demonstration wrote in the journal, and shares one entry of."""

from datetime import datetime, timedelta

from bookings.models import JournalEntry
from champions.models import Champion
from surgeries.models import Shift

from .signing_in import CHAMPION

ENTRIES = [
    JournalEntry(
        learned="Nobody wanted a lesson. Two people wanted to be shown, once, that nothing breaks when you press Post.",
        wants_to_learn="How Bluesky lists work. I was asked twice, and both times we looked it up together.",
        is_shared=True,
    ),
    JournalEntry(
        learned="Asking “what would you like to be able to do?” gets further than “what is the problem?”",
        would_change="I talked for the first ten minutes.\nNext time I let them hold the phone from the beginning.",
    ),
]


def load_journal(*, now: datetime) -> None:
    """Let her have written about the last two surgeries that she hosted, on the same evening."""
    champion = Champion.objects.get(name=CHAMPION)
    hosted = Shift.objects.hosted(now).filter(champion=champion).order_by("-starts_at").select_related("surgery")
    for shift, entry in zip(hosted, ENTRIES, strict=False):
        written_at = min(shift.surgery.ends_at + timedelta(hours=5), now)
        JournalEntry.objects.create(
            champion=champion,
            surgery=shift.surgery,
            written_at=written_at,
            learned=entry.learned,
            wants_to_learn=entry.wants_to_learn,
            would_change=entry.would_change,
            is_shared=entry.is_shared,
        )
