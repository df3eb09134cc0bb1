"""Applying, deciding, and what a champion says of themselves."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from accounts.services import take_in
from champions import emails
from champions.models import CalendarLink, Champion, Decision, Skill, new_calendar_token
from organisation.models import Office, Topic

State = Champion.State
BECOMES = {
    Decision.Outcome.APPROVED: State.ACTIVE,
    Decision.Outcome.ASKED_BACK: State.ASKED_BACK,
    Decision.Outcome.DECLINED: State.DECLINED,
}


class AlreadyChampion(Exception):
    """Somebody applied who is one."""


class KnownAlready(Exception):
    """The address is that of a champion, or of somebody who applied, left or was declined."""

    def __init__(self, champion: Champion) -> None:
        super().__init__(champion.pk)
        self.champion = champion


class MayNotSignIn(Exception):
    """An administrator has barred whoever has the address."""


class DecidedAlready(Exception):
    """Something was decided about the application since the organiser saw it, or it is over."""


@dataclass(frozen=True, kw_only=True)
class Said:
    """What somebody says of themselves, whether they apply or host already; `levels` by topic."""

    name: str
    about: str
    offices: Iterable[Office]
    levels: Mapping[Topic, int]
    usual_days: list[int]
    most_shifts_a_month: int | None
    experience: str
    is_manager_aware: bool


@transaction.atomic
def apply(*, user: User, said: Said, now: datetime | None = None) -> Champion:
    """Send an application, or another in place of one that is not approved. Organisers are told when it is theirs.

    Raises AlreadyChampion, and changes nothing, for somebody who hosts or rests.
    """
    now = now or timezone.now()
    # The champion before the user, as whoever bars them locks both.
    theirs = _locked(Champion.objects.filter(user=user))
    champion = theirs.first()
    if champion is None:
        User.objects.select_for_update(no_key=True).get(pk=user.pk)  # two forms at once come one after the other
        champion = theirs.first() or Champion(user=user)
    if champion.pk and not champion.can_apply:
        raise AlreadyChampion
    is_news = not champion.pk or champion.state != State.APPLIED
    champion.state = State.APPLIED
    if is_news:
        champion.applied_at = now
    _write(champion, said)
    if is_news:
        emails.queue_applied(champion, now=now)
    return champion


@transaction.atomic
def add(*, email: str, said: Said, by: User, now: datetime | None = None) -> Champion:
    """Take in somebody whom an organiser knows, who did not apply, and tell them by email. Returns the champion.

    The normalised address becomes that of a user, unless it is. Raises KnownAlready or MayNotSignIn, and changes
    nothing.
    """
    now = now or timezone.now()
    user = take_in(email=email, name=said.name)
    if user is None:
        raise MayNotSignIn
    User.objects.select_for_update(no_key=True).get(pk=user.pk)  # two organisers at once come one after the other
    if known := Champion.objects.filter(user=user).first():
        raise KnownAlready(known)
    champion = Champion(user=user, state=State.ACTIVE)
    _write(champion, said)
    emails.queue_decided(_decided(champion, Decision.Outcome.APPROVED, "", by, now), now=now)
    return champion


@transaction.atomic
def edit_profile(*, champion: Champion, said: Said, is_listed: bool, shown: list[str]) -> None:
    """Change what a champion says of themselves, and what the directory shows of it."""
    champion = _locked(Champion.objects.all()).get(pk=champion.pk)
    champion.is_listed, champion.shown = is_listed, shown
    _write(champion, said)


def renew_calendar_link(*, champion: Champion) -> CalendarLink:
    """Give the champion a link to a calendar of their shifts. One that they had before stops working at once."""
    link, _ = CalendarLink.objects.update_or_create(champion=champion, defaults={"token": new_calendar_token()})
    return link


def approve(*, champion: Champion, by: User, seen: int, now: datetime | None = None) -> None:
    """Take somebody in, and tell them. Raises DecidedAlready."""
    _decide(champion, Decision.Outcome.APPROVED, "", by, seen, now)


def ask_back(*, champion: Champion, question: str, by: User, seen: int, now: datetime | None = None) -> None:
    """Ask somebody who applied, who answers by changing their application. Raises DecidedAlready."""
    _decide(champion, Decision.Outcome.ASKED_BACK, question, by, seen, now)


def decline(*, champion: Champion, reason: str, by: User, seen: int, now: datetime | None = None) -> None:
    """Take somebody not in, and tell them why. They may apply again. Raises DecidedAlready."""
    _decide(champion, Decision.Outcome.DECLINED, reason, by, seen, now)


@transaction.atomic
def _decide(champion: Champion, outcome: str, words: str, by: User, seen: int, now: datetime | None) -> None:
    """Decide as the organiser who saw so many decisions would; of two at the same time, one is too late."""
    now = now or timezone.now()
    locked = _locked(Champion.objects.all()).get(pk=champion.pk)
    if not locked.is_undecided or locked.decisions.count() != seen:
        raise DecidedAlready
    decision = _decided(locked, outcome, words, by, now)
    locked.state = BECOMES[Decision.Outcome(outcome)]
    locked.save(update_fields=["state"])
    emails.queue_decided(decision, now=now)


def _decided(champion: Champion, outcome: str, words: str, by: User, now: datetime) -> Decision:
    """The decision, kept."""
    return Decision.objects.create(champion=champion, outcome=outcome, words=words, decided_by=by, decided_at=now)


def _locked(champions: QuerySet[Champion]) -> QuerySet[Champion]:
    """What is decided about a champion, and what they say, comes one after the other."""
    return champions.select_for_update(no_key=True)


def _write(champion: Champion, said: Said) -> None:
    champion.name, champion.about, champion.experience = said.name, said.about, said.experience
    champion.usual_days, champion.most_shifts_a_month = said.usual_days, said.most_shifts_a_month
    champion.is_manager_aware = said.is_manager_aware
    champion.save()
    champion.offices.set(said.offices)
    # Topics that are retired were in no form, so nothing was said about them.
    champion.skills.filter(topic__in=Topic.objects.current()).exclude(topic__in=said.levels).delete()
    skills = [Skill(champion=champion, topic=topic, level=level) for topic, level in said.levels.items()]
    Skill.objects.bulk_create(
        skills, update_conflicts=True, unique_fields=["champion", "topic"], update_fields=["level"]
    )  # fmt: skip
