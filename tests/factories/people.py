"""Users, champions, and the department's own lists."""

from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from accounts.models import User
from champions.models import Champion, Decision, Skill
from organisation.models import (
    CheatSheet,
    Department,
    Directorate,
    Grade,
    Guidelines,
    Headcount,
    Office,
    Symptom,
    Team,
    Topic,
)


class UserFactory(DjangoModelFactory[User]):
    """Somebody who may sign in; `UserFactory(organiser=True)` and `(administrator=True)` to /admin/ as well."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    class Params:
        organiser = factory.Trait(is_staff=True)
        administrator = factory.Trait(is_staff=True, is_superuser=True)

    email = factory.Sequence(lambda n: f"user.{n}@digital.example.gov.uk")
    name = factory.Sequence(lambda n: f"User {n}")

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **facts: Any) -> User:
        return model_class.objects.create_user(facts.pop("email"), **facts)


class DepartmentFactory(DjangoModelFactory[Department]):
    class Meta:
        model = Department
        django_get_or_create = ("id",)

    id = 1
    name = "Department for Tests"
    email_domains = factory.LazyFunction(lambda: ["gov.uk"])
    contact_email = "surgeries@example.gov.uk"


class OfficeFactory(DjangoModelFactory[Office]):
    class Meta:
        model = Office

    name = factory.Sequence(lambda n: f"Office {n}")
    slug = factory.Sequence(lambda n: f"office-{n}")
    nation = Office.Nation.ENGLAND


class DirectorateFactory(DjangoModelFactory[Directorate]):
    class Meta:
        model = Directorate

    name = factory.Sequence(lambda n: f"Directorate {n}")


class TeamFactory(DjangoModelFactory[Team]):
    class Meta:
        model = Team

    name = factory.Sequence(lambda n: f"Team {n}")
    directorate = factory.SubFactory(DirectorateFactory)


class GradeFactory(DjangoModelFactory[Grade]):
    class Meta:
        model = Grade

    name = factory.Sequence(lambda n: f"Grade {n}")
    rank = factory.Sequence(lambda n: n + 1)


class HeadcountFactory(DjangoModelFactory[Headcount]):
    """Of a team, unless told `team=None` and an office or a grade."""

    class Meta:
        model = Headcount

    team = factory.SubFactory(TeamFactory)
    counted_on = factory.LazyFunction(timezone.localdate)
    people = 50


class TopicFactory(DjangoModelFactory[Topic]):
    class Meta:
        model = Topic

    name = factory.Sequence(lambda n: f"Topic {n}")
    slug = factory.Sequence(lambda n: f"topic-{n}")


class SymptomFactory(DjangoModelFactory[Symptom]):
    """`SymptomFactory(topics=[…])` points to those topics."""

    class Meta:
        model = Symptom
        skip_postgeneration_save = True

    words = factory.Sequence(lambda n: f"I opened account {n} and never used it")

    @factory.post_generation
    def topics(self: Symptom, create: bool, extracted: list[Topic] | None, **kwargs: Any) -> None:
        self.topics.set(extracted or [])


class CheatSheetFactory(DjangoModelFactory[CheatSheet]):
    """For beginners, about a topic of its own."""

    class Meta:
        model = CheatSheet

    topic = factory.SubFactory(TopicFactory)
    title = factory.Sequence(lambda n: f"Cheat sheet {n}")
    body = "## First steps\n\n1. Sign up.\n2. Say hello."


class GuidelinesFactory(DjangoModelFactory[Guidelines]):
    """In words, published today."""

    class Meta:
        model = Guidelines

    title = "Social media guidelines"
    version = factory.Sequence(lambda n: f"1.{n}")
    body = "## Be kind\n\nAnd say who you are."


class ChampionFactory(DjangoModelFactory[Champion]):
    """`ChampionFactory(topics=[…])` knows those topics; `(applied=True)` waits for a decision, `(left=True)` left."""

    class Meta:
        model = Champion
        skip_postgeneration_save = True

    class Params:
        applied = factory.Trait(
            state=Champion.State.APPLIED,
            applied_at=factory.LazyFunction(timezone.now),
            user=factory.SubFactory(UserFactory, name=factory.SelfAttribute("..name")),
        )
        left = factory.Trait(state=Champion.State.LEFT)

    name = factory.Sequence(lambda n: f"Champion {n}")
    about = "Happy to start from the very beginning."

    @factory.post_generation
    def topics(self: Champion, create: bool, extracted: list[Topic] | None, **kwargs: Any) -> None:
        for topic in extracted or []:
            SkillFactory(champion=self, topic=topic)


class SkillFactory(DjangoModelFactory[Skill]):
    class Meta:
        model = Skill

    champion = factory.SubFactory(ChampionFactory)
    topic = factory.SubFactory(TopicFactory)
    level = Skill.Level.USES_IT_DAILY


class DecisionFactory(DjangoModelFactory[Decision]):
    """Approved, by an organiser."""

    class Meta:
        model = Decision

    champion = factory.SubFactory(ChampionFactory)
    outcome = Decision.Outcome.APPROVED
    decided_by = factory.SubFactory(UserFactory, organiser=True)
    decided_at = factory.LazyFunction(timezone.now)
