"""Where the QR codes on posters and table cards lead: to the page on which people say that they are here."""

from django.conf import settings

from surgeries.models import Series, Surgery


def here_link(surgery: Surgery) -> str:
    """The whole address for one surgery. It is printed, so it stays as it is."""
    return f"{settings.PUBLIC_BASE_URL}/here/{surgery.reference}/"


def here_link_of_series(series: Series) -> str:
    """The whole address for whichever surgery of the series is on."""
    return f"{settings.PUBLIC_BASE_URL}/here/series/{series.reference}/"
