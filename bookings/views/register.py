"""The register of a surgery: to look at, to put right, to enter from paper, to print and to take away."""

from typing import Any
from uuid import UUID, uuid4

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.sessions import signed_in
from bookings.errors import DoorsClosed, WasHelped
from bookings.exports import Cell, Sheet, as_csv, as_spreadsheet
from bookings.forms.paper import PaperForm
from bookings.models import CORRECTED_FOR, DOORS_OPEN_BEFORE, Booking
from bookings.register import NOT_KNOWN, Entry, Register, register_of
from bookings.services.attending import check_doors, check_in, undo_arrival
from bookings.services.paper import enter_from_paper
from bookings.services.righting import can_be_put_right
from bookings.views.champion import host_page, posted_id
from notifications.form_pages import SeeOther
from surgeries.models import Surgery
from surgeries.templatetags.times import clock, when

# For walk-ins, on the sign-in sheet. Where nobody has booked they are all that there is. Else so many would fill its
# first page, of which four names take the room of five; if too few are left they go to a second, which has more room.
LINES_ALONE, LINES, FEWEST_LINES, LINES_ELSEWHERE = 21, 17, 10, 20


@host_page
@require_safe
def register(request: HttpRequest, surgery: Surgery) -> HttpResponse:
    """Everybody who booked or came, and how many of each; who may put it right finds the presses for it."""
    now, user = timezone.now(), signed_in(request)
    seen, who = _register(request, surgery), request.GET.get("who", "")
    context: dict[str, Any] = {
        "surgery": surgery,
        "register": seen,
        "is_open": _is_open(request, surgery),
        "can_put_helps_right": can_be_put_right(surgery, by=user, now=now),
        "has_begun": surgery.starts_at - DOORS_OPEN_BEFORE <= now,
        "closes_at": surgery.ends_at + CORRECTED_FOR if user.is_organiser else None,
        "said": request.GET.get("said"),
        "changed": next((entry for entry in seen.entries if str(entry.attendee_id) == who), None),
    }
    return render(request, "bookings/register.html", context)


@host_page
@require_POST
def correct_register(request: HttpRequest, surgery: Surgery) -> HttpResponseBase:
    """Note that somebody came, or that they did not: one press each, but for a walk-in, of whom nothing would stay."""
    user, address = signed_in(request), reverse("bookings:register", args=[surgery.reference])
    try:
        if "came" in request.POST:
            booking = get_object_or_404(Booking, pk=posted_id(request, "came"))
            if booking.surgery_id != surgery.pk:
                return SeeOther(f"{address}?said=moved")
            check_in(booking=booking, by=user, is_afterwards=True)
            attendee = booking.attendee_id
        elif "did_not_come" in request.POST:
            return _did_not_come(request, surgery, address)
        else:
            raise Http404
    except DoorsClosed:
        return SeeOther(f"{address}?said=closed")
    except WasHelped:
        return SeeOther(f"{address}?said=helped")
    return _changed(address, attendee)


def _did_not_come(request: HttpRequest, surgery: Surgery, address: str) -> HttpResponseBase:
    """Take back that somebody came. Of a walk-in nothing would stay, so they are asked about first."""
    visit = surgery.visits.filter(pk=posted_id(request, "did_not_come")).first()
    if visit is None:  # somebody has taken it back already
        return SeeOther(address)
    is_walk_in = not surgery.bookings.filter(attendee=visit.attendee_id).exists()
    if is_walk_in and "is_sure" not in request.POST:
        return render(request, "bookings/take_out.html", {"surgery": surgery, "visit": visit})
    undo_arrival(visit=visit, by=signed_in(request))
    return SeeOther(f"{address}?said=taken_out") if is_walk_in else _changed(address, visit.attendee_id)


def _changed(address: str, attendee: int) -> HttpResponse:
    """The register, which says of whom something is changed."""
    return SeeOther(f"{address}?said=changed&who={attendee}#person-{attendee}")


@host_page
def paper(request: HttpRequest, surgery: Surgery) -> HttpResponseBase:
    """Enter what the sheet on the table says: who came, and who walked in, in one go."""
    address = reverse("bookings:register", args=[surgery.reference])
    if not _is_open(request, surgery):
        return SeeOther(f"{address}?said=closed")
    entries = _register(request, surgery).entries
    request_id = _request_id(request)
    form = PaperForm(request.POST if request.method == "POST" else None, entries=entries, request_id=request_id)
    if form.is_valid():
        try:
            enter_from_paper(
                surgery=surgery,
                came=form.bookings,
                walked_in=form.cleaned_data["walked_in"],
                request_id=request_id,
                by=signed_in(request),
            )
        except DoorsClosed:
            return SeeOther(f"{address}?said=closed")
        return SeeOther(f"{address}?said=entered")
    return render(request, "bookings/paper.html", {"surgery": surgery, "form": form, "request_id": request_id})


@host_page
@require_safe
def sheet(request: HttpRequest, surgery: Surgery) -> HttpResponse:
    """The sign-in sheet, to print. It lies on a table, so it says no more than when who comes."""
    seated = [entry for entry in _register(request, surgery).entries if entry.booking and entry.booking.is_confirmed]
    lines = LINES - len(seated) * 5 // 4 if seated else LINES_ALONE
    if lines < FEWEST_LINES:
        lines = LINES_ELSEWHERE
    context = {"surgery": surgery, "entries": seated, "lines": range(lines)}
    return render(request, "bookings/sheet.html", context)


@host_page
@require_safe
def register_csv(request: HttpRequest, surgery: Surgery) -> HttpResponse:
    """The register as CSV."""
    return as_csv(_table(request, surgery), filename=f"{_filename(surgery)}.csv")


@host_page
@require_safe
def register_spreadsheet(request: HttpRequest, surgery: Surgery) -> HttpResponse:
    """The register as a spreadsheet."""
    return as_spreadsheet(_table(request, surgery), filename=f"{_filename(surgery)}.xlsx")


def _register(request: HttpRequest, surgery: Surgery) -> Register:
    return register_of(surgery, now=timezone.now(), for_organiser=signed_in(request).is_organiser)


def _is_open(request: HttpRequest, surgery: Surgery) -> bool:
    """Whether who asks may note now who came."""
    try:
        check_doors(surgery, by=signed_in(request), now=timezone.now())
    except DoorsClosed:
        return False
    return True


def _table(request: HttpRequest, surgery: Surgery) -> Sheet:
    """The register with the columns of its page."""
    columns = ["Name", "Time", "State", "Arrived", "Helped by", "Outcome"]
    is_organiser = signed_in(request).is_organiser
    entries = _register(request, surgery).entries
    rows = [[*_cells(entry), *([str(entry.missed or ""), entry.said] if is_organiser else [])] for entry in entries]
    return Sheet(when(surgery), columns + (["Missed", "Why"] if is_organiser else []), rows)


def _cells(entry: Entry) -> list[Cell]:
    helps = [
        f"{each.shift.champion.name}, {clock(each.starts_at)}{f' to {clock(each.ends_at)}' if each.ends_at else ''}"
        for each in entry.helps
    ]
    arrived = NOT_KNOWN if entry.is_arrival_unknown else entry.arrived_at
    return [entry.name, entry.place, entry.standing.label, arrived, "\n".join(helps), entry.outcome]


def _filename(surgery: Surgery) -> str:
    return f"register-{surgery.local_start:%Y-%m-%d}-{surgery.reference}"


def _request_id(request: HttpRequest) -> UUID:
    """Of the form that was sent, or a new one."""
    try:
        return UUID(request.POST.get("request_id", ""))
    except ValueError:
        return uuid4()
