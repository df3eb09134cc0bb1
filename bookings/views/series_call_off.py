"""Calling several surgeries of a series off at once: which, then whom it concerns, and only then it is done."""

from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from accounts.roles import organiser_page
from accounts.sessions import signed_in
from bookings.consequences import of_calling_off
from bookings.errors import BookingClosed, OutOfDate
from bookings.forms.managing import CallOffForm
from bookings.forms.series import MeantForm
from bookings.managing import told_of_calling_off
from bookings.services.diary import call_off_several
from bookings.views.series import see_series, series_of
from surgeries.models import Surgery


@organiser_page
def call_off_series(request: HttpRequest, reference: str) -> HttpResponseBase:
    """Which of its published surgeries, in the address; then who is told and what they are offered, and the button."""
    found, now = series_of(reference), timezone.now()
    public = Surgery.objects.public().filter(series=found, ends_at__gt=now).select_related("venue__office")
    # Whoever sends the same twice means those that are called off by now.
    coming = [each for each in public.order_by("starts_at", "pk") if request.method == "POST" or not each.is_called_off]
    first = next((each for each in coming if each.reference == request.GET.get("from")), None)
    which = MeantForm(request.GET if "which" in request.GET else None, coming=coming, first=first)
    context: dict[str, Any] = {"series": found, "form": which, "coming": coming}
    if not which.is_valid():
        # Back, from a page that came after they were called off, asks for them once more.
        asked = {*request.GET.getlist("surgery"), request.GET.get("from")}
        if which.is_bound and any(each.is_called_off and each.reference in asked for each in public):
            return see_series(found, "off_before")
        return render(request, "bookings/call_off_which.html", context)
    form = CallOffForm(request.POST if request.method == "POST" else None, number=len(which.meant))
    is_anew = False
    if form.is_valid():
        reason, seen = form.cleaned_data["reason"], request.POST.get("seen", "")
        try:
            called_off = call_off_several(surgeries=which.meant, reason=reason, by=signed_in(request), seen=seen)
        except (BookingClosed, OutOfDate):
            is_anew = True
        else:
            # Somebody else may have been faster, and then nobody reads this reason.
            is_same = all(each.called_off_reason == reason for each in which.meant)
            if not called_off and not is_same:
                return see_series(found, "off_before")
            return see_series(found, "called_off" if told_of_calling_off(which.meant) else "called_off_alone")
    still = [each for each in which.meant if not each.is_called_off]
    context |= {"form": form, "it": of_calling_off(still, now=now), "is_anew": is_anew}
    status = HTTPStatus.CONFLICT if is_anew else HTTPStatus.OK
    return render(request, "bookings/call_off_series.html", context, status=status)
