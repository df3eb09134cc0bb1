"""Whose try it is: what a client says of itself counts for nothing."""

import pytest
from django.test import RequestFactory

from notifications.limits import client_address


def address(proxies: int, forwarded: str | None, settings, peer: str = "10.0.0.9") -> str:
    settings.TRUSTED_PROXY_COUNT = proxies
    headers = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
    return client_address(RequestFactory().get("/", REMOTE_ADDR=peer, **headers))


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, None, "10.0.0.9"),
        (0, "192.0.2.1", "10.0.0.9"),
        (1, "192.0.2.1", "192.0.2.1"),
        (1, "198.51.100.66, 192.0.2.1", "192.0.2.1"),
        (2, "198.51.100.66, 192.0.2.1, 10.0.0.1", "192.0.2.1"),
        (2, "192.0.2.1", "10.0.0.9"),
        (1, None, "10.0.0.9"),
        (1, "somebody", "10.0.0.9"),
        (1, "", "10.0.0.9"),
        (1, "192.0.2.1:51234", "192.0.2.1"),
        (1, "2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        (1, "2001:db8:1:2:bbbb::2", "2001:db8:1:2::/64"),
        (1, "[2001:db8:1:2::5]:51234", "2001:db8:1:2::/64"),
        (1, "::ffff:192.0.2.1", "192.0.2.1"),
    ],
)
def test_the_address_is_read_that_many_places_from_the_right(proxies, forwarded, expected, settings):
    assert address(proxies, forwarded, settings) == expected


def test_a_client_behind_a_socket_without_an_address_is_one_client(settings):
    assert address(0, None, settings, peer="") == ""
