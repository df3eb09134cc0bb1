"""The privacy notice; and, for organisers, all that is held about somebody, erasing them, and two records of one."""

from http import HTTPStatus
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from accounts.roles import organiser_page
from accounts.sessions import signed_in
from bookings.errors import OutOfDate
from bookings.finding_people import CHAMPION, PERSON, USER, find_people
from bookings.models import Attendee
from bookings.people import Person, attendee_of, is_removed, person_of
from champions.models import Champion
from notifications.form_pages import FOR_BACK, SeeOther
from privacy import services
from privacy.forms import MergeForm, SamePersonForm
from privacy.held import as_json, held_about
from privacy.merging import MergeRefused, Merging, Side, merging_of
from privacy.models import Disclosure, Erasure
from privacy.periods import Period


@login_not_required
@require_safe
def notice(request: HttpRequest) -> HttpResponse:
    """What this service holds about people, why, and for how long."""
    return render(request, "privacy/notice.html", {"kept": {period.value: period.label for period in Period}})


@organiser_page
@require_POST
def data_of_user(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What is held about somebody who signs in, and never booked: from now on they are known here as everybody else."""
    user = get_object_or_404(User.objects.known(), pk=pk)
    return SeeOther(reverse("privacy:data", args=[attendee_of(user, now=timezone.now()).pk]))


@organiser_page
def data(request: HttpRequest, pk: int) -> HttpResponse:
    """How much is held about somebody; pressed, all of it, which is noted."""
    attendee = _known_as(pk)
    is_shown = request.method == "POST"
    if is_shown:
        services.note_disclosure(attendee=attendee, is_file=False, by=signed_in(request))
    person = person_of(attendee)
    looked = Disclosure.objects.filter(attendee_number__in=person.attendees)
    context: dict[str, Any] = {
        "attendee": attendee,
        "sections": held_about(person),
        "is_shown": is_shown,
        "erasures": Erasure.objects.filter(attendee_number=attendee.pk).select_related("erased_by").reverse(),
        "is_removed": is_removed(attendee),
        "kept": Period.IDENTITY.label,
        "disclosures": looked.select_related("given_by").reverse()[:10],
    }
    return render(request, "privacy/data.html", context)


@organiser_page
@require_POST
def data_json(request: HttpRequest, pk: int) -> HttpResponse:
    """All of it as a file to send on, which is noted."""
    attendee = _known_as(pk)
    now = timezone.now()
    services.note_disclosure(attendee=attendee, is_file=True, by=signed_in(request), now=now)
    response = JsonResponse(
        as_json(held_about(person_of(attendee)), given_at=now),
        json_dumps_params={"indent": 2, "ensure_ascii": False},
    )
    response["Content-Disposition"] = f'attachment; filename="person-{attendee.pk}.json"'
    return response


@organiser_page
def erase(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Erase somebody: this page says what follows, and its button acts."""
    attendee, by, now = _known_as(pk), signed_in(request), timezone.now()
    address = reverse("privacy:data", args=[attendee.pk])
    if is_removed(attendee):
        return SeeOther(address)
    person, refusal, is_anew = person_of(attendee), "", False
    try:
        if request.method == "POST":
            services.erase(attendee=attendee, by=by, seen=request.POST.get("seen", ""), now=now)
            return SeeOther(f"{address}?done")
        services.check_may_erase(person, by=by)
    except OutOfDate:
        person, is_anew = person_of(attendee), True
    except services.ErasureRefused as refused:
        refusal = str(refused)
    context = {
        "name": attendee.name,
        "back": address,
        "back_to": "What we hold about them",
        "refusal": refusal,
        "is_anew": is_anew,
        "ending": services.ending_of(person, now=now),
        "person": person,
    }
    return render(request, "privacy/erase.html", context, status=409 if request.method == "POST" else 200)


@organiser_page
def erase_champion(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The same for a champion of whom a name alone is known; of whoever was removed it says what is left."""
    champion, now = get_object_or_404(Champion, pk=pk), timezone.now()
    if champion.user_id:
        return SeeOther(reverse("bookings:person_who_hosts", args=[pk]))
    person = Person(champions=frozenset({pk}))
    if champion.is_removed:
        removed = {"who": "A champion", "hosted": services.hosted(person, now=now)}
        return render(request, "bookings/removed.html", removed)
    is_anew = False
    if request.method == "POST":
        try:
            seen = request.POST.get("seen", "")
            services.erase_champion(champion=champion, by=signed_in(request), seen=seen, now=now)
            return SeeOther(f"{reverse('privacy:erase_champion', args=[pk])}?done")
        except OutOfDate:
            is_anew = True
    context = {
        "name": champion.name,
        "back": reverse("bookings:person_who_hosts", args=[pk]),
        "back_to": "Their page",
        "is_anew": is_anew,
        "ending": services.ending_of(person, now=now),
        "person": person,
    }
    return render(request, "privacy/erase.html", context, status=409 if is_anew else 200)


@organiser_page
def same(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Who is the same person: found as anybody is, by what is sent, and chosen with a press."""
    attendee = _known_as(pk)
    if is_removed(attendee) or attendee.pk != pk:
        return SeeOther(reverse("bookings:person", args=[attendee.pk]))
    form = SamePersonForm(request.POST if request.method == "POST" and "chosen" not in request.POST else None)
    if "chosen" in request.POST and (other := _chosen(request.POST["chosen"])):
        return SeeOther(reverse("privacy:merge", args=[pk, other.pk]))
    found = find_people(form.cleaned_data["who"], now=timezone.now()) if form.is_valid() else None
    people = (
        [each for each in found.people if each.kind != CHAMPION and (each.kind, each.pk) != (PERSON, pk)]
        if found
        else []
    )
    context = {"attendee": attendee, "form": form, "found": found, "people": people}
    response = render(request, "privacy/same.html", context)
    if request.method == "POST":
        patch_cache_control(response, **FOR_BACK)
    return response


@organiser_page
def merge(request: HttpRequest, pk: int, other: int) -> HttpResponseBase:
    """Make two records one: the page shows what each has and what follows, and its button does that and no more."""
    sent = request.POST if request.method == "POST" else None
    it, is_anew, status = _merging(pk, other), False, HTTPStatus.OK
    form = MergeForm(sent, it=it) if it else None
    if it and form and sent is not None and (form.is_valid() or it.refusal):
        status = HTTPStatus.CONFLICT
        try:
            if not it.refusal:
                one, second = (side.attendee for side in it.sides)
                name, email = form.chosen_name, form.chosen_email
                services.merge(stays=one, goes=second, name=name, email=email, seen=sent.get("seen", ""))
                it = None
        except (OutOfDate, MergeRefused):
            it, is_anew = _merging(pk, other), True
            form = MergeForm(sent, it=it) if it else None
    if it is None:
        is_done = sent is not None and pk != other and _known_as(pk) == _known_as(other)
        return SeeOther(reverse("bookings:person", args=[_known_as(pk).pk]) + ("?done=merged" if is_done else ""))
    context = {"it": it, "form": form, "is_anew": is_anew, "sides": [_shown(side, it) for side in it.sides]}
    return render(request, "privacy/merge.html", context, status=status)


def _merging(pk: int, other: int) -> Merging | None:
    """What it comes to that these are one person; None if they are already, or if one of them is nobody any more."""
    stays, goes = _known_as(pk), _known_as(other)
    if stays == goes or is_removed(stays) or is_removed(goes):
        return None
    return merging_of(stays, goes, now=timezone.now())


def _known_as(pk: int) -> Attendee:
    """Whoever has this number, or has whatever was that number’s since both became one."""
    attendee = get_object_or_404(Attendee.objects.select_related("merged_into"), pk=pk)
    return attendee.merged_into or attendee


def _chosen(said: str) -> Attendee | None:
    """Whom the button that was pressed names; somebody who signs in and never booked is known here from now on."""
    kind, _, number = said.partition("-")
    if not number.isdecimal() or len(number) > 18:
        return None
    if kind == USER and (user := User.objects.known().filter(pk=number).first()):
        return attendee_of(user, now=timezone.now())
    return Attendee.objects.filter(pk=number).first() if kind == PERSON else None


def _shown(side: Side, it: Merging) -> dict[str, Any]:
    """What the page says of one of the two."""
    return {
        "side": side,
        "coming": side.coming(it.now),
        "hosted": len({shift.surgery_id for shift in side.hosted(it.now)}),
        "hosting": side.hosting(it.now),
    }
