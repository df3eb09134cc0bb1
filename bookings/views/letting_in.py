"""Who runs the programme, for administrators: letting somebody in, changing what they may do, barring them.

They stand here because whoever is barred hosts no more.
"""

from http import HTTPStatus

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from accounts import letting_in, second_factor
from accounts.forms import LetInForm, RoleForm
from accounts.models import User
from accounts.roles import administrator_page
from accounts.sessions import signed_in
from bookings.services import barring
from notifications.form_pages import SeeOther, count_form
from surgeries.models import Shift

# What the page says has been done: only these names mean anything in its address.
DONE = {
    "let-in": "They are let in, and read it by email.",
    "barred": "They are barred and signed out, and read it by email.",
    "changed": "It is changed, and they read it by email.",
    "same": "They are that already. Nothing was changed.",
    "forgotten": "Their second factor is forgotten, and they are signed out.",
}

BARRED_SHOWN = 50


@administrator_page
def organisers(request: HttpRequest) -> HttpResponseBase:
    """Who is one, and letting in somebody else."""
    form = LetInForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        said = form.cleaned_data
        count_form(request, said["email"])
        try:
            somebody, is_changed = letting_in.let_in(**said, by=signed_in(request))
            return _see(somebody, "let-in" if is_changed else "same")
        except letting_in.NotTheirs:
            if said["email"] != signed_in(request).email:
                raise PermissionDenied from None
            form.add_error("email", "This is your own address. Another administrator can change what you may do")
    out = list(User.objects.barred()[: BARRED_SHOWN + 1])
    context = {
        "form": form,
        "organisers": User.objects.let_in(),
        "barred": out[:BARRED_SHOWN],
        "are_more_barred": len(out) > BARRED_SHOWN,
    }
    return render(request, "bookings/organisers.html", context)


@administrator_page
def organiser(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What one of those who sign in may do, and changing it."""
    somebody = get_object_or_404(User.objects.known(), pk=pk)
    form = RoleForm(request.POST if request.method == "POST" else None, initial={"role": somebody.role})
    is_own, status = somebody == signed_in(request), HTTPStatus.OK
    if form.is_valid():
        try:
            role = form.cleaned_data["role"]
            is_changed = barring.set_role(user=somebody, role=role, by=signed_in(request))
            return _see(somebody, _what_became(somebody.role, role) if is_changed else "same")
        except letting_in.NotTheirs:
            if not is_own:
                raise PermissionDenied from None
            status = HTTPStatus.CONFLICT
    now, with_surgery = timezone.now(), "surgery__venue__office"
    hosts_at = list(barring.still_to_host(somebody, now=now).select_related(with_surgery))
    taken_off = [] if somebody.is_active else list(barring.taken_off(somebody, now=now).select_related(with_surgery))
    context = {
        "somebody": somebody,
        "hosts_at": hosts_at,
        "hosts_at_number": _surgeries(hosts_at),
        "taken_off": taken_off,
        "taken_off_number": _surgeries(taken_off),
        "form": form,
        "is_own": is_own,
        "has_second_factor": second_factor.has_one(somebody),
        "done": DONE.get(request.GET.get("done", "")),
    }
    return render(request, "bookings/organiser.html", context, status=status)


def _surgeries(shifts: list[Shift]) -> int:
    """At how many surgeries they are."""
    return len({shift.surgery_id for shift in shifts})


def _what_became(was: str, role: str) -> str:
    """Which of DONE it is to make somebody this who was that."""
    if role == User.Role.BARRED:
        return "barred"
    return "let-in" if was == User.Role.BARRED else "changed"


@administrator_page
def forget_second_factor(request: HttpRequest, pk: int) -> HttpResponseBase:
    """They have lost it. They sign in with the code alone, and are asked for a new one if they have to have one.

    It cannot be taken back, so the page asks first.
    """
    somebody = get_object_or_404(User.objects.known(), pk=pk)
    if somebody == signed_in(request):
        return SeeOther(reverse("accounts:second_factor"))
    if request.method == "POST":
        second_factor.forget(user=somebody)
        return _see(somebody, "forgotten")
    return render(request, "bookings/forget_second_factor.html", {"somebody": somebody})


def _see(somebody: User, done: str) -> SeeOther:
    """To their page, which says what has been done."""
    return SeeOther(f"{reverse('letting_in:organiser', args=[somebody.pk])}?done={done}")
