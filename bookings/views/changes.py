"""Who did what, for organisers: as a whole, and to one thing."""

from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_datetime
from django.utils.text import capfirst
from django.utils.timezone import is_aware
from django.views.decorators.http import require_safe

from accounts.roles import organiser_page
from accounts.sessions import signed_in
from bookings.change_words import kind as kind_of
from bookings.change_words import page_of, row_named
from bookings.changes import act_with, acts_of, changes_of, kinds, names_of
from bookings.forms.changes import ChangesForm

LARGEST = 2**63 - 1


@organiser_page
@require_safe
def changes(request: HttpRequest) -> HttpResponse:
    """Everything that was changed in a time, by whom."""
    form = ChangesForm(request.GET)
    condition = form.condition
    acts, following = acts_of(condition, before=_before(request)) if condition is not None else ([], None)
    return render(request, "bookings/changes.html", {"form": form, "acts": acts, "following": following})


@organiser_page
@require_safe
def changes_of_one(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """What was changed of one thing and its parts. One that is gone has its changes still."""
    model = kinds().get(kind)
    if model is None or pk > LARGEST:
        raise Http404
    within = (model._meta.db_table, pk)
    acts, following = acts_of(changes_of(model, pk), within=within, before=_before(request))
    row = model._default_manager.filter(pk=pk).first()
    if not acts and row is None:
        raise Http404
    page = page_of(row, is_administrator=signed_in(request).is_administrator) if row else ""
    context = {
        "kind": capfirst(kind_of(model)), "acts": acts, "following": following, "page": page,
        "words": row_named(*within, names_of([within])),
    }  # fmt: skip
    return render(request, "bookings/changes_of_one.html", context)


@organiser_page
@require_safe
def changes_at_once(request: HttpRequest, pk: int) -> HttpResponse:
    """Every change that was made together with this one."""
    found = act_with(pk, after=_after(request)) if pk <= LARGEST else None
    if found is None:
        raise Http404
    act, following = found
    return render(request, "bookings/changes_at_once.html", {"act": act, "following": following})


def _after(request: HttpRequest) -> int:
    """The last change on the page before. Whatever else is written there means the beginning."""
    written = request.GET.get("after", "")
    return min(int(written), LARGEST) if written.isascii() and written.isdecimal() and len(written) < 20 else 0


def _before(request: HttpRequest) -> datetime | None:
    """Where the page before ended. Whatever else is written there means the beginning."""
    try:
        found = parse_datetime(request.GET.get("before", ""))
    except ValueError:
        return None
    return found if found and is_aware(found) else None
