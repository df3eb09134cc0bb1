"""Who really came, who helped them, what came of it, and what they say of it.

What must never be false is a constraint; those that Django cannot express are in the migration `visits`.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery

from bookings.models.bookings import WORDS_KEPT, Attendee, Booking
from organisation.models import Topic
from surgeries.models import Shift, Surgery

# People find themselves at the door this long before the start, and hosts take them in.
DOORS_OPEN_BEFORE = timedelta(hours=1)
# Organisers put the register right for so long after the surgery.
CORRECTED_FOR = timedelta(days=30)


class VisitQuerySet(models.QuerySet):
    def waiting(self) -> Self:
        """Those who are here, and whom nobody helps at the moment."""
        return self.filter(~Exists(Help.objects.going_on().filter(visit=OuterRef("pk"))), left_at=None)

    def without_an_outcome(self) -> Self:
        """Those who were helped, and of whom nothing is recorded; where nobody knows it, nothing is missing."""
        return self.filter(Exists(Help.objects.filter(visit=OuterRef("pk"))), outcome=None, is_outcome_unknown=False)

    def helped_last_by(self, user) -> Self:
        """Those of which this user records what came of it: nobody helped them after that champion did."""
        latest = Help.objects.filter(visit=OuterRef("pk")).order_by("-starts_at", "-pk")
        return self.annotate(helped_last_by=Subquery(latest.values("shift__champion__user")[:1])).filter(
            helped_last_by=user.pk
        )


class Visit(models.Model):
    """Somebody really came, booked or not.

    Whoever has a seat at the surgery, even since they arrived, came to it, and everybody else walked in: what was
    booked is found by attendee. `booking` is the seat that they had when they arrived.
    """

    attendee = models.ForeignKey(Attendee, on_delete=models.PROTECT, related_name="visits")
    surgery = models.ForeignKey(Surgery, on_delete=models.PROTECT, related_name="visits")
    booking = models.OneToOneField(Booking, on_delete=models.PROTECT, null=True, blank=True, related_name="visit")
    # As they gave it that day.
    name = models.CharField(max_length=100, db_default="", default="")
    # What a walk-in is here about; of somebody who booked, the booking says it.
    topics = models.ManyToManyField(Topic, blank=True, related_name="+")
    is_curious = models.BooleanField("just curious", default=False, db_default=False, help_text="Here to look around.")
    # Not known of whoever was noted afterwards.
    arrived_at = models.DateTimeField(null=True, blank=True)
    left_at = models.DateTimeField(null=True, blank=True)
    # Who took them in; nobody, if they found themselves.
    taken_in_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, editable=False, related_name="+"
    )
    # Of the form that added them: sent again, it adds nobody else.
    request_id = models.UUIDField(null=True, editable=False)
    # Those who could know were asked, so organisers are asked no more. It can still be recorded.
    is_outcome_unknown = models.BooleanField(
        "nobody knows what came of it", default=False, db_default=False, editable=False
    )
    # Rises whenever they wait again, or are sat with as before: what was pressed before that counts no more.
    version = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    # The ids of other visits that turned out to be this one: their private links lead here.
    stands_for = ArrayField(models.BigIntegerField(), null=True, editable=False)

    personal: ClassVar[set[str]] = {"name"}
    impersonal: ClassVar[set[str]] = {
        "is_curious", "arrived_at", "left_at", "request_id", "is_outcome_unknown", "version", "stands_for",
    }  # fmt: skip
    part_of: ClassVar[str] = "surgery"

    objects = VisitQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("attendee", "surgery"), name="visit_is_once_per_person_and_surgery"),
            models.UniqueConstraint(fields=("surgery", "request_id"), name="visit_is_once_per_form"),
            models.CheckConstraint(
                name="visit_ends_after_it_begins", condition=Q(left_at=None) | Q(left_at__gte=F("arrived_at"))
            ),
            # What the composite foreign key of a help points at.
            models.UniqueConstraint(fields=("id", "surgery"), name="visit_with_its_surgery"),
        ]

    def __str__(self) -> str:
        return f"Visit {self.pk}"

    def is_time_for_thanks(self, now: datetime) -> bool:
        """Whether it is over, but not so long ago that nobody would read what was written about it."""
        return (self.left_at or self.surgery.ends_at) <= now < self.surgery.ends_at + WORDS_KEPT


class HelpQuerySet(models.QuerySet):
    def going_on(self) -> Self:
        return self.filter(ends_at=None)

    def ending_with(self, shifts: Iterable[Shift]) -> Self:
        """What ends if these shifts are given back: with whom their champion sits, read with the surgery."""
        return self.going_on().filter(shift__in=shifts).select_related("visit", "surgery").order_by("visit")


class Help(models.Model):
    """A champion sits with somebody, from when to when. Passed on, one ends and the next begins.

    Nobody is helped by two at once, which an exclusion constraint guards; nor has anybody left meanwhile, or stopped
    hosting, which triggers guard. Visit and shift are of the same surgery, which composite foreign keys guard.
    """

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="helps")
    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, related_name="helps")
    surgery = models.ForeignKey(Surgery, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)

    impersonal: ClassVar[set[str]] = {"starts_at", "ends_at"}
    part_of: ClassVar[str] = "visit"

    objects = HelpQuerySet.as_manager()

    class Meta:
        ordering = ("starts_at", "id")
        # Of all help that there ever was, a few go on.
        indexes = [models.Index(fields=("visit",), name="help_going_on", condition=Q(ends_at=None))]
        constraints = [
            models.CheckConstraint(
                name="help_ends_after_it_starts", condition=Q(ends_at=None) | Q(ends_at__gte=F("starts_at"))
            ),
        ]

    def __str__(self) -> str:
        return f"Help {self.pk}"


class Outcome(models.Model):
    """What the champion records after helping: what was asked, what became of it, and one next step."""

    class Result(models.TextChoices):
        ANSWERED = "answered", "Answered"
        PARTLY = "partly", "Partly answered"
        REFERRED_ON = "referred_on", "Referred on"
        COME_BACK = "come_back", "Will come back"

    LONGEST = 200

    visit = models.OneToOneField(Visit, on_delete=models.CASCADE, related_name="outcome")
    topics = models.ManyToManyField(Topic, related_name="+")
    result = models.CharField(max_length=11, choices=Result)
    # Words go 90 days after the surgery; the attendee sees the next step, and may delete it before.
    next_step = models.CharField(max_length=LONGEST, blank=True)
    is_next_step_shared = models.BooleanField(
        "the next champion may see the next step", default=False, help_text="The next champion may see it: they agreed."
    )
    platforms = models.ManyToManyField(Topic, blank=True, related_name="+", help_text="Where they opened an account.")
    pledge = models.CharField(max_length=LONGEST, blank=True)
    is_possible_story = models.BooleanField("could be a story", default=False)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    personal: ClassVar[set[str]] = {"next_step", "pledge"}
    impersonal: ClassVar[set[str]] = {"result", "is_next_step_shared", "is_possible_story", "recorded_at"}
    part_of: ClassVar[str] = "visit"

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="outcome_result_is_known",
                condition=Q(result__in=["answered", "partly", "referred_on", "come_back"]),
            ),
        ]

    def __str__(self) -> str:
        return f"Outcome {self.pk}"

    @property
    def is_in_words(self) -> bool:
        """Whether there is something to read for the person themselves."""
        return bool(self.next_step or self.pledge)

    @property
    def version(self) -> str:
        """Another one whenever a host records it again, or the person deletes or shares their next step."""
        return f"{self.recorded_at:%Y%m%d%H%M%S%f}-{int(bool(self.next_step))}-{int(self.is_next_step_shared)}"


class Correction(models.Model):
    """An organiser put the register right after the day. The application can add to these and change none."""

    class What(models.TextChoices):
        CAME = "came", "came"
        DID_NOT_COME = "did_not_come", "did not come"
        WALKED_IN = "walked_in", "walked in"
        OUTCOME = "outcome", "what came of it"
        HELP = "help", "who helped them, and when they left"

    is_history: ClassVar[bool] = True

    surgery = models.ForeignKey(Surgery, on_delete=models.PROTECT, related_name="corrections")
    attendee = models.ForeignKey(Attendee, on_delete=models.PROTECT, related_name="+")
    what = models.CharField(max_length=12, choices=What)
    corrected_at = models.DateTimeField()
    corrected_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    impersonal: ClassVar[set[str]] = {"what", "corrected_at"}
    is_recorded: ClassVar[bool] = False  # is history itself

    class Meta:
        ordering = ("corrected_at", "id")

    def __str__(self) -> str:
        return f"Correction {self.pk}"


class Thanks(models.Model):
    """Somebody thanks everybody who hosted at a surgery; their words are deleted 90 days after it."""

    LONGEST = 300

    attendee = models.ForeignKey(Attendee, on_delete=models.CASCADE, related_name="thanks")
    surgery = models.ForeignKey(Surgery, on_delete=models.PROTECT, related_name="thanks")
    words = models.CharField(max_length=LONGEST, blank=True)
    said_at = models.DateTimeField()

    personal: ClassVar[set[str]] = {"words"}
    impersonal: ClassVar[set[str]] = {"said_at"}
    is_recorded: ClassVar[bool] = False  # only who hosted may know of it

    class Meta:
        verbose_name_plural = "thanks"
        constraints = [
            models.UniqueConstraint(fields=("attendee", "surgery"), name="thanks_are_once_per_person_and_surgery"),
        ]

    def __str__(self) -> str:
        return f"Thanks {self.pk}"
