"""What every page may know."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject


def demonstration(request: HttpRequest) -> dict[str, Any]:
    """Whether this is the demonstration, whose pages lead to the mailbox, and whom one can be there."""
    if not settings.DEMONSTRATION:
        return {"demonstration": False}
    from bookings.demonstration.signing_in import ready_made

    return {"demonstration": True, "ready_made": SimpleLazyObject(ready_made)}
