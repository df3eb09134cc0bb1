"""Headcounts from a file: what it would change is shown first, what is wrong is said by line, and once is enough."""

import re
from contextlib import suppress
from datetime import timedelta
from time import monotonic
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from organisation import services
from organisation.importing import MOST_LINES, NotReadable, plan, text_of
from organisation.lists import lists
from organisation.models import Directorate, Headcount, Team
from tests.bookings.test_bad_input import each_is_its_own
from tests.bookings.test_statements_per_page import statements
from tests.factories import (
    DirectorateFactory,
    GradeFactory,
    HeadcountFactory,
    OfficeFactory,
    TeamFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate
PAGE = "/organise/lists/{}/import/"
HIDDEN = re.compile(r'<input type="hidden" name="(text|counted_on|seen|leave_out)" value="([^"]*)"')


@pytest.fixture
def organiser(client: Client) -> Client:
    client.force_login(UserFactory.create(organiser=True))
    return client


def words(response: Any) -> str:
    return " ".join(response.content.decode().split())


def send(client: Client, content: str | bytes, name: str = "teams", **more: Any) -> Any:
    raw = content if isinstance(content, bytes) else content.encode()
    return client.post(PAGE.format(name), {"file": SimpleUploadedFile("x.csv", raw), "counted_on": TODAY()} | more)


def onwards(client: Client, shown: Any, name: str = "teams", **more: str) -> Any:
    """Press the button of the page that is shown: with what it holds."""
    from html import unescape

    held = {key: unescape(value) for key, value in HIDDEN.findall(shown.content.decode())}
    return client.post(PAGE.format(name), held | more)


def counts() -> dict[str, int]:
    return {
        str(each.team or each.office or each.grade or each.directorate): each.people for each in Headcount.objects.all()
    }


# ── Looking, and then importing ───────────────────────────────────────────────────────────────────────────────
def test_what_would_change_is_shown_before_anything_is_changed_and_twice_changes_nothing_more(organiser: Client):
    policy = DirectorateFactory.create(name="Policy")
    old = TODAY() - timedelta(days=400)
    changed, same, _ = (TeamFactory.create(name=name, directorate=policy) for name in ("Comms", "Legal", "Left alone"))
    HeadcountFactory.create(team=changed, people=40, counted_on=old)
    HeadcountFactory.create(team=same, people=7, counted_on=old)
    file = "Name,Headcount,Directorate,Also known as\r\n COMMS ,50,,press office\r\nLegal,7,,\r\nData,12,policy,BI\r\n"

    shown = send(organiser, file)
    made = shown.context["plan"]
    assert [len(each) for each in (made.new, made.changed, made.unchanged, made.not_in_file)] == [1, 1, 1, 1]
    for said in ("40, now <strong>50</strong>", "<strong>press office</strong>", "Legal: 7", "Left alone: not known"):
        assert said in words(shown)
    assert (Team.objects.count(), Headcount.objects.count()) == (3, 2)

    first, second = onwards(organiser, shown), onwards(organiser, shown)
    assert first["Location"] == "/organise/lists/teams/?done=imported"
    assert second["Location"] == "/organise/lists/teams/?done=unchanged"
    data = Team.objects.get(name="Data")
    assert (data.directorate, data.also_known_as) == (policy, "BI")
    assert Team.objects.get(pk=changed.pk).also_known_as == "press office"
    newest = {each.name: each.headcount for each in Team.objects.with_headcount(TODAY())}
    assert newest == {"Comms": 50, "Legal": 7, "Data": 12, "Left alone": None}
    assert Headcount.objects.count() == 4


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("offices", "name,headcount\nLeeds,50"),
        ("grades", "name;headcount\ngrade 7;50"),
        ("directorates", "name\theadcount\nNew\t50"),
    ],
)
def test_every_list_with_headcounts_can_be_imported(organiser: Client, name: str, file: str):
    OfficeFactory.create(name="Leeds"), GradeFactory.create(name="Grade 7")
    assert onwards(organiser, send(organiser, file, name), name).status_code == 303
    assert list(counts().values()) == [50]


