"""The page that shows every date before anything is made."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_cache_control

from accounts.sessions import signed_in
from bookings.forms.planning import PUBLISH, DatesForm
from bookings.series import address_of, slots_in_words, words_of
from bookings.services.series import UsedAlready, made_with, make
from notifications.form_pages import FOR_BACK, SeeOther
from surgeries.models import Making, Series
from surgeries.planning import plan
from surgeries.services import DiaryError, left_over, own_slots, times_of


def sent_before(request: HttpRequest) -> SeeOther | None:
    """To what was made, if this is a form that was sent before. Its dates are in nobody's way but their own.

    Of what was taken back since there is nothing to see: the form comes back, and says so (`dates_page`).
    """
    try:
        request_id = UUID(request.POST.get("request_id", ""))
        made, said = made_with(request_id, _contents(request)), ""
    except ValueError:
        return None
    except UsedAlready as used:
        made, said = used.making, "&said=used"
    return SeeOther(f"{address_of(made)}{said}") if made and not made.undone_at else None


def _was_taken_back(request: HttpRequest) -> bool:
    """Whether the form made something before, and that was taken back since."""
    try:
        return Making.objects.filter(
            request_id=UUID(request.POST.get("request_id", "")), undone_at__isnull=False
        ).exists()
    except ValueError:
        return False


def _contents(request: HttpRequest) -> str:
    """What the form asks for: the pattern in the address, and what is ticked."""
    return "\n".join([request.get_full_path(), request.POST.get("publish", ""), *request.POST.getlist("days")])


def dates_page(
    request: HttpRequest,
    series: Series,
    days: Sequence[date],
    *,
    until: date | None,
    change: str,
    like: Series | None = None,
) -> HttpResponseBase:
    """The dates of a pattern, each with a box, and once they are sent: what is ticked is made, once.

    Whoever presses Enter beside a box only has a `look` at what they have ticked.

    `until` is None for a surgery of no series; `change` leads to where the pattern was typed. What was
    left out of the series that it began `like` is not ticked at first.
    """
    now = timezone.now()
    planned = plan(series, days, now=now, like=like)
    form = DatesForm(request.POST if request.method == "POST" else None, planned=planned)
    if form.is_bound and _was_taken_back(request):
        form.renew()
        form.add_error(None, "What you made with this form was taken back. Press the button once more to make it again")
    if form.is_valid() and "look" not in request.POST:
        said = form.cleaned_data
        try:
            making = make(
                pattern=series,
                days=said["days"],
                until=until,
                publishes=said["publish"] == PUBLISH,
                request_id=said["request_id"],
                contents=_contents(request),
                by=signed_in(request),
            )
        except UsedAlready as used:
            return SeeOther(f"{address_of(used.making)}&said=used")
        except DiaryError as error:
            form.add_error(None, str(error))
        else:
            return SeeOther(address_of(making))
    query = request.GET.copy()
    query["sent"] = ""
    (first,) = times_of(series, [series.starts_on])
    context = {
        "form": form,
        "series": series,
        "words": words_of(series),
        "is_once": until is None,
        "goes_on": until is not None and series.ends_on is None,
        "past": [each for each in planned if each.is_past],
        "slots": slots_in_words(series),
        "left_over": "" if own_slots(series) else left_over(*first, series.slot_minutes),
        "change": change,
        "sent_to": query.urlencode(),
    }
    response = render(request, "bookings/preview.html", context)
    patch_cache_control(response, **FOR_BACK)
    return response
