"""The one lock, and what is looked at under it."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from bookings.errors import HasSeat
from bookings.links import LinkWithdrawn
from bookings.models import Attendee, Booking
from bookings.statements import lock_attendee, lock_surgeries
from champions.models import Champion
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
    # None after waiting for somebody who moved it on from where it had been moved: PostgreSQL reads the locked row
    # again, and not the surgery joined to it.
    fresh = Booking.objects.for_the_page().select_for_update(no_key=True, of=("self",)).filter(pk=booking.pk).first()
    if fresh is None or (fresh.surgery_id, fresh.attendee_id) != seen:
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


def busy_during(attendee: Attendee, slots: Iterable[Slot]) -> set[int]:
    """The ids of those of the slots during which the attendee is busy, as `is_busy_during` says: one statement."""
    confirmed = Booking.objects.holding_a_seat().filter(
        attendee=attendee.pk, slot__starts_at__lt=OuterRef("ends_at"), slot__ends_at__gt=OuterRef("starts_at")
    )
    hosting = Shift.objects.live().filter(
        champion__user__email=attendee.email, starts_at__lt=OuterRef("ends_at"), ends_at__gt=OuterRef("starts_at")
    )
    busy = Slot.objects.filter(Q(Exists(confirmed)) | Q(Exists(hosting)), pk__in=[slot.pk for slot in slots])
    return set(busy.values_list("pk", flat=True))


def is_busy(attendee: Attendee, slot: Slot, *, apart_from: Booking | None = None) -> bool:
    """Whether the attendee is busy during the slot.

    Locks the attendee first, so that the answer stays true until the transaction ends.
    """
    Attendee.objects.select_for_update(no_key=True).only("pk").get(pk=attendee.pk)
    return Attendee.objects.filter(is_busy_during(slot, apart_from=apart_from), pk=attendee.pk).exists()


def lock_champion(champion: Champion) -> Champion:
    """Lock the champion: whoever they are known to be, they are while it is looked up what they booked.

    Without the user: after waiting for the lock PostgreSQL reads the locked row again, and not what is joined to it.
    """
    return Champion.objects.select_for_update(no_key=True).get(pk=champion.pk)


def check_own_seats(champion: Champion, starts_at: datetime, ends_at: datetime, *, now: datetime) -> None:
    """Raises HasSeat if the champion, who is locked, is confirmed somewhere at that time as an attendee.

    Whoever books takes the same lock. Somebody who never has is made an attendee for it: there is no row to lock yet,
    and their first booking may come at this very moment.
    """
    if champion.user is None:
        return
    attendee = lock_attendee(email=champion.user.email, name=champion.name, now=now)
    booked = Booking.objects.holding_a_seat().filter(
        attendee=attendee, slot__starts_at__lt=ends_at, slot__ends_at__gt=starts_at
    )
    if booking := booked.for_the_page().first():
        raise HasSeat(booking)
