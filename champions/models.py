"""Champions: what they say of themselves, what they know, and what became of their application."""

from collections.abc import Iterable
from typing import ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.utils.crypto import get_random_string
from django.utils.formats import date_format
from django.utils.text import get_text_list

from accounts.models import REMOVED
from organisation.models import Office, Topic


class ChampionQuerySet(models.QuerySet):
    def active(self) -> Self:
        """Those who host at present. Nobody does who is barred."""
        return self.filter(state=Champion.State.ACTIVE).exclude(user__is_active=False)

    def with_what_they_know(self) -> Self:
        """With offices and skills, as a page reads them."""
        return self.prefetch_related("offices", "skills__topic")

    def listed(self) -> Self:
        """Those in the directory: who host at present and would like to be found there."""
        return self.active().filter(is_listed=True)

    def showing(self, what: "Champion.Shown") -> Self:
        """Those who let the directory show this. By anything else they are not found there either."""
        return self.filter(shown__contains=[what])

    def undecided(self) -> Self:
        """Those whom an organiser can approve: who wait first, then who were asked something; the longest first."""
        undecided = self.filter(state__in=[Champion.State.APPLIED, Champion.State.ASKED_BACK])
        return undecided.order_by("state", "applied_at", "pk")

    def with_applications_first(self) -> Self:
        """Those who wait for a decision, as `undecided` has them, and then all champions: who host, rest and left."""
        waits = When(state__in=[Champion.State.APPLIED, Champion.State.ASKED_BACK], then=F("applied_at"))
        place = Case(*(When(state=state, then=Value(place)) for place, state in enumerate(IN_ORDER)))
        everybody = self.filter(state__in=IN_ORDER)
        return everybody.order_by(place, Case(waits, output_field=models.DateTimeField()), "name", "pk")


def shown_at_first() -> list[str]:
    """What the directory shows of champions until they say otherwise: never the address."""
    return [Champion.Shown.TOPICS, Champion.Shown.OFFICES, Champion.Shown.ABOUT]


