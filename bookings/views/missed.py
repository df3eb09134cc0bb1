"""For who had a seat and did not come: one question, and one press to book again."""

from contextlib import suppress
from datetime import datetime
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from bookings.errors import BookingClosed, FormUsedAlready, SlotFull
from bookings.finding import nearest_to
from bookings.forms.changing import MissedForm
from bookings.links import token_for
from bookings.models import WORDS_KEPT, Booking
from bookings.services import missing
from bookings.views.decorators import private_page, see_booking
from notifications.form_pages import SeeOther, count_form
from surgeries.models import Surgery

# So many surgeries are offered.
OFFERED = 4


@private_page
def missed(request: HttpRequest, booking: Booking) -> HttpResponseBase:
    """Why they did not come, and where there is a free seat."""
    if not is_missed(booking, now=timezone.now()):
        return see_booking(booking)
    said = {"missed_because": booking.missed_because}
    form = MissedForm(request.POST if request.method == "POST" else None, initial=said)
    if form.is_valid():
        count_form(request)
        with suppress(BookingClosed):
            missing.say_why(booking=booking, missed_because=form.cleaned_data["missed_because"])
        return SeeOther(f"{reverse('bookings:missed', args=[token_for(booking)])}?done")
    return _show(request, booking, form)


@private_page
def book_again(request: HttpRequest, booking: Booking, reference: str) -> HttpResponseBase:
    """One press books the first free time; if there is none any more, the page offers what there is."""
    if not is_missed(booking, now=timezone.now()):
        return see_booking(booking)
    if request.method != "POST":
        return SeeOther(reverse("bookings:missed", args=[token_for(booking)]))
    surgery = get_object_or_404(Surgery.objects.public(), reference=reference)
    count_form(request, booking.attendee.email)
    try:
        made = missing.book_again(booking=booking, surgery=surgery)
    except FormUsedAlready as used:
        return see_booking(used.booking, done="booked") if used.booking else SeeOther(reverse("bookings:emailed"))
    except (SlotFull, BookingClosed):
        form = MissedForm(initial={"missed_because": booking.missed_because})
        return _show(request, booking, form, status=HTTPStatus.CONFLICT)
    # Whoever has the link has not shown that the address is theirs: what stands in the way, the email says.
    return see_booking(made, done="booked") if made else SeeOther(reverse("bookings:emailed"))


def is_missed(booking: Booking, *, now: datetime) -> bool:
    """Whether they did not come, not so long ago that what they told us is deleted."""
    no_show = Booking.objects.no_shows(now).filter(pk=booking.pk)
    return now < booking.surgery.ends_at + WORDS_KEPT and no_show.exists()


def _show(request: HttpRequest, booking: Booking, form: MissedForm, *, status: int = HTTPStatus.OK) -> HttpResponse:
    surgery = booking.surgery
    now = timezone.now()
    elsewhere = nearest_to(surgery, now=now, at_most=OFFERED)
    again = missing.booked_again(booking=booking, now=now)
    taken = {made.surgery_id for made in again}
    offered = [entry for entry in elsewhere if entry.surgery.pk not in taken]
    context = {
        "form": form,
        "booking": booking,
        "surgery": surgery,
        "elsewhere": [entry for entry in offered if entry.surgery.seats_left],  # type: ignore[attr-defined]
        "again": again,
        "was_there": booking.missed_because == Booking.Missed.WAS_THERE,
        "is_full": status == HTTPStatus.CONFLICT,
        "is_done": "done" in request.GET and bool(booking.missed_because),
    }
    return render(request, "bookings/missed.html", context, status=status)
