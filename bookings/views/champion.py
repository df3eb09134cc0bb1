"""What hosts see of a surgery: the brief, and who sits with whom."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from accounts.sessions import signed_in
from bookings.briefs import brief_of
from bookings.errors import BookingClosed, HostGone
from bookings.models import Booking
from bookings.services.outcomes import left_to_record
from bookings.services.pairing import sit_as_suggested
from bookings.services.pairing import sit_with as pair
from champions.models import Champion
from notifications.form_pages import SeeOther, own_form_page
from surgeries.models import Shift, Surgery


def host_page(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A page of those who host a surgery, and of organisers: the view gets the surgery. Anybody else finds nothing.

    Only who hosted there, and does no more, is told so.
    """

    @own_form_page
    @wraps(view)
    def page(request: HttpRequest, reference: str, **kwargs: Any) -> HttpResponseBase:
        surgery = _open_to(signed_in(request), reference)
        return view(request, surgery, **kwargs) if surgery else hosts_no_more(request, _ended(request, reference))

    return page


def helper_page(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A page about what came of visits: the view gets the surgery, and the visits that whoever looks may see.

    Those are all of them for who may open its other pages. Who hosted there, and does no more, may see only whom they
    helped last, as long as hosts record what came of it.
    """

    @own_form_page
    @wraps(view)
    def page(request: HttpRequest, reference: str, **kwargs: Any) -> HttpResponseBase:
        user = signed_in(request)
        if surgery := _open_to(user, reference):
            return view(request, surgery, surgery.visits.all(), **kwargs)
        shift = _ended(request, reference)
        theirs = left_to_record(shift.surgery, by=user, now=timezone.now())
        if not theirs.exists():
            return hosts_no_more(request, shift)
        return view(request, shift.surgery, theirs, hosts_no_more=True, **kwargs)

    return page


def hosts_no_more(request: HttpRequest, shift: Shift) -> HttpResponse:
    """Say since when they do not host there any more, and where to go."""
    now = timezone.now()
    context = {
        "surgery": shift.surgery,
        "ended_at": shift.ended_at,
        "is_today": timezone.localdate(shift.ended_at) == timezone.localdate(now),
        "helped": left_to_record(shift.surgery, by=signed_in(request), now=now).exists(),
    }
    return render(request, "bookings/hosts_no_more.html", context, status=HTTPStatus.GONE)


def _open_to(user: User, reference: str) -> Surgery | None:
    """The surgery, if this user hosts or organises it."""
    surgeries = Surgery.objects.all() if user.is_organiser else Surgery.objects.hosted_by(user)
    return surgeries.select_related("venue__office").filter(reference=reference).first()


def _ended(request: HttpRequest, reference: str) -> Shift:
    """The last shift that they had there, and have no more."""
    theirs = Shift.objects.public().filter(champion__user=signed_in(request), surgery__reference=reference)
    ended = theirs.exclude(ended_at=None).select_related("surgery__venue__office").order_by("ended_at").last()
    if ended is None:
        raise Http404
    return ended


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
