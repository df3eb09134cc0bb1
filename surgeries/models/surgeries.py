"""Surgeries, their slots and seats as rows, and who hosts.

What must never be false is a constraint; those that Django cannot express are in the migration `invariants`.
"""

from datetime import datetime, timedelta
from typing import ClassVar, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from champions.models import Champion
from organisation.models import Office
from surgeries.models.series import MOST_CUTOFF_MINUTES, MOST_HOSTS, USUAL_HOSTS, Making, Series, Venue, new_reference
from surgeries.templatetags.times import clock, span


def _counted(shifts: "ShiftQuerySet") -> Coalesce:
    """How many of the shifts of one surgery there are, as a subquery."""
    counts = shifts.order_by().values("surgery").annotate(n=models.Count("pk")).values("n")
    return Coalesce(models.Subquery(counts, output_field=models.IntegerField()), 0)


class SurgeryQuerySet(models.QuerySet):
    def public(self) -> Self:
        """Everything but drafts: what a member of staff may know of."""
        return self.exclude(state=Surgery.State.DRAFT)

    def upcoming(self, now: datetime) -> Self:
        """Published and not over at `now`, the next one first."""
        return self.filter(state=Surgery.State.PUBLISHED, ends_at__gt=now).order_by("starts_at", "id")

    def drafts(self, now: datetime) -> Self:
        """Those that can still be published at `now`: not over."""
        return self.filter(state=Surgery.State.DRAFT, ends_at__gt=now)

    def at_office(self, office: Office | int) -> Self:
        return self.filter(venue__office=office)

    def about(self, topic) -> Self:
        """Those with a host who knows the topic."""
        hosting = Shift.objects.live().filter(surgery=models.OuterRef("pk"), champion__skills__topic=topic)
        return self.filter(models.Exists(hosting))

    def hosted_by(self, user) -> Self:
        """Those but drafts where this user hosts, or did until the surgery was called off."""
        shifts = Shift.objects.filter(surgery=models.OuterRef("pk"), champion__user=user)
        until_called_off = Q(ended_at=None) | Q(ended_at=models.OuterRef("called_off_at"))
        return self.public().filter(models.Exists(shifts.filter(until_called_off)))

    def short_of_hosts(self) -> Self:
        """Those where at some time fewer champions host than are wanted.

        How many host falls only when one of them goes, so it is enough to look then, and at the start.
        """
        here = Shift.objects.live().filter(surgery=models.OuterRef("surgery"))
        others = here.filter(starts_at__lte=models.OuterRef("ends_at"), ends_at__gt=models.OuterRef("ends_at"))
        goes = Shift.objects.live().filter(surgery=models.OuterRef("pk"), ends_at__lt=models.OuterRef("ends_at"))
        first = Shift.objects.live().filter(
            surgery=models.OuterRef("pk"),
            starts_at__lte=models.OuterRef("starts_at"),
            ends_at__gt=models.OuterRef("starts_at"),
        )
        left = goes.annotate(stay=_counted(others)).filter(stay__lt=models.OuterRef("hosts_wanted"))
        return self.annotate(begin=_counted(first)).filter(Q(begin__lt=F("hosts_wanted")) | models.Exists(left))


