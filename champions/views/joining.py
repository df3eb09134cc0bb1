"""Becoming a champion: one page, one press, and the code that shows whose address it is."""

from allauth.account.internal.decorators import login_stage_required
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import cache_control

from accounts.codes import CODES_PER_ADDRESS, GUESSES_PER_ADDRESS
from accounts.emails import minutes_valid
from accounts.forms import CodeForm
from accounts.models import User
from accounts.services import take_in
from accounts.sessions import signed_in
from accounts.views.signing_in import WRONG
from champions import joining
from champions.forms import JoinForm, SayForm
from champions.models import Champion
from champions.services import AlreadyChampion, apply
from notifications.form_pages import FOR_BACK, SeeOther, count_form, form_page, own_form_page
from notifications.limits import FORMS_PER_CLIENT, client_address, count_all


@form_page
@cache_control(**FOR_BACK)
def join(request: HttpRequest) -> HttpResponseBase:
    """What it takes and what one gets; with the form, whose address is shown to be theirs before anybody sees it."""
    if request.user.is_authenticated:
        return SeeOther(reverse("champions:own_application"))
    form = JoinForm(request.POST if request.method == "POST" else joining.kept(request))
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"]
        count_all([(FORMS_PER_CLIENT, client_address(request)), (CODES_PER_ADDRESS, email)])
        joining.begin(request, form)
        return SeeOther(reverse("champions:join_code"))
    return render(request, "champions/join.html", {"form": form})


@form_page
@login_stage_required(stage="login_by_code", redirect_urlname="champions:join")
def join_code(request: HttpRequest) -> HttpResponseBase:
    """Ask for the code. With it the application counts as made, and its maker is signed in."""
    process, typed = joining.CodeToApply.waited_for(request), joining.kept(request)
    if process is None or typed is None:
        return SeeOther(reverse("champions:join"))
    email = process.state["email"]
    if "again" in request.POST:
        count_all([(FORMS_PER_CLIENT, client_address(request)), (CODES_PER_ADDRESS, email)])
        joining.send_code(request, email)
        return SeeOther(request.path)
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        count_all([(FORMS_PER_CLIENT, client_address(request)), (GUESSES_PER_ADDRESS, email)])
        if process.was_sent(form.cleaned_data["code"]) and (user := take_in(email=email, name=typed.get("name", ""))):
            return process.finish_as(user, _apply(request, user, SayForm(typed)))
        form.add_error("code", WRONG)
    return render(request, "champions/join_code.html", {"form": form, "email": email, "minutes": minutes_valid()})


@own_form_page
def own_application(request: HttpRequest) -> HttpResponseBase:
    """The application of somebody who is signed in, to send or to change. Of them no code is asked."""
    user = signed_in(request)
    champion = Champion.objects.filter(user=user).first()
    if champion and not champion.can_apply:
        return SeeOther(reverse("champions:home"))
    typed = request.POST if request.method == "POST" else joining.kept(request)
    form = SayForm(typed, champion=champion, name=user.name)
    if request.method == "POST" and form.is_valid():
        count_form(request)
        return SeeOther(_apply(request, user, form))
    return render(request, "champions/own_application.html", {"form": form, "champion": champion})


def _apply(request: HttpRequest, user: User, form: SayForm) -> str:
    """Send the application. Returns where they see what became of it."""
    if not form.is_valid():  # what could be chosen has changed since
        return reverse("champions:own_application")
    joining.forget(request)
    try:
        apply(user=user, said=form.said())
    except AlreadyChampion:
        return f"{reverse('champions:home')}?done=already"
    return f"{reverse('champions:home')}?done=applied"
