"""The weekly digest: what queues it, and what it says when it is sent.

It names no person and no address: mailboxes are kept for longer than we keep anything about people. Where there are
some, it says how many, and leads to the page. A week in which nothing is to be decided has its email as well, which
says so: who has chosen to hear every Monday would take silence for an email that was lost.
"""

from datetime import date, datetime

from django.conf import settings
from django.utils import timezone

from accounts.models import User
from desk.links import stop_link
from desk.models import Digest
from desk.needs import Section, needs, week_ahead
from notifications.models import OutboxEmail
from notifications.registry import Message, email
from notifications.rendering import button_to, render_email
from notifications.services import NewEmail, queue_emails
from organisation.models import Department

DIGEST = "weekly_digest"


def queue_digests(*, week: date, since: datetime, until: datetime, now: datetime) -> int:
    """To every organiser who had chosen it by `since`, once in the week of that Monday. Returns how many are new."""
    chosen = Digest.objects.filter(chosen_at__lt=since, user__in=User.objects.organisers()).select_related("user")
    return queue_emails(
        [
            NewEmail(
                kind=DIGEST,
                to=digest.user.email,
                about={"user": digest.user_id},
                dedupe_key=f"{DIGEST}:{week.isoformat()}:{digest.user_id}",
                not_after=until,
            )
            for digest in chosen
        ],
        now=now,
    )


@email(DIGEST, called="What needs you, every Monday")
def weekly_digest(row: OutboxEmail) -> Message | None:
    """To somebody who is an organiser still, and would like it still."""
    users = User.objects.organisers().filter(pk=row.about["user"], email=row.recipient, digest__isnull=False)
    user = users.first()
    if user is None:
        return None
    now = timezone.now()
    found, week = needs(now=now), week_ahead(now=now)
    return render_email(
        DIGEST,
        {
            "name": user.name,
            "needs": found,
            "parts": [
                (heading, [_part(section) for section in sections])
                for heading, sections in (("To decide", found.to_decide), ("To keep an eye on", found.to_watch))
                if sections
            ],
            "surgeries": [*week.today, *week.later],
            "has_more": week.has_more,
            "next": week.next,
            "button": button_to("See what needs you", "desk:what_needs_you"),
            "stop": stop_link(user),
            "department": Department.current(),
        },
    )


def _part(section: Section) -> dict[str, object]:
    """What is said of a kind: where nobody is named, the first few as well."""
    lines = () if section.kind.names_people else section.lines
    return {
        "heading": section.kind.heading,
        "number": section.number,
        "lines": lines,
        "others": section.number - len(lines) if lines else 0,
        "url": settings.PUBLIC_BASE_URL + section.kind.href,
    }
