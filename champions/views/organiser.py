"""Applications, for organisers."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.roles import organiser_page
from champions.models import Champion, Decision

PER_PAGE = 25
DECIDED_LATELY = 10


@organiser_page
@require_safe
def applications(request: HttpRequest) -> HttpResponse:
    """Who waits for a decision, who was asked something, and what was decided lately."""
    paginator = Paginator(Champion.objects.undecided().prefetch_related("offices", "skills__topic"), PER_PAGE)
    page = paginator.get_page(request.GET.get("page"))
    context = {
        "page": page,
        "pages": paginator.get_elided_page_range(page.number),
        "decided": Decision.objects.final().select_related("champion", "decided_by").reverse()[:DECIDED_LATELY],
    }
    return render(request, "champions/applications.html", context)
