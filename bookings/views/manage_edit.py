"""Editing and moving a surgery: the form, then what it comes to and who is told, and only then it is done."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from bookings.errors import OutOfDate
from bookings.forms.managing import EditSurgeryForm
from bookings.series_moves import Which, series_move_of
from bookings.services.moving import change_surgery
from bookings.views.manage import see_surgery, surgery_page, while_it_is_open
from surgeries.models import Surgery
from surgeries.services import DiaryError


@surgery_page
@while_it_is_open
def edit_surgery(request: HttpRequest, surgery: Surgery) -> HttpResponseBase:
    """Its day, time, venue and all that is settled about it. Nothing happens before it was seen what it comes to."""
    form = EditSurgeryForm(request.POST if request.method == "POST" else None, surgery=surgery)
    context = {"surgery": surgery, "form": form}
    if "again" in request.POST or not form.is_valid():
        return render(request, "bookings/edit_surgery.html", context)
    facts, seen = form.facts(), request.POST.get("seen")
    done = "changed" if form.meant == Which.THIS else "changed_several"
    is_anew = False
    if seen:
        try:
            change_surgery(surgery=surgery, facts=facts, which=form.meant, seen=seen)
        except OutOfDate:
            is_anew = True
            surgery.refresh_from_db()
        except DiaryError:
            pass  # which the form says beside the field
        else:
            return see_surgery(surgery, done=done)
    it = series_move_of(surgery, facts, form.meant, now=timezone.now())
    if it.changes_nothing:
        if seen:  # sent twice: it is done
            return see_surgery(surgery, done=done)
        form.add_error("on", "Nothing is different yet. Change something, or go back")
    form.refuse(it.problems)
    if form.errors:
        return render(request, "bookings/edit_surgery.html", context)
    context |= {"it": it, "move": it.first, "is_anew": is_anew}
    status = HTTPStatus.CONFLICT if is_anew else HTTPStatus.OK
    return render(request, "bookings/edit_preview.html", context, status=status)
