"""How forms about shifts write a moment."""

from django import template

from bookings.forms.hosting import written

register = template.Library()
register.filter("choice", written, expects_localtime=False)
