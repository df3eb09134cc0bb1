"""Whoever finds a weakness reads whom to tell, where RFC 9116 says that it stands."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client

ADDRESS = "/.well-known/security.txt"


def facts(text: str) -> dict[str, str]:
    """The fields of the file, each of which stands in it once and on a line of its own."""
    lines = [line.split(": ", 1) for line in text.splitlines()]
    assert len({name for name, _ in lines}) == len(lines)
    return dict(lines)


@pytest.mark.parametrize(
    ("contact", "named"),
    [
        ("security@example.gov.uk", "mailto:security@example.gov.uk"),
        ("https://www.example.gov.uk/report?it", "https://www.example.gov.uk/report?it"),
    ],
)
def test_it_names_whom_to_tell_without_asking_the_database(client: Client, settings, contact: str, named: str):
    settings.SECURITY_CONTACT = contact
    settings.PUBLIC_BASE_URL = "https://surgeries.example.gov.uk"
    response = client.get(ADDRESS)
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert response.headers["Cache-Control"] == "max-age=86400"
    assert facts(response.content.decode()) | {"Expires": ""} == {
        "Contact": named,
        "Expires": "",
        "Preferred-Languages": "en",
        "Canonical": "https://surgeries.example.gov.uk/.well-known/security.txt",
    }


@pytest.mark.parametrize("day", ["2026-01-01T00:00Z", "2028-02-29T23:59Z", "2031-03-30T01:30Z"])
def test_it_is_never_out_of_date_and_never_stands_for_more_than_a_year(client: Client, settings, day: str):
    settings.SECURITY_CONTACT = "security@example.gov.uk"
    with time_machine.travel(datetime.fromisoformat(day), tick=False):
        said = facts(client.get(ADDRESS).content.decode())["Expires"]
    until = datetime.strptime(said, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    # A copy may be a day old.
    assert timedelta(days=150) < until - datetime.fromisoformat(day) < timedelta(days=365)


def test_where_nobody_is_named_there_is_no_such_file(client: Client, settings, db):
    settings.SECURITY_CONTACT = ""
    assert client.get(ADDRESS).status_code == 404
