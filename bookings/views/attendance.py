"""Attendance across surgeries, for organisers: the table, and the list behind each of its numbers."""

from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.roles import organiser_page
from bookings.attendance import Asked, What, attendance_of, behind, last_weeks, line_of
from bookings.exports import Cell, Sheet, as_csv, as_spreadsheet
from bookings.forms.attendance import AttendanceForm
from bookings.outcomes import missed_reasons
from bookings.record import Period
from notifications.form_pages import SeeOther
from surgeries.models import Surgery

PER_PAGE = 50


@organiser_page
@require_safe
def attendance(request: HttpRequest) -> HttpResponse:
    """How many booked, came, walked in and did not come, by week, office or series; and the surgeries of today."""
    now, form = timezone.now(), _form(request)
    asked = form.asked
    context: dict[str, Any] = {"form": form, "today": _today(now), "now": now}
    if asked:
        reasons = missed_reasons(asked.surgeries(now), now=now)
        context |= {"attendance": attendance_of(asked, now=now), "reasons": reasons}
    return render(request, "bookings/attendance.html", context)


@organiser_page
@require_safe
def attendance_csv(request: HttpRequest) -> HttpResponse:
    """The table as CSV."""
    return as_csv(_table(request), filename=f"{_filename(request)}.csv")


@organiser_page
@require_safe
def attendance_spreadsheet(request: HttpRequest) -> HttpResponse:
    """The table as a spreadsheet."""
    return as_spreadsheet(_table(request), filename=f"{_filename(request)}.xlsx")


@organiser_page
@require_safe
def attendance_people(request: HttpRequest) -> HttpResponseBase:
    """The people, seats or surgeries that a number of the table counts."""
    form = _form(request)
    if not (asked := form.asked):
        return SeeOther(f"{reverse('bookings:attendance')}?{request.GET.urlencode()}")
    what, back = _what(request), request.GET.get("back")
    table = AttendanceForm(QueryDict(back), otherwise=asked.period).asked if back else None
    paginator = Paginator(behind(what, asked, now=timezone.now()), PER_PAGE)
    page = paginator.get_page(request.GET.get("page"))
    context: dict[str, Any] = {
        "form": form,
        "asked": asked,
        "table": table or asked,
        "what": what,
        "page": page,
        "pages": paginator.get_elided_page_range(page.number),
        "lines": [line_of(row) for row in page],
        "is_of_surgeries": what in {What.SURGERIES, What.NO_REGISTER},
    }
    return render(request, "bookings/attendance_people.html", context)


@organiser_page
@require_safe
def attendance_people_csv(request: HttpRequest) -> HttpResponse:
    """All of them as CSV."""
    return as_csv(_sheet(request), filename=f"{_what(request)}.csv")


@organiser_page
@require_safe
def attendance_people_spreadsheet(request: HttpRequest) -> HttpResponse:
    """All of them as a spreadsheet."""
    return as_spreadsheet(_sheet(request), filename=f"{_what(request)}.xlsx")


def _form(request: HttpRequest) -> AttendanceForm:
    return AttendanceForm(request.GET, otherwise=last_weeks(timezone.localdate()))


def _what(request: HttpRequest) -> What:
    try:
        return What(request.GET.get("what", ""))
    except ValueError:
        raise Http404 from None


def _sheet(request: HttpRequest) -> Sheet:
    """The list with the columns of its page."""
    what, asked = _what(request), _asked(request)
    lines = (line_of(row) for row in behind(what, asked, now=timezone.now()))
    rows: list[list[Cell]] = [
        [line.name, line.surgery.starts_at, line.time, line.surgery.venue.name, line.surgery.venue.office.name]
        for line in lines
    ]
    return Sheet(what.label, ("Name", "Surgery", "Time", "Venue", "Office"), rows)


def _table(request: HttpRequest) -> Sheet:
    """The table with the columns of its page, and its sums at the foot."""
    table = attendance_of(_asked(request), now=timezone.now())
    groups = [*table.groups, *([table.total] if len(table.groups) > 1 else [])]
    rows: list[list[Cell]] = [[group.name, *(number for _, number in group.numbers)] for group in groups]
    return Sheet("Attendance", (table.asked.by.label, *table.columns), rows)


def _filename(request: HttpRequest) -> str:
    period = _asked(request).period
    return f"attendance-{period.first}-to-{period.last}"


def _asked(request: HttpRequest) -> Asked:
    if asked := _form(request).asked:
        return asked
    raise Http404


def _today(now: datetime) -> list[Surgery]:
    """The surgeries of today, wherever they are."""
    day = Period(timezone.localdate(now), timezone.localdate(now))
    found = Surgery.objects.filter(
        state=Surgery.State.PUBLISHED, starts_at__gte=day.starts_at, starts_at__lt=day.ends_at
    )
    return list(found.select_related("venue__office").order_by("starts_at", "venue__office__name"))
