"""What champions do about their shifts: take one, give it back, rest, leave and come back."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from bookings import shift_emails
from bookings.errors import BookingClosed, HostsEnough, MonthFull, NoChampion
from bookings.fit import month_of
from bookings.services.asking import ask_about
from bookings.services.editing import put_on
from bookings.services.locks import check_own_seats, lock_champion
from bookings.services.room import stop_helping
from bookings.statements import lock_surgeries
from champions.models import Champion
from surgeries.hosts import gaps
from surgeries.models import Shift, Surgery, local_moment, local_month
from surgeries.transactions import Contention, retried


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
    shift_emails.queue_taken([shift], now=now)
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


@retried
@transaction.atomic
def give_back(*, shifts: Iterable[Shift], reason: str, now: datetime | None = None) -> list[Shift]:
    """End these shifts of one champion, even on the morning itself, and ask others. Returns those that it ended.

    The champion's calendar follows, organisers are told, and those who fit best are asked. Somebody with whom they sit
    before the shift begins waits again. What has begun, or has ended already, stays as it is: so giving back again
    changes nothing.
    """
    now = now or timezone.now()
    asked_for = {shift.pk for shift in shifts}
    surgeries = lock_surgeries(Shift.objects.filter(pk__in=asked_for).values_list("surgery_id", flat=True))
    live = Shift.objects.live().filter(pk__in=asked_for, starts_at__gt=now)
    ended = list(live.select_related("champion__user", "surgery").order_by("starts_at", "pk"))
    if not ended:
        return []
    stop_helping([shift.pk for shift in ended], now=now)
    live.update(ended_at=now, ended_reason=reason)
    shift_emails.queue_ended(ended, now=now)
    ask_about([surgeries[shift.surgery_id] for shift in ended], is_given_back=True, now=now)
    shift_emails.queue_given_back(ended, now=now)
    return ended


@retried
@transaction.atomic
def rest(
    *, champion: Champion, until: date, reason: str = "", hands_back: bool = False, now: datetime | None = None
) -> None:
    """Be asked nothing up to and including that day. With `hands_back` the shifts until then are given back."""
    now = now or timezone.now()
    end = local_moment(until + timedelta(days=1), time())
    _go(champion, Champion.State.RESTING, before=end if hands_back else now, until=until, reason=reason, now=now)


@retried
@transaction.atomic
def leave(*, champion: Champion, reason: str = "", now: datetime | None = None) -> None:
    """Leave the champions; every coming shift is given back, for that reason."""
    _go(champion, Champion.State.LEFT, before=None, until=None, reason=reason, now=now or timezone.now())


def come_back(*, champion: Champion) -> None:
    """Host again before the rest is over. Doing it again changes nothing."""
    Champion.objects.filter(pk=champion.pk, state=Champion.State.RESTING).update(
        state=Champion.State.ACTIVE, resting_until=None
    )


def _go(
    champion: Champion, state: str, *, before: datetime | None, until: date | None, reason: str, now: datetime
) -> None:
    """Give the shifts back that begin `before` (None: all), and change the state, which organisers are told."""
    coming = champion.shifts.live().filter(starts_at__gt=now, **({"starts_at__lt": before} if before else {}))
    given_back = give_back(shifts=coming.all(), reason=reason or "They have left the champions", now=now)
    locked = lock_champion(champion)
    if coming.exists():
        raise Contention  # taken in this very moment
    if locked.can_apply:
        return  # they have left already
    locked.state, locked.resting_until = state, until
    locked.save(update_fields=["state", "resting_until"])
    shift_emails.queue_away(locked, given_back, now=now)
