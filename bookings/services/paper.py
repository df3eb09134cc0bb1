"""Writing down afterwards what the sheet on the table says."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction

from accounts.models import User
from bookings.models import Booking
from bookings.services.attending import check_in, walk_in
from surgeries.models import Surgery
from surgeries.transactions import retried

Line = tuple[str, str]


@retried
@transaction.atomic
def enter_from_paper(
    *,
    surgery: Surgery,
    came: Iterable[Booking],
    walked_in: Iterable[Line],
    request_id: UUID,
    by: User,
    now: datetime | None = None,
) -> None:
    """Note all of these people at once, or none: who booked, and the names and addresses of who walked in.

    The sheet does not say when they arrived.
    Sent again, also with more lines, the form adds nobody twice; two lines that are the same are two people. Raises
    DoorsClosed.
    """
    for booking in sorted(came, key=lambda booking: booking.pk):
        check_in(booking=booking, by=by, is_afterwards=True, now=now)
    for (name, email), number in numbered(walked_in, request_id=request_id):
        walk_in(surgery=surgery, name=name, email=email, request_id=number, by=by, is_afterwards=True, now=now)


def numbered(lines: Iterable[Line], *, request_id: UUID) -> Iterator[tuple[Line, UUID]]:
    """Each line with the number under which it is entered, the same however often the form is sent."""
    times = Counter[Line]()
    for line in lines:
        times[line] += 1
        name, email = line
        yield line, uuid5(request_id, f"{times[line]} {name}, {email}")
