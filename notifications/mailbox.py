"""The demonstration mailbox: emails that would have been sent, as they would have gone over the wire."""

import base64
import hashlib
import re
from collections.abc import Sequence
from email import message_from_bytes
from email.message import EmailMessage as MimeMessage
from email.policy import default as modern

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

from notifications.models import MailboxEmail

STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)


class EmailBackend(BaseEmailBackend):
    """Keeps emails in a table instead of sending them. Refuses to exist outside demonstration mode."""

    def __init__(self, fail_silently: bool = False, **kwargs: object) -> None:
        super().__init__(fail_silently=fail_silently)
        if not settings.DEMONSTRATION:
            raise ImproperlyConfigured("The mailbox is for demonstration mode only: set EMAIL_URL to a mail server.")

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Keep the emails, one row for each recipient. Returns how many emails there were."""
        MailboxEmail.objects.bulk_create(
            MailboxEmail(
                recipient=recipient,
                subject=message.subject[:250],
                raw=bytes(message.message()),
                arrived_at=timezone.now(),
            )
            for message in email_messages
            for recipient in message.recipients()
        )
        return len(email_messages)


def parse(email: MailboxEmail) -> MimeMessage:
    """The email behind the bytes."""
    return message_from_bytes(bytes(email.raw), _class=MimeMessage, policy=modern)


def part(mime: MimeMessage, subtype: str) -> str:
    """What the email says as "plain" text or as "html"; empty if it does not."""
    body = mime.get_body((subtype,))
    return body.get_content() if body else ""


def attachments(mime: MimeMessage) -> list[tuple[str, bytes]]:
    """The names and contents of the attached files."""
    files = [file for file in mime.iter_attachments() if isinstance(file, MimeMessage)]
    return [(file.get_filename("file"), bytes(file.get_payload(decode=True))) for file in files]


def style_hashes(html: str) -> list[str]:
    """The style blocks of an email, as a Content-Security-Policy names them."""
    hashes = [base64.b64encode(hashlib.sha256(style.encode()).digest()).decode() for style in STYLE.findall(html)]
    return [f"'sha256-{digest}'" for digest in hashes]


def letter(html: str) -> tuple[str, str]:
    """The HTML of an email as a page for a frame, and the Content-Security-Policy under which it may be shown.

    Links open in the whole window. Of the email's own markup nothing runs or loads; only its style blocks apply,
    which the policy names by their hashes.
    """
    styles = " ".join(style_hashes(html)) or "'none'"
    policy = (
        f"default-src 'none'; style-src {styles}; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; "
        "sandbox allow-top-navigation-by-user-activation"
    )
    return html.replace("<head>", '<head><base target="_top">', 1), policy