def test_an_empty_headcount_adds_a_team_without_one_and_leaves_the_others_as_they_are(organiser: Client):
    policy = DirectorateFactory.create(name="Policy")
    known = TeamFactory.create(name="Comms", directorate=policy, also_known_as="press")
    HeadcountFactory.create(team=known, people=40)
    TeamFactory.create(name="Legal", directorate=policy)
    file = "name,headcount,directorate,also known as\nData,,Policy,BI; figures\nComms,,,press office\nLegal,,,"

    shown = send(organiser, file)
    made = shown.context["plan"]
    assert [len(each) for each in (made.new, made.changed, made.unchanged)] == [1, 1, 1]
    assert "Legal: not known" in words(shown)
    assert onwards(organiser, shown)["Location"] == "/organise/lists/teams/?done=imported"
    assert Team.objects.get(name="Data").also_known_as == "BI; figures"
    assert Team.objects.get(pk=known.pk).also_known_as == "press office"
    assert counts() == {"Comms": 40}


def test_teams_and_directorates_are_imported_and_not_their_headcounts_alone(organiser: Client):
    for name, says in [("teams", "teams and headcounts"), ("directorates", "directorates and headcounts")]:
        for page in (f"/organise/lists/{name}/", f"/organise/lists/{name}/new/"):
            text = words(organiser.get(page))
            assert f'href="/organise/lists/{name}/import/"' in text
            assert f"mport {says} from a file" in text
    assert "Import headcounts from a file" in words(organiser.get("/organise/lists/offices/"))
    assert "/import/" not in words(organiser.get("/organise/lists/offices/new/"))
    assert "semicolon between" in words(organiser.get("/organise/lists/teams/new/"))
    assert "semicolon between" in words(organiser.get("/organise/lists/teams/import/"))


def test_what_changed_meanwhile_is_shown_again_instead_of_overwritten(organiser: Client):
    team = TeamFactory.create(name="Comms")
    shown = send(organiser, "name,headcount\nComms,50")
    HeadcountFactory.create(team=team, people=45)
    late = onwards(organiser, shown)
    assert late.status_code == 409
    assert "Somebody has changed the list since you looked" in words(late)
    assert counts() == {"Comms": 45}
    assert onwards(organiser, late).status_code == 303
    assert counts() == {"Comms": 50}


def test_control_without_looking_at_what_was_seen_it_would_be_overwritten(organiser: Client, monkeypatch):
    monkeypatch.setattr(services.Plan, "digest", "always the same")
    team = TeamFactory.create(name="Comms")
    shown = send(organiser, "name,headcount\nComms,50")
    HeadcountFactory.create(team=team, people=45)
    assert onwards(organiser, shown).status_code == 303


def test_what_somebody_adds_in_the_very_moment_is_shown_again_as_well(organiser: Client, monkeypatch):
    policy = DirectorateFactory.create(name="Policy")
    shown = send(organiser, "name,headcount,directorate\nComms,50,Policy")

    def planned_just_before(*args: Any, **said: Any) -> Any:
        made = plan(*args, **said)
        if not Team.objects.exists():
            TeamFactory.create(name="Comms", directorate=policy)
        return made

    with monkeypatch.context() as somebody_else:
        somebody_else.setattr(services, "plan", planned_just_before)
        late = onwards(organiser, shown)
    assert late.status_code == 409
    assert "Somebody has changed the list since you looked" in words(late)
    assert onwards(organiser, late).status_code == 303
    assert counts() == {"Comms": 50}


# ── What is wrong, by line ────────────────────────────────────────────────────────────────────────────────────
TEN_WRONG = [
    ("Comms,many", "Line 2: “many” is no headcount. Write a whole number, 0 or more"),
    ("Comms,1.5", "Line 3: “1.5” is no headcount. Write a whole number, 0 or more"),
    (",5", "Line 4: Enter the name of the team"),
    ("Comms,-3", "Line 5: “-3” is no headcount. Write a whole number, 0 or more"),
    ("=SUM(A1:A9),5", "Line 6: “=SUM(A1:A9)” is a formula. Write what it comes to"),
    ("Comms,=2+2", "Line 7: “=2+2” is a formula. Write what it comes to"),
    ("Nowhere,5", "Line 8: “Nowhere” is no team yet. Correct the name, or write its directorate as well"),
    ("New,5,Polcy", "Line 9: There is no directorate called “Polcy”. Did you mean “Policy”?"),
    (f"{'x' * 121},9999999999", "Line 10: The name has to be 120 characters or fewer. The headcount can be at most"),
    ("Smith, Jones,5,,,x", "Line 11: There is a cell too many. Put quotation marks around a name with a comma"),
]


