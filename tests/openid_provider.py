"""A real OpenID provider, as a department would have one: django-oauth-toolkit, a process of its own.

`python -m tests.openid_provider PORT` knows one client and one person, who is always signed in there. What its ID
tokens say is told by a file of JSON, which a test may rewrite at any time: `claims` are added (a claim that is null is
left out), and `sign` may be "none", "secret" or "another key".
"""

import json
import os
import sys
from pathlib import Path
from wsgiref.simple_server import WSGIServer, make_server

import django
from django.conf import settings

CLIENT, SECRET = "surgeries", "a-secret-that-only-the-two-of-them-know"


def set_up(issuer: str) -> None:
    """Django, with the provider in it and nothing else."""
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    settings.configure(
        SECRET_KEY="the-provider-of-the-tests-has-a-key-of-its-own-which-is-this",
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF=__name__,
        USE_TZ=True,
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "oauth2_provider"],
        MIDDLEWARE=[f"{__name__}.always_signed_in"],
        OAUTH2_PROVIDER={
            "OIDC_ENABLED": True,
            "OIDC_ISS_ENDPOINT": issuer,
            "OIDC_RSA_PRIVATE_KEY": key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
            "OAUTH2_VALIDATOR_CLASS": "tests.openid_tokens.Validator",
            "SCOPES": {"openid": "who you are", "email": "your address"},
            "PKCE_REQUIRED": True,
        },
    )
    django.setup()


def always_signed_in(get_response):
    """The one person whom the provider knows has signed in there."""

    def middleware(request):
        from django.contrib.auth.models import User

        request.user = User.objects.get()
        return get_response(request)

    return middleware


def __getattr__(name: str):
    """The addresses, once there are settings."""
    if name != "urlpatterns":
        raise AttributeError(name)
    from django.urls import include, path

    return [path("", include("oauth2_provider.urls", namespace="oauth2_provider"))]


def serve(port: int, back: str) -> None:
    """Answer until killed."""
    issuer = f"http://127.0.0.1:{port}"
    set_up(issuer)
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application
    from oauth2_provider.models import Application

    call_command("migrate", verbosity=0)
    User.objects.create(username="somebody")
    Application.objects.create(
        client_id=CLIENT,
        client_secret=SECRET,
        client_type="confidential",
        authorization_grant_type="authorization-code",
        redirect_uris=back,
        skip_authorization=True,
        algorithm="RS256",
    )
    WSGIServer.allow_reuse_address = True
    make_server("127.0.0.1", port, get_wsgi_application()).serve_forever()


def told() -> dict:
    """What a test wants of the next token."""
    return json.loads(Path(os.environ["OPENID_TOLD"]).read_text())


if __name__ == "__main__":
    sys.modules["tests.openid_provider"] = sys.modules["__main__"]
    serve(int(sys.argv[1]), sys.argv[2])
