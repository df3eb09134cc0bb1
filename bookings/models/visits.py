"""Who really came, and what they say of it."""

from django.db import models

from bookings.models.bookings import Attendee, Booking
from surgeries.models import Surgery


class Visit(models.Model):
    """Somebody really came, booked or not. A walk-in is a visit without a booking."""

    attendee = models.ForeignKey(Attendee, on_delete=models.PROTECT, related_name="visits")
    surgery = models.ForeignKey(Surgery, on_delete=models.PROTECT, related_name="visits")
    booking = models.OneToOneField(Booking, on_delete=models.PROTECT, null=True, blank=True, related_name="visit")
    arrived_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("attendee", "surgery"), name="visit_is_once_per_person_and_surgery"),
        ]

    def __str__(self) -> str:
        return f"Visit {self.pk}"


class Thanks(models.Model):
    """Somebody thanks everybody who hosted at a surgery; their words are deleted 90 days after it."""

    LONGEST = 300

    attendee = models.ForeignKey(Attendee, on_delete=models.CASCADE, related_name="thanks")
    surgery = models.ForeignKey(Surgery, on_delete=models.PROTECT, related_name="thanks")
    words = models.CharField(max_length=LONGEST, blank=True)
    said_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "thanks"
        constraints = [
            models.UniqueConstraint(fields=("attendee", "surgery"), name="thanks_are_once_per_person_and_surgery"),
        ]

    def __str__(self) -> str:
        return f"Thanks {self.pk}"
