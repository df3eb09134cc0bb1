"""What somebody may do changes: whoever is barred hosts no more."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts import letting_in
from accounts.models import User
from bookings.services.editing import end_shift
from bookings.services.locks import lock_champion
from bookings.statements import lock_surgeries
from champions.models import Champion
from surgeries.models import Shift, ShiftQuerySet, Surgery
from surgeries.transactions import Contention, retried


@retried
@transaction.atomic
def set_role(*, user: User, role: str, by: User, now: datetime | None = None) -> bool:
    """Make somebody what `role` says, and tell them. Returns whether they were something else.

    Whoever is barred is taken off the surgeries that they were still to host, and told of each. Raises NotTheirs.
    """
    if role != User.Role.BARRED:
        return letting_in.set_role(user=user, role=role, by=by)
    now = now or timezone.now()
    locked = _lock_surgeries_of(user, now)
    is_changed = letting_in.set_role(user=user, role=role, by=by)
    return _end_shifts(user, locked, now) or is_changed


@retried
@transaction.atomic
def take_off(*, user: User, now: datetime | None = None) -> None:
    """Take whoever is barred, in whatever way that was done, off the surgeries that they were still to host.

    They are told of each. Changes nothing for somebody who may sign in, or who hosts nothing any more.
    """
    now = now or timezone.now()
    locked = _lock_surgeries_of(user, now)
    if not User.objects.select_for_update(no_key=True).get(pk=user.pk).is_active:
        _end_shifts(user, locked, now)


def still_to_host(user: User, *, now: datetime) -> ShiftQuerySet:
    """The shifts that they are taken off once they are barred."""
    return Shift.objects.live().filter(champion__user=user, ends_at__gt=now)


def taken_off(user: User, *, now: datetime) -> ShiftQuerySet:
    """The shifts still to come that they were taken off because they are barred."""
    ended = Shift.objects.filter(champion__user=user, ended_reason=Shift.BARRED, ends_at__gt=now)
    return ended.exclude(surgery__state=Surgery.State.CALLED_OFF)


def _lock_surgeries_of(user: User, now: datetime) -> set[int]:
    """Lock the surgeries that somebody is still to host, and then the champion that they are. Returns their ids."""
    surgeries = lock_surgeries(still_to_host(user, now=now).values_list("surgery_id", flat=True))
    for champion in Champion.objects.filter(user=user):
        lock_champion(champion)
    return set(surgeries)


def _end_shifts(user: User, locked: set[int], now: datetime) -> bool:
    """End what they were still to host. Returns whether there was anything. Raises Contention if they took a shift."""
    coming = list(still_to_host(user, now=now).order_by("starts_at", "pk"))
    if not {shift.surgery_id for shift in coming} <= locked:
        raise Contention  # taken in this very moment
    for shift in coming:
        end_shift(shift=shift, reason=Shift.BARRED, now=now)
    return bool(coming)