class Surgery(models.Model):
    """One coffee morning: a venue, a start and an end."""

    class Kind(models.TextChoices):
        SURGERY = "surgery", "Surgery"

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        PUBLISHED = "published", "Published"
        CALLED_OFF = "called_off", "Called off"

    reference = models.CharField(max_length=12, unique=True, default=new_reference, editable=False)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.SURGERY, editable=False)
    series = models.ForeignKey(Series, on_delete=models.PROTECT, null=True, blank=True, related_name="surgeries")
    # What made it, if that was a press on the pages of the diary.
    making = models.ForeignKey(Making, on_delete=models.SET_NULL, null=True, editable=False, related_name="surgeries")
    venue = models.ForeignKey(Venue, on_delete=models.PROTECT, related_name="surgeries")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT, editable=False)
    # As many as should be there at any time; two make the best surgeries.
    hosts_wanted = models.PositiveSmallIntegerField(
        default=USUAL_HOSTS, db_default=USUAL_HOSTS, validators=[MinValueValidator(1), MaxValueValidator(MOST_HOSTS)]
    )
    is_drop_in = models.BooleanField("people may drop in", default=True)
    cutoff_minutes = models.PositiveSmallIntegerField(
        "waiting list stops (minutes before the start)",
        default=120,
        validators=[MaxValueValidator(MOST_CUTOFF_MINUTES)],
    )
    note = models.TextField(blank=True, help_text="Anything worth knowing about this one. Shown to everybody.")
    called_off_at = models.DateTimeField(null=True, editable=False)
    called_off_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, editable=False, related_name="+"
    )
    called_off_reason = models.CharField("why it was called off", max_length=200, blank=True, editable=False)
    # The highest position ever given on the waiting list; a trigger keeps it from falling.
    last_position = models.PositiveIntegerField(default=0, editable=False)
    # Rises with every change that calendars should follow (RFC 5545, SEQUENCE).
    calendar_sequence = models.PositiveIntegerField(default=0, editable=False)
    changed_at = models.DateTimeField(auto_now=True)

    personal: ClassVar[set[str]] = {"called_off_reason"}
    impersonal: ClassVar[set[str]] = {
        "reference", "kind", "starts_at", "ends_at", "state", "hosts_wanted", "is_drop_in", "cutoff_minutes", "note",
        "called_off_at", "last_position", "calendar_sequence", "changed_at",
    }  # fmt: skip

    objects = SurgeryQuerySet.as_manager()

    class Meta:
        ordering = ("starts_at", "id")
        verbose_name_plural = "surgeries"
        indexes = [
            models.Index("starts_at", "id", name="surgery_in_order_of_time", condition=Q(state="published")),
            models.Index("ends_at", name="surgery_by_end"),
        ]
        constraints = [
            models.CheckConstraint(
                name="surgery_ends_after_it_starts",
                condition=Q(ends_at__gt=F("starts_at")),
                violation_error_message="The end has to come after the start.",
            ),
            models.CheckConstraint(
                name="surgery_state_is_known", condition=Q(state__in=["draft", "published", "called_off"])
            ),
            models.CheckConstraint(
                name="surgery_called_off_says_when_and_why",
                condition=Q(state="called_off", called_off_at__isnull=False) & ~Q(called_off_reason="")
                | ~Q(state="called_off") & Q(called_off_at=None, called_off_by=None, called_off_reason=""),
            ),
            models.CheckConstraint(name="surgery_wants_a_few_hosts", condition=Q(hosts_wanted__range=(1, MOST_HOSTS))),
            models.UniqueConstraint(
                "series",
                "starts_at",
                name="surgery_is_once_per_date_of_its_series",
                violation_error_message="The series has a surgery at that time already.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.local_start:%a %-d %b %Y}, {clock(self.starts_at)}, {self.venue}"

    def get_absolute_url(self) -> str:
        return reverse("bookings:surgery", args=[self.reference])

    @property
    def cutoff_at(self) -> datetime:
        """From then on nobody is promoted, and free seats are open to all."""
        return self.starts_at - timedelta(minutes=self.cutoff_minutes)

    @property
    def local_start(self) -> datetime:
        return timezone.localtime(self.starts_at)

    @property
    def is_called_off(self) -> bool:
        return self.state == self.State.CALLED_OFF

    def is_over(self, now: datetime) -> bool:
        return self.ends_at <= now


class SlotQuerySet(models.QuerySet):
    def open(self, now: datetime) -> Self:
        """Those that can still be booked, as far as the clock is concerned."""
        return self.filter(starts_at__gt=now)


class Slot(models.Model):
    """A time within a surgery that can be booked."""

    surgery = models.ForeignKey(Surgery, on_delete=models.CASCADE, related_name="slots")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    impersonal: ClassVar[set[str]] = {"starts_at", "ends_at"}
    part_of: ClassVar[str] = "surgery"

    objects = SlotQuerySet.as_manager()

    class Meta:
        ordering = ("starts_at", "id")
        constraints = [
            models.CheckConstraint(
                name="slot_ends_after_it_starts",
                condition=Q(ends_at__gt=F("starts_at")),
                violation_error_message="The end has to come after the start.",
            ),
            models.UniqueConstraint(
                fields=("surgery", "starts_at"),
                name="slot_start_is_unique_in_its_surgery",
                # Looked at after each statement, so that slots pass one another when all of them move at once.
                deferrable=models.Deferrable.IMMEDIATE,
                violation_error_message="This surgery has a slot at that time already.",
            ),
            # What the composite foreign keys of seats and bookings point at.
            models.UniqueConstraint(fields=("id", "surgery"), name="slot_with_its_surgery"),
        ]

    def __str__(self) -> str:
        return span(self)


class Seat(models.Model):
    """One place in a slot. It belongs to the slot's surgery, which a composite foreign key guards."""

    slot = models.ForeignKey(Slot, on_delete=models.CASCADE, related_name="seats")
    surgery = models.ForeignKey(Surgery, on_delete=models.CASCADE, related_name="seats")
    number = models.PositiveSmallIntegerField()

    impersonal: ClassVar[set[str]] = {"number"}
    part_of: ClassVar[str] = "surgery"

    class Meta:
        ordering = ("slot", "number")
        constraints = [
            models.UniqueConstraint(fields=("slot", "number"), name="seat_number_is_unique_in_its_slot"),
            models.UniqueConstraint(fields=("id", "slot", "surgery"), name="seat_with_its_slot_and_surgery"),
            models.CheckConstraint(name="seat_number_is_positive", condition=Q(number__gte=1)),
        ]

    def __str__(self) -> str:
        return f"Seat {self.number}"


class ShiftQuerySet(models.QuerySet):
    def live(self) -> Self:
        return self.filter(ended_at=None)

    def public(self) -> Self:
        """Those that the champion may know of: a draft is the organisers' alone."""
        return self.exclude(surgery__state=Surgery.State.DRAFT)

    def hosted(self, now: datetime) -> Self:
        """Those that somebody really hosted: of surgeries that took place, and are over."""
        return self.live().filter(surgery__state=Surgery.State.PUBLISHED, surgery__ends_at__lte=now)

    def overlapping(self, slot: Slot | Surgery) -> Self:
        """Those that share time with the slot, of whatever surgery."""
        return self.filter(starts_at__lt=slot.ends_at, ends_at__gt=slot.starts_at)


class Shift(models.Model):
    """A champion hosting at one surgery, from when to when. It ends when given back, taken off or called off."""

    TAKEN_OFF, CALLED_OFF, GIVEN_BACK = "Taken off by an organiser", "called off", "Given back"
    MOVED_AWAY = "The surgery moved to a time when they are elsewhere"
    BARRED = f"{TAKEN_OFF}: they were barred"
    # What is said of a shift by ourselves (nothing, as long as it is live). Whatever else somebody has typed.
    REASONS = ("", TAKEN_OFF, CALLED_OFF, GIVEN_BACK, MOVED_AWAY, BARRED)

    champion = models.ForeignKey(Champion, on_delete=models.PROTECT, related_name="shifts")
    surgery = models.ForeignKey(Surgery, on_delete=models.CASCADE, related_name="shifts")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, editable=False)
    ended_reason = models.CharField("why it ended", max_length=200, blank=True, editable=False)

    personal: ClassVar[set[str]] = {"ended_reason"}
    impersonal: ClassVar[set[str]] = {"starts_at", "ends_at", "ended_at"}
    part_of: ClassVar[str] = "surgery"

    objects = ShiftQuerySet.as_manager()

    class Meta:
        ordering = ("starts_at", "id")
        constraints = [
            models.CheckConstraint(
                name="shift_ends_after_it_starts",
                condition=Q(ends_at__gt=F("starts_at")),
                violation_error_message="The end has to come after the start.",
            ),
            # What the composite foreign key of a help points at.
            models.UniqueConstraint(fields=("id", "surgery"), name="shift_with_its_surgery"),
            models.CheckConstraint(
                name="shift_ended_says_why",
                condition=Q(ended_at=None, ended_reason="") | Q(ended_at__isnull=False) & ~Q(ended_reason=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.champion}, {timezone.localtime(self.starts_at):%a %-d %b}, {clock(self.starts_at)}"

    @classmethod
    def taken_off(cls, why: str) -> str:
        """What is kept of an organiser's reason, told apart from what a champion says who gives a shift back."""
        return f"{cls.TAKEN_OFF}: {why}"

    @property
    def was_taken_off(self) -> bool:
        return self.ended_reason.startswith(self.TAKEN_OFF)

    @property
    def taken_off_because(self) -> str:
        """What the organiser said to the champion, if anything."""
        return self.ended_reason.removeprefix(self.TAKEN_OFF).removeprefix(": ") if self.was_taken_off else ""

    @property
    def calendar_uid(self) -> str:
        """Stays the same for as long as there is anything to say of the shift."""
        return f"shift-{self.pk}@social-media-surgeries"

    def has_begun(self, now: datetime) -> bool:
        return self.starts_at <= now
