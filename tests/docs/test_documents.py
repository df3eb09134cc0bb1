"""What the documents name is there: commands, targets of make, pages, settings, files and headings."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands
from django.db import connection
from django.urls import Resolver404, resolve

ROOT = Path(settings.BASE_DIR)
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
# The mailbox is there in a demonstration alone, and the other is a folder.
ELSEWHERE = {"/mailbox/", "/var/lib/surgeries-postgres"}


def anchors(text: str) -> set[str]:
    """What the headings of a document are called in links, as GitHub names them."""
    headings = re.findall(r"^#+ (.+)$", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S), flags=re.M)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def missing_commands(document: Path, text: str) -> set[str]:
    return set(re.findall(r"manage\.py ([a-z_]+)", text)) - get_commands().keys()


def missing_targets(document: Path, text: str) -> set[str]:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), flags=re.M)
    return set(re.findall(r"`make ([a-z-]+)", text)) - set(targets)


def missing_pages(document: Path, text: str) -> set[str]:
    """Addresses within the product that lead nowhere."""
    return {address for address in re.findall(r"`(/[a-z.][\w./-]*)`", text) if not is_page(address)}


def is_page(address: str) -> bool:
    """Whether it is one, or the part of one that is always the same."""
    for more in ("", "k3m9tq2/"):
        try:
            resolve(address + more)
        except Resolver404:
            continue
        return True
    return address in ELSEWHERE


def missing_files(document: Path, text: str) -> set[str]:
    """Links to files, or to headings in them, that are not there."""
    found = set()
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        file, _, heading = link.partition("#")
        if "//" in link or link.startswith("/"):
            continue
        target = (document.parent / file).resolve() if file else document
        if not target.exists() or (heading and heading not in anchors(target.read_text())):
            found.add(link)
    return found


CHECKS = [missing_commands, missing_targets, missing_pages, missing_files]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_what_a_document_names_is_there(document: Path, check: Callable[[Path, str], set[str]]):
    assert check(document, document.read_text()) == set()


def test_to_change_a_period_every_period_of_the_table_is_looked_for():
    section = (ROOT / "docs/operations.md").read_text().split("\n## When somebody asks")[1].split("\n## ")[0]
    periods = set(re.findall(r"^\|.*?\b(\d+ (?:days|months))\b.*\|$", section, flags=re.M))
    (looked_for,) = re.findall(r"grep -rn \"(.*?)\"", section)
    assert len(periods) == 4
    assert set(looked_for.split(r"\|")) == periods


@pytest.mark.django_db
def test_every_question_to_the_database_that_a_document_asks_is_answered():
    asked = [
        statement
        for document in DOCUMENTS
        for block in re.findall(r"^```sql\n(.*?)^```", document.read_text(), flags=re.M | re.S)
        for statement in block.split(";")
        if statement.strip().startswith("SELECT")
    ]
    assert len(asked) >= 2
    for statement in asked:
        with connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.mark.parametrize(
    ("check", "text"),
    [
        (missing_commands, "`manage.py check_invariants` and `manage.py feed_the_cat`"),
        (missing_targets, "`make run` and `make coffee`"),
        (missing_pages, "`/organise/diary/`, `/organise/surgeries/` and `/organise/tea/`"),
        (missing_files, "[here](operations.md#what-to-watch) and [there](operations.md#what-to-eat)"),
    ],
)
def test_control_what_is_not_there_is_found(check: Callable[[Path, str], set[str]], text: str):
    assert len(check(ROOT / "docs/organisers.md", text)) == 1


def contents(text: str) -> list[str]:
    """Where the list at the top of a document leads, in its order."""
    return re.findall(r"^- \[[^\]]+\]\(#([^)]+)\)", text.partition("\n## ")[0], flags=re.M)


def headings(text: str) -> list[str]:
    """What the chapters of a document are called in links, in their order."""
    chapters = re.findall(r"^## (.+)$", text, flags=re.M)
    return [anchor for chapter in chapters for anchor in anchors(f"## {chapter}")]


def test_the_guide_begins_with_links_to_all_of_its_chapters():
    text = (ROOT / "docs/organisers.md").read_text()
    assert contents(text) == headings(text)
    assert contents(text) != headings(f"{text}\n## Another chapter\n")


# ── The map of the largest app ────────────────────────────────────────────────────────────────────────────────

# What Django looks for itself, in every app.
EVERYWHERE = {"__init__", "apps", "urls"}


def off_the_map(readme: str) -> set[str]:
    """The modules and services of bookings that its map does not name; pages and forms have the names of these."""
    named = set(re.findall(r"`([\w/]+)`", readme.partition("What is where in it")[2].partition("\n\nA field")[0]))
    files = [*ROOT.glob("bookings/*.py"), *ROOT.glob("bookings/services/*.py")]
    return {
        file.relative_to(ROOT / "bookings").with_suffix("").as_posix() for file in files if file.stem not in EVERYWHERE
    } - named


def test_the_map_of_bookings_names_each_of_its_modules():
    assert off_the_map(DOCUMENTS[0].read_text()) == set()


def test_control_a_module_that_the_map_forgets_is_found():
    text = DOCUMENTS[0].read_text()
    assert off_the_map(text.replace("`services/paper`, ", "").replace("`errors`", "errors")) == {
        "services/paper",
        "errors",
    }
