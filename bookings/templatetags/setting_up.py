"""How far setting up is, on the pages to which its steps lead."""

from typing import Any

from django import template

from bookings.starting import setting_up

register = template.Library()


@register.inclusion_tag("bookings/set_up_line.html")
def set_up_line() -> dict[str, Any]:
    """How many steps are done, and the next one; nothing, once all of them are."""
    return {"setting_up": setting_up()}
