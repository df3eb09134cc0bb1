"""A department's single sign-on: OpenID Connect with one issuer (django-allauth finds its providers by this name).

Stricter than allauth's own: the ID token's signature is checked though it came over TLS, and with it the algorithm, the
issuer, the audience, the times and the nonce of this very sign-in. Nothing is read from anywhere but that token.
"""

import secrets
from functools import cached_property
from typing import Any

import jwt
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.crypto import constant_time_compare

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
"""Those with a key pair: with a shared secret, or none, anybody could sign who knows what we know."""
CLOCKS_DIFFER = 30


class Issuer(OpenIDConnectOAuth2Adapter):
    """The department's identity provider, as SSO_ISSUER names it."""

    nonce = ""

    @cached_property
    def openid_config(self) -> dict[str, Any]:
        """Where it is asked what, as it says itself. It has to be who we think it is."""
        with get_adapter().get_requests_session() as session:
            response = session.get(self.get_provider().server_url)
            response.raise_for_status()
            config = response.json()
        if config.get("issuer") != settings.SSO_ISSUER:
            raise OAuth2Error("This is another issuer.")
        return config

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        """Where people come back to: on the address that they know."""
        return settings.PUBLIC_BASE_URL + reverse("single_sign_on_callback")

    def complete_login(self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs: Any) -> SocialLogin:
        """Whoever the ID token is about. Raises OAuth2Error if it is not to be believed."""
        claims = self._claims(app, kwargs["response"].get("id_token"))
        login = self.get_provider().sociallogin_from_response(request, {"id_token": claims})
        login.account.extra_data = {}  # who they are elsewhere is not kept
        login.claims = claims
        return login

    def _claims(self, app: SocialApp, id_token: object) -> dict[str, Any]:
        with get_adapter().get_requests_session() as session:
            response = session.get(self.openid_config["jwks_uri"])
            response.raise_for_status()
            keys = response.json()
        try:
            header = jwt.get_unverified_header(str(id_token))
            claims = jwt.decode(
                str(id_token),
                key=jwt.PyJWKSet.from_dict(keys)[header["kid"]],
                algorithms=ALGORITHMS,
                issuer=settings.SSO_ISSUER,
                audience=app.client_id,
                leeway=CLOCKS_DIFFER,
                options={"require": ["iss", "sub", "aud", "exp", "iat", "nonce"]},
            )
        except (jwt.PyJWTError, KeyError, ValueError) as error:
            raise OAuth2Error("The ID token is not to be believed.") from error
        is_of_this_sign_in = self.nonce and constant_time_compare(str(claims["nonce"]), self.nonce)
        if not is_of_this_sign_in or claims.get("azp", app.client_id) != app.client_id:
            raise OAuth2Error("The ID token is for another sign-in.")
        return claims


class SingleSignOnProvider(OpenIDConnectProvider):
    """Whoever comes from it is known by the issuer, which stands in place of the provider's name, and the subject."""

    id = "single_sign_on"
    oauth2_adapter_class = Issuer

    def send_there(self, request: HttpRequest, *, onwards: str) -> HttpResponse:
        """To the identity provider, with a nonce that this session remembers."""
        nonce = secrets.token_urlsafe(24)
        return self.redirect(request, "login", next_url=onwards, auth_params={"nonce": nonce}, nonce=nonce)


class Callback(OAuth2CallbackView):
    """They come back from there."""

    def _get_state(self, request: HttpRequest, provider: OpenIDConnectProvider) -> tuple[dict | None, Any]:
        state, response = super()._get_state(request, provider)
        self.adapter.nonce = (state or {}).get("nonce", "")
        return state, response


provider_classes = [SingleSignOnProvider]
