"""Every change to a recorded row, as triggers write it down."""

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Change(models.Model):
    """A row was added, changed or deleted. Only the triggers of `history.triggers` write these.

    Kept for 24 months, and never changed meanwhile. It holds ids and what is impersonal; of anything else only that it
    changed, so that nobody who is forgotten is remembered here.
    """

    class What(models.TextChoices):
        ADDED = "insert", "Added"
        CHANGED = "update", "Changed"
        DELETED = "delete", "Deleted"

    changed_at = models.DateTimeField(help_text="When its transaction began: what was done at once has the same.")
    who = models.BigIntegerField(null=True, help_text="The id of the user, if somebody was signed in.")
    place = models.CharField(max_length=100, help_text="The name of a page, command or duty; empty: by SQL.")
    table = models.CharField(max_length=63)
    key = models.BigIntegerField(help_text="The id of the row.")
    whole = models.BigIntegerField(null=True, help_text="The id of what the row is part of (`part_of`).")
    what = models.CharField(max_length=6, choices=What)
    # By column. Of a change [before, after], or null where only that it changed is kept.
    facts = models.JSONField(null=True)

    personal: ClassVar[set[str]] = set()
    impersonal: ClassVar[set[str]] = {"changed_at", "who", "place", "table", "key", "whole", "what", "facts"}
    is_history: ClassVar[bool] = True
    is_recorded: ClassVar[bool] = False

    class Meta:
        ordering = ("-changed_at", "-id")
        indexes = [
            models.Index("changed_at", "id", name="change_in_order_of_time"),
            models.Index("table", "key", name="change_of_a_row"),
            models.Index("table", "whole", name="change_of_a_part", condition=Q(whole__isnull=False)),
            models.Index("who", "changed_at", name="change_by_somebody", condition=Q(who__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"Change {self.pk}"
