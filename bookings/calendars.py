"""Calendar entries: of a surgery, of all or of one's own shifts (to subscribe to), of a booking, and of one shift.

Times are written in UTC (`DTSTART:20260303T102000Z`), which Outlook, Google and Apple all read without a time zone
definition and show in the reader's own zone; nothing here recurs, so no rule has to survive a clock change.
Calendars get shared, so an entry never holds the private link, nor what somebody asks or needs. RFC 5545 says what
the properties mean, RFC 5546 which of them go with which method.
"""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr
from typing import Literal

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, prefetch_related_objects
from django.urls import reverse
from icalendar import STATUS, TRANSP, Calendar, Event, vCalAddress, vDuration, vText

from bookings.finding import Search, hosting, hosts_in_words, hosts_of
from bookings.models import Booking
from champions.models import Champion
from surgeries.models import Shift, Surgery, SurgeryQuerySet

PRODUCT = "-//Social media surgeries//EN"
CONTENT_TYPE = "text/calendar; charset=utf-8"
# How often we suggest that a subscribed calendar looks again.
REFRESH = timedelta(hours=1)
# For how long a surgery stays in subscribed calendars once it is over.
STAYS = timedelta(days=30)
CHANGE = "To change or cancel your booking, use the link in the email that we sent you."
Method = Literal["REQUEST", "CANCEL", "PUBLISH"]
# What some program takes for the end of a line (str.splitlines knows them all), and other control characters.
LINE_ENDS = re.compile(r"\r\n|[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]")
CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f]")


def surgery_calendar(surgery: Surgery) -> bytes:
    """The calendar file of one surgery, to download."""
    return _calendar("PUBLISH", [_surgery_event(surgery)]).to_ical()


def feed(surgeries: SurgeryQuerySet, *, name: str) -> bytes:
    """A calendar to subscribe to, called `name`, of the surgeries that `in_feed` chose: two queries."""
    found = surgeries.select_related("venue__office").prefetch_related(hosting())
    return _feed([_surgery_event(surgery) for surgery in found], name)


def own_feed(champion: Champion, *, now: datetime) -> bytes:
    """A calendar of the champion's own shifts to subscribe to, coming and recent: two queries.

    What was given back is gone from it. What was called off stays and says so. Nothing in it is about attendees.
    """
    until_called_off = Q(ended_at=None) | Q(ended_at=F("surgery__called_off_at"))
    shifts = Shift.objects.public().filter(until_called_off, champion=champion, ends_at__gt=now - STAYS)
    found = list(shifts.select_related("surgery__venue__office"))
    prefetch_related_objects([shift.surgery for shift in found], hosting())
    return _feed([_shift_event(shift) for shift in found], "Surgeries that I host")