class Champion(models.Model):
    """A volunteer who hosts surgeries, or would like to.

    Wherever they host, everybody sees the name, the line about themselves and the topics. In the directory of champions
    they choose what is `shown`. What they tell us of their experience and their manager is for organisers.
    """

    class State(models.TextChoices):
        APPLIED = "applied", "Waits for a decision"
        ASKED_BACK = "asked_back", "Was asked something"
        ACTIVE = "active", "Active"
        RESTING = "resting", "Resting"
        LEFT = "left", "Left"
        DECLINED = "declined", "Declined"

    class Weekday(models.IntegerChoices):
        """The days when surgeries are held, numbered as in ISO 8601 and PostgreSQL's isodow."""

        MONDAY = 1
        TUESDAY = 2
        WEDNESDAY = 3
        THURSDAY = 4
        FRIDAY = 5

    class Shown(models.TextChoices):
        TOPICS = "topics", "My topics"
        OFFICES = "offices", "My offices"
        ABOUT = "about", "The line about me"
        EMAIL = "email", "My work email address"

    MOST_SHIFTS = 10

    name = models.CharField(max_length=100)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="champion"
    )
    about = models.CharField("a line about themselves", max_length=200, blank=True)
    offices = models.ManyToManyField(Office, blank=True, related_name="champions")
    topics = models.ManyToManyField(Topic, through="Skill", related_name="champions")
    usual_days = ArrayField(
        models.PositiveSmallIntegerField(choices=Weekday), size=5, blank=True, default=list, help_text="None means any."
    )
    most_shifts_a_month = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_SHIFTS)],
        help_text="Empty: as often as they are needed.",
    )
    experience = models.CharField(max_length=300, blank=True, help_text="In a sentence, for organisers.")
    is_manager_aware = models.BooleanField("their manager knows", default=False)
    is_listed = models.BooleanField("is in the directory of champions", default=True)
    shown = ArrayField(
        models.CharField(max_length=8, choices=Shown), size=4, blank=True, default=shown_at_first,
        help_text="What the directory shows besides the name.",
    )  # fmt: skip
    state = models.CharField(max_length=10, choices=State, default=State.ACTIVE)
    applied_at = models.DateTimeField(null=True, blank=True, help_text="When they last sent their application.")
    resting_until = models.DateField(null=True, blank=True, help_text="The last day on which they rest.")

    personal: ClassVar[set[str]] = {
        "name", "about", "usual_days", "most_shifts_a_month", "experience", "is_manager_aware", "resting_until",
    }  # fmt: skip
    impersonal: ClassVar[set[str]] = {"is_listed", "shown", "state", "applied_at"}

    objects = ChampionQuerySet.as_manager()

    class Meta:
        ordering = ("name",)
        constraints = [
            models.CheckConstraint(
                name="champion_state_is_known",
                condition=Q(state__in=["applied", "asked_back", "active", "resting", "left", "declined"]),
            ),
            models.CheckConstraint(
                name="champion_rests_until_a_day",
                condition=Q(state="resting", resting_until__isnull=False)
                | (~Q(state="resting") & Q(resting_until__isnull=True)),
                violation_error_message="Say until when they rest, if they rest and only then.",
            ),
            models.CheckConstraint(
                name="champion_who_applied_is_known",
                condition=Q(applied_at__isnull=False, user__isnull=False)
                | ~Q(state__in=["applied", "asked_back", "declined"]),
                violation_error_message="Only somebody who applied, with an address, waits for a decision.",
            ),
            models.CheckConstraint(
                name="champion_usual_days_are_weekdays", condition=Q(usual_days__contained_by=[1, 2, 3, 4, 5])
            ),
            models.CheckConstraint(
                name="champion_most_shifts_is_a_few",
                condition=Q(most_shifts_a_month__isnull=True) | Q(most_shifts_a_month__range=(1, 10)),
            ),
            models.CheckConstraint(
                name="champion_shown_is_known",
                condition=Q(shown__contained_by=["topics", "offices", "about", "email"]),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_removed(self) -> bool:
        """Whether nothing is known of who it was."""
        return self.name == REMOVED

    @property
    def called(self) -> str:
        """What people read them called where they hosted: whoever was removed has no name by now."""
        return "A champion" if self.is_removed else self.name

    @property
    def is_active(self) -> bool:
        """Whether they host at present. Nobody does who is barred."""
        return self.state == self.State.ACTIVE and not self.is_barred

    @property
    def is_barred(self) -> bool:
        """Whether they may not sign in."""
        return self.user is not None and not self.user.is_active

    @property
    def state_in_words(self) -> str:
        """Such as "Active, a name alone" and "Resting until 2 March 2027"."""
        if self.is_barred:
            return "Barred"
        until = f" until {date_format(self.resting_until, 'j F Y')}" if self.resting_until else ""
        return f"{self.get_state_display()}{until}{'' if self.user else ', a name alone'}"

    @property
    def when_in_words(self) -> str:
        """Such as "Tuesdays or Thursdays, at most twice a month"."""
        days = get_text_list([f"{self.Weekday(day).label}s" for day in self.usual_days], "or") or "Any day"
        times = {None: "as often as needed", 1: "at most once a month", 2: "at most twice a month"}
        return f"{days}, {times.get(self.most_shifts_a_month, f'at most {self.most_shifts_a_month} times a month')}"

    @property
    def can_apply(self) -> bool:
        """Whether they may send an application, or another in its place: who neither hosts nor rests."""
        return self.state not in {self.State.ACTIVE, self.State.RESTING}

    @property
    def last_words(self) -> str:
        """What an organiser wrote last: the question that waits for an answer, or the reason why not."""
        last = self.decisions.last()
        return last.words if last else ""

    @property
    def is_undecided(self) -> bool:
        """Whether an organiser can still approve, ask back or decline."""
        return self.state in {self.State.APPLIED, self.State.ASKED_BACK}


def all_called(champions: Iterable[Champion]) -> list[str]:
    """What people read several of them called, once each: whoever was removed comes last, beside others with a name."""
    everybody = list(champions)
    names = list(dict.fromkeys(each.name for each in everybody if not each.is_removed))
    if not any(each.is_removed for each in everybody):
        return names
    return [*names, "another champion"] if names else ["A champion"]


IN_ORDER = [
    *(Champion.State.APPLIED, Champion.State.ASKED_BACK, Champion.State.ACTIVE, Champion.State.RESTING),
    Champion.State.LEFT,
]


class Skill(models.Model):
    """A topic that a champion knows, and how well."""

    class Level(models.IntegerChoices):
        CAN_HELP_A_BEGINNER = 1, "Can help a beginner"
        USES_IT_DAILY = 2, "Uses it daily"
        COULD_TEACH_IT = 3, "Could teach it"

    champion = models.ForeignKey(Champion, on_delete=models.CASCADE, related_name="skills")
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="skills")
    level = models.PositiveSmallIntegerField(choices=Level, default=Level.USES_IT_DAILY)

    impersonal: ClassVar[set[str]] = {"level"}
    part_of: ClassVar[str] = "champion"

    class Meta:
        ordering = ("-level", "topic__name")
        constraints = [
            models.UniqueConstraint(
                "champion",
                "topic",
                name="skill_is_once_per_topic",
                violation_error_message="This topic is listed already.",
            ),
            models.CheckConstraint(name="skill_level_is_known", condition=models.Q(level__in=[1, 2, 3])),
        ]

    def __str__(self) -> str:
        return f"{self.topic}: {self.get_level_display().lower()}"


def new_calendar_token() -> str:
    """What nobody guesses, for the address of a calendar."""
    return get_random_string(32)


class CalendarLink(models.Model):
    """Whoever has the token reads the champion's own shifts, without signing in, until there is another."""

    champion = models.OneToOneField(Champion, on_delete=models.CASCADE, related_name="calendar_link")
    token = models.CharField(max_length=32, unique=True, default=new_calendar_token)

    personal: ClassVar[set[str]] = {"token"}
    is_recorded: ClassVar[bool] = False  # a secret of its champion

    def __str__(self) -> str:
        return f"Calendar link {self.pk}"


class Milestone(models.Model):
    """Something to be glad of, once it is reached: noticed once, and never taken back."""

    class Kind(models.TextChoices):
        FIRST = "1", "You have hosted your first surgery."
        FIFTH = "5", "You have hosted five surgeries."
        TENTH = "10", "You have hosted ten surgeries."
        TWENTY_FIFTH = "25", "You have hosted 25 surgeries."
        FIFTIETH = "50", "You have hosted 50 surgeries."
        YEAR = "year", "You have hosted surgeries for a year."

    champion = models.ForeignKey(Champion, on_delete=models.CASCADE, related_name="milestones")
    kind = models.CharField(max_length=4, choices=Kind)
    reached_at = models.DateTimeField()
    emailed_at = models.DateTimeField(null=True, help_text="When an email about it was queued, if one was.")

    impersonal: ClassVar[set[str]] = {"kind", "reached_at", "emailed_at"}
    is_recorded: ClassVar[bool] = False  # follows from the shifts

    class Meta:
        ordering = ("reached_at", "pk")
        constraints = [
            models.UniqueConstraint(fields=("champion", "kind"), name="milestone_is_once_per_champion"),
            models.CheckConstraint(
                name="milestone_kind_is_known", condition=Q(kind__in=["1", "5", "10", "25", "50", "year"])
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class DecisionQuerySet(models.QuerySet):
    def final(self) -> Self:
        """Those that ended an application."""
        return self.exclude(outcome=Decision.Outcome.ASKED_BACK)


class Decision(models.Model):
    """What an organiser decided about an application, and in which words. Never changed."""

    class Outcome(models.TextChoices):
        APPROVED = "approved", "Approved"
        ASKED_BACK = "asked_back", "Asked back"
        DECLINED = "declined", "Declined"

    champion = models.ForeignKey(Champion, on_delete=models.CASCADE, related_name="decisions")
    outcome = models.CharField(max_length=10, choices=Outcome)
    words = models.CharField(
        max_length=500, blank=True, help_text="The question, or the reason: the applicant reads it."
    )
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    personal: ClassVar[set[str]] = {"words"}
    impersonal: ClassVar[set[str]] = {"outcome", "decided_at"}
    part_of: ClassVar[str] = "champion"

    objects = DecisionQuerySet.as_manager()

    class Meta:
        ordering = ("decided_at", "pk")
        constraints = [
            models.CheckConstraint(
                name="decision_outcome_is_known", condition=Q(outcome__in=["approved", "asked_back", "declined"])
            ),
            models.CheckConstraint(
                name="decision_says_why",
                condition=Q(outcome="approved", words="") | (~Q(outcome="approved") & ~Q(words="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_outcome_display()} on {self.decided_at:%-d %B %Y}"
