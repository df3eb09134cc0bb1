"""Who runs the programme, for administrators: letting somebody in, changing what they may do, barring them."""

from http import HTTPStatus

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts import letting_in, second_factor
from accounts.forms import LetInForm, RoleForm
from accounts.models import User
from accounts.roles import administrator_page
from accounts.sessions import signed_in
from notifications.form_pages import SeeOther, count_form

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
    return render(request, "accounts/organisers.html", {"form": form, "organisers": User.objects.let_in()})


@administrator_page
def organiser(request: HttpRequest, pk: int) -> HttpResponseBase:
    """What one of those who sign in may do, and changing it."""
    somebody = get_object_or_404(User.objects.known(), pk=pk)
    form = RoleForm(request.POST if request.method == "POST" else None, initial={"role": somebody.role})
    is_own, status = somebody == signed_in(request), HTTPStatus.OK
    if form.is_valid():
        try:
            role = form.cleaned_data["role"]
            return _see(somebody, letting_in.set_role(user=somebody, role=role, by=signed_in(request)))
        except letting_in.NotTheirs:
            if not is_own:
                raise PermissionDenied from None
            status = HTTPStatus.CONFLICT
    context = {
        "somebody": somebody,
        "form": form,
        "is_own": is_own,
        "has_second_factor": second_factor.has_one(somebody),
        "done": DONE.get(request.GET.get("done", "")),
    }
    return render(request, "accounts/organiser.html", context, status=status)


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
