"""The room: who is here and who sits with whom, with one press for whatever happens next.

A press is answered with the whole room as it is then, and what came of it: without JavaScript by a redirect to it, with
JavaScript (static/js/room.js) by as much of the page as changes.
"""

from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from accounts.sessions import signed_in
from bookings.errors import DoorsClosed, NotHostingNow, SomebodyWasFaster, WasHelped
from bookings.forms.room import WalkInForm
from bookings.models import DOORS_OPEN_BEFORE, Booking, Help, Visit
from bookings.room import is_open, room_of
from bookings.room_words import message_of
from bookings.services import attending
from bookings.services import room as services
from bookings.views.champion import host_page, posted_id
from notifications.form_pages import SeeOther
from surgeries.models import Surgery

# What was said, and whom it is about, by the key that they have on the page.
Said = tuple[str, str]


@host_page
def room(request: HttpRequest, surgery: Surgery) -> HttpResponse:
    """The room as it is now; a POST adds a walk-in. Who has a version of it already is sent another or nothing."""
    now = timezone.now()
    if not is_open(surgery, now):
        return _closed(request, surgery, now)
    if request.method == "POST":
        return _walk_in(request, surgery)
    seen = room_of(surgery, user=signed_in(request), now=now)
    if _is_part(request):
        if request.GET.get("version") == seen.version:
            return HttpResponse(status=HTTPStatus.NO_CONTENT)
        return _part(request, "bookings/room_now.html", context={"surgery": surgery, "room": seen})
    message = message_of(seen, request.GET.get("said", ""), request.GET.get("who", ""))
    context = {"surgery": surgery, "room": seen, "message": message, "form": _fresh_form()}
    return render(request, "bookings/room.html", context)


@host_page
@require_POST
def act(request: HttpRequest, surgery: Surgery) -> HttpResponse:
    """One press: whatever it did, or why not, is said beside the room as it is then."""
    press = next((each for name, each in PRESSES.items() if name in request.POST), None)
    if press is None:
        raise Http404
    visit = surgery.visits.filter(pk=posted_id(request, "visit")).first()
    who = f"visit-{visit.pk}" if visit else ""
    try:
        said = press(request, surgery, visit)
    except DoorsClosed:
        return _closed(request, surgery, timezone.now())
    except SomebodyWasFaster:
        said = "faster", who
    except NotHostingNow:
        said = "not_hosting", who
    except WasHelped:
        said = "helped", who
    return _answer(request, surgery, said)


# ── Presses: each acts, and says what to say of whom ──────────────────────────────────────────────────────────
def _here(request: HttpRequest, surgery: Surgery, visit: Visit | None) -> Said:
    booking = get_object_or_404(Booking.objects.select_related("surgery"), pk=posted_id(request, "here"))
    if booking.surgery_id != surgery.pk:
        return "moved", ""
    try:
        visit = attending.check_in(booking=booking, by=signed_in(request))
    except DoorsClosed:
        if surgery.bookings.filter(pk=booking.pk).exists():
            raise
        return "moved", ""  # in this very moment
    return "here", f"visit-{visit.pk}"


def _not_here(request: HttpRequest, surgery: Surgery, visit: Visit | None) -> Said:
    if visit is None:
        return "not_here", ""
    attending.undo_arrival(visit=visit, by=signed_in(request))
    return "not_here", f"booking-{visit.booking_id}"


def _sit_down(request: HttpRequest, surgery: Surgery, visit: Visit | None) -> Said:
    shift = get_object_or_404(surgery.shifts, pk=posted_id(request, "sit_down"))
    visit = _there(visit)
    services.sit_down(visit=visit, shift=shift, by=signed_in(request), seen=_seen(request), version=_version(request))
    return "passed_on" if _seen(request) else "sat_down", f"visit-{visit.pk}"


def _swap(request: HttpRequest, surgery: Surgery, visit: Visit | None) -> Said:
    other = Help.objects.filter(surgery=surgery, pk=posted_id(request, "swap")).select_related("visit").first()
    visit, changing = _there(visit), _there(other.visit if other else None)
    seen = [_seen(request) or 0, posted_id(request, "swap")]
    services.swap(visit=visit, other=changing, by=signed_in(request), seen=seen, version=_version(request))
    return "swapped", f"visit-{visit.pk}"


def _hand_back(request: HttpRequest, surgery: Surgery, visit: Visit | None) -> Said:
    visits, seen = [_there(visit)], [_seen(request) or 0]
    if swapped := posted_id(request, "other"):
        visits += surgery.visits.filter(helps=swapped)
        seen.append(swapped)
    services.hand_back(visits=visits, by=signed_in(request), seen=seen)
    return "handed_back", " ".join(f"visit-{each.pk}" for each in visits)


def _done(request: HttpRequest, surgery: Surgery, visit: Visit | None) -> Said:
    visit = _there(visit)
    services.finish(visit=visit, by=signed_in(request), seen=_seen(request), version=_version(request))
    return "done", f"visit-{visit.pk}"


