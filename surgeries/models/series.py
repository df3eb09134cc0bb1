"""Where surgeries are held, and the patterns that make them."""

from collections.abc import Iterator
from datetime import date, datetime, time
from typing import ClassVar, Self

from dateutil.rrule import MONTHLY, WEEKLY, rrule, weekday
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import MD5, Cast, Left, Random
from django.utils.crypto import get_random_string

from organisation.models import CurrentQuerySet, Office

# Without vowels, so that no reference spells a word, and without what is easily misread.
REFERENCE_LETTERS = "bcdfghjkmnpqrstvwxz23456789"
USUAL_HOSTS, MOST_HOSTS = 2, 20
# A week.
MOST_CUTOFF_MINUTES = 10_080


def new_reference() -> str:
    """A short name for the address of a surgery or a series, such as `k3m9tq2`."""
    return get_random_string(7, REFERENCE_LETTERS)


class Venue(models.Model):
    """A café or a room where surgeries are held."""

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="venues")
    name = models.CharField(max_length=100, help_text="Such as “Ground floor café”.")
    directions = models.TextField(blank=True, help_text="How to find the table, from the front door.")
    accessibility = models.TextField(blank=True, help_text="Step-free access, hearing loop, quiet corners, toilets.")
    is_retired = models.BooleanField(default=False)

    impersonal: ClassVar[set[str]] = {"name", "directions", "accessibility", "is_retired"}

    objects = CurrentQuerySet.as_manager()

    class Meta:
        ordering = ("office__name", "name")
        constraints = [
            models.UniqueConstraint(
                "office",
                "name",
                name="venue_name_is_unique_in_its_office",
                violation_error_message="This office has a venue of that name already.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.office}"


class SeriesQuerySet(models.QuerySet):
    def going_on(self) -> Self:
        """Those that the clock extends: at a venue in use, and without a last date or with one that is still to come.

        Of one that has a last date as soon as it is made, all dates are decided on at once. `goes_on` says it of one.
        """
        unmade = Q(ends_on=None) | Q(ends_on__gt=F("planned_until"))
        return self.filter(unmade, venue__is_retired=False, venue__office__is_retired=False)


class Series(models.Model):
    """A pattern that makes surgeries: every second Tuesday at 10:00 in the café. Times are local times.

    The day of the week is that of its first date. It comes every so many weeks or, if `nth_in_month` says which, on
    one such day of every month.
    """

    class Nth(models.IntegerChoices):
        """Which of the days of one name in a month."""

        FIRST = 1, "first"
        SECOND = 2, "second"
        THIRD = 3, "third"
        FOURTH = 4, "fourth"
        LAST = -1, "last"

    # Printed on posters. The database makes one for those that know of none: older rows, and older processes.
    reference = models.CharField(
        max_length=12,
        unique=True,
        default=new_reference,
        db_default=Left(MD5(Cast(Random(), models.TextField())), 7),
        editable=False,
    )
    name = models.CharField(max_length=100)
    venue = models.ForeignKey(Venue, on_delete=models.PROTECT, related_name="series")
    starts_on = models.DateField("first date")
    ends_on = models.DateField("last date", null=True, blank=True)
    # Every date of the pattern up to here has been decided on: it has its surgery, or it was struck out.
    planned_until = models.DateField(null=True, editable=False)
    every_weeks = models.PositiveSmallIntegerField(default=2, validators=[MinValueValidator(1), MaxValueValidator(12)])
    nth_in_month = models.SmallIntegerField(choices=Nth, null=True, blank=True, editable=False)
    start_time = models.TimeField(default=time(10))
    end_time = models.TimeField(default=time(12))
    slot_minutes = models.PositiveSmallIntegerField(default=20, validators=[MinValueValidator(5)])
    seats_per_slot = models.PositiveSmallIntegerField(default=3, validators=[MinValueValidator(1)])
    hosts_wanted = models.PositiveSmallIntegerField(
        default=USUAL_HOSTS, db_default=USUAL_HOSTS, validators=[MinValueValidator(1), MaxValueValidator(MOST_HOSTS)]
    )
    is_drop_in = models.BooleanField("people may drop in", default=True)
    # How long before the start the waiting list stops; the department's if it says nothing.
    cutoff_minutes = models.PositiveSmallIntegerField(
        null=True, blank=True, editable=False, validators=[MaxValueValidator(MOST_CUTOFF_MINUTES)]
    )

    impersonal: ClassVar[set[str]] = {
        "reference", "name", "starts_on", "ends_on", "planned_until", "every_weeks", "nth_in_month", "start_time",
        "end_time", "slot_minutes", "seats_per_slot", "hosts_wanted", "is_drop_in", "cutoff_minutes",
    }  # fmt: skip

    objects = SeriesQuerySet.as_manager()

    class Meta:
        ordering = ("name",)
        verbose_name_plural = "series"
        constraints = [
            models.CheckConstraint(
                name="series_ends_after_it_starts",
                condition=Q(end_time__gt=F("start_time")) & (Q(ends_on=None) | Q(ends_on__gte=F("starts_on"))),
                violation_error_message="The end has to come after the start.",
            ),
            models.CheckConstraint(
                name="series_counts_are_positive",
                condition=Q(every_weeks__gte=1, slot_minutes__gte=5, seats_per_slot__gte=1),
                violation_error_message="Weeks, minutes and seats have to be positive, and a slot at least 5 minutes.",
            ),
            models.CheckConstraint(name="series_wants_a_few_hosts", condition=Q(hosts_wanted__range=(1, MOST_HOSTS))),
            models.CheckConstraint(
                name="series_comes_by_weeks_or_by_month",
                condition=Q(nth_in_month=None) | Q(nth_in_month__in=[1, 2, 3, 4, -1], every_weeks=1),
                violation_error_message="It comes on one day of every month, so every how many weeks stays at 1.",
            ),
        ]

    # Of one that is not saved yet: the slots that its pattern is to name one by one.
    slots_to_have: "tuple[PatternSlot, ...]" = ()

    def __str__(self) -> str:
        return self.name

    @property
    def goes_on(self) -> bool:
        """Whether the clock extends it. `going_on` says the same of many."""
        is_unmade = not self.ends_on or (self.planned_until is not None and self.planned_until < self.ends_on)
        return is_unmade and not self.venue.is_retired and not self.venue.office.is_retired

    def dates(self, *, until: date) -> Iterator[date]:
        """The dates of the pattern from its first one up to and including `until` (and its own last date).

        Steps from day to day and knows no hours, so that no change of the clocks can move it.
        """
        last = min(until, self.ends_on) if self.ends_on else until
        first, last_moment = (datetime.combine(day, time()) for day in (self.starts_on, last))
        if self.nth_in_month is None:
            pattern = rrule(WEEKLY, interval=self.every_weeks, dtstart=first, until=last_moment)
        else:
            day = weekday(self.starts_on.weekday())(self.nth_in_month)
            pattern = rrule(MONTHLY, byweekday=day, dtstart=first, until=last_moment)
        for moment in pattern:
            yield moment.date()

    def turn(self, day: date) -> tuple[int, int]:
        """The week or the month that one surgery of the series is for, whichever day of it that is held on."""
        return day.isocalendar()[:2] if self.nth_in_month is None else (day.year, day.month)


class PatternSlot(models.Model):
    """A slot that the surgeries of a series are made with, by how long after their start it begins.

    A series without any makes slots of `slot_minutes` back to back, with `seats_per_slot` seats each.
    """

    series = models.ForeignKey(Series, on_delete=models.CASCADE, related_name="pattern_slots")
    begins_after = models.PositiveSmallIntegerField()
    minutes = models.PositiveSmallIntegerField()
    seats = models.PositiveSmallIntegerField()

    impersonal: ClassVar[set[str]] = {"begins_after", "minutes", "seats"}
    part_of: ClassVar[str] = "series"

    class Meta:
        ordering = ("begins_after",)
        constraints = [
            models.UniqueConstraint(fields=("series", "begins_after"), name="pattern_slot_start_is_unique_in_series"),
            models.CheckConstraint(name="pattern_slot_counts_are_positive", condition=Q(minutes__gte=1, seats__gte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.minutes} minutes after {self.begins_after}, {self.seats} seats"


class Making(models.Model):
    """What one press made: surgeries, and their series if it is new. It can be taken back while they are drafts."""

    # Of the form: sent again, it makes nothing more.
    request_id = models.UUIDField(unique=True, editable=False)
    # Of what was asked for, to tell the same press from another one on the same form.
    digest = models.CharField(max_length=64, editable=False)
    series = models.ForeignKey(Series, on_delete=models.SET_NULL, null=True, editable=False, related_name="makings")
    is_new_series = models.BooleanField(default=False, editable=False)
    # What the series said before and since, so that it can say again what it said.
    was_planned_until = models.DateField(null=True, editable=False)
    planned_until = models.DateField(null=True, editable=False)
    ended_on = models.DateField(null=True, editable=False)
    made_at = models.DateTimeField(editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, editable=False, related_name="+"
    )
    undone_at = models.DateTimeField(null=True, editable=False)

    impersonal: ClassVar[set[str]] = {
        "request_id", "digest", "is_new_series", "was_planned_until", "planned_until", "ended_on", "made_at",
        "undone_at",
    }  # fmt: skip

    def __str__(self) -> str:
        return f"Making {self.pk}"
