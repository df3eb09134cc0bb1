"""When, where and how a surgery is held, and what differs between two of these, in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from surgeries.models import Surgery, Venue
from surgeries.templatetags.times import when_and_year


@dataclass(frozen=True, kw_only=True)
class Facts:
    """When, where and how a surgery is held."""

    venue: Venue
    starts_at: datetime
    ends_at: datetime
    is_drop_in: bool
    hosts_wanted: int
    cutoff_minutes: int
    note: str

    @classmethod
    def of(cls, surgery: Surgery) -> Self:
        """As they are."""
        return cls(**{name: getattr(surgery, name) for name in cls.__dataclass_fields__})


@dataclass(frozen=True)
class Change:
    """One fact of the surgery, as it is and as it would be, in words."""

    label: str
    before: str
    after: str


def changes_of(surgery: Surgery, facts: Facts) -> Iterable[Change]:
    """What is not at the surgery as the facts say."""
    before = Facts.of(surgery)
    if (before.starts_at, before.ends_at) != (facts.starts_at, facts.ends_at):
        yield Change("When", when_and_year(before), when_and_year(facts))
    if before.venue != facts.venue:
        yield Change("Where", str(before.venue), str(facts.venue))
    if before.is_drop_in != facts.is_drop_in:
        words = {True: "People may drop in", False: "Only those who booked"}
        yield Change("Without a booking", words[before.is_drop_in], words[facts.is_drop_in])
    if before.hosts_wanted != facts.hosts_wanted:
        yield Change("Hosts wanted", str(before.hosts_wanted), str(facts.hosts_wanted))
    if before.cutoff_minutes != facts.cutoff_minutes:
        minutes = "{} minutes before the start"
        yield Change("Waiting list stops", minutes.format(before.cutoff_minutes), minutes.format(facts.cutoff_minutes))
    if before.note != facts.note:
        yield Change("Note for everybody", before.note or "None", facts.note or "None")
