"""The department's own lists. Organisers edit them; history refers to them."""

from datetime import date
from typing import ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.urls import reverse
from django.utils import timezone

from organisation.kept import kept

UNNAMED = "Your department"


class Department(models.Model):
    """What organisers may change about the programme as a whole: one row, or none yet.

    Until the row is saved the environment rules (`Department.current`), afterwards the row does.
    """

    name = models.CharField(max_length=120, default=UNNAMED)
    email_domains = ArrayField(
        models.CharField(max_length=253),
        blank=True,
        default=list,
        help_text="Who may book. A domain stands for itself and everything under it. Separate them with commas.",
    )
    contact_email = models.EmailField(blank=True, help_text="Where people can reach the organisers.")
    cutoff_minutes = models.PositiveSmallIntegerField(
        "waiting list stops (minutes before the start)",
        default=120,
        help_text="For new surgeries. From then on nobody is promoted, and free seats are open to all.",
    )
    reminder_hour = models.PositiveSmallIntegerField(
        default=8, help_text="At which hour of the working day before the surgery reminders are sent (0 to 23)."
    )

    impersonal: ClassVar[set[str]] = {"name", "email_domains", "contact_email", "cutoff_minutes", "reminder_hour"}

    class Meta:
        verbose_name_plural = "department"
        constraints = [
            models.CheckConstraint(name="department_is_one_row", condition=Q(pk=1)),
            models.CheckConstraint(name="department_reminder_hour_is_an_hour", condition=Q(reminder_hour__lte=23)),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def current(cls) -> "Department":
        """The saved row or, before there is one, the values of the environment (unsaved)."""
        return cls.objects.first() or cls(
            pk=1, email_domains=settings.ALLOWED_EMAIL_DOMAINS, contact_email=settings.EMAIL_REPLY_TO
        )

    @classmethod
    def recent(cls) -> "Department":
        """The current one, or as it was less than a second ago: for pages, which nearly all show its name."""
        return kept("department", cls.current, seconds=1.0)

    @property
    def is_named(self) -> bool:
        """Whether somebody has said what it is called. Until then nothing is printed in its name."""
        return self.name != UNNAMED

    def lets_book(self, email: str) -> bool:
        """Whether somebody with this normalised address may book: nobody if no domain is listed."""
        domain = email.rpartition("@")[2]
        return any(domain == allowed or domain.endswith(f".{allowed}") for allowed in self.email_domains)


class CurrentQuerySet(models.QuerySet):
    """Lists whose rows are retired rather than deleted, because history refers to them."""

    def current(self) -> Self:
        return self.filter(is_retired=False)


class Headcounted(CurrentQuerySet):
    def with_headcount(self, on) -> Self:
        """Annotate `headcount`: how many people the newest count up to the date `on` found, or None."""
        owner = str(self.model._meta.model_name)
        newest = Headcount.objects.filter(**{owner: OuterRef("pk")}, counted_on__lte=on).order_by("-counted_on")
        return self.annotate(headcount=Subquery(newest.values("people")[:1]))


class Office(models.Model):
    """A building where the department works. Its nation decides its bank holidays."""

    class Nation(models.TextChoices):
        ENGLAND = "ENG", "England"
        SCOTLAND = "SCT", "Scotland"
        WALES = "WLS", "Wales"
        NORTHERN_IRELAND = "NIR", "Northern Ireland"

    name = models.CharField(max_length=80, unique=True)
    slug = models.SlugField(unique=True, help_text="How it appears in addresses, such as leeds.")
    nation = models.CharField(max_length=3, choices=Nation, default=Nation.ENGLAND)
    is_retired = models.BooleanField(default=False)

    impersonal: ClassVar[set[str]] = {"name", "slug", "nation", "is_retired"}

    objects = Headcounted.as_manager()

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Directorate(models.Model):
    """A group of teams."""

    name = models.CharField(max_length=120, unique=True)
    is_retired = models.BooleanField(default=False, db_default=False)

    objects = Headcounted.as_manager()

    impersonal: ClassVar[set[str]] = {"name", "is_retired"}

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Team(models.Model):
    """Where somebody works, as they would say it themselves."""

    name = models.CharField(max_length=120)
    directorate = models.ForeignKey(Directorate, on_delete=models.PROTECT, related_name="teams")
    also_known_as = models.CharField(
        max_length=200, blank=True, help_text="Other names and initials people use for it, so that the search finds it."
    )
    is_retired = models.BooleanField(default=False)

    impersonal: ClassVar[set[str]] = {"name", "also_known_as", "is_retired"}

    objects = Headcounted.as_manager()

    class Meta:
        ordering = ("name",)
        constraints = [
            models.UniqueConstraint(
                "directorate",
                "name",
                name="team_name_is_unique_in_its_directorate",
                violation_error_message="This directorate has a team of that name already.",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Grade(models.Model):
    """A civil service grade. `rank` 1 is the most junior."""

    name = models.CharField(max_length=60, unique=True)
    rank = models.PositiveSmallIntegerField(unique=True, validators=[MinValueValidator(1)])
    is_retired = models.BooleanField(default=False)

    impersonal: ClassVar[set[str]] = {"name", "rank", "is_retired"}

    objects = Headcounted.as_manager()

    class Meta:
        ordering = ("rank",)

    def __str__(self) -> str:
        return self.name


class Headcount(models.Model):
    """How many people an office, a directorate, a team or a grade had on a date: the denominator of reach."""

    OWNERS = ("office", "directorate", "team", "grade")

    office = models.ForeignKey(Office, on_delete=models.CASCADE, null=True, blank=True, related_name="headcounts")
    directorate = models.ForeignKey(
        Directorate, on_delete=models.CASCADE, null=True, blank=True, related_name="headcounts"
    )
    team = models.ForeignKey(Team, on_delete=models.CASCADE, null=True, blank=True, related_name="headcounts")
    grade = models.ForeignKey(Grade, on_delete=models.CASCADE, null=True, blank=True, related_name="headcounts")
    counted_on = models.DateField()
    people = models.PositiveIntegerField()

    impersonal: ClassVar[set[str]] = {"counted_on", "people"}

    class Meta:
        ordering = ("-counted_on",)
        constraints = [
            models.CheckConstraint(
                name="headcount_is_of_one_thing",
                condition=Q(office__isnull=False, directorate=None, team=None, grade=None)
                | Q(office=None, directorate__isnull=False, team=None, grade=None)
                | Q(office=None, directorate=None, team__isnull=False, grade=None)
                | Q(office=None, directorate=None, team=None, grade__isnull=False),
            ),
            *(
                models.UniqueConstraint(
                    owner,
                    "counted_on",
                    name=f"headcount_is_once_a_day_for_{owner}",
                    violation_error_message="There is a headcount for that day already.",
                )
                for owner in ("office", "directorate", "team", "grade")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.people} on {self.counted_on:%-d %B %Y}"


class Topic(models.Model):
    """What help is about: a platform or a matter. Platforms come and go, so topics are rows."""

    class Kind(models.TextChoices):
        PLATFORM = "platform", "Platform"
        MATTER = "matter", "Matter"

    name = models.CharField(max_length=60, unique=True)
    slug = models.SlugField(unique=True, help_text="How it appears in addresses, such as linkedin.")
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.PLATFORM)
    is_retired = models.BooleanField(default=False)

    impersonal: ClassVar[set[str]] = {"name", "slug", "kind", "is_retired"}

    objects = CurrentQuerySet.as_manager()

    class Meta:
        ordering = ("kind", "name")

    def __str__(self) -> str:
        return self.name


class Symptom(models.Model):
    """Plain words for someone who cannot frame a question; each points to topics."""

    words = models.CharField(max_length=120, unique=True, help_text="“I opened an account and never used it”.")
    topics = models.ManyToManyField(Topic, related_name="symptoms")
    position = models.PositiveSmallIntegerField("place in the list", default=100)
    is_retired = models.BooleanField(default=False)

    impersonal: ClassVar[set[str]] = {"words", "position", "is_retired"}

    objects = CurrentQuerySet.as_manager()

    class Meta:
        ordering = ("position", "words")

    def __str__(self) -> str:
        return self.words


class CheatSheetQuerySet(CurrentQuerySet):
    def current(self) -> Self:
        """Those that people may read: a sheet goes with its topic."""
        return super().current().filter(topic__is_retired=False)


class CheatSheet(models.Model):
    """What to know about a topic, on one page, for beginners or for the experienced."""

    class Level(models.TextChoices):
        BEGINNER = "beginner", "For beginners"
        EXPERIENCED = "experienced", "For the experienced"

    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="cheat_sheets")
    level = models.CharField(max_length=11, choices=Level, default=Level.BEGINNER)
    title = models.CharField(max_length=100)
    body = models.TextField(max_length=5000)
    reviewed_on = models.DateField(
        "last reviewed on", default=timezone.localdate, help_text="The day when somebody last read it with care."
    )
    is_retired = models.BooleanField(default=False)

    impersonal: ClassVar[set[str]] = {"level", "title", "body", "reviewed_on", "is_retired"}

    objects = CheatSheetQuerySet.as_manager()

    class Meta:
        ordering = ("topic__kind", "topic__name", "level")
        constraints = [
            models.UniqueConstraint(
                "topic",
                "level",
                name="cheat_sheet_is_one_per_topic_and_level",
                violation_error_message="There is a cheat sheet about this topic at this level already.",
            ),
            models.CheckConstraint(
                name="cheat_sheet_level_is_known", condition=Q(level__in=["beginner", "experienced"])
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("bookings:cheat_sheet", args=[self.topic.slug, self.level])


class GuidelinesQuerySet(models.QuerySet):
    def published(self, on: date) -> Self:
        """Those that anybody could read on that day, the one in force first."""
        return self.filter(published_on__lte=on).order_by("-published_on", "-pk")


class Guidelines(models.Model):
    """One version of the department's social media guidelines: words of its own, or a link to where they are.

    The newest that is published is in force. Earlier ones are kept: people read those.
    """

    title = models.CharField(max_length=120)
    version = models.CharField(max_length=20, unique=True)
    published_on = models.DateField(default=timezone.localdate)
    link = models.URLField(max_length=500, blank=True)
    body = models.TextField(max_length=30_000, blank=True)

    objects = GuidelinesQuerySet.as_manager()

    impersonal: ClassVar[set[str]] = {"title", "version", "published_on", "link", "body"}

    class Meta:
        ordering = ("-published_on", "-pk")
        verbose_name_plural = "guidelines"
        constraints = [
            models.CheckConstraint(
                name="guidelines_are_words_or_a_link", condition=Q(link="") & ~Q(body="") | ~Q(link="") & Q(body="")
            )
        ]

    def __str__(self) -> str:
        return f"{self.title}, version {self.version}"

    def is_published(self, on: date) -> bool:
        """Whether anybody can read them on that day."""
        return self.published_on <= on


class EmailParagraph(models.Model):
    """A paragraph of the department's own in one kind of email: that of this template."""

    LONGEST = 600

    email = models.CharField(max_length=60, unique=True)
    words = models.TextField(max_length=LONGEST)

    impersonal: ClassVar[set[str]] = {"email", "words"}

    class Meta:
        ordering = ("email",)
        constraints = [models.CheckConstraint(name="email_paragraph_says_something", condition=~Q(words=""))]

    def __str__(self) -> str:
        return self.email
