"""The guide for organisers (docs/organisers.md) as a page: with its pictures, and headings that links lead to."""

import re
from functools import cache

from django.conf import settings
from django.templatetags.static import static
from django.utils.safestring import SafeString, mark_safe
from markdown_it.rules_core import StateCore

from organisation.templatetags.markdown import reader


@cache
def guide() -> tuple[str, SafeString]:
    """Its title, and all below it as HTML."""
    title, _, text = (settings.BASE_DIR / "docs" / "organisers.md").read_text().partition("\n")
    made = reader().enable("image")
    made.validateLink = lambda url: True  # type: ignore[method-assign]  # nobody but us has written it
    made.core.ruler.push("lead", _lead)
    return title.removeprefix("# "), mark_safe(made.render(text))  # noqa: S308 - as above


def _lead(state: StateCore) -> None:
    """Name the headings as links to them do, and say where the pictures are."""
    for token, within in zip(state.tokens, state.tokens[1:], strict=False):
        if token.type == "heading_open":
            token.attrs["id"] = re.sub(r"[^\w -]", "", within.content.lower()).replace(" ", "-")
        for picture in (each for each in token.children or () if each.type == "image"):
            name = str(picture.attrs["src"]).removeprefix("pictures/")
            picture.attrs |= {"src": static(f"guide/{name}"), "class": "app-guide__picture", "loading": "lazy"}
