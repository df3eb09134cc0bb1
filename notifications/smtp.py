"""Django's SMTP backend, which besides knows when it is unknown whether the mail server took an email."""

import smtplib
from collections.abc import Sequence
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends import smtp

# The last answer may take this many times as long as the others: a mail server may look into an email before it
# takes it, and whoever loses patience meanwhile sends a second copy (RFC 5321, 4.5.3.2.6).
LAST_ANSWER = 15


class MaybeSent(Exception):
    """The connection broke after the email was handed over and before the mail server answered."""


class _Aware:
    """Mixed into smtplib's classes. `in_doubt` from the moment the email itself leaves until an answer comes."""

    in_doubt = False

    def send(self, s: Any) -> None:
        # smtplib passes commands as text and only the email itself as bytes.
        self.in_doubt = isinstance(s, bytes)
        if self.in_doubt:
            self.sock.settimeout(self.timeout * LAST_ANSWER)  # type: ignore[attr-defined]
        super().send(s)  # type: ignore[misc]

    def getreply(self) -> tuple[int, bytes]:
        reply = super().getreply()  # type: ignore[misc]
        if self.in_doubt:
            self.sock.settimeout(self.timeout)  # type: ignore[attr-defined]
        self.in_doubt = False
        return reply


class _Smtp(_Aware, smtplib.SMTP):
    pass


class _SmtpSsl(_Aware, smtplib.SMTP_SSL):
    pass


class EmailBackend(smtp.EmailBackend):
    """Raises MaybeSent instead of smtplib's error if the email may have arrived, and forgets a broken connection."""

    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _SmtpSsl if self.use_ssl else _Smtp

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Send over the connection that `open` made. Raises MaybeSent and the errors of smtplib."""
        try:
            return super().send_messages(email_messages)
        except OSError as error:
            broken = self.connection
            if broken and broken.sock is None:
                self.connection = None
            if isinstance(broken, _Aware) and broken.in_doubt:
                raise MaybeSent from error
            raise
