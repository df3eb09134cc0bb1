"""The one lock, and what is looked at under it."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from bookings.links import LinkWithdrawn
from bookings.models import Attendee, Booking
from bookings.statements import lock_surgeries
from surgeries.models import Shift, Slot, Surgery
from surgeries.transactions import Contention


def lock_for(booking: Booking, *others: int, now: datetime) -> tuple[Booking, dict[int, Surgery]]:
    """Lock the booking's surgery, `others`, and the upcoming ones where the same person waits.

    Those last ones because whoever gives up a time may become free for a seat there. Returns the booking as it is
    under the lock. Raises Contention if it was moved elsewhere meanwhile, LinkWithdrawn if its address was put right.
    """
    seen = Booking.objects.filter(pk=booking.pk).values_list("surgery_id", "attendee_id").get()
    waits_at = (
        Booking.objects.waiting()
        .filter(attendee=seen[1], surgery__ends_at__gt=now)
        .values_list("surgery_id", flat=True)
    )
    surgeries = lock_surgeries([seen[0], *others, *waits_at])
    fresh = Booking.objects.for_the_page().select_for_update(no_key=True, of=("self",)).get(pk=booking.pk)
    if (fresh.surgery_id, fresh.attendee_id) != seen:
        raise Contention
    if fresh.link_number != booking.link_number:
        raise LinkWithdrawn
    fresh.surgery = surgeries[fresh.surgery_id]
    return fresh, surgeries


def is_busy_during(slot: Slot, *, apart_from: Booking | None = None) -> Q:
    """A condition on attendees: confirmed in another booking, or hosting, at a time that overlaps the slot."""
    confirmed = Booking.objects.overlapping(slot).filter(attendee=OuterRef("pk"))
    if apart_from:
        confirmed = confirmed.exclude(pk=apart_from.pk)
    hosting = Shift.objects.live().overlapping(slot).filter(champion__user__email=OuterRef("email"))
    return Q(Exists(confirmed)) | Q(Exists(hosting))


def is_busy(attendee: Attendee, slot: Slot, *, apart_from: Booking | None = None) -> bool:
    """Whether the attendee is busy during the slot.

    Locks the attendee first, so that the answer stays true until the transaction ends.
    """
    Attendee.objects.select_for_update(no_key=True).only("pk").get(pk=attendee.pk)
    return Attendee.objects.filter(is_busy_during(slot, apart_from=apart_from), pk=attendee.pk).exists()
