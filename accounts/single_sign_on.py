"""Who somebody is who comes through the department's single sign-on."""

from typing import Any, NoReturn

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.http import HttpRequest
from django.shortcuts import render

from accounts.models import normalise_email
from accounts.services import who_signs_in


class SingleSignOnAdapter(DefaultSocialAccountAdapter):
    """Nobody is taken in whom we do not know."""

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Go on with whoever has come this way before or, the first time, whose verified address we know.

        A user whom somebody with another subject signs in as already is not given to this one: addresses are handed on.
        """
        if sociallogin.is_existing:
            if not sociallogin.user.is_active:
                refuse(request, "unknown")
            return
        claims: dict[str, Any] = sociallogin.claims
        if claims.get("email_verified") is not True or not isinstance(claims.get("email"), str):
            refuse(request, "unverified")
        user = who_signs_in(email=normalise_email(claims["email"]))
        if user is None or SocialAccount.objects.filter(user=user, provider=sociallogin.account.provider).exists():
            refuse(request, "unknown")
        sociallogin.connect(request, user)

    def on_authentication_error(self, request: HttpRequest, *args: Any, **kwargs: Any) -> NoReturn:
        """Say that it did not work, whatever it was: who tries things out learns nothing from it."""
        refuse(request, "failed")


def refuse(request: HttpRequest, why: str) -> NoReturn:
    """Let nobody in, and say what they can do."""
    raise ImmediateHttpResponse(render(request, "accounts/single_sign_on_failed.html", {"why": why}, status=403))
