"""`/metrics`: how the service is, in the text format that Prometheus and most other monitoring systems read."""

from collections.abc import Iterator
from datetime import datetime
from math import isinf

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from bookings.invariants import violations
from notifications.reports import clock_at, outbox_at
from organisation.kept import kept

TEXT_FORMAT = "text/plain; version=0.0.4; charset=utf-8"
# However often monitoring asks, each process checks the invariants once in so many seconds.
INVARIANTS_KEPT = 60


@login_not_required
@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """The numbers, for whoever has the token of the installation. Without a token there is no such page."""
    if not settings.METRICS_TOKEN:
        raise Http404
    if not constant_time_compare(request.headers.get("Authorization", ""), f"Bearer {settings.METRICS_TOKEN}"):
        asked = {"WWW-Authenticate": "Bearer"}
        return HttpResponse("The token is missing or wrong.\n", content_type="text/plain", status=401, headers=asked)
    return HttpResponse("".join(f"{line}\n" for line in lines(timezone.now())), content_type=TEXT_FORMAT)


def lines(now: datetime) -> Iterator[str]:
    """Every number, each with a sentence that says what it is. None of them is about anybody."""
    broken = kept("broken", _broken, seconds=INVARIANTS_KEPT)
    outbox = outbox_at(now)
    yield from _gauge("invariants_broken", "Rows that break what must never be false, up to 20 of each kind.", broken)
    yield from _gauge("outbox_unsent", "Emails that wait to be sent, or to be tried again.", outbox.unsent)
    yield from _gauge("outbox_age_seconds", "Since the oldest of these was written.", outbox.age)
    yield from _gauge(
        "outbox_overdue_seconds", "Since one of these has been due and no worker took it.", outbox.overdue
    )
    yield from _gauge("outbox_dead", "Emails that were given up, and that no organiser has settled.", outbox.dead)
    yield from _gauge("clock_overdue_seconds", "Since a duty of the clock should have run again.", clock_at(now))


def _broken() -> int:
    return sum(len(ids) for ids in violations().values())


def _gauge(name: str, what: str, values: float | dict[str, float]) -> Iterator[str]:
    """One number, or one for each duty. Nothing has to be escaped: the names are those of functions."""
    yield f"# HELP surgeries_{name} {what}"
    yield f"# TYPE surgeries_{name} gauge"
    for duty, value in values.items() if isinstance(values, dict) else [("", values)]:
        label = f'{{duty="{duty}"}}' if duty else ""
        yield f"surgeries_{name}{label} {'+Inf' if isinf(value) else value}"
