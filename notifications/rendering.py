"""From templates to words, and from words to MIME."""

import re
from collections.abc import Mapping

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template import Context, Engine
from django.template.loader import get_template
from django.urls import reverse

from notifications.models import OutboxEmail
from notifications.registry import Message


def render_email(name: str, context: Mapping[str, object], *, calendar: bytes | None = None) -> Message:
    """Render `templates/emails/<name>/` (subject.txt, body.txt, body.html) into a message.

    The bodies extend `emails/base.txt` and `emails/base.html`, which expect in `context`: `heading`; `facts`, a list
    of pairs (a word, its value) that come first; `button`, with `text` and `url`; `private_link`, if there is one.
    Each is optional. PUBLIC_BASE_URL is there without asking, and so are `subject` and `email_name`, by which a
    template of an app above may look up what that app has to add to this email. Nothing is escaped in the text
    parts, everything is in the HTML. `calendar` is an iCalendar file to travel along.
    """
    values = {"PUBLIC_BASE_URL": settings.PUBLIC_BASE_URL, "email_name": name, **context}
    subject = " ".join(_text(f"emails/{name}/subject.txt", values).split())
    values["subject"] = subject
    return Message(
        subject=subject,
        text=_tidy(_text(f"emails/{name}/body.txt", values)),
        html=get_template(f"emails/{name}/body.html").render(values).strip() + "\n",
        calendar=calendar,
    )


def button_to(text: str, page: str, *args: object) -> dict[str, str]:
    """A button for `render_email` that leads to the page of this name."""
    return {"text": text, "url": settings.PUBLIC_BASE_URL + reverse(page, args=args)}


def to_mime(email: OutboxEmail, message: Message) -> EmailMultiAlternatives:
    """The message as it goes over the wire, addressed to the email's recipient.

    An invitation travels twice, as the large calendars send theirs: as an alternative of type text/calendar whose
    `method` repeats the METHOD in the file (RFC 6047, 2.4), and as an attachment of type application/ics.
    """
    mime = EmailMultiAlternatives(
        subject=message.subject,
        body=message.text,
        from_email=settings.EMAIL_FROM,
        to=[email.recipient],
        reply_to=[settings.EMAIL_REPLY_TO] if settings.EMAIL_REPLY_TO else None,
        headers={"Message-ID": email.message_id, "Auto-Submitted": "auto-generated"},
        alternatives=[(message.html, "text/html")],
    )
    if message.calendar is not None:
        mime.attach_alternative(message.calendar.decode(), f"text/calendar; method={_method(message.calendar)}")
        mime.attach("invite.ics", message.calendar, "application/ics")
    return mime


def _text(template: str, values: Mapping[str, object]) -> str:
    # Plain text has nothing to escape. The context says so, so that no template can forget it.
    return Engine.get_default().get_template(template).render(Context(dict(values), autoescape=False))


def _tidy(text: str) -> str:
    """At most one empty line in a row, and no spaces at the end of a line but the signature's."""
    lines = [line if line == "-- " else line.rstrip() for line in text.splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


def _method(calendar: bytes) -> str:
    found = re.search(rb"^METHOD:(REQUEST|CANCEL)\r?$", calendar, re.MULTILINE)
    if not found:
        raise ValueError("A calendar file in an email needs a METHOD of REQUEST or CANCEL.")
    return found[1].decode()