def _call_back(request: HttpRequest, surgery: Surgery, visit: Visit | None) -> Said:
    visit = _there(visit)
    services.call_back(visit=visit, by=signed_in(request), seen=_left_at(request))
    return "called_back", f"visit-{visit.pk}"


def _stand_up(request: HttpRequest, surgery: Surgery, visit: Visit | None) -> Said:
    visit = _there(visit)
    services.stand_up(visit=visit, by=signed_in(request), seen=_seen(request) or 0)
    return "stood_up", f"visit-{visit.pk}"


def _recognise(request: HttpRequest, surgery: Surgery, visit: Visit | None) -> Said:
    visit = _there(visit)
    booking = Booking.objects.filter(pk=posted_id(request, "recognise"), surgery=surgery).first()
    try:
        if booking is None:
            raise Booking.DoesNotExist
        attending.recognise(visit=visit, booking=booking, by=signed_in(request))
    except Booking.DoesNotExist:
        return "booked_no_more", f"visit-{visit.pk}"
    return "recognised", f"visit-{visit.pk}"


PRESSES = {
    "recognise": _recognise,
    "here": _here,
    "not_here": _not_here,
    "sit_down": _sit_down,
    "swap": _swap,
    "hand_back": _hand_back,
    "done": _done,
    "call_back": _call_back,
    "stand_up": _stand_up,
}


def _there(visit: Visit | None) -> Visit:
    """Who was here when the page was made may have been taken back since: then somebody was faster."""
    if visit is None:
        raise SomebodyWasFaster(None)
    return visit


def _seen(request: HttpRequest) -> int | None:
    """The help that went on when the page was made."""
    return posted_id(request, "seen") or None


def _version(request: HttpRequest) -> int:
    """Of the visit when the page was made."""
    return posted_id(request, "visit_version")


def _left_at(request: HttpRequest) -> datetime | None:
    """When they had left, on the page as it was made; None for whatever is no moment."""
    try:
        return datetime.fromisoformat(request.POST.get("left_at", ""))
    except ValueError:
        return None


def _walk_in(request: HttpRequest, surgery: Surgery) -> HttpResponse:
    form = WalkInForm(request.POST)
    if form.is_valid():
        told = form.cleaned_data
        try:
            visit = attending.walk_in(
                surgery=surgery,
                name=told["name"],
                email=told["email"],
                topics=[told["topic"]] if told["topic"] else [],
                request_id=told["request_id"],
                by=signed_in(request),
            )
        except DoorsClosed:
            return _closed(request, surgery, timezone.now())
        return _answer(request, surgery, ("here", f"visit-{visit.pk}"), form=_fresh_form())
    if _is_part(request):
        return _answer(request, surgery, ("", ""), form=form)
    seen = room_of(surgery, user=signed_in(request), now=timezone.now())
    return render(request, "bookings/room.html", {"surgery": surgery, "room": seen, "form": form})


def _fresh_form() -> WalkInForm:
    return WalkInForm(initial={"request_id": uuid4()})


# ── Answers ───────────────────────────────────────────────────────────────────────────────────────────────────
def _answer(request: HttpRequest, surgery: Surgery, said: Said, *, form: WalkInForm | None = None) -> HttpResponse:
    """The room after a press, and what was said."""
    address = reverse("bookings:room", args=[surgery.reference])
    code, who = said
    if not _is_part(request):
        return SeeOther(f"{address}?{urlencode({'said': code, 'who': who})}")
    seen = room_of(surgery, user=signed_in(request), now=timezone.now())
    context = {"surgery": surgery, "room": seen, "message": message_of(seen, code, who), "form": form, "is_part": True}
    parts = ["bookings/room_now.html", "bookings/room_said.html", *(["bookings/room_walk_in.html"] if form else [])]
    return _part(request, *parts, context=context)


def _part(request: HttpRequest, *templates: str, context: dict[str, Any]) -> HttpResponse:
    """Parts of the page, of which the header says what to do with them; no other answer is put into the page."""
    html = "".join(render_to_string(template, context, request) for template in templates)
    return HttpResponse(html, headers={"HX-Reswap": "innerMorph"})


def _is_part(request: HttpRequest) -> bool:
    """Whether static/js/room.js asks, which puts the answer into the page that is there."""
    return "HX-Request" in request.headers


def _closed(request: HttpRequest, surgery: Surgery, now: datetime) -> HttpResponse:
    """Why there is no room now, and where to go instead."""
    if _is_part(request):
        return HttpResponse(headers={"HX-Refresh": "true"})
    if surgery.is_called_off:
        return render(request, "bookings/brief_called_off.html", {"surgery": surgery})
    opens_at = surgery.starts_at - DOORS_OPEN_BEFORE
    context = {"surgery": surgery, "opens_at": opens_at, "is_early": now < opens_at}
    return render(request, "bookings/room_closed.html", context)
