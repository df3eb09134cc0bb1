"""Champions and what they know."""

from typing import Self

from django.conf import settings
from django.db import models

from organisation.models import Office, Topic


class ChampionQuerySet(models.QuerySet):
    def active(self) -> Self:
        """Those who host at present."""
        return self.filter(is_active=True)


class Champion(models.Model):
    """A volunteer who hosts surgeries. The public sees the name, the line about themselves and the topics."""

    name = models.CharField(max_length=100)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="champion"
    )
    about = models.CharField("a line about themselves", max_length=200, blank=True)
    offices = models.ManyToManyField(Office, blank=True, related_name="champions")
    topics = models.ManyToManyField(Topic, through="Skill", related_name="champions")
    is_active = models.BooleanField(default=True)

    objects = ChampionQuerySet.as_manager()

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Skill(models.Model):
    """A topic that a champion knows, and how well."""

    class Level(models.IntegerChoices):
        CAN_HELP_A_BEGINNER = 1, "Can help a beginner"
        USES_IT_DAILY = 2, "Uses it daily"
        COULD_TEACH_IT = 3, "Could teach it"

    champion = models.ForeignKey(Champion, on_delete=models.CASCADE, related_name="skills")
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="skills")
    level = models.PositiveSmallIntegerField(choices=Level, default=Level.USES_IT_DAILY)

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
