"""Email addresses on pages."""

import re

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def breakable(address: str | None) -> SafeString:
    """The address, which may go on in the next line after its @ and its dots rather than in the middle of a word."""
    parts = re.split(r"(?<=[@.])", address or "")
    return format_html_join(SafeString("<wbr>"), "{}", ((part,) for part in parts))
