"""People, for organisers: finding somebody, and everything about them on one page."""

from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.roles import organiser_page
from bookings.finding_people import find_people
from bookings.forms.people import AddressForm, FindForm
from bookings.models import Attendee
from bookings.people import Person, is_removed, person_of
from bookings.people import person_who_signs_in as whoever_signs_in
from bookings.person import emails_to, figures, parts, surgeries_of
from bookings.services.editing import know_by_email
from champions.models import Champion
from notifications.form_pages import FOR_BACK, SeeOther
from surgeries.services import DiaryError

PER_PAGE = 25
HIGHEST_PAGE = 10_000
# How many of the latest emails to somebody are shown, before those that open with a press.
EMAILS_OPEN = 5
# What the page says has been done: only these names mean anything in its address.
DONE = {
    "booked": "It is booked, and they have a confirmation by email.",
    "waiting": "They are on the waiting list, and have been told by email.",
    "moved": "The booking has moved, and they have been told by email.",
    "cancelled": "The booking is cancelled, and they have been told by email.",
    "merged": "The two records are one now.",
    "known": "The address is written down. They sign in with it, and read by email where they host, from now on.",
}
NOT_DONE = {
    "there": "They have booked there already. Here you can move or cancel it.",
    "closed": "That was not possible any more. Nothing was changed.",
    "over": "That booking is cancelled already, or its time has begun, so it stays as it is.",
}


@organiser_page
def people(request: HttpRequest) -> HttpResponseBase:
    """Who is meant: what is typed is sent, so that it stands in no address of a page and in no log."""
    form = FindForm(request.POST if request.method == "POST" else None)
    found = find_people(form.cleaned_data["who"], now=timezone.now()) if form.is_valid() else None
    response = render(request, "bookings/people.html", {"form": form, "found": found})
    if request.method == "POST":
        patch_cache_control(response, **FOR_BACK)
    return response


@organiser_page
@require_safe
def person(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Somebody who booked or came, with whatever else they are."""
    attendee = get_object_or_404(Attendee.objects.select_related("user"), pk=pk)
    if attendee.merged_into_id:
        return SeeOther(reverse("bookings:person", args=[attendee.merged_into_id]))
    if is_removed(attendee):
        return SeeOther(f"/organise/people/{pk}/data/")
    context = {"attendee": attendee, "name": attendee.name, "email": attendee.email or ""}
    return _show(request, person_of(attendee), context)


@organiser_page
@require_safe
def person_who_signs_in(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Somebody who signs in, and never booked or came; of anybody else the page above."""
    user = get_object_or_404(User.objects.select_related("champion"), pk=pk)
    if user.is_removed:
        return render(request, "bookings/removed.html", {"who": "Somebody"})
    attendee = Attendee.objects.filter(Q(user=user) | Q(email=user.email)).first()
    if attendee:
        said = request.GET.urlencode()
        return SeeOther(reverse("bookings:person", args=[attendee.pk]) + (f"?{said}" if said else ""))
    return _show(request, whoever_signs_in(user), {"account": user, "name": str(user), "email": user.email})


@organiser_page
@require_safe
def person_who_hosts(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A champion of whom no address is known; of anybody else one of the pages above."""
    champion = get_object_or_404(Champion, pk=pk)
    if champion.user_id:
        return SeeOther(reverse("bookings:person_who_signs_in", args=[champion.user_id]))
    if champion.is_removed:
        return SeeOther(f"/organise/people/champions/{pk}/erase/")
    return _show(request, Person(champions=frozenset({pk})), {"name": champion.name, "email": ""})


@organiser_page
def address_of_who_hosts(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Write down the address of a champion of whom a name alone is known: from then on they are as everybody else."""
    champion = get_object_or_404(Champion, pk=pk)
    if champion.is_removed:
        return SeeOther(reverse("bookings:person_who_hosts", args=[pk]))
    form = AddressForm(request.POST if request.method == "POST" else None)
    if not champion.user_id and form.is_valid():
        try:
            know_by_email(champion=champion, email=form.cleaned_data["email"], is_first=True)
        except DiaryError as error:
            form.add_error("email", str(error).rstrip("."))
        else:
            champion.refresh_from_db()
            return SeeOther(f"{reverse('bookings:person_who_signs_in', args=[champion.user_id])}?done=known")
    if champion.user_id:
        return SeeOther(reverse("bookings:person_who_signs_in", args=[champion.user_id]))
    return render(request, "bookings/address_of_who_hosts.html", {"champion": champion, "form": form})


def _show(request: HttpRequest, somebody: Person, context: dict[str, Any]) -> HttpResponse:
    now = timezone.now()
    number = _page_number(request)
    found = list(surgeries_of(somebody)[(number - 1) * PER_PAGE : number * PER_PAGE + 1])
    emails, are_more_emails = emails_to(somebody)
    context |= {
        "person": somebody,
        "champion": next(iter(somebody.champions), None),
        "barred": User.objects.barred().filter(pk__in=somebody.users).first(),
        "signs_in_as": next(iter(somebody.users), None),
        "figures": figures(somebody, now=now),
        "parts": parts(found[:PER_PAGE], somebody, now=now),
        "number": number,
        "has_earlier": len(found) > PER_PAGE,
        "emails": emails[:EMAILS_OPEN],
        "earlier_emails": emails[EMAILS_OPEN:],
        "are_more_emails": are_more_emails,
        "now": now,
        "done": DONE.get(request.GET.get("done", "")),
        "not_done": NOT_DONE.get(request.GET.get("done", "")),
    }
    return render(request, "bookings/person.html", context)


def _page_number(request: HttpRequest) -> int:
    typed = request.GET.get("page", "")
    return min(max(int(typed), 1), HIGHEST_PAGE) if typed.isdecimal() and len(typed) < 6 else 1
