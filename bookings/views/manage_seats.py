"""The slots and seats of a surgery, and of others of its series with it; and who hosts it."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from bookings.errors import OutOfDate, StillBooked
from bookings.forms.managing import HostForm, TakeOffForm
from bookings.forms.slots import SlotsForm
from bookings.managing import slots_of, with_people
from bookings.needs import needs
from bookings.series_moves import Which
from bookings.series_slots import slots_change_of
from bookings.services.editing import change_slots, end_shift, host
from bookings.services.series_slots import change_slots_of_series
from bookings.suggesting import suggested
from bookings.views.manage import see_surgery, surgery_page, while_it_is_open
from champions.models import Champion
from surgeries.models import Shift, Surgery
from surgeries.services import DiaryError


@surgery_page
@while_it_is_open
def manage_slots(request: HttpRequest, surgery: Surgery) -> HttpResponseBase:
    """How many seats each slot has; slots to add and to take out. Whoever waits gets a seat at once.

    Where others of its series are meant as well, nothing happens before it was seen what that comes to.
    """
    slots = with_people(slots_of(surgery))
    form = SlotsForm(request.POST if request.method == "POST" else None, surgery=surgery, slots=slots)
    if form.is_valid() and form.meant != Which.THIS and "again" not in request.POST:
        if response := _slots_of_several(request, surgery, form):
            return response
    elif form.is_valid() and "again" not in request.POST:
        try:
            change_slots(surgery=surgery, seats=form.seats_wanted(), removed=form.removed(), added=form.new)
        except (DiaryError, StillBooked) as error:
            removed = form.removed()
            form.add_error(f"remove_{removed[0].pk}" if removed else "begins", str(error).rstrip("."))
        else:
            return see_surgery(surgery, done="slots")
    context = {"surgery": surgery, "form": form, "waiting": surgery.bookings.waiting().count()}
    return render(request, "bookings/manage_slots_form.html", context)


def _slots_of_several(request: HttpRequest, surgery: Surgery, form: SlotsForm) -> HttpResponseBase | None:
    """What it comes to, and the button that does it; None if the form says why not."""
    seen, wanted, is_anew = request.POST.get("seen"), form.wanted, False
    if seen and wanted:
        try:
            change_slots_of_series(surgery=surgery, wanted=wanted, which=form.meant, seen=seen)
        except OutOfDate:
            is_anew = True
        except DiaryError:
            pass  # which is said below, as it is by now
        else:
            return see_surgery(surgery, done="slots_of_several")
    if not wanted:
        if seen:  # sent twice: it is done
            return see_surgery(surgery, done="slots_of_several")
        form.add_error("begins", "Nothing is different yet. Change something, or go back")
        return None
    it = slots_change_of(surgery, wanted, form.meant, now=timezone.now())
    if it.first.problem:
        form.add_error("begins" if wanted.added else f"seats_{form.slots[0].pk}", it.first.problem)
        return None
    if seen and not it.changes:  # sent twice at once
        return see_surgery(surgery, done="slots_of_several")
    context = {"surgery": surgery, "form": form, "it": it, "is_anew": is_anew}
    status = HTTPStatus.CONFLICT if is_anew else HTTPStatus.OK
    return render(request, "bookings/slots_preview.html", context, status=status)


@surgery_page
@while_it_is_open
def add_host(request: HttpRequest, surgery: Surgery) -> HttpResponseBase:
    """Put a champion on: those who fit best are suggested first."""
    now = timezone.now()
    need = next(iter(needs([surgery], now=now)), None)
    suggestions = suggested(need, now=now) if need else []
    form = HostForm(request.POST if request.method == "POST" else None, surgery=surgery, suggestions=suggestions)
    if form.is_valid():
        try:
            host(surgery=surgery, champion=form.champion, **form.times())
        except DiaryError as error:
            form.add_error("other", str(error).rstrip("."))
        else:
            return see_surgery(surgery, done=f"host{_untold(surgery, form.champion)}")
    return render(request, "bookings/add_host.html", {"surgery": surgery, "form": form, "need": need})


def _untold(surgery: Surgery, champion: Champion) -> str:
    """Why the champion is told nothing, if so: by what the page of the surgery knows it."""
    if surgery.state == Surgery.State.DRAFT:
        return "_draft"
    return "" if champion.user_id else "_unknown"


@surgery_page
@while_it_is_open
def take_off_host(request: HttpRequest, surgery: Surgery, pk: int) -> HttpResponseBase:
    """Take a champion off, with a reason that they read."""
    shift = get_object_or_404(surgery.shifts.select_related("champion__user"), pk=pk)
    if shift.ended_at:
        return see_surgery(surgery, done=f"off{_untold(surgery, shift.champion)}" if request.method == "POST" else "")
    form = TakeOffForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        stopped = end_shift(shift=shift, reason=Shift.taken_off(form.cleaned_data["reason"]))
        return see_surgery(surgery, done="off_and_up" if stopped else f"off{_untold(surgery, shift.champion)}")
    context = {"surgery": surgery, "form": form, "shift": shift}
    return render(request, "bookings/take_off_host.html", context)
