"""Applying as people do, for tests."""

from typing import Any

from django.test import Client

from notifications.models import OutboxEmail
from organisation.models import Office, Topic

ALICE = "alice.adeyemi@example.gov.uk"


def filled_in(**changes: Any) -> dict[str, Any]:
    """The form as Alice fills it in: she can teach the first topic, and would host at the first office."""
    topic, office = Topic.objects.earliest("pk"), Office.objects.earliest("pk")
    said = {
        "name": "Alice Adeyemi",
        "email": ALICE,
        f"topic_{topic.pk}": "3",
        "offices": [office.pk],
        "usual_days": [4, 2],
        "most_shifts_a_month": "2",
        "about": "I was afraid of it too.",
        "experience": "Ran the allotment’s page for years.",
        "is_manager_aware": "on",
    }
    return {name: value for name, value in (said | changes).items() if value is not None}


def send(client: Client, **changes: Any) -> Any:
    """Fill in the form, and press the button."""
    return client.post("/champions/join/", filled_in(**changes))


def code_sent_to(email: str) -> str:
    """The code in the newest email to the address."""
    return OutboxEmail.objects.filter(kind="champion_code", recipient=email).latest("pk").context["code"]


def enter(client: Client, code: str) -> Any:
    """Type the code, and press the button."""
    return client.post("/champions/join/code/", {"code": code})


def apply(client: Client, **changes: Any) -> Any:
    """All of it."""
    send(client, **changes)
    return enter(client, code_sent_to(changes.get("email", ALICE)))
