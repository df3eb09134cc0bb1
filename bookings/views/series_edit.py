"""Changing what a series says about the surgeries that it makes from now on."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from accounts.roles import organiser_page
from bookings.errors import OutOfDate
from bookings.forms.series import SeriesForm
from bookings.series import settled, slots_in_words, words_of
from bookings.services.series import change_series, version_of
from bookings.views.series import see_series, series_of
from surgeries.models import Surgery


@organiser_page
def edit_series(request: HttpRequest, reference: str) -> HttpResponseBase:
    """Its name, rhythm and all that the surgeries have in common. Those that are there already stay as they are."""
    found = series_of(reference)
    form = SeriesForm(request.POST if request.method == "POST" else None, series=found)
    is_anew = False
    if form.is_valid():
        try:
            change_series(series=found, facts=form.facts(), seen=request.POST.get("seen", ""))
        except OutOfDate:
            form.add_error("name", "Somebody else has changed the series meanwhile. Check whether this is still right")
            found, is_anew = series_of(reference), True
        else:
            return see_series(found, "changed")
    coming = Surgery.objects.exclude(state=Surgery.State.CALLED_OFF).filter(series=found, starts_at__gt=timezone.now())
    context = {
        "series": found,
        "form": form,
        "seen": version_of(found),
        "says_now": [words_of(found), str(found.venue), *settled(found)] if is_anew else [],
        "slots": slots_in_words(found) if found.pattern_slots.exists() else "",
        "next": coming.order_by("starts_at").first(),
    }
    status = HTTPStatus.CONFLICT if is_anew else HTTPStatus.OK
    return render(request, "bookings/edit_series.html", context, status=status)
