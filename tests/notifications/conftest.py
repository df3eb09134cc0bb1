from collections.abc import Iterator
from importlib import import_module

import pytest
from django.test import override_settings

from tests.notifications.mail_server import MailServer, serve


@pytest.fixture(autouse=True, scope="session")
def letters() -> None:
    """Have emails of kind "letter" registered."""
    import_module("tests.notifications.letters")


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    """A real SMTP server, to which everything in this process sends."""
    server = MailServer()
    with serve(server) as (host, port), override_settings(**going_to(host, port)):
        yield server


def going_to(host: str, port: int) -> dict[str, object]:
    """The settings for sending to a mail server."""
    return {
        "EMAIL_BACKEND": "notifications.smtp.EmailBackend",
        "EMAIL_HOST": host,
        "EMAIL_PORT": port,
        "EMAIL_TIMEOUT": 2,
    }
