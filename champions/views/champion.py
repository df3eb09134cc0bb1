"""Pages of whoever is signed in: their account, and what is theirs as a champion."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from champions.models import Champion
from champions.roles import applicant_page


@require_safe
@never_cache
def account(request: HttpRequest) -> HttpResponse:
    """Who is signed in, and as what."""
    champion = Champion.objects.filter(user=request.user.pk).first()
    return render(request, "champions/account.html", {"champion": champion})


@applicant_page
@require_safe
def home(request: HttpRequest, champion: Champion) -> HttpResponse:
    """Where a champion begins, and where somebody who applied sees what became of it."""
    last = champion.decisions.last() if not champion.is_active else None
    return render(request, "champions/home.html", {"champion": champion, "last": last})
