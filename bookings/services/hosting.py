"""What champions do about their shifts: take one, and give it back."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from bookings import shift_emails
from bookings.errors import BookingClosed, HostsEnough, MonthFull, NoChampion
from bookings.fit import month_of
from bookings.services.editing import put_on
from bookings.services.locks import check_own_seats, lock_champion
from bookings.statements import lock_surgeries
from champions.models import Champion
from surgeries.hosts import gaps
from surgeries.models import Shift, Surgery, local_month
from surgeries.transactions import retried


@retried
@transaction.atomic
def take_shift(
    *, surgery: Surgery, champion: Champion, starts_at: datetime, ends_at: datetime, now: datetime | None = None
) -> Shift:
    """Host at the surgery from when to when, which the champion is told by email. Returns the shift.

    Taking the same shift again changes nothing. Raises BookingClosed if the surgery has begun or does not take place,
    NoChampion, HostsEnough if at some time in between enough champions host, MonthFull, HasSeat or HostsAlready.
    """
    now = now or timezone.now()
    surgery = lock_surgeries([surgery.pk])[surgery.pk]
    champion = lock_champion(champion)
    live = list(surgery.shifts.live())
    times = (starts_at, ends_at)
    for shift in live:
        if shift.champion_id == champion.pk and (shift.starts_at, shift.ends_at) == times:
            return shift
    if surgery.state != Surgery.State.PUBLISHED or surgery.starts_at <= now:
        raise BookingClosed
    if not champion.is_active:
        raise NoChampion
    if not any(gap.starts_at <= starts_at < ends_at <= gap.ends_at for gap in gaps(surgery, live)):
        raise HostsEnough
    _check_month(champion, surgery)
    check_own_seats(champion, starts_at, ends_at, now=now)
    shift = put_on(champion=champion, surgery=surgery, starts_at=starts_at, ends_at=ends_at)
    shift_emails.queue_taken(shift, now=now)
    return shift


def _check_month(champion: Champion, surgery: Surgery) -> None:
    """Raises MonthFull if the champion hosts as often as they like to in the month of the surgery."""
    most = champion.most_shifts_a_month
    if most is None:
        return
    start, end = local_month(*month_of(surgery.starts_at))
    theirs = champion.shifts.live().filter(starts_at__gte=start, starts_at__lt=end).exclude(surgery=surgery)
    if theirs.values("surgery").distinct().count() >= most:
        raise MonthFull
