"""Who is here: arriving, walking in, undoing either, and leaving.

Each act keeps the surgery first: whoever books there, moves, or calls it off holds its lock, so that locks are taken
in the same order everywhere, and nobody's booking moves elsewhere while they arrive. People who arrive do not wait for
one another: the constraints see to it that each is here once.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from bookings.errors import DoorsClosed, NotExpected, SomebodyWasFaster, WasHelped
from bookings.models import CORRECTED_FOR, DOORS_OPEN_BEFORE, Attendee, Booking, Correction, Visit
from bookings.people import is_named_for_good
from bookings.statements import keep_surgery, lock_attendee
from organisation.models import Topic
from surgeries.models import Surgery, local_moment
from surgeries.transactions import Contention, retried


@dataclass(frozen=True)
class Introduction:
    """What somebody without a booking says of themselves."""

    name: str
    topics: Iterable[Topic] = ()
    is_curious: bool = False


@retried
@transaction.atomic
def come_in(
    *, surgery: Surgery, email: str, introduction: Introduction | None = None, now: datetime | None = None
) -> Visit:
    """Let somebody find themselves at the door by their normalised address, and return the visit.

    Whoever has booked, or is here already, need not say more; whoever was done is here again. Everybody else walks in
    with an introduction: without one this raises NotExpected. Raises DoorsClosed.
    """
    now = now or timezone.now()
    surgery = keep_surgery(surgery.pk)
    check_doors(surgery, by=None, now=now)
    if here := _here_again(email, surgery=surgery, now=now):
        if introduction and not (here.is_curious or here.booking_id or here.topics.exists()):
            _say_what_about(here, introduction)
        return here
    if booking := booking_under(email, surgery=surgery):
        return _check_in(booking, surgery=surgery, by=None, arrived_at=now, now=now)
    if introduction is None:
        raise NotExpected
    return _walk_in(introduction, surgery=surgery, email=email, request_id=None, by=None, arrived_at=now, now=now)


@retried
@transaction.atomic
def check_in(
    *, booking: Booking, by: User | None = None, is_afterwards: bool = False, now: datetime | None = None
) -> Visit:
    """Note that somebody who has booked, or waits, is here, and return the visit; a second time is as good as one.

    Without `by` they found themselves. Of whoever is noted afterwards it is not known when they arrived. Whoever has no
    seat (they wait, or have cancelled since) is a walk-in like any other, about what they told us when they booked.
    Whoever has moved meanwhile is expected at the other surgery, whose doors count. Raises DoorsClosed.
    """
    now = now or timezone.now()
    surgery = keep_surgery(Booking.objects.values_list("surgery_id", flat=True).get(pk=booking.pk))
    check_doors(surgery, by=by, now=now)
    return _check_in(booking, surgery=surgery, by=by, arrived_at=arrival(surgery, now, is_afterwards), now=now)


@retried
@transaction.atomic
def walk_in(
    *,
    surgery: Surgery,
    name: str,
    request_id: UUID | None = None,
    email: str = "",
    topics: Iterable[Topic] = (),
    is_curious: bool = False,
    by: User | None = None,
    is_afterwards: bool = False,
    now: datetime | None = None,
) -> Visit:
    """Note that somebody without a booking is here, and return the visit.

    Without an address they are a name alone, and only `request_id` says that a form was sent before and adds nobody
    else. Whoever has booked under the address is checked in instead, and whoever was done is here again. Of whoever is
    noted afterwards it is not known when they arrived. Raises DoorsClosed.
    """
    now = now or timezone.now()
    surgery = keep_surgery(surgery.pk)
    check_doors(surgery, by=by, now=now)
    arrived_at = arrival(surgery, now, is_afterwards)
    if request_id and (known := surgery.visits.filter(request_id=request_id).first()):
        return known
    if email:
        if here := _here_again(email, surgery=surgery, now=now):
            return here
        if booking := booking_under(email, surgery=surgery):
            return _check_in(booking, surgery=surgery, by=by, arrived_at=arrived_at, now=now)
    return _walk_in(
        Introduction(name, topics, is_curious),
        surgery=surgery,
        email=email,
        request_id=request_id,
        by=by,
        arrived_at=arrived_at,
        now=now,
    )


@retried
@transaction.atomic
def undo_arrival(*, visit: Visit, by: User, now: datetime | None = None) -> None:
    """Take back that somebody is here. Doing it again changes nothing.

    Raises WasHelped if somebody has sat with them or recorded an outcome, and DoorsClosed.
    """
    now = now or timezone.now()
    check_doors(keep_surgery(visit.surgery_id), by=by, now=now)
    locked = Visit.objects.select_for_update().filter(pk=visit.pk).first()
    if locked is None:
        return
    if locked.helps.exists() or hasattr(locked, "outcome"):
        raise WasHelped
    _trace(locked, Correction.What.DID_NOT_COME, by=by, now=now)
    locked.delete()
    _forget_if_unknown(locked.attendee_id)


@retried
@transaction.atomic
def recognise(*, visit: Visit, booking: Booking, by: User, now: datetime | None = None) -> Visit:
    """The walk-in is who booked: they are here with what they booked, and whatever happened since stays theirs.

    So it is when somebody mistypes their address at the door. What was typed there is forgotten, unless more is known
    under it. Doing it again changes nothing. Raises SomebodyWasFaster if whoever booked is here already, or the visit
    was taken back or is somebody's who booked; Booking.DoesNotExist if they have moved or cancelled; and DoorsClosed.
    """
    now = now or timezone.now()
    surgery = keep_surgery(visit.surgery_id)
    check_doors(surgery, by=by, now=now)
    booking = surgery.bookings.live().select_for_update(no_key=True, of=("self",)).get(pk=booking.pk)
    locked = surgery.visits.select_for_update(no_key=True, of=("self",)).filter(pk=visit.pk).first()
    if locked and locked.attendee_id == booking.attendee_id:
        return locked
    theirs = Q(attendee=booking.attendee_id) | Q(attendee__bookings__surgery=surgery, pk=visit.pk)
    if locked is None or surgery.visits.filter(theirs).exists():
        raise SomebodyWasFaster(None)
    typed, locked.attendee_id, locked.name = locked.attendee_id, booking.attendee_id, booking.name
    locked.booking = booking if booking.is_confirmed else None
    locked.save(update_fields=["attendee", "name", "booking"])
    _forget_if_unknown(typed, is_mistyped=True)
    return locked


@retried
@transaction.atomic
def end_the_day(*, now: datetime | None = None) -> None:
    """Let whoever is still here leave, at surgeries whose midnight has passed: at the end, or when their help began.

    Hosts who forgot to say that somebody was done would go on helping them for ever.
    """
    midnight = local_moment(timezone.localdate(now), time())
    over = Surgery.objects.filter(ends_at__lte=midnight, ends_at__gt=midnight - CORRECTED_FOR - timedelta(days=1))
    here = Visit.objects.filter(surgery__in=over, left_at=None).select_related("surgery")
    visits = list(here.select_for_update(no_key=True, of=("self",)).order_by("pk").prefetch_related("helps"))
    for visit in visits:
        end = visit.surgery.ends_at
        for each in visit.helps.all():
            if each.ends_at is None:
                each.ends_at = max(each.starts_at, end)
                each.save(update_fields=["ends_at"])
            end = max(end, each.ends_at)
        visit.left_at = end
        visit.save(update_fields=["left_at"])


def _forget_if_unknown(attendee: int, *, is_mistyped: bool = False) -> None:
    """A name alone, of which nothing else is known, goes; so does a mistyped address.

    Unless it is named for good, as by what was corrected after the day.
    """
    row = Attendee.objects.select_for_update().get(pk=attendee)
    is_known = (row.email and not is_mistyped) or row.user_id or row.bookings.exists() or row.visits.exists()
    if not is_known and not is_named_for_good(row):
        row.delete()


def booking_under(email: str, *, surgery: Surgery) -> Booking | None:
    """What somebody with this normalised address booked at the surgery: a seat, or else a place in line."""
    return surgery.bookings.live().filter(attendee__email=email).first()


def has_come(booking: Booking, *, now: datetime) -> bool:
    """Whether whoever has this booking is noted at its surgery, before which nobody needs to look."""
    return (
        now >= doors_open_at(booking.surgery) and booking.surgery.visits.filter(attendee=booking.attendee_id).exists()
    )


def check_doors(surgery: Surgery, *, by: User | None, now: datetime) -> None:
    """Raises DoorsClosed unless people may come now, or may be noted by this user.

    The doors open an hour before the start. People find themselves until the end, hosts note them until the end of
    that day, and organisers put the register right for 30 days.
    """
    if by is None:
        until = surgery.ends_at
    elif by.is_organiser:
        until = surgery.ends_at + CORRECTED_FOR
    else:
        until = end_of_day(surgery)
    if surgery.state != Surgery.State.PUBLISHED or not doors_open_at(surgery) <= now < until:
        raise DoorsClosed


def doors_open_at(surgery: Surgery) -> datetime:
    """From then on people may come."""
    return surgery.starts_at - DOORS_OPEN_BEFORE


def end_of_day(surgery: Surgery) -> datetime:
    """The midnight after the surgery."""
    return local_moment(timezone.localdate(surgery.ends_at) + timedelta(days=1), time())


def arrival(surgery: Surgery, now: datetime, is_afterwards: bool) -> datetime | None:
    """When somebody who is noted now arrived: that is not known if it is written down afterwards, as after the end."""
    return None if is_afterwards or surgery.is_over(now) else now


def _check_in(
    booking: Booking, *, surgery: Surgery, by: User | None, arrived_at: datetime | None, now: datetime
) -> Visit:
    """Whoever has booked is here, at the surgery that is kept. Raises Contention if they have moved elsewhere."""
    expected = surgery.bookings.select_related("attendee").select_for_update(no_key=True, of=("self",))
    locked = expected.filter(pk=booking.pk).first()
    if locked is None:
        raise Contention
    visit, is_new = Visit.objects.get_or_create(
        attendee=locked.attendee,
        surgery=surgery,
        defaults={
            "booking": locked if locked.is_confirmed else None,
            "name": locked.name,
            "arrived_at": arrived_at,
            "taken_in_by": by,
        },
    )
    if is_new:
        if not locked.is_confirmed:
            visit.topics.set(locked.topics.all())
        _trace(visit, Correction.What.CAME, by=by, now=now)
    return visit


def _walk_in(
    introduction: Introduction,
    *,
    surgery: Surgery,
    email: str,
    request_id: UUID | None,
    by: User | None,
    arrived_at: datetime | None,
    now: datetime,
) -> Visit:
    """Whoever is not known at the surgery that is kept is here."""
    name = introduction.name
    attendee_id = lock_attendee(email=email, name=name, now=now) if email else Attendee.objects.create(name=name).pk
    visit, is_new = Visit.objects.get_or_create(
        attendee_id=attendee_id,
        surgery=surgery,
        defaults={
            "name": name,
            "arrived_at": arrived_at,
            "taken_in_by": by,
            "request_id": request_id,
        },
    )
    if is_new:
        _say_what_about(visit, introduction)
        _trace(visit, Correction.What.WALKED_IN, by=by, now=now)
    return visit


def _say_what_about(visit: Visit, introduction: Introduction) -> None:
    """What brings a walk-in, who has not said it yet."""
    visit.topics.set(introduction.topics)
    visit.is_curious = introduction.is_curious
    visit.save(update_fields=["is_curious"])


def _here_again(email: str, *, surgery: Surgery, now: datetime) -> Visit | None:
    """Who is here already under this normalised address; if they were done, they are here again until midnight."""
    here = surgery.visits.select_for_update(no_key=True, of=("self",)).filter(attendee__email=email).first()
    if here and here.left_at and now < end_of_day(surgery):
        here.left_at = None
        here.version += 1
        here.save(update_fields=["left_at", "version"])
    return here


def _trace(visit: Visit, what: Correction.What, *, by: User | None, now: datetime) -> None:
    """After the day, what an organiser changes is written down for good."""
    if by is not None and now >= end_of_day(visit.surgery):
        Correction.objects.create(
            surgery=visit.surgery, attendee=visit.attendee, what=what, corrected_at=now, corrected_by=by
        )
