"""What came of the visits to a surgery: which outcomes are still to be recorded, and the form for one."""

from http import HTTPStatus

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.sessions import signed_in
from bookings.errors import OutcomeChanged, OutcomeClosed
from bookings.forms.outcomes import OutcomeForm
from bookings.models import Visit, VisitQuerySet
from bookings.outcomes import HELPS, visitor, visitors
from bookings.services.outcomes import record_outcome, recorded_until
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
    missing = [person for person in gone if person.helps]
    context = {
        "surgery": surgery,
        "hosts_no_more": hosts_no_more,
        "people": people,
        "missing": sorted(missing, key=lambda person: not person.was_helped_last_by(user)),
        "recorded": [person for person in people if person.outcome],
        "not_helped": [person for person in gone if not person.helps],
        "still_here": len(unrecorded) - len(gone),
        "until": recorded_until(surgery, by=user),
        "is_open": timezone.now() < recorded_until(surgery, by=user),
        "is_done": "done" in request.GET,
    }
    return render(request, "bookings/outcomes.html", context)


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
