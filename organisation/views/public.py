"""What there is to read: cheat sheets, the kit, and how this software treats the people who use it."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from organisation.kit import PARTS
from organisation.models import CheatSheet
from organisation.paper import paper_of


@login_not_required
@require_safe
@cache_control(no_cache=True)
def cheat_sheets(request: HttpRequest) -> HttpResponse:
    """Every cheat sheet that is not retired, by topic."""
    sheets = CheatSheet.objects.current().select_related("topic").defer("body")
    return render(request, "organisation/cheat_sheets.html", {"sheets": sheets})


@login_not_required
@require_safe
def kit(request: HttpRequest) -> HttpResponse:
    """What somebody needs to start surgeries elsewhere. Anybody may have it: there is nothing of anybody in it."""
    return render(request, "organisation/kit.html", {"parts": PARTS})


@login_not_required
@require_safe
def kit_checklist(request: HttpRequest) -> HttpResponse:
    """What to do when, to start surgeries elsewhere."""
    return render(request, "organisation/kit_checklist.html")


@login_not_required
@require_safe
def kit_invitation(request: HttpRequest) -> HttpResponse:
    """Words for invitations, to copy."""
    return render(request, "organisation/kit_invitation.html")


@login_not_required
@require_safe
def kit_poster(request: HttpRequest) -> HttpResponse:
    """A poster without day and place, which are written on it by hand."""
    return render(request, "organisation/kit_poster.html", {"paper": paper_of(request)})


@login_not_required
@require_safe
def kit_first_ten_minutes(request: HttpRequest) -> HttpResponse:
    """A script for hosts, for when nobody knows how to begin."""
    return render(request, "organisation/kit_first_ten_minutes.html")


@login_not_required
@require_safe
@cache_control(no_cache=True)
def kit_cheat_sheets(request: HttpRequest) -> HttpResponse:
    """Every cheat sheet with its words, to print in one go."""
    sheets = CheatSheet.objects.current().select_related("topic")
    return render(request, "organisation/kit_cheat_sheets.html", {"sheets": sheets})


@login_not_required
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """The accessibility statement."""
    return render(request, "organisation/accessibility.html")


@login_not_required
@require_safe
def cookies(request: HttpRequest) -> HttpResponse:
    """Which cookies there are, and what for."""
    return render(request, "organisation/cookies.html")
