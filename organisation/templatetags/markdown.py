"""Markdown as organisers write it, as HTML in GOV.UK's clothes. No tag comes out that is not made here."""

import re

from django import template
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

register = template.Library()

CLASSES = {
    "paragraph_open": "govuk-body",
    "bullet_list_open": "govuk-list govuk-list--bullet",
    "ordered_list_open": "govuk-list govuk-list--number",
    "blockquote_open": "govuk-inset-text",
    "link_open": "govuk-link",
    "hr": "govuk-section-break govuk-section-break--m govuk-section-break--visible",
    "table_open": "govuk-table",
    "thead_open": "govuk-table__head",
    "tbody_open": "govuk-table__body",
    "tr_open": "govuk-table__row",
    "th_open": "govuk-table__header",
    "td_open": "govuk-table__cell",
}
ELSEWHERE = re.compile(r"https?://", re.IGNORECASE)
# Everything else, such as javascript: or data:, stays the text that somebody typed.
LINK = re.compile(r"https?://|mailto:|/(?!/)|#", re.IGNORECASE)


@register.filter
def markdown(text: str) -> SafeString:
    """The text as HTML. What looks like HTML in it is shown as it was typed."""
    return mark_safe(READER.render(text))  # noqa: S308


def dress(state: StateCore) -> None:
    """Give every element the class of GOV.UK Frontend, and headings the level that they have on the page."""
    above: list[int] = []
    shown = ""
    for token in _every(state.tokens):
        if token.type in CLASSES:
            token.attrs = {"class": CLASSES[token.type], **token.attrs}
        if token.type == "heading_open":
            level = int(token.tag[1])
            above = [*(larger for larger in above if larger < level), level]
            shown = f"h{min(len(above) + 1, 6)}"  # the page has its title as h1
            token.tag = shown
            token.attrs["class"] = "govuk-heading-m" if shown == "h2" else "govuk-heading-s"
        elif token.type == "heading_close":
            token.tag = shown
        elif token.type in {"th_open", "td_open"}:
            _align(token)
        elif token.type == "link_open" and ELSEWHERE.match(str(token.attrs["href"])):
            token.attrs["rel"] = "noopener"


def _every(tokens: list[Token]) -> list[Token]:
    """The tokens, and those within a line of text."""
    return [each for token in tokens for each in (token, *(token.children or ()))]


def _align(cell: Token) -> None:
    """By class: the Content-Security-Policy allows no styles in the page."""
    if "right" in str(cell.attrs.pop("style", "")):
        cell.attrs["class"] = f"{cell.attrs['class']} {cell.attrs['class']}--numeric"
    if cell.type == "th_open":
        cell.attrs["scope"] = "col"


def reader() -> MarkdownIt:
    """The preset without HTML, which its makers recommend for what people type; and without pictures from elsewhere."""
    made = MarkdownIt("js-default").disable("image")
    made.validateLink = lambda url: bool(LINK.match(url))  # type: ignore[method-assign]
    made.core.ruler.push("dress", dress)
    return made


READER = reader()
