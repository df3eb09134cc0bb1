"""What pages have to know of how somebody is signed in."""

from django import template
from django.template import Context

from accounts import second_factor

register = template.Library()


@register.simple_tag(takes_context=True)
def second_factor_is_missing(context: Context) -> bool:
    """Whether they get no further than setting up a second factor, so that links to anywhere else lead nowhere."""
    request = context["request"]
    return request.user.is_authenticated and second_factor.is_missing(request)
