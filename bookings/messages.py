"""What the emails of the attendee's journey say, written when they are sent, from the rows as they are by then.

Every act queues an email of its own, so an email that a later act has overtaken is dropped: the later one says how
things are. Calendars end up right for the same reason, whatever the order of sending: an entry is only written from
the row as it is, and each change of it has a higher SEQUENCE (RFC 5546, 2.1.5).

What people type freely (their question, their adjustments) is in no email. Whoever types an address has not shown
that it is theirs, and the form must not become a way to send anybody words of one's own.
"""

from django.core.exceptions import ValidationError
from django.utils import dateformat, timezone
from django.utils.dateparse import parse_datetime

from accounts.fields import NameField
from bookings.calendars import booking_calendar
from bookings.elsewhere import kept_instead
from bookings.finding import hosts_in_words, hosts_of, nearest_to
from bookings.links import private_link
from bookings.models import Attendee, Booking
from bookings.templatetags.seats import either, ordinal
from notifications.models import OutboxEmail
from notifications.registry import Message, email
from notifications.rendering import button_to, render_email
from organisation.models import Department
from surgeries.models import Shift, Slot, Surgery
from surgeries.templatetags.times import Timed, span, when

CONFIRMED, WAITING, CANCELLED = Booking.State.CONFIRMED, Booking.State.WAITING, Booking.State.CANCELLED
Facts = list[tuple[str, str]]


@email("booking_booked", called="Booking received")
def booked(row: OutboxEmail) -> Message | None:
    """The confirmation: of a seat, or of a place on the waiting list."""
    booking = _booking(row, CONFIRMED, WAITING)
    if not booking:
        return None
    name = "booking_booked" if booking.is_confirmed else "booking_waiting"
    return _about_a_live(name, booking, by_organiser="by_organiser" in row.about)


@email("booking_promoted", called="Seat from the waiting list")
def promoted(row: OutboxEmail) -> Message | None:
    """A seat came free, and it is theirs. The surgery may have moved in the same act."""
    booking = _booking(row, CONFIRMED)
    if not booking:
        return None
    before = _until_now("Before", row)
    return _about_a_live("booking_promoted", booking, and_also=before, has_moved=bool(before))


@email("booking_handed_back", called="Seat handed back")
def handed_back(row: OutboxEmail) -> Message | None:
    """They gave their seat up and wait for another."""
    booking = _booking(row, WAITING)
    if not booking:
        return None
    return _about_a_live("booking_handed_back", booking, and_also=[("You gave back", _before(row.context))])


@email("booking_moved", called="Booking moved")
def moved(row: OutboxEmail) -> Message | None:
    """The booking has moved here from another slot or surgery, or from a waiting list.

    Or it came back to where it was: a seat that was handed back, and that nobody else waits for.
    """
    booking = _booking(row, CONFIRMED)
    if not booking:
        return None
    before = _before(row.context)
    if booking.slot and before == _place(booking.slot, booking.surgery):
        return _about_a_live("booking_kept", booking)
    return _about_a_live(
        "booking_moved", booking, and_also=[("Before", before)], by_organiser="by_organiser" in row.about
    )


@email("booking_changed", called="Changes saved")
def changed(row: OutboxEmail) -> Message | None:
    """What they told us has been changed."""
    booking = _booking(row, CONFIRMED, WAITING)
    if not booking:
        return None
    asked = [*booking.topics.all(), *booking.symptoms.all()]
    return _about_a_live("booking_changed", booking, asked=asked, with_calendar=False)


@email("booking_reminder", called="Reminder")
def reminder(row: OutboxEmail) -> Message | None:
    """It is on the next working day."""
    booking = _booking(row, CONFIRMED)
    if not booking or booking.slot_id != row.about["slot"]:
        return None
    cancel_link = private_link(booking, page="cancel")
    return _about_a_live(
        "booking_reminder", booking, soon=soon(booking.surgery), cancel_link=cancel_link, with_calendar=False
    )


@email("booking_cancelled", called="Booking cancelled")
def cancelled(row: OutboxEmail) -> Message | None:
    """The seat, or the place on the waiting list, has been given up. Late is welcome too."""
    booking = _booking(row, CANCELLED)
    if not booking or not booking.cancelled_at:
        return None
    return _message(
        "booking_cancelled",
        booking,
        was_waiting=booking.slot is None,
        is_late=booking.cancelled_at >= booking.surgery.cutoff_at,
        by_organiser=booking.canceller == Booking.Canceller.ORGANISER,
        button=button_to("Find another time", "bookings:upcoming"),
    )


