"""The demonstration mailbox in a real browser: the frame keeps its promises."""

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from notifications.models import MailboxEmail, OutboxEmail
from notifications.registry import Message
from notifications.rendering import to_mime

HTML = """<!doctype html><html><head><title>x</title><style>p { color: rgb(1, 2, 3); }</style></head>
<body><p>Hello</p><a href="/healthz">A link</a></body></html>"""


@pytest.fixture
def letter(page: Page) -> Page:
    """The page of an email whose frame has loaded."""
    row = OutboxEmail(pk=1, kind="letter", recipient="alice@example.gov.uk", created_at=timezone.now())
    raw = bytes(to_mime(row, Message(subject="Hello", text="Hello\n", html=HTML)).message())
    email = MailboxEmail.objects.create(recipient=row.recipient, subject="Hello", raw=raw, arrived_at=timezone.now())
    page.goto("/mailbox/")
    page.get_by_role("link", name="Hello", exact=True).click()
    page.wait_for_url(f"**/mailbox/{email.pk}/")
    return page


def test_the_style_block_of_an_email_applies(letter: Page):
    paragraph = letter.frame_locator("iframe").locator("p")
    assert paragraph.evaluate("element => getComputedStyle(element).color") == "rgb(1, 2, 3)"


def test_a_link_in_an_email_opens_in_the_whole_window(letter: Page):
    letter.frame_locator("iframe").get_by_role("link", name="A link").click()
    letter.wait_for_url("**/healthz")
