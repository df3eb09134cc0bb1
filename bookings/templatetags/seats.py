"""Seats left, in words: `{{ slot.seats_left|seats }}` is "2 seats left", "1 seat left" or "Full"."""

from django import template

from bookings.availability import seats_left_in_words

register = template.Library()
register.filter("seats", seats_left_in_words)
