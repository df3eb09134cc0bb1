"""What champions were asked, and what they write for themselves."""

from datetime import datetime
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce

from champions.models import Champion
from surgeries.models import Surgery


class Ask(models.Model):
    """A champion was asked by email to host at a surgery. The private link in that email names this row."""

    champion = models.ForeignKey(Champion, on_delete=models.CASCADE, related_name="asks")
    surgery = models.ForeignKey(Surgery, on_delete=models.CASCADE, related_name="asks")
    asked_at = models.DateTimeField()
    is_given_back = models.BooleanField(default=False, help_text="Because somebody gave a shift there back.")

    impersonal: ClassVar[set[str]] = {"asked_at", "is_given_back"}
    is_recorded: ClassVar[bool] = False  # says when a champion was asked

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("champion", "surgery", "asked_at"), name="ask_is_once_at_a_time"),
        ]

    def __str__(self) -> str:
        return f"Ask {self.pk}"


class JournalQuerySet(models.QuerySet):
    def latest_first(self) -> Self:
        """By the day that they are about: that of the surgery or, without one, when they were written."""
        about = self.select_related("surgery__venue__office").annotate(
            about_at=Coalesce("surgery__starts_at", "written_at")
        )
        return about.order_by("-about_at", "-pk")

    def between(self, starts_at: datetime, ends_at: datetime) -> Self:
        """Those that are about a day in this time, the latest first."""
        return self.latest_first().filter(about_at__gte=starts_at, about_at__lt=ends_at)


class JournalEntry(models.Model):
    """What a champion wrote for themselves. Nobody else reads it but, where it is shared, the organisers."""

    LONGEST = 5000

    champion = models.ForeignKey(Champion, on_delete=models.CASCADE, related_name="journal")
    surgery = models.ForeignKey(Surgery, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    learned = models.CharField(max_length=LONGEST, blank=True)
    wants_to_learn = models.CharField(max_length=LONGEST, blank=True)
    would_change = models.CharField(max_length=LONGEST, blank=True)
    is_shared = models.BooleanField(default=False)
    written_at = models.DateTimeField()
    # Of the form that made it: sent again, it changes the entry instead of making another.
    request_id = models.UUIDField(null=True, editable=False)

    personal: ClassVar[set[str]] = {"learned", "wants_to_learn", "would_change"}
    impersonal: ClassVar[set[str]] = {"is_shared", "written_at", "request_id"}
    is_recorded: ClassVar[bool] = False  # nobody else may know of it

    objects = JournalQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "journal entries"
        constraints = [
            models.CheckConstraint(
                name="journal_entry_says_something", condition=~Q(learned="", wants_to_learn="", would_change="")
            ),
            models.UniqueConstraint(fields=("champion", "request_id"), name="journal_entry_is_once_per_form"),
        ]

    def __str__(self) -> str:
        return f"Journal entry {self.pk}"

    @property
    def parts(self) -> list[tuple[str, str]]:
        """What was written, each under its heading."""
        parts = {
            "I learned": self.learned,
            "I want to learn": self.wants_to_learn,
            "I would do differently": self.would_change,
        }
        return [(heading, words) for heading, words in parts.items() if words]
