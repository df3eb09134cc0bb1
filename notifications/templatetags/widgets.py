"""How the template pack for forms (templates/govuk/) writes the attributes of a widget."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()

# Those that the pack sets itself, or that GOV.UK pages do without: the server checks what is required and how long it
# is, and says so in words.
_NOT_TAKEN_OVER = frozenset(
    {
        "id", "class", "type", "name", "value", "checked", "selected", "required", "maxlength", "minlength", "cols",
        "rows", "aria-invalid", "aria-describedby",
    }
)  # fmt: skip


@register.filter
def attributes(attrs: Mapping[str, Any]) -> SafeString:
    """The attributes of a widget as they stand in its tag, such as ` disabled autocomplete="name"`."""
    taken = ((name, value) for name, value in attrs.items() if value is not False and name not in _NOT_TAKEN_OVER)
    return format_html_join("", "{}", ((_attribute(name, value),) for name, value in taken))


def _attribute(name: str, value: Any) -> SafeString:
    return format_html(" {}", name) if value is True else format_html(' {}="{}"', name, value)
