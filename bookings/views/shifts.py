"""The shifts of whoever is signed in: where hosts are needed, which are theirs, taking one."""

from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from bookings.errors import BookingClosed, HasSeat, HostsAlready, HostsEnough, MonthFull, NoChampion, ShiftError
from bookings.fit import Need, fit
from bookings.forms.hosting import GiveBackForm, TakeForm
from bookings.links import LinkWrong, ask_for
from bookings.models import Help
from bookings.needs import candidate_of, needs, places_for
from bookings.services import hosting
from champions.models import Champion
from champions.roles import active_or_resting, champion_page
from notifications.form_pages import SeeOther, count_form, form_page
from surgeries.models import Surgery

PER_PAGE = 10
# How many others a page names that cannot give somebody what they wanted.
OTHERS = 3
DONE = {
    "taken": "The shift is yours. We have emailed you the details, with an entry for your calendar.",
    "given_back": "Your shift is given back. The organisers know, and we are asking others. Thank you for telling us.",
    "begun": "That shift has begun, so it cannot be given back here. Tell whoever hosts beside you, or the organisers.",
}


@active_or_resting
@require_safe
def shifts(request: HttpRequest, champion: Champion) -> HttpResponse:
    """Their coming shifts, and where hosts are needed: what fits them best comes first."""
    now = timezone.now()
    found = places_for(champion, now=now)
    paginator = Paginator(found.places if champion.is_active else [], PER_PAGE)
    page = paginator.get_page(request.GET.get("page"))
    coming = champion.shifts.live().public().filter(ends_at__gt=now).select_related("surgery__venue__office")
    context = {
        "champion": champion,
        "done": DONE.get(request.GET.get("done", "")),
        "is_refused": request.GET.get("done") == "begun",
        "coming": coming,
        "now": now,
        "full_months": found.full_months,
        "page": page,
        "pages": paginator.get_elided_page_range(page.number),
    }
    return render(request, "bookings/shifts.html", context)


@champion_page
def take(request: HttpRequest, champion: Champion, reference: str) -> HttpResponseBase:
    """One surgery that needs hosts, and the press that takes a shift there: for all of it or a part."""
    surgery = get_object_or_404(Surgery.objects.public().select_related("venue__office"), reference=reference)
    return answer(
        request, champion, surgery, template="bookings/take.html", then=f"{reverse('bookings:shifts')}?done=taken"
    )


@active_or_resting
def give_back(request: HttpRequest, champion: Champion, pk: int) -> HttpResponseBase:
    """Give a shift back: this page asks why, and its button acts."""
    shift = get_object_or_404(champion.shifts.select_related("surgery__venue__office"), pk=pk)
    address = reverse("bookings:shifts")
    if shift.ended_at:
        return SeeOther(f"{address}?done=given_back")
    if shift.has_begun(timezone.now()):
        return SeeOther(f"{address}?done=begun")
    form = GiveBackForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        hosting.give_back(shifts=[shift], reason=form.cleaned_data["reason"])
        return SeeOther(f"{address}?done=given_back")
    context = {"form": form, "shift": shift, "champion": champion, "helps": Help.objects.ending_with([shift])}
    return render(request, "bookings/give_back.html", context)


@form_page
def step_in(request: HttpRequest, token: str) -> HttpResponseBase:
    """What a champion was asked by email: the press there takes the shift. Whoever has the link acts for them."""
    try:
        ask = ask_for(token)
    except LinkWrong:
        response: HttpResponseBase = render(request, "bookings/step_in_wrong.html", status=HTTPStatus.NOT_FOUND)
    else:
        if request.method == "POST":
            count_form(request)
        response = answer(request, ask.champion, ask.surgery, template="bookings/step_in.html", then=request.path)
    response["Referrer-Policy"] = "strict-origin"
    return response


def answer(request: HttpRequest, champion: Champion, surgery: Surgery, *, template: str, then: str) -> HttpResponseBase:
    """Show what the surgery needs or, once the button is pressed, take the shift and go on to `then`.

    Whatever stands in the way is said with what else needs hosts. `champion` may not be signed in: see `step_in`.
    """
    now = timezone.now()
    need = next(iter(needs([surgery], now=now)), None)
    form = TakeForm(request.POST if request.method == "POST" else None, surgery=surgery, gaps=need.gaps if need else ())
    mine = surgery.shifts.live().filter(champion=champion).first()
    context: dict[str, Any] = {"champion": champion, "surgery": surgery, "mine": mine, "need": need}
    problem = _problem(surgery, champion, need, now=now)
    if request.method == "POST":
        try:
            if mine or (form.is_valid() and _take(form, surgery, champion)):
                return SeeOther(then)
        except (ShiftError, BookingClosed) as error:
            problem = error
    context |= {"problem": _name(problem), **_about(problem)}
    if problem:
        others = [each for each in places_for(champion, now=now).places if each.need.surgery != surgery]
        context["others"] = others[:OTHERS] if champion.is_active else []
    elif need:
        candidate = candidate_of(champion, now=now)
        form.propose(candidate.gap_for(need) or need.gaps[0])
        context |= {"form": form, "why": fit(candidate, need, today=timezone.localdate(now)).why}
    status = HTTPStatus.CONFLICT if problem and request.method == "POST" else HTTPStatus.OK
    return render(request, template, context, status=status)


def _take(form: TakeForm, surgery: Surgery, champion: Champion) -> bool:
    hosting.take_shift(surgery=surgery, champion=champion, **form.times())
    return True


def _problem(surgery: Surgery, champion: Champion, need: Need | None, *, now: datetime) -> Exception | None:
    """What is known to stand in the way before anybody presses anything."""
    if surgery.state != Surgery.State.PUBLISHED or surgery.starts_at <= now:
        return BookingClosed()
    if not champion.is_active:
        return NoChampion()
    return HostsEnough() if need is None else None


def _name(problem: Exception | None) -> str:
    names: dict[type[Exception], str] = {
        BookingClosed: "closed", NoChampion: "no_champion", HostsEnough: "enough", MonthFull: "month",
        HasSeat: "seat", HostsAlready: "hosts",
    }  # fmt: skip
    return names[type(problem)] if problem else ""


def _about(problem: Exception | None) -> dict[str, Any]:
    """What a page has to know to say it."""
    if isinstance(problem, HasSeat):
        return {"booking": problem.booking}
    return {"there": problem.shift} if isinstance(problem, HostsAlready) else {}