def test_ten_wrong_lines_are_all_said_and_nothing_is_changed_until_they_are_left_out(organiser: Client):
    TeamFactory.create(name="Comms", directorate__name="Policy")
    file = "\n".join(["name,headcount,directorate", *(line for line, _ in TEN_WRONG), "comms,50"])
    shown = send(organiser, file)
    page = re.sub(r"</th> <td[^>]*>|>Line</span> ", "|", words(shown)).replace("&#x27;", "'")
    as_in_table = [said.removeprefix("Line ").replace(": ", "|", 1) for _, said in TEN_WRONG]
    assert [said for said in as_in_table if page.count(f"|{said}") != 1] == []  # once, beside its number
    assert page.count("10 lines of the file are wrong. Put them right and choose the file again") == 2
    assert "Nothing has been changed" in page
    assert "<title>Error: " in page
    assert not Headcount.objects.exists()

    without = onwards(organiser, shown, leave_out="")
    assert "10 wrong lines left out" in words(without)
    assert not Headcount.objects.exists()
    assert onwards(organiser, without).status_code == 303
    assert counts() == {"Comms": 50}


def test_of_thousands_of_wrong_lines_the_page_says_two_hundred_and_how_many_more(organiser: Client):
    page = words(send(organiser, "name,headcount\n" + "x,many\n" * 1234))
    assert "1,234 lines of the file are wrong" in page
    assert page.count("“many” is no headcount") == 200
    assert "And 1,034 more lines are wrong" in page


def test_nobody_gets_around_the_wrong_lines_by_saying_what_they_saw(organiser: Client):
    TeamFactory.create(name="Comms")
    text = "name,headcount\nComms,5\nNowhere,5"
    seen = plan(lists["teams"], text, counted_on=TODAY()).digest
    answer = organiser.post(PAGE.format("teams"), {"text": text, "counted_on": TODAY(), "seen": seen})
    assert "A line of the file is wrong" in words(answer)
    assert not Headcount.objects.exists()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("Twin,5", "There is a team called “Twin” in “Policy” and “Delivery”. Write its directorate as well"),
        ("Old,5", "“Old” is retired. Bring it back first, or leave the line out"),
        ("New,5,Gone", "The directorate “Gone” is retired. Bring it back, or write another"),
        ("Comms,5\ncomms ,6", "Line 3: “comms” is in line 2 already. Leave one of them out"),
        ("Comms,5,Policy\nComms,6", "Line 3: “Comms” is in line 2 already."),
        ('"Com\nms",x', "Line 2: “x” is no headcount"),
        ('"Comms\n",5\n\n,6', "Line 5: Enter the name of the team"),
    ],
)
def test_a_line_that_could_mean_two_things_is_wrong(line: str, said: str):
    policy, delivery = DirectorateFactory.create(name="Policy"), DirectorateFactory.create(name="Delivery")
    DirectorateFactory.create(name="Gone", is_retired=True)
    TeamFactory.create(name="Comms", directorate=policy), TeamFactory.create(name="Old", is_retired=True)
    for each in (policy, delivery):
        TeamFactory.create(name="Twin", directorate=each)
    made = plan(lists["teams"], f"name,headcount,directorate\n{line}", counted_on=TODAY())
    assert said in " / ".join(map(str, made.wrong))


def test_of_offices_and_grades_only_those_that_are_there_are_counted():
    for name, factory in (("offices", OfficeFactory), ("grades", GradeFactory)):
        factory.create(name="Edinburgh")
        made = plan(lists[name], "name,headcount\nEdinburg,5\nOslo,5", counted_on=TODAY())
        one = lists[name].one
        assert [str(each) for each in made.wrong] == [
            f"Line 2: There is no {one} called “Edinburg”. Did you mean “Edinburgh”?",
            f"Line 3: There is no {one} called “Oslo”. Add the {one} first, or correct the name",
        ]


def test_a_new_team_with_a_namesake_elsewhere_is_pointed_out():
    TeamFactory.create(name="Comms", directorate__name="Policy"), DirectorateFactory.create(name="Delivery")
    made = plan(lists["teams"], "name,headcount,directorate\nComms,5,Delivery", counted_on=TODAY())
    assert [each.note for each in made.new] == ["There is one of that name in Policy already"]


