"""Help for organisers."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.roles import organiser_page
from desk.guide import guide as guide_as_html


@organiser_page
@require_safe
def guide(request: HttpRequest) -> HttpResponse:
    """The guide, as it is in the documents."""
    title, body = guide_as_html()
    return render(request, "desk/guide.html", {"title": title, "body": body})
