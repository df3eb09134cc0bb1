"""The code that signs somebody in: six digits by email, in place of a password.

Whether an address is known to us shows nowhere, neither on a page nor in the time that it takes: the same is done for
both, and only the worker, or a code that is right, asks who has the address.
"""

import secrets
from datetime import timedelta

from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.models import Login
from allauth.account.stages import LoginByCodeStage, LoginStageController
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.emails import queue_code
from accounts.services import who_signs_in
from notifications.limits import Limit

DIGITS = 6
# A right guess counts as well, and what is counted is counted before anything is compared (notifications.limits):
# however many guesses arrive at once, only so many of them are looked at.
CODES_PER_ADDRESS = Limit(what="codes to an address", setting="CODES_PER_ADDRESS", per=timedelta(hours=1))
GUESSES_PER_ADDRESS = Limit(what="guesses for an address", setting="GUESSES_PER_ADDRESS", per=timedelta(hours=1))


class EmailedCode(LoginCodeVerificationProcess):
    """allauth's own, but the code goes through the outbox, and of it the session keeps a keyed hash only."""

    kind = "sign_in_code"

    @classmethod
    def begin(cls, *, request: HttpRequest, email: str) -> None:
        """Send a code to the address, and remember in the session that it is waited for."""
        login = Login(email=email)
        login.state["stages"] = {"current": LoginByCodeStage.key}
        stage = LoginByCodeStage(LoginStageController(request, login), request, login)
        stage.state.update(cls.initial_state(user=None, email=email), initiated_by_user=True, kind=cls.kind)
        process = cls(stage)
        process.send()
        process.persist()

    @classmethod
    def waited_for(cls, request: HttpRequest) -> "EmailedCode | None":
        """The code that this session waits for, unless it is too old, or was asked for by another form.

        Each form asks for addresses of its own: what one would not take must not come in by way of another.
        """
        # login_stage_required puts the stage there.
        process = cls(request._login_stage).abort_if_invalid()  # type: ignore[attr-defined]
        return process if process and process.state.get("kind") == cls.kind else None

    def send_by_email(self, email: str, skip_enumeration_mails: bool = False) -> None:
        """Make a code up and queue the email, for an address that nobody has as well."""
        code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
        self.state["code"] = _hashed(code)
        not_after = timezone.now() + timedelta(seconds=self.timeout)
        queue_code(kind=self.kind, email=email, code=code, not_after=not_after)

    def is_right(self, code: str) -> bool:
        """Whether this is the code that was sent to somebody who may sign in. Only now is it asked who that is."""
        self._user = who_signs_in(email=self.state["email"])
        return self.was_sent(code) and self._user is not None

    def was_sent(self, code: str) -> bool:
        """Whether this is the code, whoever reads the address."""
        return constant_time_compare(_hashed(code), self.code)


def _hashed(code: str) -> str:
    return salted_hmac("accounts.codes", code, algorithm="sha256").hexdigest()
