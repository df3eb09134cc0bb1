"""What organisers write to the people of one surgery."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from surgeries.models import Surgery


class Letter(models.Model):
    """What an organiser wrote to people of one surgery, in plain text. Its words are deleted 90 days after it."""

    class Group(models.TextChoices):
        BOOKED = "booked", "Booked"
        WAITING = "waiting", "Waiting"
        CAME = "came", "Came"
        DID_NOT_COME = "missed", "Did not come"
        HOSTS = "hosts", "Hosts"

    LONGEST_SUBJECT, LONGEST = 100, 3000

    surgery = models.ForeignKey(Surgery, on_delete=models.CASCADE, related_name="letters")
    groups = ArrayField(models.CharField(max_length=7, choices=Group), size=5)
    subject = models.CharField(max_length=LONGEST_SUBJECT)
    words = models.CharField(max_length=LONGEST)
    written_at = models.DateTimeField()
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    # To how many it was queued.
    people = models.PositiveIntegerField()
    # Of the form that sent it: sent again, it is the same letter.
    request_id = models.UUIDField(unique=True, editable=False)

    personal: ClassVar[set[str]] = {"subject", "words"}
    impersonal: ClassVar[set[str]] = {"groups", "written_at", "people", "request_id"}
    part_of: ClassVar[str] = "surgery"

    class Meta:
        ordering = ("written_at", "id")

    def __str__(self) -> str:
        return f"Letter {self.pk}"

    @property
    def to_whom(self) -> str:
        """The groups, in words."""
        return ", ".join(self.Group(group).label.lower() for group in self.groups)
