"""The brief of a surgery: who comes when, what they ask, and who hosts. For its hosts and for organisers.

Read with the same few queries however many people come. What people typed freely is in it until 90 days after the
surgery.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Prefetch

from bookings.matching import Host, Matching, Person, Suggestion, match
from bookings.models import WORDS_KEPT, Booking
from bookings.outcomes import last_next_step
from bookings.reasons import why
from champions.models import Skill
from organisation.models import CheatSheet, Symptom
from surgeries.models import Shift, Slot, Surgery

POINTS_TO: ArrayAgg = ArrayAgg("topics__name", order_by="topics__name", default=[])


@dataclass(frozen=True)
class Guest:
    """Somebody who comes, and with whom they may sit."""

    booking: Booking
    suggestion: Suggestion
    # Whether what they typed freely is still there to be read.
    has_words: bool

    @property
    def topics(self) -> list[str]:
        """What they ticked themselves, rather than what their symptoms point to."""
        return [topic.name for topic in self.booking.topics.all()]

    @property
    def symptoms(self) -> list[str]:
        return [symptom.words for symptom in self.booking.symptoms.all()]

    @property
    def question(self) -> str:
        """In one line, however it was typed."""
        return " ".join(self.booking.question.split()) if self.has_words else ""

    @property
    def adjustments(self) -> str:
        """In one line, however it was typed."""
        return " ".join(self.booking.adjustments.split()) if self.has_words else ""

    @property
    def last_next_step(self) -> str:
        """What they agreed on with their last champion, if they let this one see it."""
        return getattr(self.booking, "last_next_step", None) or ""

    @property
    def why(self) -> list[str]:
        return why(self.suggestion)


@dataclass(frozen=True)
class Hour:
    """A slot, and who comes then."""

    slot: Slot
    guests: tuple[Guest, ...]


@dataclass(frozen=True)
class Brief:
    """All that a host wants to know before a surgery."""

    surgery: Surgery
    matching: Matching
    hours: tuple[Hour, ...]
    shifts: tuple[Shift, ...]
    waiting: int
    has_words: bool

    @property
    def guests(self) -> list[Guest]:
        return [guest for hour in self.hours for guest in hour.guests]

    @property
    def without_host(self) -> list[Guest]:
        return [guest for guest in self.guests if guest.suggestion.host is None]

    @property
    def still_free(self) -> list[Slot]:
        """The slots for which nobody has booked."""
        return [hour.slot for hour in self.hours if not hour.guests]

    @cached_property
    def sheets(self) -> list[CheatSheet]:
        """The cheat sheets about what people ask, by topic and level."""
        asked = {topic for guest in self.guests for topic in guest.suggestion.person.topics}
        return list(CheatSheet.objects.current().filter(topic__name__in=asked).select_related("topic"))


def brief_of(surgery: Surgery, *, now: datetime) -> Brief:
    """The surgery's brief as it is now."""
    live = list(
        surgery.bookings.live()
        .annotate(last_next_step=last_next_step(before=surgery.starts_at))
        .select_related("slot", "team", "pairing__shift")
        .prefetch_related("topics", Prefetch("symptoms", Symptom.objects.annotate(points_to=POINTS_TO)))
        .order_by("slot__starts_at", "seat__number", "id")
    )
    bookings = [booking for booking in live if booking.is_confirmed]
    shifts = tuple(hosting(surgery))
    matching = matching_of(bookings, shifts)
    has_words = now < surgery.ends_at + WORDS_KEPT
    guests = [Guest(booking, matching.by_booking[booking.pk], has_words) for booking in bookings]
    return Brief(
        surgery=surgery,
        matching=matching,
        hours=tuple(
            Hour(slot, tuple(guest for guest in guests if guest.booking.slot_id == slot.pk))
            for slot in surgery.slots.all()
        ),
        shifts=shifts,
        waiting=len(live) - len(bookings),
        has_words=has_words,
    )


def hosting(surgery: Surgery) -> Iterable[Shift]:
    """The live shifts, with the champion, what they know and how they are reached."""
    skills = Prefetch("champion__skills", Skill.objects.select_related("topic"))
    return surgery.shifts.live().select_related("champion__user").prefetch_related(skills).order_by("starts_at", "id")


def matching_of(bookings: Iterable[Booking], shifts: Iterable[Shift]) -> Matching:
    """Who sits with whom, of bookings and shifts that have been read with all that it takes."""
    in_order = sorted(bookings, key=lambda booking: (booking.confirmed_at or booking.created_at, booking.pk))
    hosts: dict[int, Host] = {}
    for shift in shifts:
        known = hosts.get(shift.champion_id)
        hosts[shift.champion_id] = Host(
            champion=shift.champion_id,
            name=shift.champion.name,
            shifts=(*(known.shifts if known else ()), (shift.starts_at, shift.ends_at)),
            levels={skill.topic.name: skill.level for skill in shift.champion.skills.all()},
        )
    return match([_person(booking) for booking in in_order], hosts.values())


def _person(booking: Booking) -> Person:
    assert booking.slot
    named = [topic.name for topic in booking.topics.all()]
    symptoms: list[Any] = list(booking.symptoms.all())
    noticed = [topic for symptom in symptoms for topic in symptom.points_to]
    pairing = getattr(booking, "pairing", None)
    return Person(
        booking=booking.pk,
        slot=booking.slot.pk,
        starts_at=booking.slot.starts_at,
        ends_at=booking.slot.ends_at,
        topics=tuple(dict.fromkeys(named or noticed)),
        is_any_enough=not named,
        is_at_home=booking.feeling == Booking.Feeling.AT_HOME,
        chosen=pairing.shift.champion_id if pairing else None,
    )
