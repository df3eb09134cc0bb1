"""The outbox, the clock's duties, what is counted for the limits, and the demonstration mailbox."""

from datetime import datetime
from email.utils import parseaddr
from typing import ClassVar
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import F, Q


class OutboxQuerySet(models.QuerySet["OutboxEmail"]):
    def due(self, now: datetime) -> "OutboxQuerySet":
        """Waiting, and their next try is not in the future; the longest waiting first."""
        return self.filter(state=OutboxEmail.State.QUEUED, next_try_at__lte=now).order_by("next_try_at", "pk")

    def lapsed(self, now: datetime) -> "OutboxQuerySet":
        """Claimed by a worker that has not been heard of since its lease ran out."""
        return self.filter(state=OutboxEmail.State.SENDING, lease_until__lt=now)

    def held_under(self, lease: UUID) -> "OutboxQuerySet":
        """Claimed under this very lease and by nobody since: what a worker may still write to."""
        return self.filter(state=OutboxEmail.State.SENDING, lease=lease)

    def dead(self) -> "OutboxQuerySet":
        """Given up: an organiser has to see these."""
        return self.filter(state=OutboxEmail.State.DEAD)

    def undelivered(self) -> "OutboxQuerySet":
        """Given up, and no organiser has decided to leave it at that."""
        return self.dead().filter(left_alone_at=None)

    def being_tried_again(self) -> "OutboxQuerySet":
        """On their way, though they have failed before."""
        return self.filter(OutboxEmail.UNSENT).exclude(last_error="")


