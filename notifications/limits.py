"""How often something may be done: counted exactly, in PostgreSQL, before it is done.

Counting is a transaction of its own. It has to be: if it belonged to the caller's, whoever makes that fail would get
their tries for nothing, and everybody behind the same address would wait for one another's bookings. So `count` is
called before the transaction that does the work, never within it, and refuses to run inside one.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv6Address, IPv6Network, ip_address

from django.conf import settings
from django.db import connection, transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac


@dataclass(frozen=True, kw_only=True)
class Limit:
    """`what` may be done so many times in each window of `per` as the setting says that `setting` names.

    Windows begin at fixed times: a day's at 0:00 UTC.
    """

    what: str
    setting: str
    per: timedelta

    @property
    def most(self) -> int:
        """How many times."""
        return getattr(settings, self.setting)

    def window_ends_at(self, now: datetime) -> datetime:
        """When the window that `now` lies in is over."""
        epoch = datetime(1970, 1, 1, tzinfo=UTC)
        return epoch + ((now - epoch) // self.per + 1) * self.per


EMAILS_PER_ADDRESS = Limit(what="emails to an address", setting="EMAILS_PER_ADDRESS", per=timedelta(days=1))
FORMS_PER_CLIENT = Limit(what="forms from a client", setting="FORMS_PER_CLIENT", per=timedelta(hours=1))


class LimitReached(Exception):
    """It was done as often as `limit` allows; `until` is when it may be done again."""

    def __init__(self, limit: Limit, until: datetime) -> None:
        super().__init__(limit.what)
        self.limit = limit
        self.until = until


# One statement locks, reads and raises the count. At the limit its condition fails, and no row comes back.
COUNT = """
    INSERT INTO notifications_limitcount AS counted (what, key, window_ends_at, count)
    SELECT %(what)s, %(key)s, %(until)s, 1 WHERE %(most)s > 0
    ON CONFLICT (what, key, window_ends_at) DO UPDATE SET count = counted.count + 1 WHERE counted.count < %(most)s
    RETURNING count
"""


def count(limit: Limit, key: str, *, now: datetime | None = None) -> None:
    """Count one try for `key`, an address of whatever kind. Raises LimitReached if it is one too many.

    However many processes try at once, exactly `limit.most` get through in a window. The key is stored as a keyed
    hash. Raises RuntimeError inside a transaction: see above.
    """
    until = limit.window_ends_at(now or timezone.now())
    hashed = salted_hmac(f"notifications.limits {limit.what}", key, algorithm="sha256").hexdigest()
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute(COUNT, {"what": limit.what, "key": hashed, "until": until, "most": limit.most})
        allowed = cursor.fetchone()
    if not allowed:
        raise LimitReached(limit, until)


# Some proxies write the client's port behind its address: 192.0.2.1:5123 or [2001:db8::1]:5123.
PORT = re.compile(r"^\[(.+)\]:\d+$|^([\d.]+):\d+$")


def client_address(request: HttpRequest) -> str:
    """Where a request comes from, for counting: an IPv4 address, or the /64 that an IPv6 client has to itself.

    With TRUSTED_PROXY_COUNT proxies of ours in front, it stands that many places from the right of X-Forwarded-For;
    further left stands only what clients say of themselves.
    """
    peer = request.META.get("REMOTE_ADDR", "")
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    proxies = settings.TRUSTED_PROXY_COUNT
    address = hops[-proxies] if 0 < proxies <= len(hops) else peer
    try:
        parsed = ip_address(PORT.sub(r"\1\2", address))
    except ValueError:
        return peer
    if isinstance(parsed, IPv6Address):
        return str(parsed.ipv4_mapped or IPv6Network((int(parsed), 64), strict=False))
    return str(parsed)
