"""The link in every digest that stops it, without signing in: a signed token that names whoever gets it."""

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from accounts.models import User


class LinkWrong(Exception):
    """Nobody was ever given this link: mistyped, cut short or made up."""


def stop_link(user: User) -> str:
    """The whole address of the page with the button that stops it."""
    return settings.PUBLIC_BASE_URL + reverse("desk:stop_digest", args=[_signer().sign(str(user.pk))])


def user_for(token: str) -> User:
    """Whose digest the link stops. Raises LinkWrong."""
    try:
        return User.objects.get(pk=int(_signer().unsign(token)))
    except (BadSignature, ValueError, User.DoesNotExist):
        raise LinkWrong from None


def _signer() -> Signer:
    return Signer(sep=".", salt="desk.digest", algorithm="sha256")
