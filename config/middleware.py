"""What surrounds every request: a line in the log, the headers that Django has no setting for, and the door."""

import logging
from collections.abc import Callable
from time import perf_counter
from uuid import uuid4

from csp.utils import build_policy
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.middleware.common import CommonMiddleware
from django.shortcuts import redirect

from accounts import second_factor, sessions
from config.logs import about

logger = logging.getLogger("request")
GetResponse = Callable[[HttpRequest], HttpResponse]

HEADERS = {
    "Permissions-Policy": ", ".join(
        f"{feature}=()"
        for feature in (
            *("accelerometer", "autoplay", "camera", "display-capture", "encrypted-media", "geolocation", "gyroscope"),
            *("magnetometer", "microphone", "midi", "payment", "screen-wake-lock", "usb", "xr-spatial-tracking"),
        )
    ),
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow",
}


def log_requests(get_response: GetResponse) -> GetResponse:
    """One line per request: which kind of page, how it ended, how long it took. Its number is in X-Request-ID."""

    def middleware(request: HttpRequest) -> HttpResponse:
        began = perf_counter()
        request.number = uuid4().hex  # type: ignore[attr-defined]
        response = get_response(request)
        response["X-Request-ID"] = request.number  # type: ignore[attr-defined]
        milliseconds = round((perf_counter() - began) * 1000, 1)
        logger.info("request", extra={"facts": about(request) | {"status": response.status_code, "ms": milliseconds}})
        return response

    return middleware


def add_headers(get_response: GetResponse) -> GetResponse:
    """The same headers on every response: pages, errors and static files.

    The content policy as well, which django-csp's own middleware would write anew for every response, twice.
    """
    headers = HEADERS | {"Content-Security-Policy": build_policy()}

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        return response

    return middleware


def let_back_show(get_response: GetResponse) -> GetResponse:
    """A page that no cache but the browser's own may keep does not vary by cookie.

    Else Back would fetch anew what was kept for it (notifications.form_pages.FOR_BACK), because the first form that
    somebody opens sets a cookie: in place of what they typed, a blank form on which their own seat is taken.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        said = set(response.get("Cache-Control", "").split(", "))
        if said == {"private", "no-cache"} and response.get("Vary") == "Cookie":
            del response["Vary"]
        return response

    return middleware


def answer_head_without_body(get_response: GetResponse) -> GetResponse:
    """HEAD is answered with the length of the page and no more. gunicorn would drop the rest, and warn."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.method == "HEAD" and not response.streaming:
            response.headers.setdefault("Content-Length", str(len(response.content)))
            response.content = b""
        return response

    return middleware


class CommonUnlessProbed(CommonMiddleware):
    """Django's own, but a load balancer may probe by IP address: the two probes are answered whatever the host."""

    probes = ("/healthz", "/readyz")

    def process_request(self, request):
        return None if request.path_info in self.probes else super().process_request(request)


class SignedInUnlessPublic(LoginRequiredMiddleware):
    """Django's own, but a public page does not even look who is there: no session, no query, no `Vary: Cookie`.

    Everywhere else, whoever has been signed in for too long has to sign in again, and whoever has to have a second
    factor and has none gets no further than the pages that give them one.
    """

    def process_view(self, request, view_func, view_args, view_kwargs):
        if not getattr(view_func, "login_required", True):
            return None
        if request.user.is_authenticated and sessions.has_ended(request):
            logout(request)
        is_before = getattr(view_func, "is_before_second_factor", False)
        if request.user.is_authenticated and not is_before and second_factor.is_missing(request):
            return redirect("accounts:second_factor")
        return super().process_view(request, view_func, view_args, view_kwargs)
