"""What the clock does for the diary: a series that goes on always has its surgeries some weeks ahead."""

import logging
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from notifications.registry import duty
from surgeries.models import Series
from surgeries.services import WEEKS_AHEAD, DiaryError, extend_series

logger = logging.getLogger(__name__)


@duty(every=timedelta(hours=1))
def extend_what_goes_on(now: datetime) -> None:
    """Make the drafts that are missing in every series that goes on, until so many weeks ahead.

    What somebody has decided on is left alone, so that it does not matter how often this runs. A series that cannot
    make surgeries as it is (its slots are too long, say) keeps no other from making theirs.
    """
    until = timezone.localdate(now) + timedelta(weeks=WEEKS_AHEAD)
    due = Series.objects.going_on()
    for series in due.filter(Q(planned_until=None) | Q(planned_until__lt=until)).order_by("pk"):
        try:
            extend_series(series=series, until=until, now=now)
        except DiaryError as error:
            facts = {"series": series.pk, "why": str(error)}
            logger.warning("series makes no surgeries", extra={"facts": facts})