@email("booking_called_off", called="Surgery called off")
def called_off(row: OutboxEmail) -> Message | None:
    """The organisers have called the surgery off; these are the nearest others with room, the same office first."""
    booking = _booking(row, CANCELLED)
    if not booking:
        return None
    return _message(
        "booking_called_off",
        booking,
        alternatives=nearest_to(booking.surgery, now=timezone.now(), person=booking.attendee),
        button=button_to("See everything that is coming up", "bookings:upcoming"),
    )


@email("booking_surgery_moved", called="Surgery moved")
def surgery_moved(row: OutboxEmail) -> Message | None:
    """The surgery has moved, and with it the seat or the place in line."""
    booking = _booking(row, CONFIRMED, WAITING)
    if not booking:
        return None
    told = row.context
    and_also = [*_until_now("Before", row), *kept_instead(told)]
    return _about_a_live(
        "booking_surgery_moved", booking, and_also=and_also, hosts="hosts" in told, has_seat="keeps" in told
    )


@email("booking_released", called="Seat ended by a move")
def released(row: OutboxEmail) -> Message | None:
    """The surgery has moved to a time when they are elsewhere; these are the nearest others with room."""
    booking = _booking(row, CANCELLED)
    if not booking:
        return None
    surgery, now, told = booking.surgery, timezone.now(), row.context
    return _message(
        "booking_released",
        booking,
        before=told.get("before", _place(booking.slot or surgery, surgery)),
        hosts="hosts" in told,
        has_seat="keeps" in told,
        facts=[*_until_now("You had", row), ("It is now", _place(surgery, surgery)), *kept_instead(told)],
        alternatives=nearest_to(surgery, now=now, person=booking.attendee),
        button=button_to("See everything that is coming up", "bookings:upcoming"),
    )


@email("booking_sent_in_error", called="Booking has another address")
def sent_in_error(row: OutboxEmail) -> Message | None:
    """To the address that a booking had before. It says nothing of the booking and withdraws the calendar entry."""
    booking = Booking.objects.for_the_page().get(pk=row.about["booking"])
    if booking.attendee.email == row.recipient:
        return None
    surgery, calendar = _surgery(row.about["surgery"]), None
    if surgery and booking.confirmed_at:
        # As that address knew it: where the booking has gone since is somebody else's business.
        booking.surgery, booking.slot = surgery, Slot.objects.filter(pk=row.about.get("slot")).first()
        booking.attendee, booking.name = Attendee(email=row.recipient), row.recipient
        calendar = booking_calendar(booking, method="CANCEL")
    return render_email("booking_sent_in_error", {"department": Department.current()}, calendar=calendar)


@email("already_booked", called="Booked already")
def already_booked(row: OutboxEmail) -> Message | None:
    """Somebody gave this address for a booking that its owner cannot have besides what is listed here."""
    return _in_the_way("already_booked", row)


@email("booking_not_moved", called="Move not possible")
def not_moved(row: OutboxEmail) -> Message | None:
    """Somebody, who has the link, asked to move a booking to where its owner has what is listed here."""
    booking = _booking(row, CONFIRMED, WAITING)
    return _in_the_way("booking_not_moved", row, keeps=booking) if booking else None


def _in_the_way(name: str, row: OutboxEmail, *, keeps: Booking | None = None) -> Message | None:
    """What stands in the way of what was asked for, with a link to change it. None if nothing does any more."""
    slot = Slot.objects.filter(pk=row.about.get("slot")).first()
    theirs = Booking.objects.filter(attendee=row.about["attendee"], attendee__email=row.recipient)
    in_the_way = theirs.live().filter(surgery=row.about["surgery"])
    hosting_then = Shift.objects.none()
    if slot:
        in_the_way |= theirs.overlapping(slot)
        hosting_then = Shift.objects.live().overlapping(slot).filter(champion__user__email=row.recipient)
    bookings = [each for each in in_the_way.for_the_page() if each != keeps]
    shifts = list(hosting_then.select_related("surgery__venue__office"))
    wanted = _surgery(row.about["surgery"])
    if not wanted or not (bookings or shifts):
        return None
    facts = []
    for booking in bookings:
        word = "You are waiting for" if booking.is_waiting else "You have"
        facts.append((word, _place(booking.slot or booking.surgery, booking.surgery)))
    facts += [("You host", _place(shift, shift.surgery)) for shift in shifts]
    if keeps:
        facts.append(("You keep", _place(keeps.times, keeps.surgery)))
    asked_for = _place(slot or wanted, wanted)
    if asked_for not in [place for _, place in facts]:
        facts.insert(0, ("You asked for", asked_for))
    waits = bool(bookings) and all(booking.is_waiting for booking in bookings)
    context = {"department": Department.current(), "wanted": wanted, "bookings": bookings, "waits": waits}
    context |= {"facts": facts}
    if links := [private_link(each) for each in ([keeps] if keeps else []) + bookings]:
        context |= {**_to_change(links[0], in_line=waits), "others": links[1:]}
    return render_email(name, context)


