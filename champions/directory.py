"""The directory of champions: what is looked for, and what each champion lets it show."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from django.core.paginator import Page, Paginator
from django.db.models import Prefetch
from django.http import QueryDict

from champions.models import Champion, Skill
from organisation.models import Office, Topic

PER_PAGE = 24
Shown = Champion.Shown
Choice = TypeVar("Choice", Office, Topic)


@dataclass(frozen=True)
class Entry:
    """One champion, as far as they let the directory show them."""

    pk: int
    name: str
    about: str
    topics: tuple[str, ...]
    offices: str
    email: str

    @classmethod
    def of(cls, champion: Champion) -> "Entry":
        """What they let it show."""
        shown = set(champion.shown)
        user = champion.user
        return cls(
            pk=champion.pk,
            name=champion.name,
            about=champion.about if Shown.ABOUT in shown else "",
            topics=tuple(each.topic.name for each in champion.skills.all()) if Shown.TOPICS in shown else (),
            offices=", ".join(each.name for each in champion.offices.all()) if Shown.OFFICES in shown else "",
            email=user.email if user and Shown.EMAIL in shown else "",
        )


@dataclass(frozen=True)
class Directory:
    """A page of the directory, and what it can be limited to."""

    offices: list[Office]
    topics: list[Topic]
    office: Office | None
    topic: Topic | None
    page: Page
    entries: list[Entry]

    @property
    def pages(self) -> list:
        """The numbers for the pagination, with Django's ellipsis where some are left out."""
        return list(self.page.paginator.get_elided_page_range(self.page.number, on_each_side=1, on_ends=1))

    @property
    def words(self) -> str:
        """Such as " in Leeds for LinkedIn", to stand after "champions"; empty without filters."""
        return (f" in {self.office.name}" if self.office else "") + (f" for {self.topic.name}" if self.topic else "")


def find(query: QueryDict) -> Directory:
    """The page that `?office=leeds&topic=linkedin&page=2` asks for. What we do not know limits nothing."""
    offices, topics = list(Office.objects.current()), list(Topic.objects.current().order_by("name"))
    office, topic = _chosen(query.get("office", ""), offices), _chosen(query.get("topic", ""), topics)
    found = Champion.objects.listed()
    if office:
        found = found.showing(Shown.OFFICES).filter(offices=office)
    if topic:
        found = found.showing(Shown.TOPICS).filter(skills__topic=topic)
    skills = Skill.objects.filter(topic__is_retired=False).select_related("topic")
    found = found.select_related("user").prefetch_related(
        Prefetch("offices", Office.objects.current()), Prefetch("skills", skills)
    )
    page = Paginator(found.order_by("name", "pk"), PER_PAGE).get_page(query.get("page"))
    return Directory(offices, topics, office, topic, page, [Entry.of(champion) for champion in page])


def _chosen(value: str, choices: Iterable[Choice]) -> Choice | None:
    slug = value.strip().casefold()
    return next((choice for choice in choices if choice.slug == slug), None)
