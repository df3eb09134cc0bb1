"""The department's social media guidelines: what everybody reads, and the versions that organisers keep."""

from django.contrib.auth.decorators import login_not_required
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from accounts.roles import organiser_page
from notifications.form_pages import SeeOther
from organisation.forms.rows import AT_THE_SAME_TIME
from organisation.forms.words import GuidelinesForm
from organisation.models import Guidelines

DONE = {"saved": "Saved.", "deleted": "Deleted."}


@login_not_required
@require_safe
@cache_control(no_cache=True)
def guidelines(request: HttpRequest) -> HttpResponse:
    """The version that is in force, and the way to earlier ones."""
    published = list(Guidelines.objects.published(timezone.localdate()))
    context = {"shown": published[0] if published else None, "earlier": published[1:]}
    return render(request, "organisation/guidelines.html", context)


@login_not_required
@require_safe
@cache_control(no_cache=True)
def earlier_guidelines(request: HttpRequest, pk: int) -> HttpResponse:
    """One version. Of one that is no longer in force the page says so."""
    published = Guidelines.objects.published(timezone.localdate())
    shown, in_force = get_object_or_404(published, pk=pk), published.first()
    context = {"shown": shown, "in_force": in_force if in_force != shown else None}
    return render(request, "organisation/guidelines.html", context)


@organiser_page
@require_safe
def kept_guidelines(request: HttpRequest) -> HttpResponse:
    """Every version: to come, in force, and earlier."""
    today = timezone.localdate()
    versions = list(Guidelines.objects.defer("body"))
    context = {
        "versions": versions,
        "in_force": next((each for each in versions if each.is_published(today)), None),
        "today": today,
        "done": DONE.get(request.GET.get("done", "")),
    }
    return render(request, "organisation/kept_guidelines.html", context)


@organiser_page
def add_guidelines(request: HttpRequest) -> HttpResponseBase:
    """A new version. The one before is kept."""
    return _edit(request, Guidelines())


@organiser_page
def change_guidelines(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Put a version right."""
    return _edit(request, get_object_or_404(Guidelines, pk=pk))


@organiser_page
@require_POST
def delete_guidelines(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Delete a version that is yet to come. What people could read is kept."""
    version = get_object_or_404(Guidelines, pk=pk)
    if version.is_published(timezone.localdate()):
        raise Http404
    version.delete()
    return SeeOther(f"{reverse('organisation:kept_guidelines')}?done=deleted")


def _edit(request: HttpRequest, version: Guidelines) -> HttpResponseBase:
    is_published = bool(version.pk) and version.is_published(timezone.localdate())
    form = GuidelinesForm(request.POST if request.method == "POST" else None, instance=version)
    if form.is_valid():
        try:
            with transaction.atomic():
                form.save()
            return SeeOther(f"{reverse('organisation:kept_guidelines')}?done=saved")
        except IntegrityError:
            form.add_error(None, AT_THE_SAME_TIME)
    context = {"form": form, "version": version, "is_published": is_published}
    return render(request, "organisation/edit_guidelines.html", context)
