"""The directory of champions, which anybody may see."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from champions.directory import find


@login_not_required
@require_safe
@cache_control(no_cache=True)
def directory(request: HttpRequest) -> HttpResponse:
    """Champions by topic and office, with what each of them lets it show."""
    return render(request, "champions/directory.html", {"directory": find(request.GET)})
