"""Booking a seat: one page, one press."""

import uuid
from functools import partial
from http import HTTPStatus
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from bookings.errors import BookingError, FormUsedAlready
from bookings.finding import Search, hosts_of, nearest, nearest_to
from bookings.forms.booking import BookForm, why_not
from bookings.links import token_for
from bookings.models import Submission
from bookings.offers import Offer
from bookings.services import booking as services
from bookings.statements import seats_per_slot
from bookings.views.decorators import see_booking
from notifications.form_pages import FOR_BACK, SeeOther, count_form, form_page
from notifications.limits import LimitReached
from organisation.kept import kept
from surgeries.models import Surgery


@form_page
@cache_control(**FOR_BACK)
def book(request: HttpRequest, reference: str) -> HttpResponseBase:
    """The form, and what becomes of it: a seat, a place on the waiting list, or the form again with what is free."""
    reference = reference.lower()[:13]  # one more than any has, so that no key is long
    try:
        surgery = kept(f"surgery:{reference}", partial(_surgery, reference), seconds=5.0)
    except Surgery.DoesNotExist:
        return _unknown(request)
    offer = Offer(surgery, now=timezone.now())
    if request.method != "POST":
        offer.seats = kept(f"seats:{reference}", partial(seats_per_slot, surgery), seconds=1.0)
        wanted = request.GET.get("slot")
        if wanted is None:
            return _show(request, offer, None)
        form = BookForm(initial={"request_id": uuid.uuid4(), "slot": wanted}, offer=offer)
        return _show(request, offer, form, missed=why_not(offer, wanted))
    form = BookForm(request.POST, offer=offer)
    if form.is_valid():
        return _book(request, form)
    if "request_id" in form.errors:
        form.renew()
    return _show(request, form.offer, form)


def _surgery(reference: str) -> Surgery:
    """The surgery with its slots. Five seconds old will do to show them: the lock decides what can still be booked.

    Raises Surgery.DoesNotExist.
    """
    found = Surgery.objects.public().select_related("venue__office").prefetch_related("slots")
    return found.get(reference=reference)


def _book(request: HttpRequest, form: BookForm) -> HttpResponseBase:
    """Book what a valid form asks for. Whether the surgery is still open is decided under its lock."""
    said = form.cleaned_data
    try:
        _count(request, form)
        booking = services.book(
            surgery=form.offer.surgery,
            slot=said["slot"],
            name=said["name"],
            email=said["email"],
            answers=form.answers(),
            request_id=said["request_id"],
            suits=form.waits_for(),
        )
    except FormUsedAlready as refusal:
        form.renew()
        return _show(request, form.offer, form, status=HTTPStatus.CONFLICT, used=refusal)
    except BookingError as refusal:
        form.refuse(refusal, now=timezone.now())
        return _show(request, form.offer, form, status=HTTPStatus.CONFLICT)
    return see_booking(booking, done="booked") if booking else SeeOther(reverse("bookings:emailed"))


def _count(request: HttpRequest, form: BookForm) -> None:
    """Count the form. One that was sent before sends no email again, so it has its outcome past any limit."""
    try:
        count_form(request, form.cleaned_data["email"])
    except LimitReached:
        if not Submission.objects.filter(pk=form.cleaned_data["request_id"]).exists():
            raise


def _show(
    request: HttpRequest,
    offer: Offer,
    form: BookForm | None,
    *,
    status: int = HTTPStatus.OK,
    used: FormUsedAlready | None = None,
    missed: str = "",
) -> HttpResponse:
    """The form, blank if there is none yet, or, where there is nothing to choose, why, and where to go instead."""
    surgery = offer.surgery
    if surgery.state == Surgery.State.DRAFT:
        return _unknown(request)
    if surgery.is_called_off or surgery.is_over(offer.now) or not offer.can_choose:
        return _closed(request, offer, status=status)
    context: dict[str, Any] = {"form": form, "offer": offer, "surgery": surgery, "used": used}
    context["missed"] = missed
    context |= {"blank": SimpleLazyObject(partial(BookForm, offer=offer)), "request_id": uuid.uuid4()}
    if used and used.booking:
        context["token"] = token_for(used.booking)
    return render(request, "bookings/book.html", context, status=status)


def _closed(request: HttpRequest, offer: Offer, *, status: int) -> HttpResponse:
    surgery, now, template = offer.surgery, offer.now, "bookings/book_closed.html"
    hosts_of(surgery)
    if surgery.is_called_off or surgery.is_over(now):
        template = "bookings/surgery_called_off.html" if surgery.is_called_off else "bookings/surgery_over.html"
        status = HTTPStatus.GONE
    elsewhere = nearest_to(surgery, now=now)
    context = {"surgery": surgery, "offer": offer, "nearest": elsewhere}
    return render(request, template, context, status=status)


def _unknown(request: HttpRequest) -> HttpResponse:
    context = {"nearest": nearest(Search(), now=timezone.now())}
    return render(request, "bookings/surgery_unknown.html", context, status=HTTPStatus.NOT_FOUND)


@login_not_required
@require_safe
def emailed(request: HttpRequest) -> HttpResponse:
    """What we say of an address whose owner has a booking already: nothing but that we have written to it."""
    return render(request, "bookings/emailed.html")
