"""The department's own lists, as organisers see them: what each is called, how its rows read and what they lack.

A list of an app above registers itself when that app is ready.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models import Count, Model, Q, QuerySet
from django.utils import timezone
from django.utils.text import get_text_list

from organisation.forms.rows import (
    CheatSheetForm,
    DirectorateForm,
    GradeForm,
    OfficeForm,
    RowForm,
    SymptomForm,
    TeamForm,
    TopicForm,
)
from organisation.models import CheatSheet, Directorate, Grade, Headcount, Office, Symptom, Team, Topic

WHERE, WHO, ABOUT, READ = "Where surgeries are", "Who people are", "What help is about", "What people read"
# In the order of the page.
SECTIONS = (WHERE, WHO, ABOUT, READ)
REREAD_AFTER = timedelta(days=183)

Gaps = Mapping[str, QuerySet]


def _no_gaps() -> Gaps:
    return {}


@dataclass(frozen=True, kw_only=True)
class OwnList:
    """One list. Its rows are retired rather than deleted."""

    slug: str  # in addresses, and what it is known by
    one: str
    many: str
    section: str
    about: str
    model: type[Model]
    form: type[RowForm]
    # What stands beside the name of a row, by the heading of its column.
    columns: Mapping[str, Callable[[Any], object]]
    searched: tuple[str, ...]
    rows: Callable[[], QuerySet]
    # Rows that lack something, by what is said of them: "without a headcount".
    gaps: Callable[[], Gaps] = field(default=_no_gaps)
    on_retiring: str = ""
    page: Callable[[Any], str | None] = field(default=lambda row: None)

    @property
    def another(self) -> str:
        """Such as “an office” and “a team”."""
        return f"{'an' if self.one[0] in 'aeiou' else 'a'} {self.one}"

    @property
    def imported(self) -> str:
        """What a file of it holds: “teams and headcounts”, or headcounts alone, where a file does not say enough."""
        return f"{self.many} and headcounts" if self.is_added_by_file else "headcounts"

    @property
    def is_added_by_file(self) -> bool:
        """Whether a line of a file may name what is not in the list yet. Of an office or a grade it does not say
        enough.
        """
        return self.model in (Team, Directorate)

    @property
    def has_headcounts(self) -> bool:
        """Whether its rows are counted in people."""
        return self.owner in Headcount.OWNERS

    @property
    def owner(self) -> str:
        """What a headcount calls its row."""
        return str(self.model._meta.model_name)

    def listed(self, search: str = "") -> QuerySet:
        """The rows as the page of the list shows them: those that are retired come last."""
        rows = self.rows()
        if self.has_headcounts:
            rows = rows.with_headcount(timezone.localdate())  # type: ignore[attr-defined]
        for word in search.split():
            found = Q()
            for name in self.searched:
                found |= Q(**{f"{name}__icontains": word})
            rows = rows.filter(found)
        return rows.order_by("is_retired", *self.model._meta.ordering or (), "pk")

    def cells(self, row: Any) -> list[object]:
        """What stands beside the name of this row."""
        return [read(row) for read in self.columns.values()]


lists: dict[str, OwnList] = {}


def register(own_list: OwnList) -> None:
    """Add a list to the page of all. Raises ValueError if there is one of that name."""
    if lists.setdefault(own_list.slug, own_list) is not own_list:
        raise ValueError(f"Two lists are called {own_list.slug!r}.")


def _without_headcount(model: Any) -> Gaps:
    return {"without a headcount": model.objects.current().filter(headcounts=None)}


register(
    OwnList(
        slug="offices",
        one="office",
        many="offices",
        section=WHERE,
        about="The buildings where your department works. People find surgeries by them, and say where they work.",
        model=Office,
        form=OfficeForm,
        columns={"Nation": Office.get_nation_display},
        searched=("name",),
        rows=Office.objects.all,
        gaps=lambda: _without_headcount(Office),
        on_retiring="Its venues stay, and surgeries that are planned there can still be booked: move them or call them "
        "off first.",
    )
)
register(
    OwnList(
        slug="directorates",
        one="directorate",
        many="directorates",
        section=WHO,
        about="Groups of teams.",
        model=Directorate,
        form=DirectorateForm,
        columns={"Teams": lambda directorate: directorate.number_of_teams},
        searched=("name",),
        rows=lambda: Directorate.objects.annotate(number_of_teams=Count("teams", filter=Q(teams__is_retired=False))),
        gaps=lambda: {
            "without a team": Directorate.objects.current().exclude(teams__in=Team.objects.current()),
        },
        on_retiring="Its teams stay, and people can choose them as before.",
    )
)
register(
    OwnList(
        slug="teams",
        one="team",
        many="teams",
        section=WHO,
        about="People choose their team when they book. The search finds it by what it is also known as.",
        model=Team,
        form=TeamForm,
        columns={
            "Directorate": lambda team: team.directorate,
            "Also known as": lambda team: team.also_known_as,
        },
        searched=("name", "also_known_as", "directorate__name"),
        rows=lambda: Team.objects.select_related("directorate"),
        gaps=lambda: _without_headcount(Team),
    )
)
register(
    OwnList(
        slug="grades",
        one="grade",
        many="grades",
        section=WHO,
        about="Asked only to be counted, and never has to be given.",
        model=Grade,
        form=GradeForm,
        columns={"Place": lambda grade: grade.rank},
        searched=("name",),
        rows=Grade.objects.all,
        gaps=lambda: _without_headcount(Grade),
    )
)
register(
    OwnList(
        slug="topics",
        one="topic",
        many="topics",
        section=ABOUT,
        about="Platforms, and matters such as privacy. Champions say which they know, people which they ask about.",
        model=Topic,
        form=TopicForm,
        columns={"Kind": Topic.get_kind_display},
        searched=("name",),
        rows=Topic.objects.all,
        gaps=lambda: {
            "without a cheat sheet": Topic.objects.current().exclude(cheat_sheets__in=CheatSheet.objects.current())
        },
        on_retiring="Its cheat sheets go with it.",
    )
)
register(
    OwnList(
        slug="symptoms",
        one="symptom",
        many="symptoms",
        section=ABOUT,
        about="Plain words for people who cannot frame a question. Each points to topics.",
        model=Symptom,
        form=SymptomForm,
        columns={"Points to": lambda symptom: get_text_list([topic.name for topic in symptom.topics.all()], "and")},
        searched=("words",),
        rows=lambda: Symptom.objects.prefetch_related("topics"),
        gaps=lambda: {
            "that point to no topic": Symptom.objects.current().exclude(topics__in=Topic.objects.current()),
        },
    )
)
register(
    OwnList(
        slug="cheat-sheets",
        one="cheat sheet",
        many="cheat sheets",
        section=READ,
        about="One page each about a topic, for beginners or for the experienced. Everybody can read and print them.",
        model=CheatSheet,
        form=CheatSheetForm,
        columns={
            "Topic": lambda sheet: sheet.topic,
            "For": lambda sheet: sheet.get_level_display().removeprefix("For "),
            "Last read with care": lambda sheet: sheet.reviewed_on,
        },
        searched=("title", "topic__name"),
        rows=lambda: CheatSheet.objects.select_related("topic").defer("body"),
        gaps=lambda: {
            "not read with care for half a year": CheatSheet.objects.current().filter(
                reviewed_on__lt=timezone.localdate() - REREAD_AFTER
            )
        },
        page=lambda sheet: None if sheet.is_retired or sheet.topic.is_retired else sheet.get_absolute_url(),
    )
)
