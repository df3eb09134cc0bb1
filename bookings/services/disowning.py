"""Somebody gets an email about a visit that was not theirs: whoever walked in gave their address by mistake."""

from django.db import transaction

from bookings.errors import BookingClosed
from bookings.models import Attendee, Thanks, Visit
from bookings.people import is_named_for_good
from bookings.statements import keep_surgery
from surgeries.transactions import retried


@retried
@transaction.atomic
def disown(*, visit: Visit) -> None:
    """The visit was not by the owner of this address: from now on it is by somebody known by the name alone.

    What the hosts wrote down stays with them; the link of the visit stops working. The address is forgotten, unless
    it is known for something else. Done again, it changes nothing. Raises BookingClosed if they had booked.
    """
    keep_surgery(visit.surgery_id)
    # Locked whole, so that nothing else can come to point at it while it is decided whether to forget it.
    mistaken = Attendee.objects.select_for_update().filter(pk=visit.attendee_id).first()
    theirs = Visit.objects.select_for_update(of=("self",)).filter(pk=visit.pk, attendee=visit.attendee_id).first()
    if not (mistaken and theirs):
        return
    if theirs.booking_id:
        raise BookingClosed
    theirs.attendee = Attendee.objects.create(name=theirs.name)
    theirs.save(update_fields=["attendee"])
    Thanks.objects.filter(attendee=mistaken, surgery=theirs.surgery_id).delete()
    if not _is_known(mistaken):
        mistaken.delete()


def _is_known(attendee: Attendee) -> bool:
    others = (attendee.bookings, attendee.visits, attendee.thanks)
    return bool(attendee.user_id) or any(each.exists() for each in others) or is_named_for_good(attendee)
