"""What organisers choose on their first page."""

from typing import ClassVar

from django.conf import settings
from django.db import models


class Digest(models.Model):
    """This organiser would like to read every Monday what needs them. Whoever would not has no row."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="digest")
    chosen_at = models.DateTimeField()

    impersonal: ClassVar[set[str]] = {"chosen_at"}
    is_recorded: ClassVar[bool] = False  # says what they like to be written to, and nothing about the programme

    def __str__(self) -> str:
        return f"Digest {self.pk}"
