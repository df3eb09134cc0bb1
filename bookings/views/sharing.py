"""Words with which organisers and hosts make a surgery or a series known."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.sessions import signed_in
from bookings.sharing import texts_for_series, texts_for_surgery
from bookings.views.champion import host_page
from notifications.form_pages import own_form_page
from surgeries.models import Series, Surgery
from surgeries.templatetags.times import clock, day, rhythm, span


@host_page
@require_safe
def share(request: HttpRequest, surgery: Surgery) -> HttpResponse:
    """The texts about one surgery, as long as it is worth telling people of it."""
    is_organiser = signed_in(request).is_organiser
    state = "over" if surgery.is_over(timezone.now()) else surgery.state
    context = {
        "caption": f"{day(surgery.starts_at)}, {span(surgery)}, {surgery.venue}",
        "state": state,
        "texts": texts_for_surgery(surgery) if state in {Surgery.State.PUBLISHED, Surgery.State.DRAFT} else (),
        "series": surgery.series,
        "back": reverse(f"bookings:{'manage_surgery' if is_organiser else 'brief'}", args=[surgery.reference]),
        "back_text": "The surgery" if is_organiser else "The brief",
    }
    return render(request, "bookings/share.html", context)


@own_form_page
@require_safe
def share_series(request: HttpRequest, reference: str) -> HttpResponse:
    """The texts about a series, for organisers and whoever hosts one of its surgeries."""
    user, now = signed_in(request), timezone.now()
    series = get_object_or_404(Series.objects.select_related("venue__office"), reference=reference)
    if not user.is_organiser and not series.surgeries.hosted_by(user).exists():
        raise Http404
    has_ended = series.ends_on is not None and series.ends_on < timezone.localdate(now)
    following = series.surgeries.upcoming(now).filter(starts_at__gt=now).first()
    context = {
        "caption": f"{rhythm(series)}, {clock(series.start_time)} to {clock(series.end_time)}, {series.venue}",
        "state": "ended" if has_ended else "" if following else "nothing_ahead",
        "texts": () if has_ended else texts_for_series(series, following),
        "back": reverse("bookings:series", args=[series.reference])
        if user.is_organiser
        else reverse("bookings:shifts"),
        "back_text": "The series" if user.is_organiser else "Your shifts",
    }
    return render(request, "bookings/share.html", context)
