"""The department's own lists, as organisers keep them, in each of their states."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db.models import Model
from django.test import Client
from django.utils import timezone

from organisation.importing import plan
from organisation.lists import lists
from organisation.models import Headcount, Team
from organisation.services import import_headcounts, set_paragraph
from tests.everyone.booking import LONG, State
from tests.factories import (
    BookingFactory,
    CheatSheetFactory,
    DepartmentFactory,
    DirectorateFactory,
    GradeFactory,
    GuidelinesFactory,
    HeadcountFactory,
    OfficeFactory,
    ShiftFactory,
    SymptomFactory,
    TeamFactory,
    TopicFactory,
    UserFactory,
    VenueFactory,
)

Made = Callable[[], Model | None]


def page(address: str, made: Made = lambda: None, sent: dict[str, Any] | None = None) -> State:
    """A page below the lists, about the row that is `made`; with what is `sent` to it."""

    def state(client: Client) -> Any:
        row = made()
        client.force_login(UserFactory.create(organiser=True))
        there = f"/organise/lists/{address}".replace("PK", str(row.pk if row else ""))
        return client.get(there) if sent is None else client.post(there, sent)

    return state


def full() -> None:
    """Something in every list, with long names, and much that is missing."""
    DepartmentFactory.create(name=LONG, contact_email="")
    VenueFactory.create(name=LONG, directions="", accessibility="")
    OfficeFactory.create(name=LONG, is_retired=True)
    TeamFactory.create_batch(3), GradeFactory.create(), CheatSheetFactory.create()
    SymptomFactory.create(topics=TopicFactory.create_batch(3))


def many_teams() -> Team:
    directorate = DirectorateFactory.create(name=LONG)
    rows = [Team(name=f"{LONG} {n}", directorate=directorate, also_known_as=LONG) for n in range(500)]
    teams = Team.objects.bulk_create([*rows, Team(name="Of old", directorate=directorate, is_retired=True)])
    today = timezone.localdate()
    Headcount.objects.bulk_create(Headcount(team=team, counted_on=today, people=1234) for team in teams[::2])
    return teams[0]


def counted_team() -> Team:
    team = TeamFactory.create(name=LONG)
    for years in range(5):
        on = timezone.localdate() - timedelta(days=365 * years)
        HeadcountFactory.create(team=team, people=40 - years, counted_on=on)
    return team


def guidelines(address: str, **facts: str) -> State:
    """A page about the guidelines, of which there are two versions; PK is the earlier one."""

    def state(client: Client) -> Any:
        today = timezone.localdate()
        old = GuidelinesFactory.create(title=LONG, version="1", published_on=today - timedelta(days=400))
        GuidelinesFactory.create(version="2", **{"body": "## Be kind\n\n- Say who you are\n- Stay polite"} | facts)
        client.force_login(UserFactory.create(organiser=True))
        return client.get(address.replace("PK", str(old.pk)))

    return state


def as_organiser(address: str, made: Callable[[], None] = lambda: None) -> State:
    def state(client: Client) -> Any:
        made()
        client.force_login(UserFactory.create(organiser=True))
        return client.get(address)

    return state


def ready() -> None:
    full()
    VenueFactory.create(), ShiftFactory.create()


def paragraphs() -> None:
    BookingFactory.create(name=LONG)
    set_paragraph(email="booking_booked", words=f"{LONG}\n\nhttps://intranet.example.gov.uk/{'a' * 200}")


RIGHT = f"name,headcount,directorate,also known as\nOf the file,5,Policy,{LONG}\n{LONG},7,,x"
WRONG = RIGHT + "".join(f"\nNo {n},many,{LONG}" for n in range(220))


def imported(text: str, *, before: str = "", **sent: str) -> State:
    """Headcounts of teams from a file, as its text is sent on from page to page."""

    def state(client: Client) -> Any:
        DirectorateFactory.create(name="Policy"), counted_team()
        client.force_login(UserFactory.create(organiser=True))
        today = timezone.localdate()
        if before:
            seen = plan(lists["teams"], before, counted_on=today).digest
            import_headcounts(of=lists["teams"], text=before, counted_on=today, seen=seen)
        there = "/organise/lists/teams/import/"
        return client.post(there, {"text": text, "counted_on": today} | sent)

    return state


STATES: dict[str, State] = {
    "set up, nothing yet": as_organiser("/organise/start/"),
    "set up, half of it": as_organiser("/organise/start/", full),
    "set up": as_organiser("/organise/start/", ready),
    "lists, empty": page(""),
    "lists": page("", full),
    "list, empty": page("offices/"),
    "list, 500": page("teams/", many_teams),
    "list, 500, the last page": page("teams/?page=11", many_teams),
    "list, nothing found": page("teams/?q=nowhere", many_teams),
    "list, symptoms": page("symptoms/", full),
    "list, deleted": page("venues/?done=deleted", full),
    "add to a list": page("symptoms/new/", full),
    "add to a list, wrong": page("symptoms/new/", full, {}),
    "add a cheat sheet, wrong": page("cheat-sheets/new/", full, {}),
    "row": page("teams/PK/?done=saved", counted_team),
    "row, wrong": page("teams/PK/", counted_team, {"name": ""}),
    "row, headcount wrong": page("teams/PK/headcount/", counted_team, {"people": "many"}),
    "row, retired": page("offices/PK/", lambda: OfficeFactory.create(name=LONG, is_retired=True)),
    "row, cheat sheet": page("cheat-sheets/PK/", CheatSheetFactory.create),
    "import": page("teams/import/"),
    "import, wrong lines": imported(WRONG),
    "import, no file": page("teams/import/", sent={}),
    "import, what would change": imported(RIGHT),
    "import, without the wrong lines": imported(WRONG, leave_out="yes"),
    "import, nothing would change": imported("name,headcount\nOf the file,5", before=RIGHT),
    "import, changed meanwhile": imported(RIGHT, seen="x"),
    "guidelines, none": lambda client: client.get("/guidelines/"),
    "guidelines": guidelines("/guidelines/"),
    "guidelines, earlier": guidelines("/guidelines/PK/"),
    "guidelines, a link": guidelines("/guidelines/", link="https://intranet.example.gov.uk/", body=""),
    "guidelines, kept, none": page("guidelines/"),
    "guidelines, kept": guidelines("/organise/lists/guidelines/?done=saved"),
    "guidelines, new, wrong": page("guidelines/new/", sent={"link": "x"}),
    "guidelines, to put right": guidelines("/organise/lists/guidelines/PK/"),
    "guidelines, to come": page(
        "guidelines/PK/", lambda: GuidelinesFactory.create(published_on=timezone.localdate() + timedelta(days=9))
    ),
    "paragraphs": page("emails/?done=saved", paragraphs),
    "paragraph, nobody booked": page("emails/booking_booked/"),
    "paragraph, saved": page("emails/booking_booked/", paragraphs),
    "paragraph, to look at": page("emails/brief_changes/", paragraphs, {"words": LONG * 3, "preview": ""}),
    "paragraph, too long": page("emails/booking_booked/", paragraphs, {"words": LONG * 9}),
    "delete a row": page("teams/PK/delete/", counted_team),
    "delete a row, in use": page("teams/PK/delete/", lambda: BookingFactory.create(team=counted_team()).team),
    "delete a row, in use and retired": page(
        "offices/PK/delete/", lambda: VenueFactory.create(office__is_retired=True).office
    ),
    "department": page("department/?done=saved", full),
    "department, wrong": page("department/", sent={"email_domains": "not a domain"}),
}
