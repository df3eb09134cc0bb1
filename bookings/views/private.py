"""The private link: whoever has it sees the booking, and changes what they told us or cancels."""

from contextlib import suppress
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from bookings import calendars
from bookings.elsewhere import until_released
from bookings.errors import BookingClosed
from bookings.finding import around, hosts_of, nearest_to
from bookings.forms.booking import AnswersForm
from bookings.forms.changing import CancelForm, CorrectNameForm, EmailForm, EvidenceForm
from bookings.forms.fields import UNSURE
from bookings.models import Booking
from bookings.offers import Offer
from bookings.outcomes import came
from bookings.services import booking as services
from bookings.services.attending import doors_open_at
from bookings.statements import told
from bookings.views import afterwards
from bookings.views.decorators import before_they_come, private_page, see_booking, shown_anew, while_it_can_change
from bookings.views.missed import is_missed
from notifications.form_pages import SeeOther, count_form
from notifications.limits import LimitReached
from surgeries.models import Surgery

DONE = {
    "moved": "Your booking has moved. We have emailed you the new time.",
    "seat": "A seat was free, and it is yours. We have emailed you the details.",
    "waiting": "Your seat is free for somebody else. You are on the waiting list now, and we have emailed you.",
    "kept": "Nobody else waits for that time, so the seat is still yours. We have emailed you.",
    "suits": "Thank you. Now we know which times suit you.",
    "answers": "Thank you. Your hosts see what you told us.",
    "email": "We have sent everything to {email}. The link that went to the other address has stopped working.",
    "evidence": "Thank you. That helps us to see who comes, and who does not yet.",
    "unsaid": "That is fine. None of it is kept, and your booking stays as it is.",
    "name": "Thank you. That is the name that your host will see.",
    "closed": "That was not possible any more. Nothing was changed.",
    "since": "Your booking had changed since that page was opened. This is how it stands now.",
}
"""What the page says has been done. Only these names mean anything in its address."""


@private_page
def booking(request: HttpRequest, booking: Booking) -> HttpResponseBase:
    """The booking as it is now, whatever it was when the link was made."""
    now, surgery, done = timezone.now(), booking.surgery, request.GET.get("done", "")
    shown = around(surgery)
    surgery.venue = shown.venue
    context: dict[str, Any] = {"booking": booking, "surgery": surgery, "hosting": hosts_of(shown), "now": now}
    context["can_say_here"] = doors_open_at(surgery) <= now < surgery.ends_at
    visitor, has_left = None, False
    if booking.is_live and now >= doors_open_at(surgery):
        visitor = came(attendee=booking.attendee_id, surgery=booking.surgery_id)
        has_left = bool(visitor and visitor.visit.left_at)
    if booking.is_live and not booking.has_begun(now) and not has_left:
        symptoms, topics = told(booking)
        context |= {
            "done": done,
            "banner": DONE.get(done, "").format(email=booking.attendee.email),
            "is_success": done not in {"closed", "since"},
            "rank": booking.rank(),
            "has_come": visitor is not None,
            "offer": Offer(surgery, now=now, held=booking.slot),
            "others": [slot for slot in shown.slots.all() if slot.starts_at > now and slot != booking.slot],
            "symptoms": symptoms,
            "topics": topics,
            "email_form": EmailForm,
            "evidence": EvidenceForm,
            "asks_evidence": not booking.has_evidence and done not in {"evidence", "unsaid"},
        }
        template = "bookings/booking_waiting.html" if booking.is_waiting else "bookings/booking_confirmed.html"
        return render(request, template, context)
    is_over = surgery.is_over(now)
    context |= {
        # Whoever is released has something at the time to which the surgery has moved.
        "nearest": nearest_to(surgery, now=now, besides=surgery if booking.was_released else None),
        "can_book_again": surgery.state == Surgery.State.PUBLISHED and not is_over,
        "had": until_released(booking) if booking.was_released else None,
        "is_on": booking.times.ends_at > now and not booking.is_waiting and not has_left,
        "is_over": is_over,
        "stays": Booking.objects.live().filter(attendee=booking.attendee_id, surgery=surgery).first(),
        **afterwards.banner(done),
    }
    if not booking.is_cancelled:
        context |= afterwards.what_came_of_it(booking, visitor, now=now)
        context["is_missed"] = is_missed(booking, now=now)
    template = "bookings/booking_cancelled.html" if booking.is_cancelled else "bookings/booking_over.html"
    return render(request, template, context)


