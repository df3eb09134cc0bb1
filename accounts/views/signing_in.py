"""Signing in and out."""

from urllib.parse import quote

from allauth.account.internal.decorators import login_stage_required
from allauth.account.internal.stagekit import clear_login
from allauth.socialaccount.adapter import get_adapter as get_social_adapter
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe
from requests import RequestException

from accounts import services
from accounts.codes import CODES_PER_ADDRESS, GUESSES_PER_ADDRESS, EmailedCode
from accounts.emails import minutes_valid
from accounts.forms import CodeForm, SignInForm
from accounts.provider import Callback, SingleSignOnProvider
from accounts.second_factor import before_it
from accounts.sessions import signed_in
from notifications.form_pages import SeeOther, form_page
from notifications.limits import FORMS_PER_CLIENT, client_address, count_all

WRONG = "That is not the code in the newest email. Check it, or ask for another"


@form_page
def sign_in(request: HttpRequest) -> HttpResponseBase:
    """Ask for the address, and send a code to it."""
    if request.user.is_authenticated:
        return HttpResponseRedirect(wanted_next(request) or resolve_url(settings.LOGIN_REDIRECT_URL))
    form = SignInForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        email = form.cleaned_data["email"]
        count_all([(FORMS_PER_CLIENT, client_address(request)), (CODES_PER_ADDRESS, email)])
        clear_login(request)
        EmailedCode.begin(request=request, email=email)
        return SeeOther(with_next(request, "account_confirm_login_code"))
    context = {
        "form": form,
        "next": wanted_next(request),
        "is_signed_out": "out" in request.GET,
        "single_sign_on": settings.SSO_NAME,
        "single_sign_on_at": with_next(request, "single_sign_on"),
    }
    return render(request, "accounts/sign_in.html", context)


@form_page
@login_stage_required(stage="login_by_code", redirect_urlname="account_login")
def enter_code(request: HttpRequest) -> HttpResponseBase:
    """Ask for the code. Each guess is counted before it is looked at."""
    process = EmailedCode.waited_for(request)
    if process is None:
        return SeeOther(with_next(request, "account_login"))
    email = process.state["email"]
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        count_all([(FORMS_PER_CLIENT, client_address(request)), (GUESSES_PER_ADDRESS, email)])
        if process.is_right(form.cleaned_data["code"]):
            return process.finish(wanted_next(request) or resolve_url(settings.LOGIN_REDIRECT_URL))
        form.add_error("code", WRONG)
    context = {"form": form, "email": email, "next": wanted_next(request), "minutes": minutes_valid()}
    return render(request, "accounts/enter_code.html", context)


@form_page
@require_safe
def start_single_sign_on(request: HttpRequest) -> HttpResponseBase:
    """To the department's single sign-on. A link and no button: a form may lead to no other website."""
    try:
        count_all([(FORMS_PER_CLIENT, client_address(request))])
        return _single_sign_on(request).send_there(request, onwards=wanted_next(request))
    except (OAuth2Error, RequestException) as error:
        return render_authentication_error(request, _single_sign_on(request), exception=error)


@login_not_required
@require_safe
@cache_control(no_store=True)
def end_single_sign_on(request: HttpRequest) -> HttpResponseBase:
    """Back from there."""
    provider = _single_sign_on(request)
    return Callback.adapter_view(provider.get_oauth2_adapter(request))(request)


def _single_sign_on(request: HttpRequest) -> SingleSignOnProvider:
    if not settings.SSO_ISSUER:
        raise Http404
    return get_social_adapter().get_provider(request, settings.SSO_ISSUER)


@before_it
@require_POST
def sign_out(request: HttpRequest) -> HttpResponseBase:
    """Sign out here."""
    logout(request)
    return SeeOther(f"{reverse('account_login')}?out")


@before_it
@require_POST
def sign_out_everywhere(request: HttpRequest) -> HttpResponseBase:
    """Sign out here and wherever else they are signed in."""
    services.sign_out_everywhere(user=signed_in(request))
    return sign_out(request)


def wanted_next(request: HttpRequest) -> str:
    """Where they wanted to go, if that is here."""
    wanted = request.POST.get("next", "") or request.GET.get("next", "")
    return wanted if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) else ""


def with_next(request: HttpRequest, name: str, wanted: str = "") -> str:
    """The page of this name, from which they go on to where they wanted to go."""
    wanted = wanted or wanted_next(request)
    return f"{reverse(name)}?next={quote(wanted)}" if wanted else reverse(name)
