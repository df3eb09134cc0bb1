"""How often something may be done: counted exactly, in PostgreSQL, before it is done.

Counting is a transaction of its own. It has to be: if it belonged to the caller's, whoever makes that fail would get
their tries for nothing, and everybody behind the same address would wait for one another's bookings. So `count` is
called before the transaction that does the work, never within it, and refuses to run inside one.
"""

import json
import re
from collections.abc import Iterable
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv6Address, IPv6Network, ip_address

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from notifications.models import LimitCount

_counted: set[str] = set()
"""What there are limits on."""


@dataclass(frozen=True, kw_only=True)
class Limit:
    """`what` may be done so many times in each window of `per` as the setting says that `setting` names.

    Windows begin at fixed times: a day's at 0:00 UTC.
    """

    what: str
    setting: str
    per: timedelta

    def __post_init__(self) -> None:
        _counted.add(self.what)

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


# One statement locks, reads and raises the counts. At its limit a count's condition fails, and its row does not come
# back. In one order, so that two clients who count the same wait for one another instead of deadlocking.
COUNT = """
    INSERT INTO notifications_limitcount AS counted (what, key, window_ends_at, count)
    SELECT what, key, window_ends_at, 1
    FROM jsonb_to_recordset(%(tries)s::jsonb) AS try (what text, key text, window_ends_at timestamptz, most int){lag}
    WHERE most > 0 ORDER BY what, key
    ON CONFLICT (what, key, window_ends_at)
        DO UPDATE SET count = counted.count + 1 WHERE counted.count < (%(most)s::jsonb ->> counted.what)::int
    RETURNING what, key
"""
COUNT_NOW = COUNT.format(lag="")
# Does not wait for the disk. PostgreSQL writes its log in order, so whatever commits later takes this with it.
COUNT_FIRST = COUNT.format(lag=", set_config('synchronous_commit', 'off', true)")


def count(limit: Limit, key: str, *, now: datetime | None = None) -> None:
    """Count one try for `key`, an address of whatever kind: `count_all` for a single one."""
    count_all([(limit, key)], now=now)


def count_all(tries: Iterable[tuple[Limit, str]], *, is_followed: bool = False, now: datetime | None = None) -> None:
    """Count one try for each of these keys, with one statement. Raises LimitReached if one of them is one too many.

    `is_followed` by a commit of what is counted: then this need not wait for the disk, and the count outlives a crash
    of the database whenever what it counted does.

    However many processes try at once, exactly `limit.most` get through in a window. Keys are stored as keyed hashes.
    Raises RuntimeError inside a transaction: see above.
    """
    now = now or timezone.now()
    limits = {(limit.what, _hashed(limit, key)): limit for limit, key in tries}
    rows = [
        {"what": what, "key": key, "window_ends_at": limit.window_ends_at(now).isoformat(), "most": limit.most}
        for (what, key), limit in limits.items()
    ]
    most = {limit.what: limit.most for limit in limits.values()}
    # A statement outside of any transaction is one of its own, without a BEGIN and a COMMIT to wait for.
    alone = transaction.atomic(durable=True) if connection.in_atomic_block else nullcontext()
    with alone, connection.cursor() as cursor:
        cursor.execute(COUNT_FIRST if is_followed else COUNT_NOW, {"tries": json.dumps(rows), "most": json.dumps(most)})
        allowed = set(cursor.fetchall())
    for tried, limit in limits.items():
        if tried not in allowed:
            raise LimitReached(limit, limit.window_ends_at(now))


def counts_of(keys: Iterable[str]) -> QuerySet[LimitCount]:
    """What has been counted for any of these keys, by whatever limit."""
    known = [_hash(what, key) for key in keys for what in sorted(_counted)]
    return LimitCount.objects.filter(key__in=known)


def _hashed(limit: Limit, key: str) -> str:
    return _hash(limit.what, key)


def _hash(what: str, key: str) -> str:
    return salted_hmac(f"notifications.limits {what}", key, algorithm="sha256").hexdigest()


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
