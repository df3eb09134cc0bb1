"""Publishing a surgery, taking that back, deleting a draft, and calling a surgery off."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from accounts.sessions import signed_in
from bookings.consequences import of_calling_off
from bookings.errors import BookingClosed, OutOfDate
from bookings.forms.managing import CallOffForm
from bookings.managing import managed
from bookings.services import diary
from bookings.views.manage import see_month, see_surgery, surgery_page, while_it_is_open
from bookings.views.series import see_series
from surgeries.models import Surgery
from surgeries.services import DiaryError


@surgery_page
@while_it_is_open
def publish_surgery(request: HttpRequest, surgery: Surgery) -> HttpResponseBase:
    """Show a draft to everybody: the page says who is told, and its button acts."""
    if surgery.state == Surgery.State.PUBLISHED:
        return see_surgery(surgery, done="published" if request.method == "POST" else "")
    problem = ""
    if request.method == "POST":
        try:
            diary.publish(surgery=surgery)
        except DiaryError as error:
            problem = str(error)
        else:
            return see_surgery(surgery, done="published")
    it = managed(surgery, now=timezone.now())
    context = {"surgery": surgery, "it": it, "problem": problem or ("" if it.seats else "It has no seat to book.")}
    return render(request, "bookings/publish_surgery.html", context)


@surgery_page
@while_it_is_open
def unpublish_surgery(request: HttpRequest, surgery: Surgery) -> HttpResponseBase:
    """Make a draft of it again, as long as nobody has booked or hosts."""
    if surgery.state == Surgery.State.DRAFT:
        return see_surgery(surgery, done="unpublished" if request.method == "POST" else "")
    problem = diary.why_it_stays_published(surgery, now=timezone.now())
    if request.method == "POST" and not problem:
        try:
            diary.unpublish(surgery=surgery)
        except DiaryError as error:
            problem = str(error)
        else:
            return see_surgery(surgery, done="unpublished")
    return render(request, "bookings/unpublish_surgery.html", {"surgery": surgery, "problem": problem})


@surgery_page
@while_it_is_open
def delete_draft(request: HttpRequest, surgery: Surgery) -> HttpResponseBase:
    """Delete a draft that nobody relies on: the page asks, and its button acts."""
    problem = diary.why_it_is_not_deleted(surgery)
    if request.method == "POST" and not problem:
        try:
            diary.delete_draft(surgery=surgery)
        except DiaryError as error:
            problem = str(error)
        else:
            return see_series(surgery.series, "deleted") if surgery.series else see_month(surgery, "deleted")
    return render(request, "bookings/delete_draft.html", {"surgery": surgery, "problem": problem})


@surgery_page
def call_off_surgery(request: HttpRequest, surgery: Surgery) -> HttpResponseBase:
    """Call it off with a reason: the page names who is told and what they are offered, and its button acts."""
    now = timezone.now()
    if surgery.is_called_off or surgery.is_over(now) or surgery.state == Surgery.State.DRAFT:
        if not surgery.is_called_off or request.method != "POST":
            return see_surgery(surgery, done="closed" if request.method == "POST" else "")
        form = CallOffForm(request.POST)
        is_same = form.is_valid() and form.cleaned_data["reason"] == surgery.called_off_reason
        return see_surgery(surgery, done="called_off" if is_same else "off_before")
    form = CallOffForm(request.POST if request.method == "POST" else None)
    is_anew = False
    if form.is_valid():
        reason, seen = form.cleaned_data["reason"], request.POST.get("seen", "")
        try:
            diary.call_off(surgery=surgery, reason=reason, by=signed_in(request), seen=seen)
        except BookingClosed:
            return see_surgery(surgery, done="closed")
        except OutOfDate:
            is_anew = True
            surgery.refresh_from_db()
        else:
            return see_surgery(surgery, done="called_off")
    context = {"surgery": surgery, "form": form, "it": of_calling_off([surgery], now=now), "is_anew": is_anew}
    status = HTTPStatus.CONFLICT if is_anew else HTTPStatus.OK
    return render(request, "bookings/call_off_surgery.html", context, status=status)
