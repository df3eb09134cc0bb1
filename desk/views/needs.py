"""The first page of organisers, and the lists behind it."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.roles import organiser_page
from accounts.sessions import signed_in
from bookings.needs import in_need
from bookings.starting import setting_up
from champions.models import Champion
from desk.duties import next_digest_at
from desk.finding import Row, all_of
from desk.models import Digest
from desk.needs import BY_SLUG, needs, week_ahead
from surgeries.models import Shift

PER_PAGE = 50
DONE = {
    "chosen": "You get an email every Monday morning.",
    "stopped": "You get no email on Mondays any more.",
}
# So many of a champion's coming shifts are shown.
SHIFTS_SHOWN = 50


@organiser_page
@require_safe
def what_needs_you(request: HttpRequest) -> HttpResponse:
    """Today and this week, what is to be decided, and what is worth an eye."""
    now = timezone.now()
    context = {
        "now": now,
        "setting_up": setting_up(),
        "needs": needs(now=now),
        "week": week_ahead(now=now),
        "is_chosen": Digest.objects.filter(user=signed_in(request)).exists(),
        "next_digest_at": next_digest_at(now),
        "done": DONE.get(request.GET.get("done", "")),
    }
    return render(request, "desk/what_needs_you.html", context)


@organiser_page
@require_safe
def see_all(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Everything of one kind."""
    kind = BY_SLUG.get(slug)
    if kind is None:
        raise Http404
    if kind.page:
        return redirect(kind.page)
    paginator = Paginator(all_of(kind.find, timezone.now()), PER_PAGE)
    page = paginator.get_page(request.GET.get("page"))
    context = {
        "kind": kind,
        "page": page,
        "pages": paginator.get_elided_page_range(page.number),
        "lines": [kind.line(row if isinstance(row, Row) else Row(*row)) for row in page],
    }
    return render(request, "desk/see_all.html", context)


@organiser_page
@require_safe
def champion_shifts(request: HttpRequest, pk: int) -> HttpResponse:
    """How much one champion hosts, how to reach them, and the surgeries at which they can be relieved."""
    champion = get_object_or_404(Champion.objects.select_related("user").with_what_they_know(), pk=pk)
    now = timezone.now()
    live = champion.shifts.live().select_related("surgery__venue__office")
    context = {
        "champion": champion,
        # In whose month the diary is opened: this one may have none.
        "next_in_need": in_need(now).order_by("starts_at").first(),
        "coming": live.filter(ends_at__gt=now)[:SHIFTS_SHOWN],
        "last": Shift.objects.hosted(now).filter(champion=champion).select_related("surgery__venue__office").last(),
    }
    return render(request, "desk/champion_shifts.html", context)