def _feed(events: list[Event], name: str) -> bytes:
    calendar = _calendar("PUBLISH", events)
    for label in ("NAME", "X-WR-CALNAME"):
        calendar.add(label, vText(plain(name)))
    calendar.add("REFRESH-INTERVAL", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("X-PUBLISHED-TTL", vDuration(REFRESH))
    calendar.add("X-WR-TIMEZONE", settings.TIME_ZONE)
    return calendar.to_ical()


def in_feed(search: Search, *, now: datetime) -> SurgeryQuerySet:
    """Every surgery at that office, about that topic, that a subscribed calendar shows: coming, called off, recent.

    Calling a surgery off ends its shifts, so there a topic is looked for among those who would have hosted.
    """
    surgeries = Surgery.objects.public().filter(ends_at__gt=now - STAYS).order_by("starts_at", "id")
    if search.office:
        surgeries = surgeries.at_office(search.office.pk)
    if search.topic:
        knows = Shift.objects.filter(surgery=OuterRef("pk"), champion__skills__topic=search.topic.pk)
        hosted = knows.filter(Q(ended_at=None) | Q(surgery__state=Surgery.State.CALLED_OFF))
        surgeries = surgeries.filter(Exists(hosted))
    return surgeries


def booking_calendar(booking: Booking, *, method: Method) -> bytes:
    """The calendar file of a booking: "REQUEST" and "CANCEL" are for emails, "PUBLISH" is for a download.

    An email has to carry it as `text/calendar; charset=utf-8; method=REQUEST` (or CANCEL), which is what makes
    Outlook update or withdraw the entry that it has. Raises ValueError for a booking without a time, one on the
    waiting list, unless what it had before is being withdrawn.
    """
    if booking.slot is None and method != "CANCEL":
        raise ValueError("A booking on the waiting list has no time to put into a calendar.")
    surgery = booking.surgery
    times = booking.slot or surgery
    is_off = method == "CANCEL" or booking.is_cancelled
    event = Event.new(
        uid=booking.calendar_uid,
        sequence=booking.calendar_sequence,
        stamp=booking.changed_at.astimezone(UTC),
        last_modified=booking.changed_at.astimezone(UTC),
        start=times.starts_at.astimezone(UTC),
        end=times.ends_at.astimezone(UTC),
        summary=_title(surgery, before="Cancelled: " if is_off else ""),
        location=plain(str(surgery.venue)),
        description=_description(surgery, "" if is_off else CHANGE),
        url=_address(surgery),
        organizer=_organiser(),
        status=STATUS.CANCELLED if is_off else STATUS.CONFIRMED,
        transparency=TRANSP.TRANSPARENT if is_off else TRANSP.OPAQUE,
    )
    if method != "PUBLISH":
        event.add("ATTENDEE", _person(booking.attendee.email or "", booking.name))
    return _calendar(method, [event]).to_ical()


def shift_calendar(shift: Shift, *, method: Method, stamp: datetime) -> bytes:
    """The calendar file of a champion's shift, for emails. It changes with its surgery alone, and ends at most once.

    So SEQUENCE is the number of the surgery's changes, and one more once it has ended.
    """
    surgery, is_off = shift.surgery, method == "CANCEL"
    event = Event.new(
        uid=shift.calendar_uid,
        sequence=surgery.calendar_sequence + is_off,
        stamp=stamp.astimezone(UTC),
        last_modified=stamp.astimezone(UTC),
        start=shift.starts_at.astimezone(UTC),
        end=shift.ends_at.astimezone(UTC),
        summary=plain(f"{'Cancelled: ' if is_off else ''}Hosting a social media surgery, {surgery.venue}"),
        location=plain(str(surgery.venue)),
        description="\n\n".join(plain(fact) for fact in (surgery.note, surgery.venue.directions) if fact),
        url=f"{settings.PUBLIC_BASE_URL}{reverse('bookings:brief', args=[surgery.reference])}",
        organizer=_organiser(),
        status=STATUS.CANCELLED if is_off else STATUS.CONFIRMED,
        transparency=TRANSP.TRANSPARENT if is_off else TRANSP.OPAQUE,
    )
    event.add("ATTENDEE", _person(shift.champion.user.email if shift.champion.user else "", shift.champion.name))
    return _calendar(method, [event]).to_ical()


def plain(text: str) -> str:
    """The text with every kind of line end made a plain one, and without other control characters."""
    # icalendar takes a backslash and a capital N for a line end, even where somebody typed them.
    return CONTROLS.sub("", LINE_ENDS.sub("\n", text)).replace("\\N", "\\n")


def _calendar(method: Method, events: list[Event]) -> Calendar:
    calendar = Calendar()
    for name, value in (("PRODID", PRODUCT), ("VERSION", "2.0"), ("CALSCALE", "GREGORIAN"), ("METHOD", method)):
        calendar.add(name, value)
    for event in events:
        calendar.add_component(event)
    return calendar


def _surgery_event(surgery: Surgery) -> Event:
    """Its stamp is when the surgery last changed, so that an unchanged calendar is the same file, byte for byte."""
    changed_at = surgery.changed_at.astimezone(UTC)
    reason = f"Called off: {surgery.called_off_reason}" if surgery.is_called_off else "Book a seat or find out more:"
    return Event.new(
        uid=f"surgery-{surgery.reference}@social-media-surgeries",
        sequence=surgery.calendar_sequence,
        stamp=changed_at,
        last_modified=changed_at,
        start=surgery.starts_at.astimezone(UTC),
        end=surgery.ends_at.astimezone(UTC),
        summary=_title(surgery, before="Called off: " if surgery.is_called_off else ""),
        location=plain(str(surgery.venue)),
        description=_description(surgery, f"{reason}\n{_address(surgery)}"),
        url=_address(surgery),
        organizer=_organiser(),
        status=STATUS.CANCELLED if surgery.is_called_off else STATUS.CONFIRMED,
        # Whoever subscribes has not said that they come: it does not make them look busy.
        transparency=TRANSP.TRANSPARENT,
    )


def _shift_event(shift: Shift) -> Event:
    """For the calendar of whoever hosts then, who is busy."""
    surgery, is_off = shift.surgery, shift.surgery.is_called_off
    changed_at = surgery.changed_at.astimezone(UTC)
    brief = f"{settings.PUBLIC_BASE_URL}{reverse('bookings:brief', args=[surgery.reference])}"
    others = [other for other in hosts_of(surgery) if other.champion_id != shift.champion_id]
    last = f"Called off: {surgery.called_off_reason}" if is_off else f"Who comes, and what they ask:\n{brief}"
    return Event.new(
        uid=shift.calendar_uid,
        sequence=surgery.calendar_sequence,
        stamp=changed_at,
        last_modified=changed_at,
        start=shift.starts_at.astimezone(UTC),
        end=shift.ends_at.astimezone(UTC),
        summary=_title(surgery, before="Called off: " if is_off else "You host: "),
        location=plain(str(surgery.venue)),
        description=_description(surgery, last, hosts=others),
        url=brief,
        organizer=_organiser(),
        status=STATUS.CANCELLED if is_off else STATUS.CONFIRMED,
        transparency=TRANSP.TRANSPARENT if is_off else TRANSP.OPAQUE,
    )


def _title(surgery: Surgery, *, before: str) -> str:
    """Such as "Social media surgery, Ground floor café, Leeds": a month of a calendar shows nothing else."""
    return plain(f"{before}Social media surgery, {surgery.venue}")


def _description(surgery: Surgery, last: str, *, hosts: list[Shift] | None = None) -> str:
    facts = (
        hosts_in_words(hosts_of(surgery) if hosts is None else hosts),
        surgery.note,
        surgery.venue.directions,
        surgery.venue.accessibility,
        last,
    )
    return "\n\n".join(plain(fact) for fact in facts if fact)


def _address(surgery: Surgery) -> str:
    return f"{settings.PUBLIC_BASE_URL}{surgery.get_absolute_url()}"


def _organiser() -> vCalAddress:
    address = parseaddr(settings.EMAIL_REPLY_TO or settings.EMAIL_FROM)[1]
    return vCalAddress.new(address, cn=plain(parseaddr(settings.EMAIL_FROM)[0]) or None)


def _person(email: str, name: str) -> vCalAddress:
    # A double quote cannot stand in a parameter, and few programs know the escape of RFC 6868 for it.
    name = plain(name).replace("\n", " ").replace('"', "'")
    return vCalAddress.new(email, cn=name, partstat="ACCEPTED", role="REQ-PARTICIPANT", rsvp=False)
