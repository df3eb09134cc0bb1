"""How to reach the organisers."""

from contextlib import suppress

from django import template
from django.db import Error

from organisation.models import Department

register = template.Library()


@register.inclusion_tag("organisation/contact.html")
def contact() -> dict[str, str]:
    """Where, to end a sentence with. Pages about what went wrong say it too, so the database need not answer."""
    with suppress(Error):
        return {"contact_email": Department.recent().contact_email}
    return {"contact_email": ""}
