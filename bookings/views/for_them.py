"""Booking, moving and cancelling for somebody: by the services that attendees use, with the same rules and emails."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from functools import partial, wraps
from http import HTTPStatus
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.models import User
from accounts.roles import organiser_page
from bookings.elsewhere import in_the_way
from bookings.errors import BookingClosed, BookingError, FormUsedAlready, OutOfDate, SlotFull
from bookings.finding import PER_PAGE, Search, as_listed, entries, known_choices
from bookings.forms.for_them import BookForThemForm, CancelForThemForm, ChangeForThemForm
from bookings.links import LinkWithdrawn
from bookings.models import Attendee, Booking, BookingQuerySet
from bookings.offers import Offer
from bookings.people import attendee_of, owner_of
from bookings.services import booking as services
from notifications.form_pages import SeeOther, count_form
from surgeries.models import Surgery

# Where it came, or went, in the moment between looking what is in the way and booking.
BUSY = "Something of theirs was in the way a moment ago. Press the button once more"


def see_person(pk: int, *, done: str) -> SeeOther:
    """To the page of the person, which says what has been `done` (a name that it knows)."""
    return SeeOther(f"{reverse('bookings:person', args=[pk])}?done={done}")


def _booking_page(
    view: Callable[..., HttpResponseBase], *, once_cancelled: str = "closed"
) -> Callable[..., HttpResponseBase]:
    """A page of organisers about a booking that can still change; of any other the person's page says how it stands.

    Pressed once an organiser has cancelled it, it says what `once_cancelled` stands for. Pressed on a page that showed
    the booking elsewhere, it comes back and says so (`is_anew`), and nothing else happens.
    """

    @organiser_page
    @wraps(view)
    def page(request: HttpRequest, pk: int, **kwargs: Any) -> HttpResponseBase:
        booking = get_object_or_404(Booking.objects.for_the_page(), pk=pk)
        if not booking.is_live or booking.has_begun(timezone.now()):
            done = once_cancelled if booking.canceller == Booking.Canceller.ORGANISER else "closed"
            return see_person(booking.attendee_id, done=done if request.method == "POST" else "over")
        try:
            return view(request, booking, **kwargs)
        except OutOfDate:
            return view(request, Booking.objects.for_the_page().get(pk=pk), is_anew=True, **kwargs)
        except (BookingClosed, LinkWithdrawn):
            return see_person(booking.attendee_id, done="closed")

    return page


def _person_page(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A page of organisers about somebody who has an address; of anybody else their own page says who they are."""

    @organiser_page
    @wraps(view)
    def page(request: HttpRequest, pk: int, **kwargs: Any) -> HttpResponseBase:
        attendee = get_object_or_404(Attendee, pk=pk)
        if not attendee.email:
            return SeeOther(reverse("bookings:person", args=[pk]))
        return view(request, attendee, **kwargs)

    return page


