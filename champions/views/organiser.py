"""Applications, for organisers."""

from collections.abc import Callable
from functools import partial
from http import HTTPStatus

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.roles import organiser_page
from accounts.sessions import signed_in
from champions import services
from champions.forms import AskBackForm, DeclineForm
from champions.models import Champion, Decision
from notifications.form_pages import SeeOther

PER_PAGE = 25
DECIDED_LATELY = 10
DONE = {
    "approved": "is a champion now, and reads it by email.",
    "asked_back": "reads your question by email.",
    "declined": "reads your reason by email.",
}


@organiser_page
@require_safe
def applications(request: HttpRequest) -> HttpResponse:
    """Who waits for a decision, who was asked something, and what was decided lately."""
    paginator = Paginator(Champion.objects.undecided().with_what_they_know(), PER_PAGE)
    page = paginator.get_page(request.GET.get("page"))
    context = {
        "page": page,
        "pages": paginator.get_elided_page_range(page.number),
        "decided": Decision.objects.final().select_related("champion", "decided_by").reverse()[:DECIDED_LATELY],
    }
    return render(request, "champions/applications.html", context)


@organiser_page
@require_safe
def application(request: HttpRequest, pk: int) -> HttpResponse:
    """One application: what they say, what was decided, and what can be."""
    return _show(request, _applicant(pk))


@organiser_page
@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Take them in."""
    return _decide(request, _applicant(pk), services.approve)


@organiser_page
@require_POST
def ask_back(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Ask them something first."""
    applicant, form = _applicant(pk), AskBackForm(request.POST)
    if not form.is_valid():
        return _show(request, applicant, ask_form=form)
    ask = partial(services.ask_back, question=form.cleaned_data["question"])
    return _decide(request, applicant, ask, ask_form=form)


@organiser_page
@require_POST
def decline(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Take them not in, and say why."""
    applicant, form = _applicant(pk), DeclineForm(request.POST)
    if not form.is_valid():
        return _show(request, applicant, decline_form=form)
    say_no = partial(services.decline, reason=form.cleaned_data["reason"])
    return _decide(request, applicant, say_no, decline_form=form)


def _applicant(pk: int) -> Champion:
    """Somebody who applied at some time."""
    applicants = Champion.objects.filter(applied_at__isnull=False).select_related("user").with_what_they_know()
    return get_object_or_404(applicants, pk=pk)


def _decide(
    request: HttpRequest,
    applicant: Champion,
    decide: Callable[..., None],
    *,
    ask_form: AskBackForm | None = None,
    decline_form: DeclineForm | None = None,
) -> HttpResponseBase:
    """Decide as somebody who saw so many decisions on the page, or say who was faster. What was typed is kept."""
    seen = request.POST.get("seen", "")
    try:
        number = int(seen) if seen.isdecimal() and len(seen) < 9 else -1
        decide(champion=applicant, by=signed_in(request), seen=number)
    except services.DecidedAlready:
        applicant.refresh_from_db(fields=["state"])
        return _show(
            request, applicant, ask_form=ask_form, decline_form=decline_form, is_late=True, status=HTTPStatus.CONFLICT
        )
    return SeeOther(f"{reverse('champions:application', args=[applicant.pk])}?done")


def _show(
    request: HttpRequest,
    applicant: Champion,
    *,
    ask_form: AskBackForm | None = None,
    decline_form: DeclineForm | None = None,
    is_late: bool = False,
    status: int = HTTPStatus.OK,
) -> HttpResponse:
    decisions = list(applicant.decisions.select_related("decided_by"))
    wrong = next((form for form in (ask_form, decline_form) if form and form.errors), None)
    context = {
        "applicant": applicant,
        "decisions": decisions,
        "last": decisions[-1] if decisions else None,
        "done": DONE[decisions[-1].outcome] if "done" in request.GET and decisions else "",
        "is_late": is_late,
        "form": wrong,  # whose mistakes stand on top
        "ask_form": ask_form or AskBackForm(),
        "decline_form": decline_form or DeclineForm(),
    }
    return render(request, "champions/application.html", context, status=status)
