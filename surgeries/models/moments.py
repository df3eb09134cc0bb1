"""From the clocks on the wall to moments: a series thinks in local time, and rows hold UTC."""

from datetime import UTC, date, datetime, time

from django.conf import settings


def local_moment(day: date, at: time) -> datetime:
    """The moment in UTC when clocks in the programme's time zone show `at` on `day`."""
    return datetime.combine(day, at, tzinfo=settings.ZONE).astimezone(UTC)


def local_month(year: int, month: int) -> tuple[datetime, datetime]:
    """When that month begins and when the next one does, in the programme's time zone."""
    after = date(year + month // 12, month % 12 + 1, 1)
    return local_moment(date(year, month, 1), time()), local_moment(after, time())
