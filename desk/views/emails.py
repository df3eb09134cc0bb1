"""The emails that could not be delivered: to look at, to try again, and to leave alone."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.roles import organiser_page
from desk.failed import failed
from notifications import services
from notifications.form_pages import SeeOther
from notifications.models import OutboxEmail

PER_PAGE = 25
LEFT_ALONE_SHOWN = 10
DONE = {
    "again": "It will be tried again within a minute. If it fails once more, it comes back here.",
    "all": "They will be tried again within a few minutes. What fails once more comes back here.",
    "left": "It is left at that. It stays in the list at the foot until it is deleted.",
}
NOT_DONE = {
    "gone": "Somebody was faster, or it has been sent meanwhile. This is how it stands now.",
    "none": "None of them can be tried again.",
}


@organiser_page
@require_safe
def failed_emails(request: HttpRequest) -> HttpResponse:
    """What was given up, the latest first, and below it what was left at that."""
    now, done = timezone.now(), request.GET.get("done", "")
    undelivered = OutboxEmail.objects.undelivered().order_by("-pk")
    paginator = Paginator(undelivered, PER_PAGE)
    page = paginator.get_page(request.GET.get("page"))
    left = OutboxEmail.objects.dead().exclude(left_alone_at=None).order_by("-left_alone_at", "-pk")[:LEFT_ALONE_SHOWN]
    every = failed([*page, *left], now=now)
    context = {
        "page": page,
        "pages": paginator.get_elided_page_range(page.number),
        "emails": every[: len(page)],
        "left_alone": every[len(page) :],
        "being_tried_again": OutboxEmail.objects.being_tried_again().count(),
        "done": DONE.get(done),
        "not_done": NOT_DONE.get(done),
    }
    return render(request, "desk/failed_emails.html", context)


@organiser_page
@require_POST
def try_again(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Queue it once more."""
    return _back("again" if services.try_again(email=get_object_or_404(OutboxEmail, pk=pk)) else "gone")


@organiser_page
@require_POST
def leave_alone(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Leave it at that."""
    return _back("left" if services.leave_alone(email=get_object_or_404(OutboxEmail, pk=pk)) else "gone")


@organiser_page
@require_POST
def try_all_again(request: HttpRequest) -> HttpResponseBase:
    """Queue all of them once more: for the day after the mail server was away."""
    return _back("all" if services.try_all_again() else "none")


def _back(done: str) -> SeeOther:
    return SeeOther(f"{reverse('desk:failed_emails')}?done={done}")
