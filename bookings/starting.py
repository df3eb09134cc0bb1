"""What a department needs before its first surgery is published, and what of it is still missing."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone

from champions.models import Champion
from organisation.models import Department, Directorate, Grade, Office, Symptom, Team, Topic
from organisation.uses import count_all
from surgeries.models import Surgery, Venue
from surgeries.templatetags.times import day_and_time


@dataclass(frozen=True)
class Step:
    """One thing to do: what, why or how, where, and whether it is done."""

    what: str
    how: str
    where: str
    is_done: bool


@dataclass(frozen=True)
class SettingUp:
    """All that is needed, in order, and what can wait."""

    steps: list[Step]
    later: list[Step]

    @property
    def done(self) -> int:
        """How many steps are."""
        return sum(step.is_done for step in self.steps)

    @property
    def next(self) -> Step | None:
        """The first step that is missing."""
        return next((step for step in self.steps if not step.is_done), None)


def setting_up() -> SettingUp:
    """How far the department is, with one statement; one more for what is there and only has to be finished."""
    drafts = Surgery.objects.drafts(timezone.now())
    found = count_all(
        {
            "name": Department.objects.exclude(name__in=["", Department._meta.get_field("name").default]),
            "domains": Department.objects.exclude(email_domains=[]),
            "offices": Office.objects.current(),
            "venues": Venue.objects.current().exclude(directions=""),
            "bare": Venue.objects.current().filter(directions=""),
            "directorates": Directorate.objects.current(),
            "teams": Team.objects.current(),
            "topics": Topic.objects.current(),
            "champions": Champion.objects.active(),
            "surgeries": Surgery.objects.filter(state=Surgery.State.PUBLISHED),
            "drafts": drafts,
            "grades": Grade.objects.current(),
            "symptoms": Symptom.objects.current(),
            "counted": Team.objects.current().exclude(headcounts=None),
        }
    )

    def step(key: str, what: str, how: str, page: str, *args: object) -> Step:
        return Step(what, how, reverse(page, args=args), bool(found[key]))

    # There is one already, only without directions: nobody need add another.
    venue = None if found["venues"] or not found["bare"] else Venue.objects.current().first()
    is_begun = found["drafts"] and not found["surgeries"]
    draft = drafts.select_related("venue").order_by("starts_at", "pk").first() if is_begun else None

    def adding(key: str, what: str, how: str) -> Step:
        """To the page that adds the first, and afterwards to the list."""
        return step(key, what, how, "organisation:own_list" if found[key] else "organisation:add_row", key)

    return SettingUp(
        steps=[
            step("name", "Name your department", "It stands on every page and poster.", "organisation:department"),
            step("domains", "Say whose addresses may book", "Such as example.gov.uk.", "organisation:department"),
            adding("offices", "Add an office", "With its nation, because bank holidays differ."),
            step("venues", "Write the directions to your venue", f"How somebody finds the table in {venue.name}.",
                 "organisation:row", "venues", venue.pk)
            if venue
            else adding("venues", "Add a venue with directions", "The café, and how somebody finds the table."),
            adding("directorates", "Add a directorate", "Teams belong to one. They can be imported as well."),
            adding("teams", "Add your teams", "By hand, or all at once from a file."),
            adding("topics", "Add topics", "What people can ask about, and what champions know."),
            step("champions", "Take in a champion",
                 "Add a colleague whom you know, or yourself. Others apply under Champions, and you approve it here.",
                 "champions:applications"),
            step("surgeries", "Publish a surgery", f"Your draft: {day_and_time(draft.starts_at)}, at {draft.venue}.",
                 "bookings:manage_surgery", draft.reference)
            if draft
            else step("surgeries", "Publish a surgery",
                      "Choose the venue, the day and the hours, and then publish it.", "bookings:new_surgery"),
        ],
        later=[
            adding("grades", "Grades", "If you would like to know whether grade matters."),
            adding("symptoms", "Symptoms", "Plain words for people who do not know what to ask."),
            step("counted", "Headcounts", "What your figures are compared with.", "organisation:own_list", "teams"),
        ],
    )  # fmt: skip
