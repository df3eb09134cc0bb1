"""The diary, for organisers: a month of surgeries as a calendar or as a list."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.roles import organiser_page
from bookings.diary import month_of_diary, nearest_month
from bookings.forms.diary import DiaryForm


@organiser_page
@require_safe
def diary(request: HttpRequest) -> HttpResponse:
    """All surgeries of a month, drafts among them, with how each stands."""
    now = timezone.now()
    form = DiaryForm(request.GET, today=timezone.localdate(now))
    month = month_of_diary(form.asked, now=now)
    context = {"form": form, "month": month, "asked": form.asked}
    if not month.entries:
        context["nearest"] = nearest_month(form.asked, now=now)
    return render(request, "bookings/diary.html", context)
