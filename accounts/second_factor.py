"""The second factor: besides the code by email, something that organisers have with them.

Whoever keeps the diary has to show one at every sign-in, and is let nowhere before: a mailbox that somebody else can
read is then not enough. Single sign-on has its own, so ours is not asked for after it.
"""

import re
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY, record_authentication
from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret, validate_totp_code
from allauth.mfa.utils import decrypt
from allauth.mfa.webauthn.internal.auth import WebAuthn
from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone

from accounts.codes import DIGITS
from accounts.emails import queue_recovery_code_used, queue_second_factor_changed
from accounts.models import User
from accounts.services import sign_out_everywhere
from accounts.sessions import signed_in
from notifications.form_pages import View
from notifications.limits import Limit

Type = Authenticator.Type
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
GUESSES_PER_USER = Limit(what="guesses at a second factor", setting="GUESSES_PER_ADDRESS", per=timedelta(hours=1))
# How long ago the second factor may have been shown for somebody to change it, in seconds.
RECENTLY = 15 * 60
TOTP_SECRET = "totp_secret"  # noqa: S105 - where in the session it is
SINGLE_SIGN_ON, SECOND_FACTOR = "socialaccount", "mfa"


class SecondFactorStage(AuthenticateStage):
    """allauth's own: whoever has a second factor shows it. After single sign-on, nobody is asked."""

    def _should_handle(self, request: HttpRequest) -> bool:
        came_by = {record["method"] for record in get_authentication_records(request, self.login.user)}
        return SINGLE_SIGN_ON not in came_by and super()._should_handle(request)


def is_required(user: User) -> bool:
    """Whether this user has to have one. In the demonstration it is offered only."""
    return user.is_organiser and not settings.DEMONSTRATION


def is_missing(request: HttpRequest) -> bool:
    """Whether whoever is signed in has to show one and has not: because they have none yet."""
    return is_required(signed_in(request)) and not _shown_at(request, SINGLE_SIGN_ON, SECOND_FACTOR)


def before_it(view: View) -> View:
    """A page that is there for whoever has to have a second factor and has none yet."""
    # A mark for config.middleware, as Django marks a view that needs no login: functions have no type for such.
    view.is_before_second_factor = True  # type: ignore[attr-defined]
    return view


def has_one(user: User) -> bool:
    """Whether the user would be asked for it when signing in."""
    return Authenticator.objects.filter(user=user).exclude(type=Type.RECOVERY_CODES).exists()


def was_just_shown(request: HttpRequest) -> bool:
    """Whether the user may change their second factor: they have none, or have shown it a short while ago."""
    return not has_one(signed_in(request)) or time.time() - _shown_at(request, SECOND_FACTOR) < RECENTLY


def note_shown(request: HttpRequest, authenticator: Authenticator) -> None:
    """This session has shown it."""
    record_authentication(request, authenticator.user, SECOND_FACTOR, id=authenticator.pk, type=authenticator.type)


@transaction.atomic
def use_code(*, user: User, code: str) -> Authenticator | None:
    """What this code belongs to, an app or the recovery codes, after which it is used up; or None if it is wrong.

    Of two that arrive together one is too late: an app's code is good once, in its half minute, a recovery code once.
    Of a recovery code they are told.
    """
    kind = Type.TOTP if len(code) == DIGITS else Type.RECOVERY_CODES
    authenticator = Authenticator.objects.filter(user=user, type=kind).first()
    if authenticator is None:
        return None
    if kind == Type.TOTP:
        is_right = validate_totp_code(decrypt(authenticator.data["secret"]), code) and _is_first(authenticator)
    else:
        codes = authenticator.wrap()
        is_right = codes.validate_code(code)  # which locks them
        if is_right:
            authenticator.record_usage()
            queue_recovery_code_used(user=user, left=len(codes.get_unused_codes()))
    return authenticator if is_right else None


