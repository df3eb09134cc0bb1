"""An organiser imports headcounts from a file with ten wrong lines: reads them, puts them right, and looks first."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from organisation.models import Headcount
from tests.factories import DirectorateFactory, HeadcountFactory, TeamFactory, UserFactory
from tests.journeys.visitor import Visitor

# What each line says at first, what is said about it, and what it says in the end.
LINES = [
    ("Ports,40,Coast,", "", "Ports,40,Coast,"),
    ("Tides,about 30,Coast,", "“about 30” is no headcount", "Tides,30,Coast,"),
    ("Buoys,many,Coast,", "“many” is no headcount", "Buoys,5,Coast,"),
    (",12,Coast,", "Enter the name of the team", "Wrecks,12,Coast,"),
    ("Maps,-3,Coast,", "“-3” is no headcount", "Maps,3,Coast,"),
    ("=A2,4,Coast,", "“=A2” is a formula", "Sands,4,Coast,"),
    ("Locks,=2+2,Coast,", "“=2+2” is a formula", "Locks,4,Coast,"),
    ("Weirs,9,,", "“Weirs” is no team yet", "Weirs,9,Coast,"),
    ("Piers,8,Caost,", "Did you mean “Coast”?", "Piers,8,Coast,"),
    ("Cliffs, Chalk,7,Coast,diggers", "There is a cell too many", '"Cliffs, Chalk",7,Coast,diggers'),
    ("Ports,41,Coast,", "“Ports” is in line 2 already", "Reefs,41,Coast,"),
]


def write(file: Path, lines: list[str]) -> Path:
    file.write_text("\r\n".join(["name,headcount,directorate,also known as", *lines]))
    return file


@pytest.mark.parametrize("visitor", ["with JavaScript"], indirect=True)
def test_ten_wrong_lines_are_read_put_right_and_imported(visitor: Visitor, tmp_path: Path) -> None:
    ports = TeamFactory.create(name="Ports", directorate=DirectorateFactory.create(name="Coast"))
    HeadcountFactory.create(team=ports, people=38, counted_on="2026-01-05")
    visitor.let_in(UserFactory.create(organiser=True))
    page = visitor.page
    page.goto("/organise/lists/teams/")
    visitor.press("Import teams and headcounts from a file")
    page.get_by_label("The file").set_input_files(write(tmp_path / "teams.csv", [wrong for wrong, *_ in LINES]))
    visitor.press_button("See what would change")

    summary = page.locator(".govuk-error-summary")
    expect(summary).to_be_focused()
    expect(summary.get_by_role("link")).to_have_text(
        "10 lines of the file are wrong. Put them right and choose the file again"
    )
    rows = page.get_by_role("table", name="What is wrong").get_by_role("row").all_inner_texts()[1:]
    for (_, problem, _), words, number in zip(LINES[1:], rows, range(3, 13), strict=True):
        assert words.startswith(f"{number}\t")
        assert problem in words
    expect(page.get_by_role("main")).to_contain_text("Nothing has been changed")
    visitor.follow(summary.get_by_role("link").first)
    expect(page.get_by_label("The file")).to_be_focused()

    page.get_by_label("The file").set_input_files(write(tmp_path / "right.csv", [right for *_, right in LINES]))
    visitor.press_button("See what would change")
    visitor.sees("What would change")
    expect(page.get_by_role("main")).to_contain_text("10 new")
    expect(page.get_by_role("row", name="Ports")).to_contain_text("38, now 40")
    assert Headcount.objects.count() == 1
    visitor.press_button("Import the teams and headcounts")
    expect(page.get_by_role("main")).to_contain_text("The headcounts are imported.")
    expect(page.get_by_role("row", name="Cliffs, Chalk")).to_contain_text("7")
    assert Headcount.objects.count() == 12
