"""What the clock does for champions."""

from datetime import datetime, timedelta

from django.utils import timezone

from champions.models import Champion
from notifications.registry import duty


@duty(every=timedelta(minutes=15))
def end_rests(now: datetime) -> None:
    """Let those host again whose rest is over."""
    over = Champion.objects.filter(state=Champion.State.RESTING, resting_until__lt=timezone.localdate(now))
    over.update(state=Champion.State.ACTIVE, resting_until=None)
