"""The emails about becoming a champion: what queues them, and what they say."""

from datetime import datetime
from typing import Any

from django.conf import settings

from accounts.emails import code_in_words
from accounts.models import User
from champions.models import Champion, Decision, Milestone
from notifications.models import OutboxEmail
from notifications.registry import Message, email
from notifications.rendering import button_to, render_email
from notifications.services import NewEmail, queue_email, queue_emails
from organisation.models import Department


def queue_applied(champion: Champion, *, now: datetime) -> None:
    """Tell every organiser that somebody applied, or answered."""
    assert champion.applied_at
    once = f"{champion.pk}:{champion.applied_at.isoformat()}"
    queue_emails(
        [
            NewEmail(
                kind="champion_applied",
                to=organiser.email,
                about={"champion": champion.pk},
                dedupe_key=f"champion_applied:{once}:{organiser.pk}",
            )
            for organiser in User.objects.organisers()
        ],
        now=now,
    )


def queue_decided(decision: Decision, *, now: datetime) -> None:
    """Tell whoever applied what was decided."""
    assert decision.champion.user
    queue_email(
        kind=f"champion_{decision.outcome}",
        to=decision.champion.user.email,
        about={"decision": decision.pk},
        dedupe_key=f"champion_decided:{decision.pk}",
        now=now,
    )


def queue_milestone(milestone: Milestone, *, now: datetime) -> None:
    """Be glad with a champion who can be written to."""
    assert milestone.champion.user
    queue_email(
        kind="champion_milestone",
        to=milestone.champion.user.email,
        about={"milestone": milestone.pk},
        dedupe_key=f"champion_milestone:{milestone.pk}",
        now=now,
    )


@email("champion_code", called="Code to become a champion")
def champion_code(row: OutboxEmail) -> Message | None:
    """The code with which somebody shows that the address is theirs: whoever is not barred, known or not."""
    if User.objects.filter(email=row.recipient, is_active=False).exists() or "code" not in row.context:
        return None
    return render_email("champion_code", code_in_words(row) | {"department": Department.current()})


@email("champion_applied", called="Application to be a champion")
def champion_applied(row: OutboxEmail) -> Message | None:
    """To an organiser, as long as there is something to decide. The name alone: the rest is on the page."""
    champion = Champion.objects.undecided().filter(pk=row.about["champion"]).first()
    if champion is None or not User.objects.organisers().filter(email=row.recipient).exists():
        return None
    offices = ", ".join(office.name for office in champion.offices.all())
    return _letter(
        "champion_applied",
        facts=[("Who", champion.name), *([("Where", offices)] if offices else [])],
        has_answered=champion.decisions.exists(),
        button=button_to("Read the application", "champions:application", champion.pk),
    )


@email("champion_approved", called="Welcome as a champion")
def champion_approved(row: OutboxEmail) -> Message | None:
    """Somebody is a champion now, who applied or whom an organiser knew."""
    decision = _decision(row, Champion.State.ACTIVE)
    if decision is None:
        return None
    button = button_to("See your page", "champions:home")
    champion = decision.champion
    added_by = None if champion.applied_at else decision.decided_by
    return _letter("champion_approved", name=champion.name, added_by=added_by, button=button)


@email("champion_asked_back", called="Question about an application")
def champion_asked_back(row: OutboxEmail) -> Message | None:
    """An organiser would like to know more."""
    decision = _decision(row, Champion.State.ASKED_BACK)
    if decision is None:
        return None
    button = button_to("Answer in your application", "champions:own_application")
    return _letter("champion_asked_back", name=decision.champion.name, words=decision.words, button=button)


@email("champion_declined", called="Application declined")
def champion_declined(row: OutboxEmail) -> Message | None:
    """Not this time, and why."""
    decision = _decision(row, Champion.State.DECLINED)
    if decision is None:
        return None
    button = {"text": "See what is coming up", "url": f"{settings.PUBLIC_BASE_URL}/"}
    return _letter("champion_declined", name=decision.champion.name, words=decision.words, button=button)


@email("champion_milestone", called="Thank you for hosting")
def champion_milestone(row: OutboxEmail) -> Message | None:
    """To somebody who still hosts."""
    milestones = Milestone.objects.filter(champion__state=Champion.State.ACTIVE, champion__user__email=row.recipient)
    milestone = milestones.filter(pk=row.about["milestone"]).select_related("champion").first()
    if milestone is None:
        return None
    button = button_to("See your page", "champions:home")
    return _letter("champion_milestone", name=milestone.champion.name, words=str(milestone), button=button)


def _decision(row: OutboxEmail, state: str) -> Decision | None:
    """The decision, as long as it is how things stand."""
    decisions = Decision.objects.filter(champion__state=state).select_related("champion", "decided_by")
    return decisions.filter(pk=row.about["decision"]).first()


def _letter(kind: str, **context: Any) -> Message:
    return render_email(kind, {"department": Department.current(), **context})
