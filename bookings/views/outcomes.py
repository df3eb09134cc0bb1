"""What came of the visits to a surgery: which outcomes are still to be recorded, and the form for one."""

from contextlib import suppress
from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.roles import organiser_page
from accounts.sessions import signed_in
from bookings.errors import OutcomeChanged, OutcomeClosed
from bookings.forms.outcomes import OutcomeForm
from bookings.models import Visit, VisitQuerySet
from bookings.outcomes import HELPS, visitor, visitors
from bookings.services.outcomes import can_leave_open, leave_open, record_outcome, recorded_until
from bookings.views.champion import helper_page
from notifications.form_pages import SeeOther
from surgeries.models import Surgery


@helper_page
@require_safe
def outcomes(
    request: HttpRequest, surgery: Surgery, visits: VisitQuerySet, *, hosts_no_more: bool = False
) -> HttpResponse:
    """Everybody who came, those whom whoever looks helped last first: what is recorded, and what is missing."""
    user = signed_in(request)
    people = visitors(visits)
    unrecorded = [person for person in people if not person.outcome]
    gone = [person for person in unrecorded if not person.is_still_here]
    helped = [person for person in gone if person.helps]
    missing = [person for person in people if person.is_missing]
    context = {
        "surgery": surgery,
        "hosts_no_more": hosts_no_more,
        "people": people,
        "missing": sorted(missing, key=lambda person: not person.was_helped_last_by(user)),
        "recorded": [person for person in people if person.outcome],
        "left_open": [person for person in helped if person.visit.is_outcome_unknown],
        "not_helped": [person for person in gone if not person.helps],
        "still_here": len(unrecorded) - len(gone),
        "until": recorded_until(surgery, by=user),
        "is_open": timezone.now() < recorded_until(surgery, by=user),
        "can_leave_open": can_leave_open(surgery, by=user, now=timezone.now()),
        "is_done": "done" in request.GET,
        "is_left_open": "left_open" in request.GET,
    }
    return render(request, "bookings/outcomes.html", context)


@organiser_page
@require_POST
def leave_outcomes_open(request: HttpRequest, reference: str) -> HttpResponseBase:
    """Nobody knows what came of those that the page named as missing: organisers are asked for them no more."""
    surgery = get_object_or_404(Surgery, reference=reference)
    shown = [
        int(pk) for pk in request.POST.get("visits", "").split() if pk.isascii() and pk.isdecimal() and len(pk) < 19
    ]
    said = ""
    with suppress(OutcomeClosed):
        leave_open(surgery=surgery, visits=shown, by=signed_in(request))
        said = "?left_open"
    return SeeOther(reverse("bookings:outcomes", args=[reference]) + said)


@helper_page
def outcome(
    request: HttpRequest, surgery: Surgery, visits: VisitQuerySet, visit: int, *, hosts_no_more: bool = False
) -> HttpResponseBase:
    """What came of one visit. The champion records it in under a minute, or changes it, and is back in the room."""
    user = signed_in(request)
    seen = get_object_or_404(visits.select_related("booking", "outcome", "surgery").prefetch_related(HELPS), pk=visit)
    person = visitor(seen)
    context = {"surgery": surgery, "person": person, "visit": seen, "outcome": person.outcome}
    if timezone.now() >= recorded_until(surgery, by=user):
        return render(request, "bookings/outcome_closed.html", context)
    form = OutcomeForm(request.POST if request.method == "POST" else None, visit=seen, outcome=person.outcome)
    if form.is_valid():
        try:
            record_outcome(visit=seen, by=user, **form.cleaned_data)
        except OutcomeChanged as changed:
            context["changed"], context["typed"] = changed.outcome, form.cleaned_data
            context["form"] = form.asked_again(visit=seen, outcome=changed.outcome)
            return render(request, "bookings/outcome.html", context, status=HTTPStatus.CONFLICT)
        except OutcomeClosed:
            return render(request, "bookings/outcome_closed.html", context)
        except Visit.DoesNotExist:
            raise Http404 from None
        if not hosts_no_more and not surgery.is_over(timezone.now()):
            return SeeOther(reverse("bookings:room", args=[surgery.reference]))
        return SeeOther(f"{reverse('bookings:outcomes', args=[surgery.reference])}?done")
    return render(request, "bookings/outcome.html", context | {"form": form})
