"""What every page may know."""

from django.conf import settings
from django.http import HttpRequest


def demonstration(request: HttpRequest) -> dict[str, bool]:
    """Whether this is the demonstration, whose pages lead to the mailbox."""
    return {"demonstration": settings.DEMONSTRATION}
