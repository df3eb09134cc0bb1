"""Places in line, in words: `{{ 3|ordinal }}` is "third"."""

from django import template

register = template.Library()

WORDS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


@register.filter
def ordinal(place: int) -> str:
    """Such as "first" or "tenth", and in figures from "11th" on."""
    if 1 <= place <= len(WORDS):
        return WORDS[place - 1]
    ending = "th" if place % 100 in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    return f"{place}{ending}"
