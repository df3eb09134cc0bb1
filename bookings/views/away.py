"""Resting, leaving and coming back, for whoever is signed in."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from bookings.forms.away import GIVE_BACK, AwayForm, LeaveForm, RestForm
from bookings.models import Help
from bookings.services import hosting
from champions.models import Champion
from champions.roles import active_or_resting
from notifications.form_pages import SeeOther


@active_or_resting
def rest(request: HttpRequest, champion: Champion) -> HttpResponseBase:
    """Until when they rest, and what becomes of the shifts until then."""
    form, context = _asked(request, champion, RestForm)
    if form.is_valid():
        answers = form.cleaned_data
        hands_back = answers.get("shifts") == GIVE_BACK
        reason = answers.get("reason") or ""
        hosting.rest(champion=champion, until=answers["until"], hands_back=hands_back, reason=reason)
        return SeeOther(f"{reverse('champions:home')}?done=rests")
    return render(request, "bookings/rest.html", context)


@active_or_resting
def leave(request: HttpRequest, champion: Champion) -> HttpResponseBase:
    """Leave the champions: this page asks, and its button acts."""
    form, context = _asked(request, champion, LeaveForm)
    if form.is_valid():
        hosting.leave(champion=champion, reason=form.cleaned_data.get("reason", ""))
        return SeeOther(f"{reverse('champions:home')}?done=left")
    return render(request, "bookings/leave.html", context)


@active_or_resting
@require_POST
def come_back(request: HttpRequest, champion: Champion) -> HttpResponseBase:
    """Host again before the rest is over."""
    hosting.come_back(champion=champion)
    return SeeOther(f"{reverse('champions:home')}?done=back")


def _asked(request: HttpRequest, champion: Champion, form_class: type[AwayForm]) -> tuple[AwayForm, dict[str, Any]]:
    """The form, and with what it is shown."""
    now = timezone.now()
    ahead = champion.shifts.live().public().filter(ends_at__gt=now).select_related("surgery__venue__office")
    coming = ahead.filter(starts_at__gt=now)
    form = form_class(request.POST if request.method == "POST" else None, has_shifts=bool(coming))
    context = {"form": form, "coming": coming, "helps": Help.objects.ending_with(coming), "champion": champion}
    # What has begun is not given back.
    return form, context | {"under_way": ahead.filter(starts_at__lte=now)}
