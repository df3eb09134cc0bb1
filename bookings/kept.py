"""What is the same for everybody and asked for all the time is made once a second in each process, not once a request.

Django's in-memory cache does the keeping: it is safe between threads, holds a bounded number of entries, and pickles
them, so that nobody can change what another request is given.
"""

import gzip
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from time import monotonic
from typing import TypeVar

from django.core.cache import caches
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.template.loader import render_to_string
from django.utils.cache import get_conditional_response, patch_vary_headers

Made = TypeVar("Made")


def kept(key: str, make: Callable[[], Made], *, seconds: float) -> Made:
    """What `make` returned for this key, asked no longer than `seconds` ago, by a clock that nobody can set back.

    Several threads that find nothing may make it at the same time, so that none waits for a slow one.
    """
    shelf, asked_at = caches["kept"], monotonic()
    made_at, made = shelf.get(key, (-inf, None))
    if asked_at - made_at >= seconds:
        made = make()
        shelf.set(key, (asked_at, made), timeout=seconds)
    return made


@dataclass(frozen=True)
class Kept:
    """A page or a file that carries nothing of whoever asked for it, plain and compressed.

    Compressing leaks nothing, since there is no secret in it that somebody could guess at by its length.
    """

    plain: bytes
    compressed: bytes
    etag: str

    @classmethod
    def of(cls, content: bytes) -> "Kept":
        digest = hashlib.blake2b(content, digest_size=12).hexdigest()
        return cls(content, gzip.compress(content, mtime=0), f'W/"{digest}"')

    @classmethod
    def render(cls, template: str, context: dict, *, path: str, query: str = "") -> "Kept":
        """Render for nobody in particular: the template sees a request without cookies, for `path` and `query`."""
        nobody = HttpRequest()
        nobody.path = path
        nobody.GET = QueryDict(query)
        return cls.of(render_to_string(template, context, nobody).encode())

    def respond(self, request: HttpRequest, *, content_type: str | None = None) -> HttpResponseBase:
        """Send it, or only that it is unchanged. Browsers and proxies may keep it, but ask before they show it."""
        zipped = "gzip" in request.headers.get("Accept-Encoding", "")
        response = HttpResponse(self.compressed if zipped else self.plain, content_type=content_type)
        if zipped:
            response["Content-Encoding"] = "gzip"
        response["ETag"] = self.etag
        response["Cache-Control"] = "no-cache"
        patch_vary_headers(response, ["Accept-Encoding"])
        return get_conditional_response(request, etag=self.etag, response=response) or response
