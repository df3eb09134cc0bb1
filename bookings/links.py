"""The private link of a booking: a signed token that works for as long as the booking is remembered.

Signed with SECRET_KEY (older keys through SECRET_KEY_FALLBACKS). Only emails and the browser that booked get it.
"""

import base64
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from bookings.models import Ask, Attendee, Booking, Visit
from bookings.statements import find_booking


class LinkWrong(Exception):
    """Nobody was ever given this link: mistyped, cut short or made up."""


class LinkWithdrawn(Exception):
    """The link was good until the booking went to another address."""


class Disowned(Exception):
    """The link was good until the owner of the address said that the visit was not theirs."""


def _signer() -> Signer:
    return Signer(sep=".", salt="bookings.link", algorithm="sha256")


def token_for(booking: Booking) -> str:
    """The token of the booking's present private link."""
    name = base64.urlsafe_b64encode(booking.reference.bytes).rstrip(b"=").decode()
    return _signer().sign(f"{name}.{booking.link_number}")


def private_link(booking: Booking, *, page: str = "booking") -> str:
    """The whole address of the booking's page, or of another below it, for emails. It depends on no request."""
    return settings.PUBLIC_BASE_URL + reverse(f"bookings:{page}", args=[token_for(booking)])


def booking_for(token: str) -> Booking:
    """The booking that a token names, with what every page of it shows. Raises LinkWrong or LinkWithdrawn."""
    try:
        name, _, number = _signer().unsign(token).partition(".")
        reference = UUID(bytes=base64.urlsafe_b64decode(f"{name}=="))
    except (BadSignature, ValueError):
        raise LinkWrong from None
    booking = find_booking(reference)
    if booking is None:
        raise LinkWrong
    if booking.link_number != int(number):
        raise LinkWithdrawn
    return booking


def visit_token(visit: Visit) -> str:
    """The token of the private link for somebody who came without a booking."""
    return _visiting().sign(f"{visit.pk}.{visit.attendee_id}")


def link_to_visit(visit: Visit) -> str:
    """The whole address of the page on which somebody who came sees what came of it: of their booking, if they had one.

    The visit was read with attendee and booking.
    """
    if visit.booking and visit.booking.is_confirmed:
        return private_link(visit.booking)
    return settings.PUBLIC_BASE_URL + reverse("bookings:visit", args=[visit_token(visit)])


def visit_for(token: str) -> Visit:
    """The visit that a token names. Raises Disowned, and LinkWrong, also once nobody knows any more whose it was."""
    try:
        pk, _, attendee = _visiting().unsign(token).partition(".")
        number, whose = int(pk), int(attendee)
        visits = Visit.objects.select_related("attendee", "surgery__venue__office")
        visit = visits.filter(pk=number).first()
        if visit is None or visit.attendee_id != whose:
            whose = Attendee.objects.filter(pk=whose).values_list("merged_into", flat=True).first() or whose
            visit = visit or visits.get(stands_for__contains=[number], attendee=whose)
    except (BadSignature, ValueError, Visit.DoesNotExist):
        raise LinkWrong from None
    if visit.attendee_id != whose:
        raise Disowned
    if visit.attendee.email is None:
        raise LinkWrong
    return visit


def step_in_link(ask: Ask) -> str:
    """Where a champion who was asked sees what is needed, and takes the shift with one press, without signing in."""
    assert ask.champion.user_id
    token = _asking().sign(f"{ask.pk}.{ask.champion.user_id}")
    return settings.PUBLIC_BASE_URL + reverse("bookings:step_in", args=[token])


def ask_for(token: str) -> Ask:
    """What a champion was asked. Raises LinkWrong, also when the address that got the link is theirs no more."""
    try:
        pk, _, user = _asking().unsign(token).partition(".")
        asks = Ask.objects.select_related("champion__user", "surgery__venue__office")
        return asks.get(pk=int(pk), champion__user=int(user), champion__user__is_active=True)
    except (BadSignature, ValueError, Ask.DoesNotExist):
        raise LinkWrong from None


def _asking() -> Signer:
    return Signer(sep=".", salt="bookings.ask", algorithm="sha256")


def _visiting() -> Signer:
    return Signer(sep=".", salt="bookings.visit", algorithm="sha256")
