"""Series, for organisers: the list, each one's page, and what is done with all of its surgeries at once."""

from datetime import timedelta
from http import HTTPStatus
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.roles import organiser_page
from bookings.diary import entries_of
from bookings.errors import OutOfDate
from bookings.forms.planning import EndForm, ExtendForm
from bookings.series import left_out, made_just_now, made_of, settled, with_figures, words_of
from bookings.services import series as services
from bookings.services.diary import that_can_be_drafts, unpublish_several
from bookings.views.planning import dates_page, sent_before
from history.models import Change
from notifications.form_pages import SeeOther
from surgeries.models import Series, Surgery
from surgeries.planning import MOST_DATES
from surgeries.services import WEEKS_AHEAD, DiaryError, open_dates

PER_PAGE = 50


def series_of(reference: str) -> Series:
    """The series of that name in the address."""
    return get_object_or_404(Series.objects.select_related("venue__office"), reference=reference.lower())


def _was_deleted(reference: str) -> bool:
    deleted = Change.objects.filter(table=Series._meta.db_table, what=Change.What.DELETED)
    return deleted.filter(facts__reference=reference.lower()).exists()


def see_series(series: Series, said: str) -> SeeOther:
    """To the page of the series, which says what has been done: a name that it knows."""
    return SeeOther(f"{reverse('bookings:series', args=[series.reference])}?said={said}")


@organiser_page
@require_safe
def series_list(request: HttpRequest) -> HttpResponse:
    """Every series, with what it has ahead."""
    found = with_figures(Series.objects.order_by("name", "pk"), now=timezone.now())
    paginator = Paginator(found, PER_PAGE)
    page = paginator.get_page(request.GET.get("page"))
    pages = paginator.get_elided_page_range(page.number)
    context = {"page": page, "pages": pages, "is_gone": request.GET.get("said") == "gone"}
    return render(request, "bookings/series_list.html", context)


@organiser_page
@require_safe
def series(request: HttpRequest, reference: str) -> HttpResponseBase:
    """One series: its pattern, its surgeries to come, and what can be done with them.

    Of one that was taken back the list of all says so: somebody went back to its page, or loaded it again.
    """
    try:
        now, found = timezone.now(), series_of(reference)
    except Http404:
        if not _was_deleted(reference):
            raise
        return SeeOther(f"{reverse('bookings:series_list')}?said=gone")
    coming = Surgery.objects.filter(series=found, ends_at__gt=now).order_by("starts_at", "pk")
    can_be_draft = Exists(that_can_be_drafts(Surgery.objects.filter(pk=OuterRef("pk")), now=now))
    entries = entries_of(coming.annotate(can_be_draft=can_be_draft), now=now)
    context: dict[str, Any] = {
        "series": found,
        "words": words_of(found),
        "settled": settled(found),
        "entries": entries,
        "can_be_drafts": any(entry.surgery.can_be_draft for entry in entries),  # type: ignore[attr-defined]  # annotated above
        "drafts": sum(entry.surgery.state == Surgery.State.DRAFT for entry in entries),
        "left_out": left_out(found, now=now),
        "weeks_ahead": WEEKS_AHEAD,
        "said": request.GET.get("said"),
        "made": made_of(request.GET.get("made", "")) or made_just_now(found, now=now),
    }
    return render(request, "bookings/series.html", context)


@organiser_page
def extend(request: HttpRequest, reference: str) -> HttpResponseBase:
    """Until when, and then every date before anything is made."""
    if before := sent_before(request):
        return before
    found, now = series_of(reference), timezone.now()
    last = max(filter(None, (found.ends_on, found.planned_until, timezone.localdate(now))))
    form = ExtendForm(request.GET if "until" in request.GET else None, initial={"until": last + timedelta(weeks=26)})
    if form.is_valid():
        until = form.cleaned_data["until"]
        if found.ends_on and found.ends_on < until:
            found.ends_on = until
        days = open_dates(found, until=until, now=now)
        if 0 < len(days) <= MOST_DATES:
            return dates_page(request, found, days, until=until, change=request.path)
        form.add_error("until", form.MANY if days else form.NONE)
    return render(request, "bookings/extend.html", {"form": form, "series": found, "words": words_of(found)})


@organiser_page
def publish_series(request: HttpRequest, reference: str) -> HttpResponseBase:
    """Which drafts everybody is going to see: this page asks, and its button acts."""
    found, now, is_anew = series_of(reference), timezone.now(), False
    if request.method == "POST":
        try:
            services.publish_drafts(series=found, seen=request.POST.get("seen", ""))
        except OutOfDate:
            is_anew = True
        else:
            return see_series(found, "published")
    drafts = Surgery.objects.drafts(now).filter(series=found)
    ready = services.to_publish(found, now=now)
    entries = entries_of(ready, now=now)
    context = {
        "series": found,
        "entries": entries,
        "without_a_seat": drafts.exclude(pk__in=ready.order_by().values("pk")).order_by("starts_at", "pk"),
        "seen": services.seen_of([entry.surgery for entry in entries]),
        "is_anew": is_anew,
    }
    status = HTTPStatus.CONFLICT if is_anew else HTTPStatus.OK
    return render(request, "bookings/publish_series.html", context, status=status)


@organiser_page
def unpublish_series(request: HttpRequest, reference: str) -> HttpResponseBase:
    """Which of its surgeries nobody relies on yet, and a button that makes those drafts again: all that are listed."""
    found, now, is_anew = series_of(reference), timezone.now(), False
    if request.method == "POST":
        listed = set(request.POST.get("listed", "").split())
        meant = [each for each in Surgery.objects.filter(series=found) if each.reference in listed]
        try:
            unpublish_several(surgeries=meant)
        except OutOfDate:
            is_anew = True
        else:
            return see_series(found, "unpublished" if meant else "")
    coming = Surgery.objects.upcoming(now).filter(series=found, starts_at__gt=now)
    entries = entries_of(that_can_be_drafts(coming, now=now), now=now)
    context = {
        "series": found,
        "entries": entries,
        "listed": " ".join(entry.surgery.reference for entry in entries),
        "left_alone": coming.count() - len(entries),
        "is_anew": is_anew,
    }
    status = HTTPStatus.CONFLICT if is_anew else HTTPStatus.OK
    return render(request, "bookings/unpublish_series.html", context, status=status)


@organiser_page
def end_series(request: HttpRequest, reference: str) -> HttpResponseBase:
    """Until when it goes on, what that means, and then the button that makes it so."""
    found, now = series_of(reference), timezone.now()
    context: dict[str, Any] = {"series": found, "words": words_of(found)}
    form = context["form"] = EndForm(request.GET if "last" in request.GET else None, initial={"last": found.ends_on})
    status = HTTPStatus.OK
    if form.is_valid():
        last = form.cleaned_data["last"]
        try:
            if request.method == "POST":
                services.end_series(series=found, last=last, seen=request.POST.get("seen", ""))
                return see_series(found, "ended")
            services.check_last(found, last)
        except DiaryError as error:
            form.add_error("last", str(error))
        except OutOfDate:
            context["is_anew"], status = True, HTTPStatus.CONFLICT
        if form.is_valid():
            after = services.after(found, last, now=now)
            context |= {"last": last, "after": after, "seen": after.seen}
    return render(request, "bookings/end_series.html", context, status=status)
