"""QR codes, drawn within the page."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def qr_code(address: str) -> SafeString:
    """The address as a QR code that is still read when a quarter of it is stained or bent."""
    # Few pages need it, and it would take memory from every process.
    import segno

    drawn = segno.make_qr(address, error="q").svg_inline(
        light="#fff", svgclass="app-code", lineclass=None, omitsize=True
    )
    # The library writes nothing of the address into the drawing, which is squares alone.
    return format_html('<div role="img" aria-label="QR code that leads to {}">{}</div>', address, SafeString(drawn))
