"""What the clock does for this app: it reminds, briefs, asks, thanks and forgets, and promotes who became free."""

from collections import defaultdict
from datetime import datetime, time, timedelta

from django.db.models import Case, Exists, OuterRef, Value, When
from django.utils import timezone

from accounts.models import User
from bookings.after_emails import queue_missed, queue_thanks_for_coming, queue_without_outcome
from bookings.brief_emails import queue_briefs, queue_changes
from bookings.emails import queue_reminders
from bookings.models import WORDS_KEPT, Ask, Booking, Letter, Outcome, Thanks, Visit
from bookings.needs import in_need
from bookings.services.asking import ask_where_hosts_are_missing
from bookings.services.attending import end_the_day
from bookings.services.barring import take_off
from bookings.services.outcomes import RECORDED_FOR
from bookings.services.waiting import settle
from notifications.registry import duty
from organisation.models import Department
from organisation.working_days import working_day_after, working_day_before
from surgeries.models import Seat, Shift, Surgery, SurgeryQuerySet, local_moment

# How far ahead and back to look: more days than any weekend with bank holidays around it has.
AHEAD = timedelta(days=10)
# When hosts hear what has changed, on the day itself; where that is late, this long before the surgery.
MORNING = time(8)
BEFORE = timedelta(hours=1)
# So long after the morning when they are due, emails about a surgery that is over are still worth sending.
LATE = timedelta(days=2)
# So many days before, surgeries that lack hosts ask for them.
ASKED_BEFORE = (10, 3)
# So many surgeries at a time: however many there are, no statement runs into the time that one may take.
SLICE = 500


@duty(every=timedelta(minutes=5))
def remind(now: datetime) -> None:
    """Remind everybody who holds a seat, from the morning of the working day before until their slot begins.

    Not those who got their seat since that morning: they have just heard from us. A few statements, whoever is due;
    an email is queued once for each slot of a booking, however often and on however many machines this runs.
    """
    hour = Department.current().reminder_hour
    ahead = Surgery.objects.upcoming(now).filter(starts_at__lt=now + AHEAD).select_related("venue__office")
    due: dict[datetime, list[int]] = defaultdict(list)
    for surgery in ahead:
        moment = reminded_at(surgery, hour=hour)
        if moment <= now:
            due[moment].append(surgery.pk)
    for moment, surgeries in due.items():
        seated = Booking.objects.holding_a_seat().filter(slot__starts_at__gt=now, confirmed_at__lt=moment)
        queue_reminders(seated.filter(surgery__in=surgeries).select_related("attendee", "slot"), now=now)


def reminded_at(surgery: Surgery, *, hour: int) -> datetime:
    """When clocks show `hour` on the working day before the surgery, in the nation of its office."""
    day = working_day_before(timezone.localdate(surgery.starts_at), surgery.venue.office.nation)
    return local_moment(day, time(hour))


@duty(every=timedelta(minutes=5))
def brief_hosts(now: datetime) -> None:
    """Send every host the brief, when those who booked are reminded. Whoever begins to host later gets it at once."""
    hour = Department.current().reminder_hour
    queue_briefs([surgery for surgery in _ahead(now) if reminded_at(surgery, hour=hour) <= now], now=now)


@duty(every=timedelta(minutes=5))
def tell_hosts_what_changed(now: datetime) -> None:
    """On the morning of the surgery tell its hosts, once, what has changed since their brief, if anything has."""
    queue_changes([surgery for surgery in _ahead(now) if told_at(surgery) <= now], now=now)


def told_at(surgery: Surgery) -> datetime:
    """When hosts are told what has changed: in the morning, and an hour before the start at the latest."""
    morning = local_moment(timezone.localdate(surgery.starts_at), MORNING)
    return min(morning, surgery.starts_at - BEFORE)


def _ahead(now: datetime) -> SurgeryQuerySet:
    """The surgeries that begin soon, with their office."""
    soon = Surgery.objects.upcoming(now).filter(starts_at__gt=now, starts_at__lt=now + AHEAD)
    return soon.select_related("venue__office")


@duty(every=timedelta(minutes=5))
def thank_for_coming(now: datetime) -> None:
    """The day after, thank everybody who came, once, with the way to what came of it. Who is noted late hears later."""
    hour = Department.current().reminder_hour
    over = [surgery for surgery in _just_over(now) if _is_time(day_after(surgery, hour=hour), now)]
    came = Visit.objects.filter(surgery__in=over, attendee__email__isnull=False)
    queue_thanks_for_coming(came.select_related("attendee", "surgery"), now=now)


@duty(every=timedelta(minutes=5))
def remind_of_outcomes(now: datetime) -> None:
    """The day after, remind the hosts, once, of those whom they were the last to help and whose outcome is missing."""
    hour = Department.current().reminder_hour
    queue_without_outcome(
        [
            surgery
            for surgery in _just_over(now)
            if day_after(surgery, hour=hour) <= now < surgery.ends_at + RECORDED_FOR
        ],
        now=now,
    )


