"""The organisers' page of one surgery, from which everything is done to it."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_safe

from accounts.roles import organiser_page
from bookings.letters import can_be_written_to, letters_to
from bookings.managing import managed
from history.models import Change
from notifications.form_pages import FOR_BACK, SeeOther
from surgeries.models import Surgery


def surgery_page(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A page of organisers about one surgery: the view gets it instead of its reference.

    Of a draft that was deleted, the diary says so: somebody went back to its page, or loaded it again. Back from what a
    press has done shows what was seen before it.
    """

    @organiser_page
    @wraps(view)
    def page(request: HttpRequest, reference: str, **kwargs: Any) -> HttpResponseBase:
        surgeries = Surgery.objects.select_related("venue__office", "series", "called_off_by")
        surgery = surgeries.filter(reference=reference).first()
        if surgery is None:
            return _see_where_it_was(reference)
        try:
            response = view(request, surgery, **kwargs)
        except Surgery.DoesNotExist:  # deleted in this very moment
            return _see_where_it_was(reference)
        if request.method == "POST":  # what it comes to, or what was typed
            patch_cache_control(response, **FOR_BACK)
        return response

    return page


# What the page says has been done, or could not be: only these names mean anything in its address.
DONE = {
    "changed": "The surgery is changed, and whoever had to be told is told.",
    "changed_several": "They are changed as you saw it, and whoever had to be told is told.",
    "published": "It is published. Everybody sees it within seconds. Whoever hosts is told.",
    "unpublished": "It is a draft again. Only organisers see it.",
    "written": "It is on its way to everybody whom you saw.",
    "called_off": "It is called off. Whoever booked, waited or hosted is told.",
    "called_off_alone": "It is called off. Nobody had booked and nobody hosted, so nobody had to be told.",
    "slots": "The slots and seats are as you set them. If somebody who waited has a seat now, they are told.",
    "slots_of_several": "They are changed where you saw it. If somebody who waited has a seat now, they are told.",
    "host": "They host, and are told.",
    "host_unknown": "They host. We have no email address of them, so somebody has to tell them.",
    "host_draft": "They host. They are told as soon as it is published.",
    "off": "They no longer host, and are told.",
    "off_draft": "They no longer host.",
    "off_unknown": "They no longer host. We have no email address of them, so somebody has to tell them.",
    "off_and_up": "They no longer host. Whoever they sat with waits again for the next host.",
}
NOT_DONE = {
    "off_before": "It was called off before, and everybody concerned was told then. What you wrote went to nobody.",
    "closed": "That was not possible any more: what has been, or is called off, stays as it is.",
}


def see_surgery(surgery: Surgery, *, done: str = "") -> SeeOther:
    """To the page of the surgery, which says what has been `done` (a name that it knows)."""
    address = reverse("bookings:manage_surgery", args=[surgery.reference])
    return SeeOther(f"{address}?done={done}" if done else address)


def see_month(surgery: Surgery, said: str) -> SeeOther:
    """To its month of the diary, which says what has been done: a name that it knows."""
    return SeeOther(f"{reverse('bookings:diary')}?month={timezone.localdate(surgery.starts_at):%Y-%m}&said={said}")


def _see_where_it_was(reference: str) -> SeeOther:
    """To the month in which a surgery stood until it was deleted. Raises Http404 for one that has never been."""
    deleted = Change.objects.filter(table=Surgery._meta.db_table, what=Change.What.DELETED, facts__reference=reference)
    facts = deleted.values_list("facts", flat=True).first()
    if facts is None:
        raise Http404
    starts_at = parse_datetime(facts["starts_at"])
    assert starts_at
    return SeeOther(f"{reverse('bookings:diary')}?month={timezone.localdate(starts_at):%Y-%m}&said=gone")


def while_it_is_open(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """An act on a surgery that is neither over nor called off; of any other its page says how it stands."""

    @wraps(view)
    def act(request: HttpRequest, surgery: Surgery, **kwargs: Any) -> HttpResponseBase:
        if surgery.is_called_off or surgery.is_over(timezone.now()):
            return see_surgery(surgery, done="closed" if request.method == "POST" else "")
        return view(request, surgery, **kwargs)

    return act


@surgery_page
@require_safe
def manage_surgery(request: HttpRequest, surgery: Surgery) -> HttpResponse:
    """How it stands, who is booked, who hosts, and what can be done."""
    done, it = request.GET.get("done", ""), managed(surgery, now=timezone.now())
    if done == "called_off" and not it.was_told:
        done = "called_off_alone"
    context = {
        "surgery": surgery,
        "it": it,
        "letters": letters_to(surgery),
        "can_write": can_be_written_to(surgery, now=timezone.now()) and not surgery.is_called_off,
        "done": DONE.get(done),
        "not_done": NOT_DONE.get(done),
    }
    return render(request, "bookings/manage_surgery.html", context)
