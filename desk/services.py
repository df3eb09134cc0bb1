"""The weekly digest: choosing it, and stopping it."""

from datetime import datetime

from django.utils import timezone

from accounts.models import User
from desk.models import Digest


def choose_digest(*, by: User, now: datetime | None = None) -> None:
    """Be written to every Monday, from the next one on. Choosing it again changes nothing."""
    Digest.objects.get_or_create(user=by, defaults={"chosen_at": now or timezone.now()})


def stop_digest(*, by: User) -> None:
    """Be written to no more. Stopping it again changes nothing; what is queued already is not sent."""
    Digest.objects.filter(user=by).delete()
