"""What takes a protection away from a worker, to show that the tests would notice."""

from datetime import datetime

from notifications import outbox
from notifications.models import OutboxEmail


def without_claims() -> None:
    """Let workers send whatever is due, without claiming it first or asking whose it is."""

    def claim(now: datetime) -> list[OutboxEmail]:
        return list(OutboxEmail.objects.due(now)[: outbox.BATCH])

    def write(email: OutboxEmail, **changes: object) -> bool:
        changes["lease_until"] = None
        return bool(OutboxEmail.objects.filter(pk=email.pk).update(**changes))

    outbox.claim, outbox._write = claim, write
