"""Attendees, bookings and the waiting list.

What must never be false is a constraint; those that Django cannot express are in the migration `invariants`.
"""

import uuid
from datetime import datetime, timedelta
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q
from django.db.models.functions import Lower, Trim

from organisation.models import Grade, Office, Symptom, Team, Topic
from surgeries.models import Seat, Shift, Slot, Surgery

# What people type about a surgery is deleted this long after it.
WORDS_KEPT = timedelta(days=90)


class Attendee(models.Model):
    """A person who books or walks in, known by a normalised email address.

    A booking never rewrites it: whoever types an address has not shown that it is theirs.
    """

    name = models.CharField(max_length=100)
    email = models.EmailField(unique=True, null=True, blank=True)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="attendee"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    # The record that has everything since an organiser said that both are one person: this one is nobody's any more.
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="merged", db_index=False
    )

    personal: ClassVar[set[str]] = {"name", "email"}
    impersonal: ClassVar[set[str]] = {"created_at"}
    part_of: ClassVar[str] = "merged_into"

    class Meta:
        # Of the few that were merged, so that every other one is made without looking after an index.
        indexes = [models.Index("merged_into", name="attendee_merged", condition=Q(merged_into__isnull=False))]
        constraints = [
            models.CheckConstraint(
                name="attendee_email_is_normalised", condition=Q(email=None) | Q(email=Lower(Trim("email")))
            ),
            models.CheckConstraint(
                name="attendee_merged_has_no_address", condition=Q(merged_into=None) | Q(email=None, user=None)
            ),
        ]

    def __str__(self) -> str:
        return self.name


class BookingQuerySet(models.QuerySet):
    def holding_a_seat(self) -> Self:
        return self.filter(state=Booking.State.CONFIRMED)

    def waiting(self) -> Self:
        """In the order in which they are promoted."""
        return self.filter(state=Booking.State.WAITING).order_by("position")

    def live(self) -> Self:
        """Confirmed or waiting."""
        return self.filter(state__in=Booking.LIVE)

    def overlapping(self, slot: Slot | Surgery) -> Self:
        """Confirmed bookings in a slot, of any surgery, that shares time with this one."""
        return self.holding_a_seat().filter(slot__starts_at__lt=slot.ends_at, slot__ends_at__gt=slot.starts_at)

    def no_shows(self, now: datetime) -> Self:
        """Those with a seat who did not come, at surgeries that are over and where somebody kept a register.

        That nobody kept accuses nobody.
        """
        over = Surgery.objects.filter(state=Surgery.State.PUBLISHED, ends_at__lte=now)
        missed = self.holding_a_seat().exclude(attendee__visits__surgery=F("surgery"))
        return missed.filter(surgery__in=over.filter(visits__isnull=False))

    def plain_no_shows(self, now: datetime) -> Self:
        """Those of whom it is plain, so that they can be written to: that one person found themselves says little.

        A host took somebody in or helped them there, or at least half of those with a seat came.
        """
        surgery = Surgery.objects.filter(pk=OuterRef("surgery"))
        noted = surgery.filter(Q(visits__taken_in_by__isnull=False) | Q(visits__helps__isnull=False))
        booked = Q(bookings__state=Booking.State.CONFIRMED)
        came = booked & Q(bookings__attendee__visits__surgery=F("pk"))
        counted = surgery.annotate(
            booked=Count("bookings", booked, distinct=True), came=Count("bookings", came, distinct=True)
        )
        return self.no_shows(now).filter(Exists(noted) | Exists(counted.filter(booked__lte=2 * F("came"))))

    def for_the_page(self) -> Self:
        """With what the attendee's page and emails always show, in one query."""
        return self.select_related("attendee", "slot", "surgery__venue__office")


