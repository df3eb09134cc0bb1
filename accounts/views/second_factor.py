"""The second factor: showing it when signing in, and looking after it."""

import json
from functools import wraps
from typing import Any

from allauth.account.internal.decorators import login_stage_required
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import AddWebAuthnForm, AuthenticateWebAuthnForm
from allauth.mfa.webauthn.internal import auth as webauthn
from django.core.serializers.json import DjangoJSONEncoder
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render, resolve_url
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from accounts import second_factor
from accounts.forms import CodeForm, SecondFactorForm
from accounts.models import User
from accounts.second_factor import GUESSES_PER_USER, SecondFactorStage, before_it
from accounts.sessions import signed_in
from accounts.views.signing_in import wanted_next, with_next
from notifications.form_pages import SeeOther, View, form_page, own_form_page
from notifications.limits import FORMS_PER_CLIENT, client_address, count_all

WRONG = "That code is wrong, or was used already. An app shows a new one every half minute"


def own_page(view: View) -> View:
    """A page about the second factor of whoever is signed in, for whom it has just been shown if they have one."""

    @before_it
    @own_form_page
    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not second_factor.was_just_shown(request):
            return SeeOther(with_next(request, "accounts:confirm", request.path))
        return view(request, *args, **kwargs)

    return page


@form_page
@login_stage_required(stage=SecondFactorStage.key, redirect_urlname="account_login")
def show_second_factor(request: HttpRequest) -> HttpResponseBase:
    """The second step of signing in."""
    # login_stage_required puts the stage there.
    stage = request._login_stage  # type: ignore[attr-defined]
    form = SecondFactorForm(request.POST if "code" in request.POST else None)
    if used := _use(request, form, stage.login.user):
        second_factor.note_shown(request, used)
        return stage.exit()
    context = {"form": form, "options": _options_to_show(stage.login.user)}
    return render(request, "accounts/show_second_factor.html", context)


@before_it
@own_form_page
def confirm(request: HttpRequest) -> HttpResponseBase:
    """Show it once more, before changing anything about it."""
    onwards = SeeOther(wanted_next(request) or resolve_url("accounts:second_factor"))
    if second_factor.was_just_shown(request):
        return onwards
    form = SecondFactorForm(request.POST if "code" in request.POST else None)
    if used := _use(request, form, signed_in(request)):
        second_factor.note_shown(request, used)
        return onwards
    context = {"form": form, "next": wanted_next(request), "is_confirming": True}
    context["options"] = _options_to_show(signed_in(request))
    return render(request, "accounts/show_second_factor.html", context)


@before_it
@require_safe
@cache_control(no_store=True)
def overview(request: HttpRequest) -> HttpResponse:
    """What they have, and whether they have to."""
    user = signed_in(request)
    own = Authenticator.objects.filter(user=user).order_by("pk")
    of_type = {kind: [one for one in own if one.type == kind] for kind in Authenticator.Type.values}
    context = {
        "app": next(iter(of_type["totp"]), None),
        "passkeys": of_type["webauthn"],
        "can_have_passkeys": second_factor.can_have_passkeys(),
        "recovery_codes": next((one.wrap().get_unused_codes() for one in of_type["recovery_codes"]), None),
        "is_required": second_factor.is_required(user),
        "is_missing": second_factor.is_missing(request),
        "done": request.GET.get("done"),
    }
    return render(request, "accounts/second_factor.html", context)


@own_page
def add_app(request: HttpRequest) -> HttpResponseBase:
    """Give an app on their phone the secret, and have it show that it works."""
    user, secret = signed_in(request), second_factor.app_secret(request)
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        _count(request, user)
        if second_factor.is_code_of_app(secret, form.cleaned_data["code"]):
            added = second_factor.add_app(user=user, secret=secret)
            del request.session[second_factor.TOTP_SECRET]
            second_factor.note_shown(request, added)
            return SeeOther(resolve_url("accounts:recovery_codes"))
        form.add_error("code", WRONG)
    adapter = get_adapter()
    link = adapter.build_totp_url(user, secret)
    context = {"form": form, "link": link, "picture": adapter.build_totp_svg(link)}
    context["key"] = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
    context["is_another"] = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()
    return render(request, "accounts/add_app.html", context)


@own_page
def add_passkey(request: HttpRequest) -> HttpResponseBase:
    """Have their browser make a passkey."""
    user = signed_in(request)
    if not second_factor.can_have_passkeys():
        raise Http404
    if request.method == "POST":
        _count(request, user)
        form = AddWebAuthnForm(request.POST, user=user)
        if _is_valid(form):
            added = second_factor.add_passkey(user=user, credential=form.cleaned_data["credential"])
            second_factor.note_shown(request, added)
            return SeeOther(resolve_url("accounts:recovery_codes"))
    options = json.dumps(webauthn.begin_registration(user, passwordless=False), cls=DjangoJSONEncoder)
    return render(request, "accounts/add_passkey.html", {"options": options})


@own_page
def recovery_codes(request: HttpRequest) -> HttpResponseBase:
    """The codes for when the phone is lost; a press makes new ones."""
    user = signed_in(request)
    if not second_factor.has_one(user):
        return SeeOther(resolve_url("accounts:second_factor"))
    if request.method == "POST":
        second_factor.renew_recovery_codes(user=user)
        return SeeOther(f"{request.path}?done=new")
    context = {"codes": second_factor.recovery_codes(user), "done": request.GET.get("done")}
    return render(request, "accounts/recovery_codes.html", context)


@own_page
def remove(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Do without one: this page says what follows, and its button acts."""
    user = signed_in(request)
    own = Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.RECOVERY_CODES)
    authenticator = get_object_or_404(own, pk=pk)
    if request.method == "POST":
        if second_factor.remove(authenticator=authenticator):
            second_factor.stay_signed_in_without(request)
        return SeeOther(f"{resolve_url('accounts:second_factor')}?done=removed")
    is_last = not own.exclude(pk=pk).exists()
    context = {"is_app": authenticator.type == Authenticator.Type.TOTP, "is_last": is_last}
    context["is_required"] = second_factor.is_required(user)
    return render(request, "accounts/remove_second_factor.html", context)


def _use(request: HttpRequest, form: SecondFactorForm, user: User) -> Authenticator | None:
    """Count a guess, and only then look at it: a code, or what a browser says of a passkey."""
    if "credential" in request.POST:
        _count(request, user)
        shown = AuthenticateWebAuthnForm(request.POST, user=user)
        return shown.cleaned_data["credential"] if _is_valid(shown) else None
    if not form.is_valid():
        return None
    _count(request, user)
    used = second_factor.use_code(user=user, code=form.cleaned_data["code"])
    if used is None:
        form.add_error("code", WRONG)
    return used


def _options_to_show(user: User) -> str:
    """What the browser is asked for, if there are passkeys."""
    if not Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN).exists():
        return ""
    return json.dumps(webauthn.begin_authentication(user), cls=DjangoJSONEncoder)


def _is_valid(form: Form) -> bool:
    """Whether this is what a browser says of a passkey that was asked for. Whatever else is sent is not."""
    try:
        return form.is_valid()
    except (AttributeError, KeyError, TypeError, ValueError):
        return False


def _count(request: HttpRequest, user: User) -> None:
    count_all([(FORMS_PER_CLIENT, client_address(request)), (GUESSES_PER_USER, str(user.pk))])
