"""Applications, for organisers, champions whom they know already, and all who are."""

from collections.abc import Callable
from functools import partial
from http import HTTPStatus

from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from accounts.roles import organiser_page
from accounts.sessions import signed_in
from champions import services
from champions.forms import AddForm, AskBackForm, DeclineForm
from champions.models import Champion, Decision
from notifications.form_pages import SeeOther, count_form

PER_PAGE = 50
ADMINISTRATORS_NAMED = 5
DECIDED_LATELY = 10
DONE = {
    "approved": "is a champion now, and reads it by email.",
    "asked_back": "reads your question by email.",
    "declined": "reads your reason by email.",
}


# Whose address it is already, by how it stands with them.
State = Champion.State
KNOWN = {
    State.ACTIVE: "This is the address of {}, who is a champion already",
    State.RESTING: "This is the address of {}, who is a champion already, and rests",
    State.APPLIED: "This is the address of {}, who has applied and waits for an answer",
    State.ASKED_BACK: "This is the address of {}, who has applied and was asked a question",
    State.LEFT: "This is the address of {}, who has left the champions. To come back, they apply again",
    State.DECLINED: "This is the address of {}, who was declined. They may apply again",
}


@organiser_page
@require_safe
def applications(request: HttpRequest) -> HttpResponse:
    """Who waits for a decision, who has a question to answer, what was decided lately, and then all champions."""
    everybody = Champion.objects.with_applications_first().select_related("user").with_what_they_know()
    paginator = Paginator(everybody, PER_PAGE)
    page = paginator.get_page(request.GET.get("page"))
    undecided = Champion.objects.undecided().order_by().values_list("state").annotate(number=Count("pk"))
    numbers: dict[str, int] = dict(undecided)
    context = {
        "page": page,
        "undecided": [each for each in page if each.is_undecided],
        "champions": [each for each in page if not each.is_undecided],
        "number_waiting": numbers.get(State.APPLIED, 0),
        "number_asked": numbers.get(State.ASKED_BACK, 0),
        "number_of_champions": paginator.count - sum(numbers.values()),
        "pages": paginator.get_elided_page_range(page.number),
        "decided": Decision.objects.final().select_related("champion", "decided_by").reverse()[:DECIDED_LATELY],
    }
    return render(request, "champions/applications.html", context)


@organiser_page
def add_champion(request: HttpRequest) -> HttpResponseBase:
    """Somebody whom an organiser knows: a champion at once, who reads it by email."""
    form = AddForm(request.POST if request.method == "POST" else None)
    known = None
    if form.is_valid():
        email = form.cleaned_data["email"]
        count_form(request, email)
        try:
            champion = services.add(email=email, said=form.said(), by=signed_in(request))
        except services.KnownAlready as error:
            known = error.champion
            form.add_error("email", KNOWN[State(known.state)].format(known))
        except services.MayNotSignIn:
            form.add_error("email", "Whoever has this address may not sign in. Ask an administrator to let them")
        else:
            return _see(champion)
    context = {"form": form, "known": known, "administrators": User.objects.administrators()[:ADMINISTRATORS_NAMED]}
    return render(request, "champions/add_champion.html", context)


@organiser_page
@require_safe
def application(request: HttpRequest, pk: int) -> HttpResponse:
    """One champion, or who would like to be: what they say, what was decided, and what can be."""
    return _show(request, get_object_or_404(Champion.objects.select_related("user").with_what_they_know(), pk=pk))


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
    return _see(applicant)


def _see(champion: Champion) -> SeeOther:
    """To their page, which says what has been decided."""
    return SeeOther(f"{reverse('champions:application', args=[champion.pk])}?done")


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
        # All three decisions are one form: what was typed for another one comes back as well.
        "ask_form": ask_form or AskBackForm(initial={"question": request.POST.get("question", "")}),
        "decline_form": decline_form or DeclineForm(initial={"reason": request.POST.get("reason", "")}),
    }
    return render(request, "champions/application.html", context, status=status)
