"""What there is to read: cheat sheets, and how this software treats the people who use it."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from organisation.models import CheatSheet


@login_not_required
@require_safe
@cache_control(no_cache=True)
def cheat_sheets(request: HttpRequest) -> HttpResponse:
    """Every cheat sheet that is not retired, by topic."""
    sheets = CheatSheet.objects.current().select_related("topic").defer("body")
    return render(request, "organisation/cheat_sheets.html", {"sheets": sheets})


@login_not_required
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "organisation/accessibility.html")


@login_not_required
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "organisation/privacy.html")


@login_not_required
@require_safe
def cookies(request: HttpRequest) -> HttpResponse:
    return render(request, "organisation/cookies.html")
