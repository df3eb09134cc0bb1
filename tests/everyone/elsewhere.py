"""The pages beside the journey: what this software says of itself, what goes wrong, and the demonstration mailbox."""

from collections.abc import Callable
from typing import Any

from django.test import Client, override_settings
from django.utils import timezone

from notifications.models import MailboxEmail, OutboxEmail
from notifications.registry import Message
from notifications.rendering import to_mime
from tests.everyone.booking import LONG
from tests.factories import BookingFactory, DepartmentFactory, TopicFactory, UserFactory

HTML = "<!doctype html><html><head><title>x</title></head><body><p>Hello</p></body></html>"
State = Callable[[Client], Any]


def static_page(address: str) -> State:
    def state(client: Client) -> Any:
        DepartmentFactory.create()
        return client.get(address)

    return state


def failing(status: str) -> State:
    """What the product says of an error: every error has the same way there, through a view that raises it."""

    @override_settings(ROOT_URLCONF="tests.config.test_error_pages")
    def state(client: Client) -> Any:
        client.raise_request_exception = False
        return client.get(f"/fail/{status}/")

    return state


@override_settings(FORMS_PER_CLIENT=0)
def too_much(client: Client) -> Any:
    return client.post("/ask/", {"topic": TopicFactory.create().slug})


def emails(number: int, subject: str = "Hello") -> list[MailboxEmail]:
    row = OutboxEmail(pk=1, kind="letter", recipient=f"{'a' * 60}@example.gov.uk", created_at=timezone.now())
    raw = bytes(to_mime(row, Message(subject=subject, text="Hello\nhttps://x.test/\n", html=HTML)).message())
    rows = [
        MailboxEmail(recipient=row.recipient, subject=subject, raw=raw, arrived_at=timezone.now())
        for _ in range(number)
    ]
    return MailboxEmail.objects.bulk_create(rows)


def mailbox(address: Callable[[], str]) -> State:
    @override_settings(ROOT_URLCONF="tests.notifications.demonstration_urls", DEMONSTRATION=True)
    def state(client: Client) -> Any:
        return client.get(address())

    return state


def calling_off(**sent: str) -> State:
    def state(client: Client) -> Any:
        client.force_login(UserFactory.create(administrator=True))
        chosen = {"action": "call_off", "_selected_action": [BookingFactory.create().surgery_id]}
        return client.post("/admin/surgeries/surgery/", chosen | sent)

    return state


STATES: dict[str, State] = {
    "accessibility": static_page("/accessibility/"),
    "privacy": static_page("/privacy/"),
    "cookies": static_page("/cookies/"),
    "400": failing("400"),
    "403": failing("403"),
    "403, without its token": lambda client: Client(enforce_csrf_checks=True).post("/ask/"),
    "404": lambda client: client.get("/no-such-page/"),
    "429": too_much,
    "500": failing("500"),
    "503": failing("503"),
    "mailbox, empty": mailbox(lambda: "/mailbox/"),
    "mailbox": mailbox(lambda: f"/mailbox/?page={len(emails(70)) // 30}"),
    "mailbox, of one address": mailbox(lambda: f"/mailbox/?to={emails(2)[0].recipient}"),
    "an email": mailbox(lambda: f"/mailbox/{emails(1, LONG * 2)[0].pk}/"),
    "calling off": calling_off(),
    "calling off, without a reason": calling_off(reason=""),
}