@organiser_page
@require_POST
def book_for_user(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Book for somebody who signs in, and never booked: from now on they are known here as everybody else."""
    user = get_object_or_404(User.objects.known(), pk=pk)
    return SeeOther(reverse("bookings:book_for", args=[attendee_of(user, now=timezone.now()).pk]))


@_person_page
def book_for(request: HttpRequest, attendee: Attendee) -> HttpResponseBase:
    """The coming surgeries, to choose one for somebody who is known; those that they have booked are not among them."""
    back = reverse("bookings:person", args=[attendee.pk])
    theirs = list(_coming_of(attendee))
    context = {"title": f"Book for {attendee}", "back": back, "back_to": "Their page", "theirs": theirs}
    last = attendee.bookings.select_related("surgery__venue").order_by("-created_at", "-pk").first()
    not_theirs = ~Q(pk__in=[booking.surgery_id for booking in theirs])
    return _choose_surgery(request, context, not_theirs, usual=last.surgery if last else None)


@organiser_page
def book_for_new(request: HttpRequest) -> HttpResponseBase:
    """The same for somebody new."""
    back = reverse("bookings:people")
    return _choose_surgery(request, {"title": "Book for somebody new", "back": back, "back_to": "People"})


@_person_page
def book_for_at(request: HttpRequest, attendee: Attendee, reference: str) -> HttpResponseBase:
    """A seat or a place on the waiting list there, for somebody who is known. Who has one there is told of it first."""
    surgery = _coming(reference, is_theirs=Exists(_coming_of(attendee).filter(surgery=OuterRef("pk"))))
    if request.method != "POST" and surgery.is_theirs:  # type: ignore[attr-defined]  # which is annotated just above
        return see_person(attendee.pk, done="there")
    return _book(request, surgery, attendee)


@organiser_page
def book_for_new_at(request: HttpRequest, reference: str) -> HttpResponseBase:
    """The same for somebody new."""
    return _book(request, _coming(reference), None)


@_booking_page
def move_for(request: HttpRequest, booking: Booking) -> HttpResponseBase:
    """The surgeries with a free seat, their own among them."""
    back = reverse("bookings:person", args=[booking.attendee_id])
    context = {
        "title": f"Move the booking of {booking.name}",
        "back": back,
        "back_to": "Their page",
        "booking": booking,
    }
    return _choose_surgery(request, context, Q(seats_left__gt=0), usual=booking.surgery)


@_booking_page
def move_for_to(request: HttpRequest, booking: Booking, reference: str, *, is_anew: bool = False) -> HttpResponseBase:
    """Another slot, there."""
    surgery = _coming(reference)
    form = ChangeForThemForm(
        request.POST if request.method == "POST" else None, booking=booking, surgery=surgery, now=timezone.now()
    )
    status = HTTPStatus.CONFLICT if is_anew else HTTPStatus.OK
    if form.is_valid() and not is_anew:
        count_form(request, booking.attendee.email)
        status = HTTPStatus.CONFLICT
        try:
            seen = request.POST.get("seen", "")
            if services.move(booking=booking, slot=form.cleaned_data["slot"], seen=seen, by_organiser=True):
                return see_person(booking.attendee_id, done="moved")
            slot = form.cleaned_data["slot"]
            theirs = (booking.attendee_id, booking.attendee.email or "")
            words = in_the_way(*theirs, surgery=surgery, slot=slot, moving=booking)
            form.add_error("slot", words or BUSY)
        except SlotFull:
            form.refuse(now=timezone.now())
    context = {"form": form, "booking": booking, "surgery": surgery, "offer": form.offer, "is_anew": is_anew}
    return render(request, "bookings/move_for_to.html", context, status=status)


@partial(_booking_page, once_cancelled="cancelled")
def cancel_for(request: HttpRequest, booking: Booking, *, is_anew: bool = False) -> HttpResponseBase:
    """Cancel, with the reason that they read: this page asks, and its button acts."""
    form = CancelForThemForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and not is_anew:
        count_form(request, booking.attendee.email)
        organiser = Booking.Canceller.ORGANISER
        cancelled = services.cancel(
            booking=booking, reason=form.cleaned_data["reason"], canceller=organiser, seen=request.POST.get("seen", "")
        )
        # Somebody else may have been faster, and then nobody reads the reason.
        return see_person(booking.attendee_id, done="cancelled" if cancelled.canceller == organiser else "closed")
    status = HTTPStatus.CONFLICT if is_anew else HTTPStatus.OK
    context = {"form": form, "booking": booking, "is_anew": is_anew}
    return render(request, "bookings/cancel_for.html", context, status=status)


def _coming_of(attendee: Attendee) -> BookingQuerySet:
    """What they have booked, or wait for, at surgeries that are not over."""
    live = attendee.bookings.live().filter(surgery__ends_at__gt=timezone.now())
    return live.select_related("surgery__venue__office").order_by("surgery__starts_at", "pk")


def _choose_surgery(
    request: HttpRequest, context: dict[str, Any], only: Q | None = None, *, usual: Surgery | None = None
) -> HttpResponse:
    """The coming surgeries at the office that is chosen; if nothing is said of it, at that of the `usual` one."""
    now, choices = timezone.now(), known_choices()
    search = Search.of(request.GET, choices)
    if usual and "office" not in request.GET:
        search = replace(search, office=next((it for it in choices.offices if it.pk == usual.venue.office_id), None))
    coming = Surgery.objects.upcoming(now)
    if search.office:
        coming = coming.at_office(search.office.pk)
    paginator = Paginator(as_listed(coming, now=now).filter(only or Q()).order_by("starts_at", "id"), PER_PAGE)
    page = paginator.get_page(request.GET.get("page"))
    context |= {
        "choices": choices,
        "search": search,
        "page": page,
        "pages": paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1),
        "entries": entries(page.object_list, Search(), now=now),
    }
    return render(request, "bookings/choose_surgery.html", context)


def _coming(reference: str, **annotations: Exists) -> Surgery:
    coming = Surgery.objects.upcoming(timezone.now()).select_related("venue__office")
    return get_object_or_404(coming.annotate(**annotations), reference=reference)


def _book(request: HttpRequest, surgery: Surgery, attendee: Attendee | None) -> HttpResponseBase:
    offer = Offer(surgery, now=timezone.now())
    data = request.POST if request.method == "POST" else None
    form = BookForThemForm(data, offer=offer, attendee=attendee, initial={"request_id": uuid.uuid4()})
    status = HTTPStatus.OK
    if form.is_valid():
        status = HTTPStatus.CONFLICT
        try:
            if booking := _booked(request, form):
                return see_person(booking.attendee_id, done="booked" if booking.is_confirmed else "waiting")
            form.renew()
        except FormUsedAlready:
            form.renew()
            form.add_error(None, "You booked with this form already. Press the button once more to book again")
        except BookingError as refusal:
            form.refuse(refusal, now=timezone.now())
    elif "request_id" in form.errors:
        form.renew()
    context = {"form": form, "offer": form.offer, "surgery": offer.surgery, "attendee": attendee}
    return render(request, "bookings/book_for_at.html", context, status=status)


def _booked(request: HttpRequest, form: BookForThemForm) -> Booking | None:
    """The booking that the valid form makes, or made before; None if the form says by now why there is none.

    An organiser may know whose an address is, and what clashes. So that is looked at here, before the service would
    book for its owner, or tell them by email.
    """
    said, surgery = form.cleaned_data, form.offer.surgery
    if not Booking.objects.filter(submissions=said["request_id"]).exists():
        owner = None if form.attendee else owner_of(said["email"])
        known = form.attendee or Attendee.objects.filter(email=said["email"]).first()
        if words := in_the_way(known.pk if known else 0, said["email"], surgery=surgery, slot=said["slot"]):
            form.refuse_since_busy(words, owner)
            return None
        if owner and not form.is_meant(owner):
            form.ask_whether_it_is(owner)
            return None
    count_form(request, said["email"])
    booking = services.book(
        surgery=surgery, slot=said["slot"], name=said["name"], email=said["email"], answers=form.answers(),
        request_id=said["request_id"], suits=form.waits_for(), by_organiser=True,
    )  # fmt: skip
    if booking is None:
        form.refuse_since_busy(BUSY, None)
    return booking
