"""Who is signed in, and how long they stay so: so long without doing anything, and so long at most."""

import time

from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.models import User

SIGNED_IN_AT = "signed_in_at"
SEEN_AT = "seen_at"
# A session is written when it has been used, though not for every page: this often, in seconds.
EVERY = 60


@receiver(user_logged_in)
def begin(request: HttpRequest, **_: object) -> None:
    """Somebody has just signed in, under a new id of the session."""
    request.session[SIGNED_IN_AT] = request.session[SEEN_AT] = int(time.time())


def signed_in(request: HttpRequest) -> User:
    """Whoever is signed in, on a page that is for nobody else."""
    assert isinstance(request.user, User)
    return request.user


def has_ended(request: HttpRequest) -> bool:
    """Whether whoever is signed in has been for as long as anybody may be, or has done nothing for too long.

    Django lets a session lapse that was not written for SESSION_COOKIE_AGE. It is written here, when it is used.
    """
    now = int(time.time())
    session = request.session
    if now - session.get(SIGNED_IN_AT, 0) > settings.SIGNED_IN_HOURS * 3600:
        return True
    if now - session.get(SEEN_AT, 0) >= EVERY:
        session[SEEN_AT] = now
    return False
