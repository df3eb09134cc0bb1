"""The organisers' page of one surgery, from which everything is done to it."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.roles import organiser_page
from bookings.managing import managed
from surgeries.models import Surgery


def surgery_page(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A page of organisers about one surgery: the view gets it instead of its reference."""

    @organiser_page
    @wraps(view)
    def page(request: HttpRequest, reference: str, **kwargs: Any) -> HttpResponseBase:
        surgeries = Surgery.objects.select_related("venue__office", "series", "called_off_by")
        return view(request, get_object_or_404(surgeries, reference=reference), **kwargs)

    return page


@surgery_page
@require_safe
def manage_surgery(request: HttpRequest, surgery: Surgery) -> HttpResponse:
    """How it stands, who is booked, who hosts, and what can be done."""
    return render(
        request, "bookings/manage_surgery.html", {"surgery": surgery, "it": managed(surgery, now=timezone.now())}
    )
