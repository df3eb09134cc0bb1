"""Addresses on pages."""

import re

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def breakable(address: str | None) -> SafeString:
    """An address of email or a page. In a narrow place it goes on after its @, dots and slashes, not within a word."""
    parts = re.split(r"(?<=[@./])", address or "")
    return format_html_join(SafeString("<wbr>"), "{}", ((part,) for part in parts))
