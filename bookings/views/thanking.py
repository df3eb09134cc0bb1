"""What the private link offers once the slot is over."""

from contextlib import suppress

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from bookings.errors import BookingClosed
from bookings.finding import around, hosts_of, names_of
from bookings.forms.changing import ThanksForm
from bookings.models import Booking, Thanks
from bookings.services.thanking import thank
from bookings.views.decorators import private_page, see_booking
from notifications.form_pages import count_form


@private_page
def thanks(request: HttpRequest, booking: Booking) -> HttpResponseBase:
    """Thank whoever hosted, in a sentence if one likes; or change the words."""
    hosting = hosts_of(around(booking.surgery))
    if not (hosting and booking.is_time_for_thanks(timezone.now())):
        return see_booking(booking)
    said = Thanks.objects.filter(attendee=booking.attendee_id, surgery=booking.surgery_id).first()
    form = ThanksForm(request.POST if request.method == "POST" else None, initial={"words": said.words if said else ""})
    if form.is_valid():
        count_form(request)
        with suppress(BookingClosed):
            thank(booking=booking, words=form.cleaned_data["words"])
        return see_booking(booking, done="thanks")
    context = {"form": form, "booking": booking, "hosting": hosting, "hosts": names_of(hosting), "said": said}
    return render(request, "bookings/thanks.html", context)
