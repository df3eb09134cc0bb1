"""The list within somebody else's page: an iframe for the intranet, and the same as JSON for its own scripts.

Both say what the public list says, carry no cookie and are made once a second. Who may show them, EMBED_ORIGINS says;
everything else here may be framed by nobody.
"""

import json
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from csp.utils import build_policy
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from bookings.finding import Choices, Entry, Search, find, hosts_of, known_choices, names_of, topics_of
from bookings.kept import Kept
from organisation.kept import kept
from surgeries.templatetags.times import day, local, span

EMBED_IS_KEPT = 1.0
# As many as somebody looks through within another page; the rest is a press away.
EMBED_SHOWS, FEED_HOLDS = 10, 50
# For how long, in seconds, browsers and proxies may show what they read from the feed without asking again.
FEED_MAX_AGE = 30


@login_not_required
@require_safe
def embed(request: HttpRequest) -> HttpResponseBase:
    """The next surgeries, of one office or of all. What is pressed opens in the whole window."""
    choices = known_choices()
    search = _search(request, choices)

    def page() -> Kept:
        results = find(search, now=timezone.now(), per_page=EMBED_SHOWS)
        context = {"department": choices.department, "search": search, "choices": choices, "results": results}
        return Kept.render("bookings/embed.html", context, path=request.path, query=search.filters)

    return _may_be_framed(kept(f"embed:{search.key}", page, seconds=EMBED_IS_KEPT).respond(request))


@login_not_required
@require_safe
def embed_surgeries(request: HttpRequest) -> HttpResponseBase:
    """The same as JSON. An office that we do not know is an error: nobody would notice a list of everything."""
    search = _search(request, known_choices())
    if search.unknown:
        error = {"error": "There is no office of that name."}
        return _may_be_read(request, JsonResponse(error, status=HTTPStatus.NOT_FOUND))

    def body() -> Kept:
        return Kept.of(json.dumps(_feed(search), ensure_ascii=False, indent=1).encode())

    response = kept(f"embed-surgeries:{search.key}", body, seconds=EMBED_IS_KEPT).respond(
        request, content_type="application/json; charset=utf-8"
    )
    response["Cache-Control"] = f"public, max-age={FEED_MAX_AGE}"
    return _may_be_read(request, response)


def _search(request: HttpRequest, choices: Choices) -> Search:
    """Of what the list can be filtered by, the office alone."""
    search = Search.of(request.GET, choices)
    return replace(search, topic=None, page=1, unknown=tuple(name for name in search.unknown if name == "office"))


def _feed(search: Search) -> dict[str, Any]:
    found = find(search, now=timezone.now(), per_page=FEED_HOLDS)
    everything = f"{settings.PUBLIC_BASE_URL}{reverse('bookings:upcoming')}"
    return {
        "link": f"{everything}?{search.filters}" if search.filters else everything,
        "count": found.page.paginator.count,
        "surgeries": [_facts(entry) for week in found.weeks for entry in week.entries],
    }


def _facts(entry: Entry) -> dict[str, Any]:
    """What the list says of a surgery, and no more."""
    surgery, hosts = entry.surgery, hosts_of(entry.surgery)
    return {
        "day": day(surgery.starts_at),
        "times": span(surgery),
        "starts_at": local(surgery.starts_at).isoformat(),
        "ends_at": local(surgery.ends_at).isoformat(),
        "venue": surgery.venue.name,
        "office": surgery.venue.office.name,
        "hosts": names_of(hosts),
        "topics": topics_of(hosts),
        "seats": entry.availability.words,
        "seats_left": entry.availability.seats_left,
        "is_drop_in": surgery.is_drop_in,
        "link": f"{settings.PUBLIC_BASE_URL}{surgery.get_absolute_url()}",
    }


def _may_be_framed(response: HttpResponseBase) -> HttpResponseBase:
    """Also when all that is said is that it is unchanged: those headers replace what the browser kept."""
    if settings.EMBED_ORIGINS:
        response["Content-Security-Policy"] = build_policy(replace={"frame-ancestors": settings.EMBED_ORIGINS})
        response.xframe_options_exempt = True  # type: ignore[attr-defined]  # which knows no list of origins
    return response


def _may_be_read(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """By scripts on pages of EMBED_ORIGINS, as answered to the one that asks."""
    origin = request.headers.get("Origin", "")
    if origin in settings.EMBED_ORIGINS:
        response["Access-Control-Allow-Origin"] = origin
    patch_vary_headers(response, ["Origin"])
    return response