# ── Whatever spreadsheets write ───────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    "content",
    [
        "\ufeffname,headcount\r\nCafé & Lœs,1234\r\n".encode(),
        "name;headcount\r\nCafé & Lœs;1234\r\n".encode("cp1252"),
        "name\theadcount\nCafé & Lœs\t1234\n".encode("utf-16"),
        'sep=;\nname;headcount\n"Café & Lœs";"1,234"\n'.encode(),
        "\n\n HEADCOUNT , Name ,notes\r1234.0,Café  &  Lœs,x\r,,\r".encode(),
        "name,headcount\nCafe\u0301 & Lœs,1\u00a0234".encode(),
    ],
)
def test_it_is_read_however_it_was_saved(content: bytes):
    TeamFactory.create(name="Café & Lœs")
    made = plan(lists["teams"], text_of(content), counted_on=TODAY())
    assert [(change.row.name, change.line.people) for change in made.changed] == [("Café & Lœs", 1234)]
    assert made.wrong == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "The file is empty"),
        (b" \r\n,,\r\n", "The file is empty"),
        (b"PK\x03\x04more", "That is no CSV file"),
        (b"name,headcount\nx\0y,5", "cannot be read as text"),
        (b"\xff\xfex", "cannot be read as text"),
        (b"people,team\nx,5", "The first line has to name the columns: name, headcount, directorate, also known as."),
        (b"name,headcount,name\nx,5,y", "names the column “name” twice"),
        (b"name,headcount\n\n", "There is nothing below the first line"),
        (b'name,headcount\nx,5\n"y,5', "From line 3 on the file cannot be read: a quotation mark"),
        (b"name,headcount\n" + b"x,5\n" * (MOST_LINES + 1), "The file has more than 5,000 lines. Split it"),
        (b"x" * 1_000_001, "The file is larger than 1 MB"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(organiser: Client, content: bytes, said: str):
    assert said in words(send(organiser, content))


def test_thousands_of_misspelt_names_take_no_longer_than_a_page_may():
    Directorate.objects.bulk_create(Directorate(name=f"Directorate of {n}") for n in range(2000))
    lines = "".join(f"New {n},5,Directorat of {n}\n" for n in range(MOST_LINES))
    began = monotonic()
    made = plan(lists["teams"], f"name,headcount,directorate\n{lines}", counted_on=TODAY())
    assert len(made.wrong) == MOST_LINES
    assert monotonic() - began < 10  # to compare each with all of them takes minutes


def test_without_a_file_or_with_a_day_that_is_to_come_nothing_is_looked_at(organiser: Client):
    assert "Choose a file" in words(organiser.post(PAGE.format("teams"), {"counted_on": TODAY()}))
    later = send(organiser, "name,headcount\nx,5", counted_on=TODAY() + timedelta(days=1))
    assert "has to be today or earlier" in words(later)
    assert organiser.get(PAGE.format("topics")).status_code == 404


@each_is_its_own
@given(text=st.text(alphabet=st.sampled_from('",;\t\n\r=+ Comms5x\0é\u2028'), max_size=60))
def test_no_text_is_too_odd(text: str):
    with suppress(NotReadable):  # which is said beside the field
        plan(lists["teams"], f"name,headcount\n{text}", counted_on=TODAY())


def test_5000_lines_take_the_same_few_statements_as_one_hundred(organiser: Client):
    directorate = DirectorateFactory.create(name="Policy")
    Team.objects.bulk_create(Team(name=f"Team {n}", directorate=directorate) for n in range(2500))

    def file(lines: range) -> str:
        return "name,headcount,directorate\n" + "".join(f"Team {n},{n},Policy\n" for n in lines)

    few = statements(lambda: send(organiser, file(range(100))))
    assert statements(lambda: send(organiser, file(range(MOST_LINES)))) == few <= 12
    assert onwards(organiser, send(organiser, file(range(MOST_LINES)))).status_code == 303
    assert (Team.objects.count(), Headcount.objects.count()) == (5000, 5000)


# ── The template ──────────────────────────────────────────────────────────────────────────────────────────────
def test_the_template_is_the_list_as_it_is_and_can_be_sent_back(organiser: Client):
    HeadcountFactory.create(team__name='The "A", team', team__also_known_as="a; b", people=5)
    TeamFactory.create(name="=cmd()"), TeamFactory.create(name="Retired", is_retired=True)
    file = organiser.get("/organise/lists/teams/headcounts.csv")
    assert file["Content-Disposition"].startswith('attachment; filename="teams-')
    made = plan(lists["teams"], text_of(file.content), counted_on=TODAY())
    assert (len(made.unchanged), made.is_empty, made.wrong) == (1, True, [])
    assert [row.name for row in made.not_in_file] == ["=cmd()"]
    assert Directorate.objects.exists()
    assert organiser.get("/organise/lists/topics/headcounts.csv").status_code == 404
