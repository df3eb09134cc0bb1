"""Setting a department up, from nothing to its first published surgery."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.roles import organiser_page
from bookings.starting import setting_up


@organiser_page
@require_safe
def set_up(request: HttpRequest) -> HttpResponse:
    """What is done, and what is still missing: each line leads to where it is done."""
    return render(request, "bookings/set_up.html", {"setting_up": setting_up()})