@private_page
def booking_calendar(request: HttpRequest, booking: Booking) -> HttpResponseBase:
    """The booking for one's own calendar; a cancelled one withdraws the entry."""
    if booking.slot is None:
        return see_booking(booking)
    return HttpResponse(
        calendars.booking_calendar(booking, method="PUBLISH"),
        content_type=calendars.CONTENT_TYPE,
        headers={"Content-Disposition": 'attachment; filename="social-media-surgery.ics"'},
    )


@private_page
@before_they_come
def correct_email(request: HttpRequest, booking: Booking) -> HttpResponseBase:
    """Put a mistyped address right. The booking gets a new private link, to which this leads."""
    form = EmailForm(request.POST if request.method == "POST" else None, instead_of=booking.attendee.email)
    if form.is_valid():
        email = form.cleaned_data["email"]
        count_form(request, *{email, booking.attendee.email})
        with suppress(BookingClosed):
            if not services.correct_email(booking=booking, email=email):
                return SeeOther(reverse("bookings:emailed"))
        booking.refresh_from_db(fields=["link_number"])
        return see_booking(booking, done="email")
    return render(request, "bookings/correct_email.html", {"form": form, "booking": booking})


@private_page
@while_it_can_change
def correct_name(request: HttpRequest, booking: Booking) -> HttpResponseBase:
    """Put a mistyped name right."""
    form = CorrectNameForm(request.POST if request.method == "POST" else None, initial={"name": booking.name})
    if form.is_valid():
        count_form(request, booking.attendee.email)
        with suppress(BookingClosed):
            services.correct_name(booking=booking, name=form.cleaned_data["name"])
        return see_booking(booking, done="name")
    return render(request, "bookings/correct_name.html", {"form": form, "booking": booking})


@private_page
@while_it_can_change
def answers(request: HttpRequest, booking: Booking) -> HttpResponseBase:
    """Change what one told us."""
    form = AnswersForm(
        request.POST if request.method == "POST" else None,
        initial={
            "symptoms": [*booking.symptoms.values_list("pk", flat=True), *([UNSURE] if booking.is_unsure else [])],
            "topics": booking.topics.values_list("pk", flat=True),
            "team": booking.team_id,
            "question": booking.question,
            "adjustments": booking.adjustments,
        },
    )
    if form.is_valid():
        count_form(request, booking.attendee.email)
        with suppress(BookingClosed):
            services.edit_answers(booking=booking, answers=form.answers())
        return see_booking(booking, done="answers")
    return render(request, "bookings/answers.html", {"form": form, "booking": booking})


@private_page
def evidence(request: HttpRequest, booking: Booking) -> HttpResponseBase:
    """The optional questions that serve the evidence only."""
    form = EvidenceForm(
        request.POST if request.method == "POST" else None,
        initial={"office": booking.office_id, "grade": booking.grade_id, "feeling": booking.feeling},
    )
    if form.is_valid():
        count_form(request)
        services.give_evidence(booking=booking, **form.cleaned_data)
        return see_booking(booking, done="evidence" if any(form.cleaned_data.values()) else "unsaid")
    return render(request, "bookings/evidence.html", {"form": form, "booking": booking})


@private_page
def cancel(request: HttpRequest, booking: Booking) -> HttpResponseBase:
    """Cancel, or leave the waiting list: this page asks, and its button acts. Doing so twice is doing it once.

    Never refused, because somebody else may have the seat; past the limit there is only no email about it. But what the
    page did not show is not given up: it comes back first.
    """
    return see_booking(booking) if booking.is_cancelled else _cancel(request, booking)


@while_it_can_change
@shown_anew
def _cancel(request: HttpRequest, booking: Booking, *, is_anew: bool = False) -> HttpResponseBase:
    form = CancelForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and not is_anew:
        try:
            count_form(request, booking.attendee.email)
            tell = True
        except LimitReached:
            tell = False
        said = {"reason": form.cleaned_data["reason"]} if form.cleaned_data["reason"] else {}
        with suppress(BookingClosed):
            services.cancel(booking=booking, tell=tell, seen=request.POST.get("seen", ""), **said)
        return see_booking(booking, done="cancelled" if tell else "quietly")
    context = {"form": form, "booking": booking, "is_anew": is_anew}
    return render(request, "bookings/cancel.html", context, status=HTTPStatus.CONFLICT if is_anew else HTTPStatus.OK)