@duty(every=timedelta(minutes=5))
def miss_no_shows(now: datetime) -> None:
    """On the morning of the next working day, tell who had a seat and did not come that they were missed, once."""
    hour = Department.current().reminder_hour
    over = [surgery for surgery in _just_over(now) if _is_time(missed_at(surgery, hour=hour), now)]
    missed = Booking.objects.plain_no_shows(now).filter(
        surgery__in=over, missed_because="", attendee__email__isnull=False
    )
    queue_missed(missed.select_related("attendee", "surgery"), now=now)


def day_after(surgery: Surgery, *, hour: int) -> datetime:
    """When clocks show `hour` on the day after the surgery."""
    return local_moment(timezone.localdate(surgery.ends_at) + timedelta(days=1), time(hour))


def missed_at(surgery: Surgery, *, hour: int) -> datetime:
    """When clocks show `hour` on the working day after the surgery, in the nation of its office."""
    day = working_day_after(timezone.localdate(surgery.ends_at), surgery.venue.office.nation)
    return local_moment(day, time(hour))


def _is_time(moment: datetime, now: datetime) -> bool:
    return moment <= now < moment + LATE


def _just_over(now: datetime) -> SurgeryQuerySet:
    """The surgeries that took place in the last days, with their office."""
    took_place = Surgery.objects.filter(state=Surgery.State.PUBLISHED, ends_at__lte=now, ends_at__gt=now - AHEAD)
    return took_place.select_related("venue__office")


@duty(every=timedelta(minutes=15))
def ask_for_hosts(now: datetime) -> None:
    """Ten days and three days before, ask about the surgeries that lack hosts, unless that was done since.

    From the hour at which people are reminded on. Whoever gave a shift back in between has had others asked already.
    """
    hour = Department.current().reminder_hour
    since: dict[int, datetime] = {}
    for surgery in in_need(now).filter(starts_at__lt=now + timedelta(days=max(ASKED_BEFORE) + 1)):
        moments = [asked_at(surgery, days=days, hour=hour) for days in ASKED_BEFORE]
        if past := [moment for moment in moments if moment <= now]:
            since[surgery.pk] = max(past)
    if since:
        ask_where_hosts_are_missing(since=since, now=now)


def asked_at(surgery: Surgery, *, days: int, hour: int) -> datetime:
    """When clocks show `hour`, so many days before the surgery."""
    return local_moment(timezone.localdate(surgery.starts_at) - timedelta(days=days), time(hour))


@duty(every=timedelta(minutes=1))
def promote_those_free_by_now(now: datetime) -> None:
    """Promote where somebody waits beside a free seat.

    Whoever frees a seat promotes at once, and so does whoever moves a surgery or calls it off where its people wait
    elsewhere; this is for those who became free otherwise, by a shift that was given back.
    """
    waiting = Booking.objects.waiting().filter(surgery=OuterRef("pk"))
    free = Seat.objects.filter(surgery=OuterRef("pk"), booking=None, slot__starts_at__gt=now)
    for surgery in Surgery.objects.upcoming(now).filter(Exists(waiting), Exists(free)):
        settle(surgery=surgery, now=now)


@duty(every=timedelta(hours=1))
def take_off_the_barred(now: datetime) -> None:
    """Take whoever is barred off what they are still to host.

    The page on which they are barred does so at once; this is for those who were barred otherwise, such as by SQL or
    by a version that left them their shifts.
    """
    coming = Shift.objects.live().filter(champion__user=OuterRef("pk"), ends_at__gt=now)
    for user in User.objects.filter(Exists(coming), is_active=False):
        take_off(user=user, now=now)


@duty(every=timedelta(minutes=15))
def close_the_room(now: datetime) -> None:
    """After midnight nobody is here any more, nor being helped."""
    end_the_day(now=now)


@duty(every=timedelta(days=1))
def forget_words(now: datetime) -> None:
    """Delete what people typed about a surgery, and who was asked to host there, 90 days after it."""
    over = list(Surgery.objects.filter(ends_at__lte=now - WORDS_KEPT).order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(over), SLICE):
        here = over[start : start + SLICE]
        said = Booking.objects.filter(surgery__in=here).exclude(question="", adjustments="")
        said.update(question="", adjustments="")
        why = Shift.objects.filter(surgery__in=here).exclude(ended_reason__in=Shift.REASONS)
        by_organiser = When(ended_reason__startswith=Shift.TAKEN_OFF, then=Value(Shift.TAKEN_OFF))
        why.update(ended_reason=Case(by_organiser, default=Value(Shift.GIVEN_BACK)))
        Thanks.objects.filter(surgery__in=here).exclude(words="").update(words="")
        Letter.objects.filter(surgery__in=here).exclude(words="").update(subject="", words="")
        came_of_it = Outcome.objects.filter(visit__surgery__in=here).exclude(next_step="", pledge="")
        came_of_it.update(next_step="", is_next_step_shared=False, pledge="")
        called_off = Surgery.objects.filter(pk__in=here, state=Surgery.State.CALLED_OFF)
        called_off.exclude(called_off_reason=Shift.CALLED_OFF).update(called_off_reason=Shift.CALLED_OFF)
        Ask.objects.filter(surgery__in=here).delete()
