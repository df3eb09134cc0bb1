"""Who runs the programme, for administrators: letting somebody in, changing what they may do, barring them.

They stand here because whoever is barred hosts no more.
"""

from http import HTTPStatus

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

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
    "changed": "It is changed, and they read it by email.",
    "same": "They are that already. Nothing was changed.",
    "forgotten": "Their second factor is forgotten, and they are signed out.",
}


@administrator_page
def organisers(request: HttpRequest) -> HttpResponseBase:
    """Who is one, and letting in somebody else."""
    form = LetInForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        said = form.cleaned_data
        count_form(request, said["email"])
        try:
            return _see(*letting_in.let_in(**said, by=signed_in(request)))
        except letting_in.NotTheirs:
            if said["email"] != signed_in(request).email:
                raise PermissionDenied from None
            form.add_error("email", "This is your own address. Another administrator can change what you may do")
    return render(request, "bookings/organisers.html", {"form": form, "organisers": User.objects.let_in()})


@administrator_page
def organiser(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What one of those who sign in may do, and changing it."""
    somebody = get_object_or_404(User.objects.known(), pk=pk)
    form = RoleForm(request.POST if request.method == "POST" else None, initial={"role": somebody.role})
    is_own, status = somebody == signed_in(request), HTTPStatus.OK
    if form.is_valid():
        try:
            role = form.cleaned_data["role"]
            return _see(somebody, barring.set_role(user=somebody, role=role, by=signed_in(request)))
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


@administrator_page
@require_POST
def forget_second_factor(request: HttpRequest, pk: int) -> HttpResponseBase:
    """They have lost it. They sign in with the code alone, and are asked for a new one if they have to have one."""
    somebody = get_object_or_404(User.objects.known(), pk=pk)
    if somebody == signed_in(request):
        return SeeOther(reverse("accounts:second_factor"))
    second_factor.forget(user=somebody)
    return _see(somebody, done="forgotten")


def _see(somebody: User, is_changed: bool = True, *, done: str = "") -> SeeOther:
    """To their page, which says what has been done."""
    done = done or ("changed" if is_changed else "same")
    return SeeOther(f"{reverse('letting_in:organiser', args=[somebody.pk])}?done={done}")
