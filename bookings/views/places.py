"""Another place: another slot, another surgery, the waiting list."""

from http import HTTPStatus
from itertools import groupby
from operator import attrgetter

from django.core.paginator import Paginator
from django.db.models import BooleanField, ExpressionWrapper, Q
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from bookings.errors import BookingClosed, OutOfDate, SlotFull, WaitingListClosed
from bookings.finding import PER_PAGE, Search, as_listed, entries
from bookings.forms.changing import ChangeForm, WaitForm
from bookings.models import Booking
from bookings.services import booking as services
from bookings.services.waiting import hand_back
from bookings.views.decorators import before_they_come, private_page, see_booking, shown_anew, while_it_can_change
from notifications.form_pages import SeeOther, count_form
from surgeries.models import Surgery

BUSY = "You have a booking there already, or something else with us then. Nothing has changed, and our email says why."


@private_page
@while_it_can_change
@shown_anew
def change(request: HttpRequest, booking: Booking, *, is_anew: bool = False) -> HttpResponseBase:
    """Another slot of the same surgery; for somebody who waits, a seat that did not suit before."""
    return _choose(request, booking, booking.surgery, "bookings/change.html", is_anew=is_anew)


@private_page
@before_they_come
def move(request: HttpRequest, booking: Booking) -> HttpResponseBase:
    """The other surgeries with free seats, to choose one: first those at the same office."""
    now = timezone.now()
    is_there = ExpressionWrapper(Q(venue__office=booking.surgery.venue.office_id), output_field=BooleanField())
    others = as_listed(Surgery.objects.upcoming(now), now=now).exclude(pk=booking.surgery_id)
    others = others.filter(seats_left__gt=0).annotate(is_there=is_there).order_by("-is_there", "starts_at", "id")
    paginator = Paginator(others, PER_PAGE)
    page = paginator.get_page(request.GET.get("page"))
    found = entries(page.object_list, Search(), now=now)
    context = {
        "booking": booking,
        "page": page,
        "pages": paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1),
        "places": [(is_there, tuple(group)) for is_there, group in groupby(found, attrgetter("surgery.is_there"))],
    }
    return render(request, "bookings/move.html", context)


@private_page
@before_they_come
@shown_anew
def move_to(request: HttpRequest, booking: Booking, reference: str, *, is_anew: bool = False) -> HttpResponseBase:
    """A slot of the other surgery."""
    upcoming = Surgery.objects.upcoming(timezone.now()).select_related("venue__office")
    surgery = upcoming.filter(reference=reference).first()
    if surgery is None:
        return SeeOther("../")
    return _choose(request, booking, surgery, "bookings/move_to.html", is_anew=is_anew)


def _choose(
    request: HttpRequest, booking: Booking, surgery: Surgery, template: str, *, is_anew: bool
) -> HttpResponseBase:
    seen = request.POST.get("seen", "")
    data = request.POST if request.method == "POST" and not is_anew else None
    chosen = {"slot": request.POST.get("slot")}
    form = ChangeForm(data, initial=chosen, booking=booking, surgery=surgery, now=timezone.now())
    status = HTTPStatus.CONFLICT if is_anew else HTTPStatus.OK
    if form.is_valid():
        count_form(request, booking.attendee.email)
        try:
            moved = services.move(booking=booking, slot=form.cleaned_data["slot"], seen=seen)
        except BookingClosed:
            return see_booking(booking, done="closed")
        except SlotFull:
            form.refuse(now=timezone.now())
            status = HTTPStatus.CONFLICT
        else:
            if moved:
                return see_booking(booking, done="moved")
            # Whoever has the link has not shown that the address is theirs: what stands in the way, the email says.
            form.add_error("slot", BUSY)
            status = HTTPStatus.CONFLICT
    elif form.is_bound and seen != booking.version:
        raise OutOfDate  # and not that the time is none of those: it is one of where the booking was
    context = {"form": form, "booking": booking, "surgery": surgery, "offer": form.offer, "is_anew": is_anew}
    return render(request, template, context, status=status)


@private_page
@while_it_can_change
def wait(request: HttpRequest, booking: Booking) -> HttpResponseBase:
    """Hand the seat back and wait; or, for somebody who waits, say which slots would suit."""
    now = timezone.now()
    if now >= booking.surgery.cutoff_at:
        return see_booking(booking, done="closed")
    form = WaitForm(request.POST if request.method == "POST" else None, booking=booking, now=now)
    if form.is_valid():
        if form.cleaned_data["holds"] != form.initial["holds"]:
            # In line by now, they have handed it back: the button was pressed twice.
            return see_booking(booking, done="waiting" if booking.is_waiting else "since")
        count_form(request, booking.attendee.email)
        try:
            after = hand_back(booking=booking, suits=form.cleaned_data["suits"])
        except (BookingClosed, WaitingListClosed):
            return see_booking(booking, done="closed")
        return see_booking(after, done=_became(booking, after))
    return render(request, "bookings/wait.html", {"form": form, "booking": booking, "surgery": booking.surgery})


def _became(before: Booking, after: Booking) -> str:
    if before.is_confirmed and after.is_confirmed:
        return "kept" if after.slot_id == before.slot_id else "moved"
    if before.is_confirmed:
        return "waiting"
    return "suits" if after.is_waiting else "seat"
