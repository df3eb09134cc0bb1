"""Pages and files that carry nothing of whoever asks for them: rendered once (`organisation.kept`), sent to many."""

import gzip
import hashlib
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.template.loader import render_to_string
from django.utils.cache import get_conditional_response, patch_vary_headers


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
