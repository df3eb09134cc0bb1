"""Pages about the process itself: whether it lives, whether it is ready, what it says when it fails, whom to tell."""

import sys
from datetime import UTC, timedelta
from functools import cache

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe

READ_ONLY = "25006"
"""PostgreSQL's code for a write on a standby, as just after a failover."""

CONTACT_STANDS = timedelta(days=180)
"""How long whoever keeps a copy of `security.txt` may go by it. Well within the year that RFC 9116 recommends."""


@login_not_required
@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """Whether this process lives. Asks nothing of the database: a restart would not mend that."""
    return HttpResponse("alive\n", content_type="text/plain")


@login_not_required
@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """Whether this process can serve people: the database answers, and every migration that it knows is there."""
    try:
        missing = known_migrations() - set(MigrationRecorder(connection).applied_migrations())
    except DatabaseError:
        return HttpResponse("no database\n", content_type="text/plain", status=503)
    if missing:
        return HttpResponse("migrations are missing\n", content_type="text/plain", status=503)
    return HttpResponse("ready\n", content_type="text/plain")


@cache
def known_migrations() -> frozenset[tuple[str, str]]:
    """The migrations in the code, as pairs of application and name."""
    loader = MigrationLoader(None)
    return frozenset(loader.disk_migrations or ())


@login_not_required
@require_safe
@cache_control(max_age=86400)
def security_txt(request: HttpRequest) -> HttpResponse:
    """Whom to tell about a weakness (RFC 9116). It never goes out of date: each day it stands for half a year more."""
    contact = settings.SECURITY_CONTACT
    if not contact:
        raise Http404
    today = timezone.now().astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    facts = {
        "Contact": contact if contact.startswith("https://") else f"mailto:{contact}",
        "Expires": f"{today + CONTACT_STANDS:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages": "en",
        "Canonical": f"{settings.PUBLIC_BASE_URL}{reverse('security_txt')}",
    }
    text = "".join(f"{name}: {value}\n" for name, value in facts.items())
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


@login_not_required
def server_error(request: HttpRequest) -> HttpResponse:
    """Say sorry. Where the database is away or busy, say so with 503 and when to try again.

    The page is written without asking anything of the database.
    """
    error = sys.exc_info()[1]
    if database_is_busy_or_away(error):
        return HttpResponse(render_to_string("503.html"), status=503, headers={"Retry-After": "10"})
    return HttpResponse(render_to_string("500.html"), status=500)


def database_is_busy_or_away(error: BaseException | None) -> bool:
    """Whether `error` passes by itself: a timeout, no connection, too many of them, a failover, a full disk."""
    cause = getattr(error, "__cause__", None)
    return isinstance(error, OperationalError | InterfaceError) or getattr(cause, "sqlstate", None) == READ_ONLY
