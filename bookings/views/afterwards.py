"""What the private link offers once it is over: what came of it, and saying thank you.

Whoever came without a booking has a link of their own, which offers the same.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.text import get_text_list

from bookings.errors import BookingClosed
from bookings.finding import around, hosts_of, names_of, nearest_to
from bookings.forms.changing import ThanksForm
from bookings.models import WORDS_KEPT, Booking, Thanks, Visit
from bookings.outcomes import Visitor, came
from bookings.services.disowning import disown
from bookings.services.outcomes import delete_next_step, share_next_step
from bookings.services.thanking import thank
from bookings.views.decorators import private_page, see_booking, see_visit, visit_page
from notifications.form_pages import SeeOther, count_form
from surgeries.models import Shift, Surgery

DONE = {
    "thanks": "Thank you. Whoever hosted will be glad of it.",
    "deleted": "Your next step is deleted.",
    "shared": "Thank you. The next champion will see where you left off.",
    "unshared": "The next champion will not see it.",
    "closed": "That was not possible any more. Nothing was changed.",
}
"""What the page says has been done. Only these names mean anything in its address."""
ACTS: dict[str, tuple[Callable[..., None], str]] = {
    "delete": (delete_next_step, "deleted"),
    "share": (partial(share_next_step, is_shared=True), "shared"),
    "unshare": (partial(share_next_step, is_shared=False), "unshared"),
}
"""What can be done with one's next step, by the name of the button."""


def banner(done: str) -> dict[str, Any]:
    """What the page says has just been done."""
    return {"done": done, "banner": DONE.get(done, ""), "is_success": done != "closed"}


def what_came_of_it(over: Booking | Visit, visitor: Visitor | None, *, now: datetime) -> dict[str, Any]:
    """Who helped, the next step, the pledge, and whether it is time to thank who hosted."""
    context: dict[str, Any] = {"visitor": visitor}
    if visitor:
        context["helpers"] = get_text_list(visitor.helpers, "and")
    if over.is_time_for_thanks(now) and (hosting := _to_thank(around(over.surgery))):
        said = Thanks.objects.filter(attendee=over.attendee_id, surgery=over.surgery_id).first()
        context |= {"is_time_for_thanks": True, "hosts": names_of(hosting), "thanks": said}
    return context


@visit_page
def visit(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """What came of it, for somebody who came without a booking; for as long as words are kept."""
    now, surgery = timezone.now(), visit.surgery
    elsewhere = nearest_to(surgery, now=now)
    context = {"surgery": surgery, "nearest": elsewhere, **banner(request.GET.get("done", ""))}
    if now >= surgery.ends_at + WORDS_KEPT:
        return render(request, "bookings/visit_forgotten.html", context, status=410)
    visitor = came(attendee=visit.attendee_id, surgery=visit.surgery_id)
    context |= {"is_unsure_whose": visit.booking_id is None, "is_over": surgery.is_over(now)}
    context |= what_came_of_it(visit, visitor, now=now)
    return render(request, "bookings/visit.html", context)


def _to_thank(surgery: Surgery) -> list[Shift]:
    """Who hosted; whoever was removed reads no thanks."""
    return [shift for shift in hosts_of(surgery) if not shift.champion.is_removed]


@private_page
def thanks(request: HttpRequest, booking: Booking) -> HttpResponseBase:
    """Thank whoever hosted, in a sentence if one likes; or change the words."""
    return _thanks(request, booking, see=partial(see_booking, booking))


@visit_page
def visit_thanks(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """The same for somebody who came without a booking."""
    return _thanks(request, visit, see=partial(see_visit, visit))


def _thanks(request: HttpRequest, over: Booking | Visit, *, see: Callable[..., SeeOther]) -> HttpResponseBase:
    surgery = around(over.surgery)
    hosting = _to_thank(surgery)
    if not (hosting and over.is_time_for_thanks(timezone.now())):
        return see()
    said = Thanks.objects.filter(attendee=over.attendee_id, surgery=over.surgery_id).first()
    form = ThanksForm(request.POST if request.method == "POST" else None, initial={"words": said.words if said else ""})
    if form.is_valid():
        count_form(request)
        with suppress(BookingClosed):
            thank(came=over, words=form.cleaned_data["words"])
        return see(done="thanks")
    times = over.times if isinstance(over, Booking) else surgery
    context = {"form": form, "surgery": surgery, "times": times, "hosting": hosting, "hosts": names_of(hosting)}
    return render(request, "bookings/thanks.html", context | {"said": said})


@private_page
def next_step(request: HttpRequest, booking: Booking) -> HttpResponseBase:
    """Delete one's next step, or say whether the next champion sees it."""
    visitor = came(attendee=booking.attendee_id, surgery=booking.surgery_id)
    return _next_step(request, visitor.visit if visitor else None, see=partial(see_booking, booking))


@visit_page
def visit_next_step(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """The same for somebody who came without a booking."""
    return _next_step(request, visit, see=partial(see_visit, visit))


@visit_page
def visit_not_me(request: HttpRequest, visit: Visit) -> HttpResponseBase:
    """Whoever walked in gave the address by mistake, says its owner, who has nothing to do with the visit any more."""
    if request.method != "POST":
        return see_visit(visit)
    count_form(request)
    try:
        disown(visit=visit)
    except BookingClosed:
        return see_visit(visit, done="closed")
    return see_visit(visit)


def _next_step(request: HttpRequest, visit: Visit | None, *, see: Callable[..., SeeOther]) -> HttpResponseBase:
    chosen = ACTS.get(request.POST.get("do", ""))
    if not (visit and chosen):
        return see()
    count_form(request)
    act, done = chosen
    act(visit=visit)
    return see(done=done)