@transaction.atomic
def add_app(*, user: User, secret: str) -> Authenticator:
    """Ask for the codes of this app from now on. Makes the recovery codes, unless they are there."""
    Authenticator.objects.filter(user=user, type=Type.TOTP).delete()
    authenticator = TOTP.activate(user, secret).instance
    authenticator.record_usage()  # the code with which it was shown to work is used up
    RecoveryCodes.activate(user)
    queue_second_factor_changed(user=user, change=f"{authenticator.type} added")
    return authenticator


def can_have_passkeys() -> bool:
    """Whether there can be passkeys for this address: not for a number, as in the demonstration."""
    return not re.fullmatch(r"[0-9.]+|.*:.*", str(urlsplit(settings.PUBLIC_BASE_URL).hostname))


@transaction.atomic
def add_passkey(*, user: User, credential: dict[str, Any]) -> Authenticator:
    """Ask for this passkey from now on. Makes the recovery codes, unless they are there."""
    authenticator = WebAuthn.add(user, "", credential).instance
    RecoveryCodes.activate(user)
    queue_second_factor_changed(user=user, change=f"{authenticator.type} added")
    return authenticator


@transaction.atomic
def remove(*, authenticator: Authenticator) -> bool:
    """Do without it from now on. Returns whether it was the last.

    Recovery codes stand in for something: with the last of it, they go. So does every session, because a session
    counts as one that has shown it.
    """
    # Of two that are removed at once, the second is the last.
    user = User.objects.select_for_update(no_key=True).get(pk=authenticator.user.pk)
    authenticator.delete()
    queue_second_factor_changed(user=user, change=f"{authenticator.type} removed")
    if has_one(user):
        return False
    Authenticator.objects.filter(user=user).delete()
    sign_out_everywhere(user=user)
    return True


def stay_signed_in_without(request: HttpRequest) -> None:
    """Of the sessions that ended with the last second factor, this one goes on, as one that has shown none."""
    user = User.objects.get(pk=signed_in(request).pk)
    records = get_authentication_records(request, user)
    others = [record for record in records if record["method"] != SECOND_FACTOR]
    request.session[AUTHENTICATION_METHODS_SESSION_KEY] = others
    update_session_auth_hash(request, user)


@transaction.atomic
def forget(*, user: User) -> None:
    """Do without any, because what they had is lost. Signs them out: they begin anew."""
    deleted, _ = Authenticator.objects.filter(user=user).delete()
    if deleted:
        queue_second_factor_changed(user=user, change="all removed")
    sign_out_everywhere(user=user)


@transaction.atomic
def renew_recovery_codes(*, user: User) -> None:
    """End the codes that there are, and make others."""
    Authenticator.objects.filter(user=user, type=Type.RECOVERY_CODES).delete()
    RecoveryCodes.activate(user)


def recovery_codes(user: User) -> list[str]:
    """Those that have not been used."""
    kept = Authenticator.objects.filter(user=user, type=Type.RECOVERY_CODES).first()
    return kept.wrap().get_unused_codes() if kept else []


def app_secret(request: HttpRequest) -> str:
    """What an app is to be given: the same until it has been shown to work."""
    if TOTP_SECRET not in request.session:
        request.session[TOTP_SECRET] = generate_totp_secret()
    return request.session[TOTP_SECRET]


def is_code_of_app(secret: str, code: str) -> bool:
    """Whether an app that was given the secret shows this code now."""
    return validate_totp_code(secret, code)


def _is_first(authenticator: Authenticator) -> bool:
    """Note that a code was used, unless one was in this period already: it would be the same one."""
    now = timezone.now()
    period = timedelta(seconds=app_settings.TOTP_PERIOD)
    began = now - (now - EPOCH) % period
    unused = Q(last_used_at=None) | Q(last_used_at__lt=began)
    return Authenticator.objects.filter(unused, pk=authenticator.pk).update(last_used_at=now) == 1


def _shown_at(request: HttpRequest, *methods: str) -> float:
    """When one of these was last shown in this session by whoever is signed in; 0 if never."""
    records = get_authentication_records(request, request.user)
    return max((record["at"] for record in records if record["method"] in methods), default=0)
