"""The page of whoever is signed in."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from champions.models import Champion


@require_safe
@never_cache
def account(request: HttpRequest) -> HttpResponse:
    """Who is signed in, and as what."""
    champion = Champion.objects.active().filter(user=request.user.pk).first()
    return render(request, "champions/account.html", {"champion": champion})
