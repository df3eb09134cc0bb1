"""Who was erased, and who was given what is held about somebody. Neither says who that was."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q


class Erasure(models.Model):
    """Somebody was erased, so that they can be erased again from a database restored from before that.

    The ledger of erasures (docs/adr/0009): ids of rows, when those rows were made, and a keyed hash of the address. A
    row may be somebody else's after a restore, since numbers are given out again; it is theirs if it is as old. Of a
    champion of whom a name alone is known it is theirs if it has the same name, of which the hash is then.
    """

    is_history: ClassVar[bool] = True
    is_recorded: ClassVar[bool] = False

    reference = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    attendee_number = models.BigIntegerField(null=True)
    attendee_made_at = models.DateTimeField(null=True)
    champion_number = models.BigIntegerField(null=True)
    address_hash = models.CharField(max_length=64, blank=True, help_text="Keyed. Empty: there was no address.")
    erased_at = models.DateTimeField()
    erased_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    # A hash under a key that is kept elsewhere says nothing of anybody by itself.
    impersonal: ClassVar[set[str]] = {
        "reference", "attendee_number", "attendee_made_at", "champion_number", "address_hash", "erased_at",
    }  # fmt: skip
    personal: ClassVar[set[str]] = set()

    class Meta:
        ordering = ("erased_at", "id")
        indexes = [models.Index("attendee_number", name="erasure_of_an_attendee")]
        constraints = [
            models.CheckConstraint(
                name="erasure_is_of_an_attendee_or_a_champion",
                condition=Q(attendee_number__isnull=False, attendee_made_at__isnull=False, champion_number=None)
                | Q(attendee_number=None, attendee_made_at=None, champion_number__isnull=False, address_hash__gt=""),
            ),
        ]

    def __str__(self) -> str:
        return f"Erasure {self.pk}"


class Disclosure(models.Model):
    """An organiser was shown all that is held about somebody, to give it to them."""

    is_history: ClassVar[bool] = True
    is_recorded: ClassVar[bool] = False

    attendee_number = models.BigIntegerField()
    is_file = models.BooleanField()
    given_at = models.DateTimeField()
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    impersonal: ClassVar[set[str]] = {"attendee_number", "is_file", "given_at"}
    personal: ClassVar[set[str]] = set()

    class Meta:
        ordering = ("given_at", "id")
        indexes = [models.Index("attendee_number", name="disclosure_of_an_attendee")]

    def __str__(self) -> str:
        return f"Disclosure {self.pk}"
