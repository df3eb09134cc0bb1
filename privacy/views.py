"""The privacy notice; and, for organisers, all that is held about somebody, and erasing them."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from accounts.roles import organiser_page
from accounts.sessions import signed_in
from bookings.models import Attendee
from bookings.people import attendee_of, is_removed, person_of
from notifications.form_pages import SeeOther
from privacy import services
from privacy.held import as_json, held_about
from privacy.models import Disclosure, Erasure
from privacy.periods import Period


@login_not_required
@require_safe
def notice(request: HttpRequest) -> HttpResponse:
    """What this service holds about people, why, and for how long."""
    return render(request, "privacy/notice.html", {"kept": {period.value: period.label for period in Period}})


@organiser_page
@require_POST
def data_of_user(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What is held about somebody who signs in, and never booked: from now on they are known here as everybody else."""
    user = get_object_or_404(User, pk=pk)
    return SeeOther(reverse("privacy:data", args=[attendee_of(user, now=timezone.now()).pk]))


@organiser_page
def data(request: HttpRequest, pk: int) -> HttpResponse:
    """How much is held about somebody; pressed, all of it, which is noted."""
    attendee = get_object_or_404(Attendee, pk=pk)
    is_shown = request.method == "POST"
    if is_shown:
        services.note_disclosure(attendee=attendee, is_file=False, by=signed_in(request))
    context: dict[str, Any] = {
        "attendee": attendee,
        "sections": held_about(person_of(attendee)),
        "is_shown": is_shown,
        "erasures": Erasure.objects.filter(attendee_number=pk).select_related("erased_by").reverse(),
        "is_removed": is_removed(attendee),
        "kept": Period.IDENTITY.label,
        "disclosures": Disclosure.objects.filter(attendee_number=pk).select_related("given_by").reverse()[:10],
    }
    return render(request, "privacy/data.html", context)


@organiser_page
@require_POST
def data_json(request: HttpRequest, pk: int) -> HttpResponse:
    """All of it as a file to send on, which is noted."""
    attendee = get_object_or_404(Attendee, pk=pk)
    now = timezone.now()
    services.note_disclosure(attendee=attendee, is_file=True, by=signed_in(request), now=now)
    response = JsonResponse(
        as_json(held_about(person_of(attendee)), given_at=now),
        json_dumps_params={"indent": 2, "ensure_ascii": False},
    )
    response["Content-Disposition"] = f'attachment; filename="person-{attendee.pk}.json"'
    return response


@organiser_page
def erase(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Erase somebody: this page says what follows, and its button acts."""
    attendee, by, now = get_object_or_404(Attendee, pk=pk), signed_in(request), timezone.now()
    address = reverse("privacy:data", args=[pk])
    if is_removed(attendee):
        return SeeOther(address)
    person, refusal = person_of(attendee), ""
    try:
        if request.method == "POST":
            services.erase(attendee=attendee, by=by, now=now)
            return SeeOther(f"{address}?done")
        services.check_may_erase(person, by=by)
    except services.ErasureRefused as refused:
        refusal = str(refused)
    context = {
        "attendee": attendee,
        "refusal": refusal,
        "bookings": services.live_bookings(person, now=now),
        "shifts": services.coming_shifts(person, now=now),
        "person": person,
    }
    return render(request, "privacy/erase.html", context, status=409 if refusal and request.method == "POST" else 200)