class Booking(models.Model):
    """One person's claim on a seat, or a place on the surgery's waiting list.

    `slot` is the slot of the seat it holds; once cancelled, the slot it held.
    """

    class State(models.TextChoices):
        CONFIRMED = "confirmed", "Confirmed"
        WAITING = "waiting", "Waiting"
        CANCELLED = "cancelled", "Cancelled"

    class Canceller(models.TextChoices):
        ATTENDEE = "attendee", "The attendee"
        ORGANISER = "organiser", "An organiser"

    class Feeling(models.TextChoices):
        KEEN = "keen", "Keen"
        CURIOUS = "curious", "Curious"
        CAUTIOUS = "cautious", "Cautious"
        SCEPTICAL = "sceptical", "Sceptical"
        AT_HOME = "at_home", "Already at home"

    class Missed(models.TextChoices):
        """Why somebody with a seat did not come, if they like to say."""

        SOMETHING_CAME_UP = "came_up", "Something else came up"
        FORGOT = "forgot", "I forgot"
        NOT_IN_THE_OFFICE = "not_in", "I was not in the office"
        NO_NEED = "no_need", "I did not need it any more"
        WAS_NOT_SURE = "not_sure", "I was not sure that it was for me"
        WAS_THERE = "was_there", "I was there"

    LIVE = (State.CONFIRMED, State.WAITING)
    # Why the booking of somebody ended who cannot come to where and when their surgery has moved.
    MOVED_AWAY = "The surgery moved to a time when they are elsewhere"

    # What the private link names: never reused, not even after a restore.
    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # Part of the private link: raising it withdraws every link given out before.
    link_number = models.PositiveSmallIntegerField(default=1, editable=False)
    surgery = models.ForeignKey(Surgery, on_delete=models.PROTECT, related_name="bookings")
    attendee = models.ForeignKey(Attendee, on_delete=models.PROTECT, related_name="bookings")
    state = models.CharField(max_length=9, choices=State)
    seat = models.OneToOneField(Seat, on_delete=models.PROTECT, null=True, related_name="booking")
    slot = models.ForeignKey(Slot, on_delete=models.PROTECT, null=True, related_name="bookings")
    position = models.PositiveIntegerField("place in line", null=True)
    # On the waiting list: the slots that would suit; none chosen means any.
    suits = models.ManyToManyField(Slot, blank=True, related_name="would_suit")

    # As they were when the person told us; the attendee's other bookings may say otherwise.
    name = models.CharField(max_length=100)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    office = models.ForeignKey(Office, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    grade = models.ForeignKey(Grade, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    feeling = models.CharField(max_length=9, choices=Feeling, blank=True)

    topics = models.ManyToManyField(Topic, blank=True, related_name="+")
    symptoms = models.ManyToManyField(Symptom, blank=True, related_name="+")
    is_unsure = models.BooleanField("not sure yet", default=False)
    question = models.CharField(max_length=500, blank=True)
    adjustments = models.CharField(max_length=500, blank=True)

    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    # When it last got a seat; stays when the seat is given up, for a calendar may show it still.
    confirmed_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    canceller = models.CharField("cancelled by", max_length=9, choices=Canceller, blank=True)
    cancelled_reason = models.CharField("why it was cancelled", max_length=200, blank=True)
    missed_because = models.CharField(
        "why they did not come", max_length=9, choices=Missed, blank=True, db_default="", default=""
    )
    # Rises with every change that calendars should follow (RFC 5545, SEQUENCE).
    calendar_sequence = models.PositiveIntegerField(default=0)

    personal: ClassVar[set[str]] = {"reference", "name", "question", "adjustments", "cancelled_reason"}
    impersonal: ClassVar[set[str]] = {
        "link_number", "state", "position", "feeling", "is_unsure", "created_at", "changed_at", "confirmed_at",
        "cancelled_at", "canceller", "missed_because", "calendar_sequence",
    }  # fmt: skip
    part_of: ClassVar[str] = "surgery"

    objects = BookingQuerySet.as_manager()

    class Meta:
        ordering = ("created_at", "id")
        indexes = [
            models.Index("created_at", "id", name="booking_in_order_of_making"),
        ]
        constraints = [
            models.CheckConstraint(
                name="booking_state_is_known", condition=Q(state__in=["confirmed", "waiting", "cancelled"])
            ),
            models.CheckConstraint(
                name="booking_confirmed_if_and_only_if_it_has_a_seat",
                condition=Q(state="confirmed", seat__isnull=False, slot__isnull=False)
                | ~Q(state="confirmed") & Q(seat=None),
            ),
            models.CheckConstraint(
                name="booking_waiting_if_and_only_if_it_has_a_position",
                condition=Q(state="waiting", position__isnull=False, position__gte=1, slot=None)
                | ~Q(state="waiting") & Q(position=None),
            ),
            models.CheckConstraint(
                name="booking_cancelled_says_when_by_whom_and_why",
                condition=Q(state="cancelled", cancelled_at__isnull=False) & ~Q(canceller="") & ~Q(cancelled_reason="")
                | ~Q(state="cancelled") & Q(cancelled_at=None, canceller="", cancelled_reason=""),
            ),
            models.UniqueConstraint(
                fields=("surgery", "attendee"),
                name="booking_is_one_live_per_person_and_surgery",
                condition=Q(state__in=["confirmed", "waiting"]),
            ),
            models.UniqueConstraint(
                fields=("surgery", "position"),
                name="booking_position_is_unique_in_its_surgery",
                condition=Q(position__isnull=False),
            ),
            # What the composite foreign key of a visit points at.
            models.UniqueConstraint(fields=("id", "attendee", "surgery"), name="booking_with_its_attendee_and_surgery"),
        ]

    def __str__(self) -> str:
        return f"{self.get_state_display()} booking {self.pk}"

    @property
    def is_confirmed(self) -> bool:
        return self.state == self.State.CONFIRMED

    @property
    def is_waiting(self) -> bool:
        return self.state == self.State.WAITING

    @property
    def is_cancelled(self) -> bool:
        return self.state == self.State.CANCELLED

    @property
    def is_live(self) -> bool:
        return self.state in self.LIVE

    @property
    def was_cancelled_by_attendee(self) -> bool:
        return self.canceller == self.Canceller.ATTENDEE

    @property
    def was_released(self) -> bool:
        """Whether it ended because the surgery moved to a time when they have something else."""
        return self.is_cancelled and self.cancelled_reason == self.MOVED_AWAY

    @property
    def has_evidence(self) -> bool:
        """Whether any of the optional questions that serve the evidence has been answered."""
        return bool(self.office_id or self.grade_id or self.feeling)

    @property
    def calendar_uid(self) -> str:
        """Stays the same for as long as the booking lives, whatever slot or surgery it moves to."""
        return f"booking-{self.reference}@social-media-surgeries"

    @property
    def times(self) -> Slot | Surgery:
        """What says when: the slot it holds or held or, on the waiting list, the surgery."""
        return self.slot or self.surgery

    @property
    def version(self) -> str:
        """Another one as soon as it moves or has another owner.

        Forms send the one that they showed, so that nobody acts on what they have not seen.
        """
        return f"{self.link_number}.{self.calendar_sequence}"

    def rank(self) -> int | None:
        """The place on the waiting list as people count it, 1 being next; None if not waiting."""
        if not self.is_waiting:
            return None
        ahead = Booking.objects.waiting().filter(surgery=self.surgery_id, position__lt=self.position)
        return ahead.count() + 1

    def has_begun(self, now: datetime) -> bool:
        """Whether its slot has started (without a slot: its surgery ended); from then on nothing can be changed."""
        return (self.slot.starts_at if self.slot else self.surgery.ends_at) <= now

    def is_time_for_thanks(self, now: datetime) -> bool:
        """Whether its slot is over, but not so long ago that nobody would read what was written about it."""
        if not (self.is_confirmed and self.slot):
            return False
        return self.slot.ends_at <= now < self.surgery.ends_at + WORDS_KEPT


class Submission(models.Model):
    """A booking form that was sent: the same one again has the same outcome, whatever the browser does."""

    request_id = models.UUIDField(primary_key=True)
    fingerprint = models.CharField(max_length=64, help_text="A keyed hash of what was sent.")
    # None: that address was told by email about a booking it has already.
    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, null=True, related_name="submissions")
    created_at = models.DateTimeField()

    personal: ClassVar[set[str]] = {"fingerprint"}
    impersonal: ClassVar[set[str]] = {"created_at"}
    is_recorded: ClassVar[bool] = False  # says what a form led to

    def __str__(self) -> str:
        return str(self.request_id)


class Pairing(models.Model):
    """The hosts want somebody to sit with one of them, whatever is suggested (`bookings.matching`).

    Only with a champion who hosts during that person's slot, which a trigger guards. It goes by itself when the booking
    gets another slot or ends, and when the shift does.
    """

    booking = models.OneToOneField(Booking, on_delete=models.CASCADE, related_name="pairing")
    shift = models.ForeignKey(Shift, on_delete=models.CASCADE, related_name="pairings")
    chosen_at = models.DateTimeField()
    chosen_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    impersonal: ClassVar[set[str]] = {"chosen_at"}
    part_of: ClassVar[str] = "booking"

    def __str__(self) -> str:
        return f"Pairing {self.pk}"
