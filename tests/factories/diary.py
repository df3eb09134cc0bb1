"""Venues, series, surgeries with their slots and seats, and shifts."""

from datetime import datetime, time, timedelta
from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from surgeries.models import Seat, Series, Shift, Slot, Surgery, Venue, local_moment
from tests.factories.people import ChampionFactory, OfficeFactory

SLOT = timedelta(minutes=20)


def local(days: int = 7, hour: int = 10, minute: int = 0) -> datetime:
    """The moment `days` from today when clocks in London show that hour."""
    return local_moment(timezone.localdate() + timedelta(days=days), time(hour, minute))


class VenueFactory(DjangoModelFactory[Venue]):
    class Meta:
        model = Venue

    office = factory.SubFactory(OfficeFactory)
    name = factory.Sequence(lambda n: f"Café {n}")
    directions = "Past reception, second door on the left."
    accessibility = "Step-free from the front door."


class SeriesFactory(DjangoModelFactory[Series]):
    class Meta:
        model = Series

    name = factory.Sequence(lambda n: f"Coffee morning {n}")
    venue = factory.SubFactory(VenueFactory)
    starts_on = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=7))


class SurgeryFactory(DjangoModelFactory[Surgery]):
    """Published, a week from today at 10:00 in London, with `slots` slots of `slot_length` and `seats` seats each."""

    class Meta:
        model = Surgery

    class Params:
        draft = factory.Trait(state=Surgery.State.DRAFT)
        called_off = factory.Trait(
            state=Surgery.State.CALLED_OFF,
            called_off_at=factory.LazyFunction(timezone.now),
            called_off_reason="The café is being painted.",
        )

    venue = factory.SubFactory(VenueFactory)
    state = Surgery.State.PUBLISHED
    starts_at = factory.LazyFunction(local)
    ends_at = factory.LazyAttribute(lambda facts: facts.starts_at + max(facts.slots, 1) * facts.slot_length)
    slots: Any = 3
    seats: Any = 2
    slot_length = SLOT

    @classmethod
    def _create(
        cls, model_class: type[Surgery], *args: Any, slots: int, seats: int, slot_length: timedelta, **facts: Any
    ) -> Surgery:
        surgery = model_class.objects.create(**facts)
        begin = [surgery.starts_at + number * slot_length for number in range(slots)]
        _add_seats(
            Slot.objects.bulk_create(Slot(surgery=surgery, starts_at=at, ends_at=at + slot_length) for at in begin),
            seats,
        )
        return surgery


class SlotFactory(DjangoModelFactory[Slot]):
    """The first 20 minutes of its surgery, with `seats` seats."""

    class Meta:
        model = Slot
        skip_postgeneration_save = True

    surgery = factory.SubFactory(SurgeryFactory, slots=0)
    starts_at = factory.SelfAttribute("surgery.starts_at")
    ends_at = factory.LazyAttribute(lambda facts: facts.starts_at + SLOT)

    @factory.post_generation
    def seats(self: Slot, create: bool, extracted: int | None, **kwargs: Any) -> None:
        _add_seats([self], 2 if extracted is None else extracted)


def _add_seats(slots: list[Slot], each: int) -> None:
    """Most tests need some, so all at once."""
    numbers = range(1, each + 1)
    Seat.objects.bulk_create(
        Seat(slot=slot, surgery=slot.surgery, number=number) for slot in slots for number in numbers
    )


class SeatFactory(DjangoModelFactory[Seat]):
    class Meta:
        model = Seat

    slot = factory.SubFactory(SlotFactory, seats=0)
    surgery = factory.SelfAttribute("slot.surgery")
    number = 1


class ShiftFactory(DjangoModelFactory[Shift]):
    """From the start to the end of its surgery."""

    class Meta:
        model = Shift

    class Params:
        given_back = factory.Trait(ended_at=factory.LazyFunction(timezone.now), ended_reason="A clash with leave.")

    champion = factory.SubFactory(ChampionFactory)
    surgery = factory.SubFactory(SurgeryFactory)
    starts_at = factory.SelfAttribute("surgery.starts_at")
    ends_at = factory.SelfAttribute("surgery.ends_at")
