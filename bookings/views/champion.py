"""What hosts see of a surgery: the brief, and who sits with whom."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.sessions import signed_in
from bookings.briefs import brief_of
from bookings.errors import BookingClosed, HostGone
from bookings.models import Booking
from bookings.services.pairing import sit_as_suggested
from bookings.services.pairing import sit_with as pair
from champions.models import Champion
from notifications.form_pages import SeeOther, own_form_page
from surgeries.models import Surgery


def host_page(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A page of those who host a surgery, and of organisers: the view gets the surgery. Anybody else finds nothing."""

    @own_form_page
    @wraps(view)
    def page(request: HttpRequest, reference: str, **kwargs: Any) -> HttpResponseBase:
        user = signed_in(request)
        surgeries = Surgery.objects.all() if user.is_organiser else Surgery.objects.hosted_by(user)
        surgery = get_object_or_404(surgeries.select_related("venue__office"), reference=reference)
        return view(request, surgery, **kwargs)

    return page


@host_page
@require_safe
def brief(request: HttpRequest, surgery: Surgery) -> HttpResponse:
    """Who comes when, what they ask, who hosts, and who may sit with whom. On paper too."""
    now = timezone.now()
    context: dict[str, Any] = {"surgery": surgery, "is_over": surgery.is_over(now), "said": request.GET.get("said")}
    if surgery.is_called_off:
        return render(request, "bookings/brief_called_off.html", context)
    return render(request, "bookings/brief.html", context | {"brief": brief_of(surgery, now=now)})


@host_page
@require_POST
def sit_with(request: HttpRequest, surgery: Surgery) -> HttpResponse:
    """Let somebody sit with another champion than suggested or, without one, as suggested again."""
    address = reverse("bookings:brief", args=[surgery.reference])
    booking = get_object_or_404(Booking, surgery=surgery, pk=posted_id(request, "booking"))
    try:
        if request.POST.get("champion"):
            champion = get_object_or_404(Champion, pk=posted_id(request, "champion"))
            pair(booking=booking, champion=champion, by=signed_in(request))
        else:
            sit_as_suggested(booking=booking)
    except HostGone:
        return SeeOther(f"{address}?said=gone")
    except BookingClosed:
        return SeeOther(f"{address}?said=closed")
    return SeeOther(f"{address}#booking-{booking.pk}")


def posted_id(request: HttpRequest, name: str) -> int:
    """The id in this field of the form, or 0 for whatever is none."""
    value = request.POST.get(name, "")
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 19 else 0
