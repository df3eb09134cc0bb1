"""The outbox for administrators: to look at, and to try again what was given up."""

from collections.abc import Callable
from datetime import datetime

from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils import dateformat, timezone

from notifications.models import OutboxEmail, OutboxQuerySet
from notifications.registry import names
from notifications.services import try_again


def moment(field: str) -> Callable[["OutboxEmailAdmin", OutboxEmail], str | None]:
    """A column or line such as “3 Mar 2026, 3:24pm”, the way that times read elsewhere."""

    @admin.display(description=field.removesuffix("_at").replace("_", " "), ordering=field)
    def shown(_: "OutboxEmailAdmin", email: OutboxEmail) -> str | None:
        at: datetime | None = getattr(email, field)
        if at is None:
            return None
        at = timezone.localtime(at)
        return dateformat.format(at, "j M Y, g:i") + dateformat.format(at, "A").lower()

    return shown


@admin.register(OutboxEmail)
class OutboxEmailAdmin(admin.ModelAdmin):
    """Nothing can be edited. What an email says is in the rows that it is about; the engine's own is hidden."""

    list_display = ["what", "recipient", "state", "attempts", "last_error", "created"]
    list_filter = ["state"]
    ordering = ["-pk"]
    list_per_page = 50
    # Counting a million rows on each page would be slower than everything else on it.
    show_full_result_count = False
    fields = (
        "what", "recipient", "state", "attempts", "last_error", "created", "next_try", "until", "sent",
        "is_readdressed",
    )  # fmt: skip
    actions = ["try_again"]

    created, next_try, until, sent = map(moment, ("created_at", "next_try_at", "not_after", "sent_at"))

    @admin.display(description="email", ordering="kind")
    def what(self, email: OutboxEmail) -> str:
        """Such as “Surgery called off”. A kind that an older version wrote is not called anything any more."""
        return names.get(email.kind, email.kind)

    @admin.action(description="Try again to send those that were given up", permissions=["try_again"])
    def try_again(self, request: HttpRequest, queryset: OutboxQuerySet) -> None:
        """Queue the selected emails once more, where they were given up and can still be written."""
        chosen = queryset.count()
        queued = sum(try_again(email=email) for email in queryset.dead())
        if queued:
            self.message_user(request, f"{queued} will be tried again.", messages.SUCCESS)
        if chosen > queued:
            why = "Only what was given up can be tried again, and only if it needs no facts that have been wiped since."
            self.message_user(request, f"{chosen - queued} stayed as they were. {why}", messages.WARNING)

    def has_try_again_permission(self, request: HttpRequest) -> bool:
        """Who may change emails in principle may have them tried again."""
        return request.user.has_perm("notifications.change_outboxemail")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: OutboxEmail | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: OutboxEmail | None = None) -> bool:
        return False
