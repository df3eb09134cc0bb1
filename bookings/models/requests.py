"""What people would come to if there were such a surgery."""

from typing import ClassVar

from django.db import models
from django.db.models import Count, Q

from organisation.models import Office, Topic


class SurgeryRequestQuerySet(models.QuerySet):
    def counted(self) -> models.QuerySet:
        """How often each office and topic was asked for, the most wanted first."""
        return self.values("office__name", "topic__name").annotate(times=Count("id")).order_by("-times")


class SurgeryRequest(models.Model):
    """Somebody would come if there were a surgery at this office, or about this topic. Holds no personal data."""

    office = models.ForeignKey(Office, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    topic = models.ForeignKey(Topic, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    impersonal: ClassVar[set[str]] = {"created_at"}
    is_recorded: ClassVar[bool] = False  # a count, by nobody

    objects = SurgeryRequestQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at",)
        constraints = [
            models.CheckConstraint(
                name="surgery_request_names_something", condition=Q(office__isnull=False) | Q(topic__isnull=False)
            )
        ]

    def __str__(self) -> str:
        return " / ".join(str(wanted) for wanted in (self.office, self.topic) if wanted)
