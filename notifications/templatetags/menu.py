"""The menu at the top of every page."""

from django import template
from django.template import Context
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

ITEM = """<li class="govuk-service-navigation__item{}">
  <a class="govuk-service-navigation__link" href="{}"{}>{}</a>
</li>"""
ACTIVE = '<strong class="govuk-service-navigation__active-fallback">{}</strong>'


@register.simple_tag(takes_context=True)
def menu_item(context: Context, href: str, text: str) -> SafeString:
    """One item of the service navigation. On that very page it is marked as such."""
    request = context.get("request")
    if request is None or request.path != href:
        return format_html(ITEM, "", href, "", text)
    active, current = " govuk-service-navigation__item--active", SafeString(' aria-current="page"')
    return format_html(ITEM, active, href, current, format_html(ACTIVE, text))


@register.simple_tag(takes_context=True)
def menu_page(context: Context, name: str, text: str) -> SafeString:
    """The same, of the page whose URL has this name."""
    return menu_item(context, reverse(name), text)
