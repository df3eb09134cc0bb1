"""Seats, places in line and choices, in words."""

from collections.abc import Iterable

from django import template
from django.contrib.humanize.templatetags.humanize import ordinal as in_figures
from django.utils.text import get_text_list

from bookings.availability import seats_left_in_words

register = template.Library()
# `{{ slot.seats_left|seats }}` is "2 seats left", "1 seat left" or "Full".
register.filter("seats", seats_left_in_words)

FIRST_NINE = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")


@register.filter
def ordinal(place: int) -> str:
    """A place on the waiting list, as people say it: "third", and "10th" from ten on."""
    return FIRST_NINE[place - 1] if 1 <= place <= len(FIRST_NINE) else str(in_figures(place))


@register.filter
def either(things: Iterable[str]) -> str:
    """Such as "gov.uk, nhs.net or mod.uk"."""
    return get_text_list([str(thing) for thing in things], "or")
