"""What is held about people, where, for how long, and what becomes of it when they are erased.

The models say which of their fields are personal; here stands what follows from it. Erasing, giving people what is held
about them, and the tests of both read this table, so that a field which is forgotten here is found.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.contrib.auth.hashers import make_password
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Case, CharField, F, Q, Value, When
from django.db.models.functions import Cast, Concat

from accounts.models import NOWHERE
from bookings.models import Booking
from bookings.people import REMOVED
from champions.models import Champion
from privacy.periods import Period
from surgeries.models import Shift

REMOVED_ON_REQUEST = "Removed on request"


class Category(models.TextChoices):
    """What kind of thing a personal field holds."""

    WORDS = "words", "Somebody’s own words"
    IDENTITY = "identity", "Who somebody is"
    FACT = "fact", "A fact that stays, and is nobody’s any more once the identity has gone"
    SECRET = "secret", "A secret, shown to nobody"


class Fate(models.TextChoices):
    """What becomes of a field that gets no other value."""

    GOES = "goes", "Deleted with its row"
    STAYS = "stays", "Stays: it is not about the person who is erased"


@dataclass(frozen=True)
class Rule:
    """Of one personal field: what it is, how long it is kept, and what it becomes."""

    category: Category
    kept: Period
    becomes: Any = Fate.GOES

    @property
    def value(self) -> Any:
        """What is written in its place: a value, an expression, or what a function makes."""
        return self.becomes() if isinstance(self.becomes, Callable) else self.becomes  # type: ignore[arg-type]


@dataclass(frozen=True, kw_only=True)
class Holding:
    """The rows of one model: whose they are, and what becomes of them.

    `whose` leads from a row to somebody: by the ids of attendees, users or champions, or by addresses. The rows go when
    somebody is erased, or they stay with `fields` and `also` changed. `impersonal` is said here of models of others.
    """

    model: str
    called: str
    whose: dict[str, str] = field(default_factory=dict)
    fields: dict[str, Rule] = field(default_factory=dict)
    also: dict[str, Any] = field(default_factory=dict)
    impersonal: frozenset[str] = frozenset()
    goes: bool = False
    # Theirs alone: organisers get it in the file only, to send on unread.
    is_theirs_alone: bool = False
    # As long a list as they did things here: the page says how long, and the file has it.
    is_long: bool = False
    # Of rows about others, which they had a hand in: the columns that say what it was, and not about whom.
    only: tuple[str, ...] = ()

    @property
    def of(self) -> type[models.Model]:
        return apps.get_model(self.model)

    def rows(self, person: Any) -> models.QuerySet:
        """Those that are this person’s."""
        theirs = Q(pk__in=[])
        for kind, lookup in self.whose.items():
            theirs |= Q(**{f"{lookup}__in": sorted(getattr(person, kind))})
        return self.of._default_manager.filter(theirs).order_by()

    @property
    def changes(self) -> dict[str, Any]:
        """What the rows that stay are changed to."""
        values = {name: rule.value for name, rule in self.fields.items() if not isinstance(rule.becomes, Fate)}
        return values | self.also


def words(becomes: Any = "", kept: Period = Period.WORDS) -> Rule:
    """What somebody typed."""
    return Rule(Category.WORDS, kept, becomes)


def identity(becomes: Any = Fate.GOES, kept: Period = Period.IDENTITY) -> Rule:
    """Who they are, and what says so by itself."""
    return Rule(Category.IDENTITY, kept, becomes)


def secret(kept: Period = Period.IDENTITY, becomes: Any = Fate.GOES) -> Rule:
    """What lets somebody in, or tells a form from another."""
    return Rule(Category.SECRET, kept, becomes)


NO_REASON: Any = Case(
    When(ended_at=None, then=Value("")),
    When(ended_reason__in=Shift.REASONS, then=F("ended_reason")),
    default=Value(Shift.GIVEN_BACK),
)
WHY_CANCELLED: Any = Case(When(state=Booking.State.CANCELLED, then=Value(REMOVED_ON_REQUEST)), default=Value(""))
NO_ADDRESS: Any = Concat(Value("removed-"), Cast("pk", CharField()), Value(NOWHERE))
BY_ATTENDEE = {"attendees": "attendee"}
BY_CHAMPION = {"champions": "champion"}
BY_USER = {"users": "user"}

HOLDINGS = [
    # What they booked, and came to
    Holding(
        model="bookings.Attendee", called="Who they are", whose={"attendees": "pk"},
        fields={"name": identity(REMOVED), "email": identity(None)}, also={"user": None},
    ),
    Holding(
        model="bookings.Booking", called="Bookings", whose=BY_ATTENDEE,
        fields={
            "reference": identity(RandomUUID()),
            "name": identity(REMOVED),
            "question": words(),
            "adjustments": words(),
            "cancelled_reason": Rule(Category.FACT, Period.IDENTITY, WHY_CANCELLED),
        },
        also={"link_number": F("link_number") + 1},
    ),
    Holding(model="bookings.Submission", called="Forms that booked", whose={"attendees": "booking__attendee"},
            fields={"fingerprint": secret(Period.FORMS)}, goes=True),
    Holding(model="bookings.Pairing", called="Whom they were to sit with", whose={"attendees": "booking__attendee"}),
    Holding(model="bookings.Visit", called="Visits", whose=BY_ATTENDEE, fields={"name": identity(REMOVED)}),
    Holding(model="bookings.Help", called="Help that they got", whose={"attendees": "visit__attendee"}),
    Holding(
        model="bookings.Outcome", called="What came of visits", whose={"attendees": "visit__attendee"},
        fields={"next_step": words(), "pledge": words()}, also={"is_next_step_shared": False},
    ),
    Holding(model="bookings.Thanks", called="Thanks that they sent", whose=BY_ATTENDEE, fields={"words": words()}),
    Holding(model="bookings.Correction", called="Put right in a register", whose=BY_ATTENDEE),
    # What they are as a champion
    Holding(
        model="champions.Champion", called="As a champion", whose={"champions": "pk"},
        fields={
            "name": identity(REMOVED),
            "about": words(kept=Period.IDENTITY),
            "experience": words(kept=Period.IDENTITY),
            "usual_days": identity(list),
            "most_shifts_a_month": identity(None),
            "is_manager_aware": identity(False),
            "resting_until": identity(None),
        },
        also={
            "user": None, "state": Champion.State.LEFT, "applied_at": None, "is_listed": False, "shown": [],
        },
    ),
    Holding(model="champions.Champion_offices", called="Where they host", whose=BY_CHAMPION, goes=True),
    Holding(model="champions.Skill", called="What they know", whose=BY_CHAMPION, goes=True),
    Holding(model="champions.CalendarLink", called="The link of their calendar", whose=BY_CHAMPION,
            fields={"token": secret()}, goes=True),
    Holding(model="champions.Milestone", called="Milestones", whose=BY_CHAMPION),
    Holding(model="champions.Decision", called="What was decided about their application",
            whose=BY_CHAMPION, fields={"words": words(Fate.GOES, Period.IDENTITY)}, goes=True),
    Holding(model="surgeries.Shift", called="Shifts", whose=BY_CHAMPION, fields={"ended_reason": words(NO_REASON)}),
    Holding(model="bookings.Ask", called="Where they were asked to host", whose=BY_CHAMPION, goes=True),
    Holding(
        model="bookings.JournalEntry", called="Their journal", whose=BY_CHAMPION, goes=True, is_theirs_alone=True,
        fields=dict.fromkeys(("learned", "wants_to_learn", "would_change"), words(Fate.GOES, Period.IDENTITY)),
    ),
    Holding(model="bookings.Help", called="Help that they gave", whose={"champions": "shift__champion"},
            only=("surgery", "starts_at", "ends_at")),
    # How they sign in, and what they did
    Holding(
        model="accounts.User", called="As somebody who signs in", whose={"users": "pk"},
        fields={
            "email": identity(NO_ADDRESS),
            "name": identity(REMOVED),
            "password": secret(becomes=lambda: make_password(None)),
            "last_login": identity(None),
        },
        also={"is_active": False, "is_staff": False, "is_superuser": False},
    ),
    Holding(model="desk.Digest", called="The email on Mondays", whose=BY_USER, goes=True),
    Holding(model="accounts.User_groups", called="Groups", whose=BY_USER, goes=True),
    Holding(model="accounts.User_user_permissions", called="Permissions", whose=BY_USER, goes=True),
    Holding(
        model="account.EmailAddress", called="Addresses to sign in with", whose=BY_USER | {"addresses": "email"},
        fields={"email": identity()}, impersonal=frozenset({"verified", "primary"}), goes=True,
    ),
    Holding(
        model="account.EmailConfirmation", called="Addresses to be confirmed",
        whose={"users": "email_address__user", "addresses": "email_address__email"},
        fields={"key": secret()}, impersonal=frozenset({"created", "sent"}), goes=True,
    ),
    Holding(
        model="mfa.Authenticator", called="Second factors", whose=BY_USER, fields={"data": secret()},
        impersonal=frozenset({"type", "created_at", "last_used_at"}), goes=True,
    ),
    Holding(
        model="socialaccount.SocialAccount", called="Single sign-on", whose=BY_USER, goes=True,
        fields={"uid": identity(), "extra_data": identity()},
        impersonal=frozenset({"provider", "last_login", "date_joined"}),
    ),
    Holding(
        model="socialaccount.SocialToken", called="Tokens of single sign-on", whose={"users": "account__user"},
        fields={"token": secret(), "token_secret": secret()}, impersonal=frozenset({"expires_at"}), goes=True,
    ),
    # A trigger takes names out of what it says (migration `history_names_nobody`).
    Holding(
        model="admin.LogEntry", called="What they did in the administration pages", whose=BY_USER,
        fields={
            "object_repr": Rule(Category.FACT, Period.HISTORY, Fate.STAYS),
            "change_message": Rule(Category.FACT, Period.HISTORY, Fate.STAYS),
        },
        impersonal=frozenset({"action_time", "object_id", "action_flag"}),
    ),
    Holding(model="champions.Decision", called="What they decided about applications", whose={"users": "decided_by"},
            fields={"words": words(Fate.STAYS, Period.IDENTITY)}, only=("outcome", "words", "decided_at")),
    Holding(model="bookings.Visit", called="Whom they took in", whose={"users": "taken_in_by"},
            only=("surgery", "arrived_at")),
    Holding(model="bookings.Outcome", called="Outcomes that they wrote", whose={"users": "recorded_by"},
            only=("result", "recorded_at")),
    Holding(model="bookings.Correction", called="Registers that they put right", whose={"users": "corrected_by"},
            only=("surgery", "what", "corrected_at")),
    Holding(model="bookings.Pairing", called="Whom they chose to sit together", whose={"users": "chosen_by"},
            only=("chosen_at",)),
    Holding(model="bookings.Letter", called="What they wrote to the people of a surgery",
            whose={"users": "written_by"}, fields={"subject": words(), "words": words()}),
    Holding(model="surgeries.Making", called="Surgeries that they made", whose={"users": "made_by"}, only=("made_at",)),
    Holding(model="surgeries.Surgery", called="Surgeries that they called off", whose={"users": "called_off_by"},
            only=("reference", "starts_at", "called_off_at", "called_off_reason"),
            fields={"called_off_reason": words(Fate.STAYS)}),
    Holding(model="privacy.Erasure", called="People whom they erased", whose={"users": "erased_by"},
            only=("erased_at",)),
    Holding(model="privacy.Disclosure", called="What they were shown to give to people", whose={"users": "given_by"},
            only=("given_at", "is_file")),
    # What was sent to them
    Holding(
        model="notifications.OutboxEmail", called="Emails", whose={"addresses": "recipient"}, goes=True,
        fields={
            "recipient": identity(kept=Period.EMAILS),
            "dedupe_key": identity(kept=Period.EMAILS),
            "context": secret(Period.AT_ONCE),
        },
    ),
    Holding(
        model="notifications.MailboxEmail", called="Emails in the mailbox of the demonstration",
        whose={"addresses": "recipient"}, goes=True,
        fields=dict.fromkeys(("recipient", "subject", "raw"), identity(kept=Period.EMAILS)),
    ),
    # Found by what they hold (privacy.traces)
    Holding(model="history.Change", called="What they changed here", is_long=True),
    Holding(
        model="notifications.LimitCount", called="Counts of forms and codes", goes=True,
        fields={"key": secret(Period.COUNTS)},
    ),
    Holding(
        model="sessions.Session", called="Where they are signed in", goes=True,
        fields={"session_data": secret(Period.SESSION)}, impersonal=frozenset({"expire_date"}),
    ),
]  # fmt: skip
