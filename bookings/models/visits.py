"""Who really came."""

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
