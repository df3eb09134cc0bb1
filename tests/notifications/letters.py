"""Emails of kind "letter", about any number."""

from datetime import datetime

from notifications.models import OutboxEmail
from notifications.registry import Message, email
from notifications.services import NewEmail, queue_email, queue_emails
from notifications.worker import Worker


@email("letter", called="Letter")
def letter(email: OutboxEmail) -> Message | None:
    """A letter about a number."""
    words = f"This is letter {email.about['number']}."
    return Message(subject=f"Letter {email.about['number']}", text=f"{words}\n", html=f"<p>{words}</p>")


def queue_letter(number: int = 1, **facts) -> OutboxEmail:
    """Queue a letter to somebody."""
    values = {
        "kind": "letter",
        "to": f"person{number}@example.gov.uk",
        "about": {"number": number},
        "dedupe_key": f"letter:{number}",
    }
    queue_email(**values | facts)
    return OutboxEmail.objects.latest("pk")


def queue_letters(count: int, *, now: datetime | None = None) -> None:
    """Queue that many letters to as many people."""
    letters = [
        NewEmail(
            kind="letter",
            to=f"person{number}@example.gov.uk",
            about={"number": number},
            dedupe_key=f"letter:{number}",
        )
        for number in range(count)
    ]
    queue_emails(letters, now=now)


def work() -> None:
    """Do all the work that is there to be done."""
    Worker().run(until_idle=True)
