"""What the clock does for this app: it forgets."""

from datetime import datetime, timedelta

from django.contrib.sessions.models import Session

from notifications.registry import duty


@duty(every=timedelta(hours=1))
def forget_old_sessions(now: datetime) -> None:
    """Delete the sessions that have lapsed."""
    Session.objects.filter(expire_date__lt=now).delete()