class OutboxEmail(models.Model):
    """One email to one person, written in the transaction that makes it true and sent by a worker afterwards.

    What it says is rendered when it is sent, from the current rows that `about` names. `context` is for facts
    that are in no row any more; it is wiped as soon as the email is sent, dropped or dead.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting"
        SENDING = "sending", "Being sent"
        SENT = "sent", "Sent"
        DROPPED = "dropped", "Dropped: no longer true or too late"
        DEAD = "dead", "Given up"

    UNSENT = Q(state=State.QUEUED) | Q(state=State.SENDING)

    kind = models.CharField(
        "which email", max_length=60, help_text="Which function writes it: see notifications.registry."
    )
    recipient = models.EmailField()
    dedupe_key = models.CharField("by what it is sent once", max_length=200)
    about = models.JSONField(db_default={}, help_text="Ids of the rows that it is about.")
    context = models.JSONField(db_default={}, help_text="Facts that are in no row any more.")
    needs_context = models.BooleanField(db_default=False, help_text="Once wiped, it cannot be written again.")
    not_after = models.DateTimeField(null=True, blank=True, help_text="Past this it is dropped.")
    state = models.CharField(max_length=10, choices=State, db_default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(db_default=0)
    # An attempt counts here from the moment before it is handed to the mail server until the server's answer is
    # known. What is left over are attempts of which nobody can know, because a worker or a connection died.
    unsure_attempts = models.PositiveSmallIntegerField(db_default=0)
    next_try_at = models.DateTimeField()
    lease = models.UUIDField(null=True, blank=True, help_text="Of the claim under which a worker holds it.")
    lease_until = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=200, blank=True, db_default="", help_text="Never holds personal data.")
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    # Said when the recipient is changed of what is under way or finished, and unsaid with the next attempt.
    is_readdressed = models.BooleanField("went to an address that they had before", default=False, db_default=False)
    left_alone_at = models.DateTimeField(null=True, blank=True, help_text="When an organiser left it at that.")

    personal: ClassVar[set[str]] = {"recipient", "dedupe_key", "context"}
    impersonal: ClassVar[set[str]] = {
        "kind", "about", "needs_context", "not_after", "state", "attempts", "unsure_attempts", "next_try_at", "lease",
        "lease_until", "last_error", "created_at", "sent_at", "is_readdressed",
        "left_alone_at",
    }  # fmt: skip
    is_recorded: ClassVar[bool] = False

    objects = OutboxQuerySet.as_manager()

    class Meta:
        verbose_name = "email"
        indexes = [
            models.Index("next_try_at", "id", name="outbox_due", condition=Q(state="queued")),
            models.Index("lease_until", name="outbox_lapsed", condition=Q(state="sending")),
            models.Index("id", name="outbox_dead", condition=Q(state="dead")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["dedupe_key"], name="outbox_dedupe_key"),
            models.CheckConstraint(
                name="outbox_state_is_known",
                condition=Q(state__in=["queued", "sending", "sent", "dropped", "dead"]),
            ),
            models.CheckConstraint(
                name="outbox_lease_while_sending",
                condition=Q(state="sending", lease__isnull=False, lease_until__isnull=False)
                | (~Q(state="sending") & Q(lease__isnull=True, lease_until__isnull=True)),
            ),
            models.CheckConstraint(
                name="outbox_sent_at_when_sent",
                condition=Q(state="sent", sent_at__isnull=False) | (~Q(state="sent") & Q(sent_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="outbox_context_wiped_when_finished",
                condition=Q(context={}) | (Q(needs_context=True) & Q(state__in=["queued", "sending"])),
            ),
            models.CheckConstraint(
                name="outbox_unsure_attempts_are_attempts", condition=Q(unsure_attempts__lte=F("attempts"))
            ),
            models.CheckConstraint(
                name="outbox_left_alone_once_given_up", condition=Q(left_alone_at=None) | Q(state="dead")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def message_id(self) -> str:
        """The Message-ID header: the same at every attempt, so that a repeated copy folds into the first."""
        domain = parseaddr(settings.EMAIL_FROM)[1].rpartition("@")[2]
        return f"<outbox.{self.pk}.{self.created_at:%Y%m%d%H%M%S%f}@{domain}>"

    @property
    def is_not_to_recipient(self) -> bool:
        """Whether the attempts there were went to an address that the recipient had before, and none is ahead."""
        return self.is_readdressed and self.state != self.State.QUEUED

    @property
    def can_be_tried_again(self) -> bool:
        """Whether it was given up and can still be written: facts that were wiped are gone."""
        return self.state == self.State.DEAD and not self.needs_context

    def is_too_late(self, now: datetime) -> bool:
        """Whether it would be dropped instead of sent."""
        return self.not_after is not None and self.not_after < now


class DutyRun(models.Model):
    """When a duty of the clock is next due, for all workers together."""

    name = models.CharField(max_length=120, primary_key=True)
    due_at = models.DateTimeField()
    ran_at = models.DateTimeField(null=True, blank=True, help_text="When it last ended well.")

    impersonal: ClassVar[set[str]] = {"due_at", "ran_at"}
    is_recorded: ClassVar[bool] = False

    def __str__(self) -> str:
        return self.name


class LimitCount(models.Model):
    """How often something was done under one key in one window of time. The key is a keyed hash."""

    pk = models.CompositePrimaryKey("what", "key", "window_ends_at")
    what = models.CharField(max_length=40)
    key = models.CharField(max_length=64)
    window_ends_at = models.DateTimeField()
    count = models.PositiveIntegerField()

    personal: ClassVar[set[str]] = {"key"}
    impersonal: ClassVar[set[str]] = {"what", "window_ends_at", "count"}
    is_recorded: ClassVar[bool] = False

    def __str__(self) -> str:
        return f"{self.what}: {self.count} until {self.window_ends_at}"


class MailboxEmail(models.Model):
    """An email as it would have gone over the wire. Written in demonstration mode only."""

    recipient = models.EmailField(max_length=254)
    subject = models.CharField(max_length=250)
    raw = models.BinaryField()
    arrived_at = models.DateTimeField()

    personal: ClassVar[set[str]] = {"recipient", "subject", "raw"}
    impersonal: ClassVar[set[str]] = {"arrived_at"}
    is_recorded: ClassVar[bool] = False

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.subject
