"""The diary, for organisers: a month of surgeries as a calendar or as a list, and how a new one gets into it."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.roles import organiser_page
from bookings.diary import month_of_diary, nearest_month
from bookings.forms.diary import DiaryForm
from bookings.forms.planning import PatternForm
from bookings.series import address_of, made_of
from bookings.services import series as services
from bookings.views.planning import dates_page, sent_before
from notifications.form_pages import SeeOther
from organisation.models import Office
from surgeries.models import Making, Series, Surgery, Venue
from surgeries.services import DiaryError


@organiser_page
@require_safe
def diary(request: HttpRequest) -> HttpResponse:
    """All surgeries of a month, drafts among them, with how each stands."""
    now = timezone.now()
    form = DiaryForm(request.GET, today=timezone.localdate(now))
    month = month_of_diary(form.asked, now=now)
    context: dict[str, Any] = {"form": form, "month": month, "asked": form.asked}
    context |= {"said": request.GET.get("said"), "made": made_of(request.GET.get("made", ""))}
    if not month.entries:
        context["nearest"] = nearest_month(form.asked, now=now)
    return render(request, "bookings/diary.html", context)


@organiser_page
@require_safe
def new_surgery(request: HttpRequest) -> HttpResponse:
    """The form for a surgery or a series: empty, at an office, like another one, or as it was filled in before."""
    initial: dict[str, Any] = {}
    without_venue = None
    if like := request.GET.get("like", "").replace("\0", ""):
        surgery = get_object_or_404(Surgery.objects.prefetch_related("slots"), reference=like)
        initial = PatternForm.like_surgery(surgery)
    elif like := request.GET.get("like_series", "").replace("\0", ""):
        initial = PatternForm.like_series(get_object_or_404(Series, reference=like))
    elif office := request.GET.get("office", "").replace("\0", ""):
        venue = Venue.objects.current().filter(office__slug=office).order_by("name").first()
        initial = {"venue": venue.pk} if venue else {}
        without_venue = None if venue else Office.objects.current().filter(slug=office).first()
    elif request.GET:
        initial = request.GET.dict() | {"is_drop_in": "is_drop_in" in request.GET}
    context = {"form": PatternForm(initial=initial), "without_venue": without_venue}
    return render(request, "bookings/new_surgery.html", context)


@organiser_page
def preview(request: HttpRequest) -> HttpResponseBase:
    """Every date before anything is made, and the button that makes what is ticked."""
    if before := sent_before(request):
        return before
    form = PatternForm(request.GET)
    if not form.is_valid():
        return render(request, "bookings/new_surgery.html", {"form": form})
    query = request.GET.urlencode()
    change = f"{reverse('bookings:new_surgery')}?{query}"
    like = form.copied if isinstance(form.copied, Series) else None
    return dates_page(request, form.series, form.days, until=form.until, change=change, like=like)


@organiser_page
@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Take back what was made, as long as nobody relies on it."""
    making = get_object_or_404(Making.objects.select_related("series"), pk=pk)
    try:
        services.undo(making=making)
    except DiaryError:
        return SeeOther(f"{address_of(making)}&said=kept")
    series = Series.objects.filter(makings=making).first()
    address = reverse("bookings:series", args=[series.reference]) if series else reverse("bookings:diary")
    return SeeOther(f"{address}?said=undone")
