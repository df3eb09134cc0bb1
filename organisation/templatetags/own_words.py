"""The department's own paragraph in an email."""

from django import template
from django.template import Context

from organisation.paragraphs import paragraph_of

register = template.Library()


@register.simple_tag(takes_context=True)
def own_words(context: Context) -> str:
    """The paragraph of the email that is being written; empty if there is none."""
    return paragraph_of(str(context.get("email_name", "")))