def _until_now(word: str, row: OutboxEmail) -> Facts:
    """Where and when it was, which only the email itself knows."""
    return [(word, row.context["before"])] if "before" in row.context else []


def _booking(row: OutboxEmail, *states: str) -> Booking | None:
    """What the email is about, if it is in one of these states, still theirs, and was not overtaken by another act."""
    about = Booking.objects.for_the_page().filter(
        pk=row.about["booking"], attendee__email=row.recipient, state__in=states
    )
    if "sequence" in row.about:
        about = about.filter(calendar_sequence=row.about["sequence"])
    return about.first()


def _about_a_live(
    name: str, booking: Booking, *, and_also: Facts | None = None, with_calendar: bool = True, **more: object
) -> Message:
    """A message with the private link, behind which everything can be changed."""
    return _message(
        name,
        booking,
        and_also=[*_facts_of_waiting(booking), *(and_also or [])],
        with_calendar=with_calendar,
        **_to_change(private_link(booking), in_line=booking.is_waiting),
        **more,
    )


def _to_change(link: str, *, in_line: bool) -> dict[str, object]:
    """The private link as templates show it. Whoever is in line has no booking yet that it could speak of."""
    theirs = "place in line" if in_line else "booking"
    return {"private_link": link, "theirs": theirs, "button": {"text": f"See or change your {theirs}", "url": link}}


def _message(
    name: str, booking: Booking, *, and_also: Facts | None = None, with_calendar: bool = True, **more: object
) -> Message:
    """A message about a booking, with the facts first and, along with it, what calendars have to know."""
    surgery = booking.surgery
    context = {
        "booking": booking,
        "name": name_of(booking),
        "surgery": surgery,
        "venue": surgery.venue,
        "begins": (booking.slot or surgery).starts_at,
        "facts": [*_facts(booking), *(and_also or [])],
        "department": Department.current(),
        **more,
    }
    return render_email(name, context, calendar=_calendar(booking) if with_calendar else None)


def name_of(booking: Booking) -> str:
    """What to call them; nothing if it is a name that the form would refuse, however it came to be there."""
    try:
        return NameField().clean(booking.name)
    except ValidationError:
        return ""


def _facts(booking: Booking) -> Facts:
    """When, where and with whom; nobody hosts at a surgery that is called off."""
    surgery = booking.surgery
    facts = [("When", when(booking.slot or surgery)), ("Where", str(surgery.venue))]
    if surgery.is_called_off:
        return facts
    hosts = hosts_in_words(hosts_of(surgery)).removeprefix("With ")
    return [*facts, ("With", hosts or "Somebody from the digital team")]


def _facts_of_waiting(booking: Booking) -> Facts:
    rank = booking.rank()
    if rank is None:
        return []
    suits = either(span(slot) for slot in booking.suits.all())
    return [("Your place", f"{ordinal(rank)} in line".capitalize()), ("What suits you", suits or "Any time")]


def soon(surgery: Surgery) -> str:
    """How people say it: "tomorrow", or "on Tuesday" when a weekend or a holiday lies between."""
    starts_on = timezone.localdate(surgery.starts_at)
    days = (starts_on - timezone.localdate()).days
    return {0: "today", 1: "tomorrow"}.get(days) or f"on {dateformat.format(starts_on, 'l')}"


def _before(context: dict) -> str:
    """Where the booking was before; the slot, and even the surgery, may be gone by now."""
    surgery = _surgery(context["surgery"])
    if not surgery:
        return "Another surgery"
    if "starts_at" not in context:
        return f"On the waiting list for {_place(surgery, surgery)}"
    times = {name: parse_datetime(context[name]) for name in ("starts_at", "ends_at")}
    return _place(Slot(**times), surgery)


def _surgery(pk: int) -> Surgery | None:
    return Surgery.objects.select_related("venue__office").filter(pk=pk).first()


def _place(time: Timed, surgery: Surgery) -> str:
    """Such as "Tuesday 3 March, 10:20am to 10:40am, Ground floor café, Leeds"."""
    return f"{when(time)}, {surgery.venue}"


def _calendar(booking: Booking) -> bytes | None:
    """The entry of a confirmed booking; what withdraws it once there is none; nothing if there never was one."""
    if booking.is_confirmed:
        return booking_calendar(booking, method="REQUEST")
    return booking_calendar(booking, method="CANCEL") if booking.confirmed_at else None
