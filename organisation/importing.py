"""Headcounts from a file: what its lines say, what is wrong with them, and what they would change.

Whatever a spreadsheet saves as CSV is read: with commas, semicolons or tabs, in UTF-8 or in the older coding of
Windows. Nothing is written here; `organisation.services.import_headcounts` does that.
"""

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from hashlib import sha256
from io import StringIO
from itertools import islice
from typing import Any
from unicodedata import normalize

from django.core.exceptions import ValidationError
from django.utils.text import get_text_list

from organisation.forms.headcounts import MOST_PEOPLE
from organisation.lists import OwnList
from organisation.models import Directorate, Team

MOST_LINES = 5_000
LARGEST = 1_000_000  # bytes
# How many names a misspelt one is compared with, and for how many lines.
COMPARED = 200
NAME, HEADCOUNT, DIRECTORATE, ALSO = "name", "headcount", "directorate", "also known as"
TOO_MANY = "too many"
SEPARATORS = ",;\t"
WHOLE_NUMBER = re.compile(r"(\d+|\d{1,3}([, \u00a0\u202f])\d{3}(\2\d{3})*)(\.0+)?", re.ASCII)


class NotReadable(Exception):
    """The file is none that headcounts can be read from; the message says why, and what to do."""


def columns_of(own_list: OwnList) -> list[str]:
    """What the first line of a file names, in the order of the template."""
    return [NAME, HEADCOUNT, *([DIRECTORATE, ALSO] if own_list.model is Team else [])]


def text_of(content: bytes) -> str:
    """The text of a file. Raises NotReadable."""
    if len(content) > LARGEST:
        raise NotReadable("The file is larger than 1 MB. Leave out what is not about headcounts")
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF")):
        raise NotReadable("That is no CSV file. Open it in your spreadsheet, and save it as CSV")
    codings = ("utf-16",) if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "cp1252")
    for coding in codings:
        try:
            text = content.decode(coding)
        except UnicodeError:
            continue
        if "\0" not in text:
            return text
    raise NotReadable("The file cannot be read as text. Save it as “CSV UTF-8” in your spreadsheet")


@dataclass(frozen=True)
class Line:
    """One line that is right."""

    number: int
    name: str
    # Nothing, where the headcount is empty: then it is not known, or stays.
    people: int | None
    directorate: str = ""
    also_known_as: str = ""


@dataclass(frozen=True)
class Wrong:
    """One line that is not, and everything that is wrong with it."""

    number: int
    why: list[str]

    def __str__(self) -> str:
        return f"Line {self.number}: {'. '.join(self.why)}"


@dataclass(frozen=True)
class Change:
    """What a line would do. `row` is None for what would be added."""

    line: Line
    row: Any
    directorate: Directorate | None
    was: int | None
    note: str = ""

    @property
    def is_counted(self) -> bool:
        """Whether a headcount would be written."""
        return self.line.people not in {None, self.was}

    @property
    def people(self) -> int | None:
        """How many there would be from then on, as far as it is known."""
        return self.was if self.line.people is None else self.line.people

    @property
    def also_known_as(self) -> str:
        """What the team would be known as from then on; nothing, if that stays."""
        said = self.line.also_known_as
        return said if said and (self.row is None or said != self.row.also_known_as) else ""


@dataclass(frozen=True)
class Plan:
    """What a file would do, if its wrong lines are left out."""

    of: OwnList
    counted_on: date
    new: list[Change] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    unchanged: list[Change] = field(default_factory=list)
    not_in_file: list[Any] = field(default_factory=list)
    wrong: list[Wrong] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do."""
        return not (self.new or self.changed)

    @property
    def digest(self) -> str:
        """Of everything that would be changed: what somebody has looked at is what is then done."""
        facts = [(change.line, change.row and change.row.pk, change.was) for change in (*self.new, *self.changed)]
        return sha256(repr((self.of.slug, self.counted_on, facts)).encode()).hexdigest()


def plan(own_list: OwnList, text: str, *, counted_on: date) -> Plan:
    """What the file would change, and what is wrong with which of its lines. Raises NotReadable."""
    made = Plan(own_list, counted_on)
    known = _Known(own_list, counted_on)
    seen: dict[tuple[object, object], int] = {}
    for number, cells in _records(text, columns_of(own_list)):
        try:
            line = _line(own_list, number, cells)
            row, directorate = known.find(line)
            key = (row.pk, "") if row else (_key(line.name), directorate and directorate.pk)
            if key in seen:
                raise ValidationError(f"“{line.name}” is in line {seen[key]} already. Leave one of them out")
            seen[key] = number
        except ValidationError as error:
            made.wrong.append(Wrong(number, error.messages))
            continue
        change = Change(line, row, directorate, row.headcount if row else None, known.namesake(line, row))
        if row is None:
            made.new.append(change)
        elif change.is_counted or change.also_known_as:
            made.changed.append(change)
        else:
            made.unchanged.append(change)
    in_file = {change.row.pk for change in (*made.changed, *made.unchanged)}
    made.not_in_file.extend(row for row in known.rows if not row.is_retired and row.pk not in in_file)
    return made


class _Known:
    """The list as it is, to look names up in however they are written."""

    def __init__(self, own_list: OwnList, counted_on: date) -> None:
        self._list, self._is_of_teams, self._compared = own_list, own_list.model is Team, 0
        rows = own_list.model._default_manager.with_headcount(counted_on)  # type: ignore[attr-defined]
        self.rows = list(rows.select_related("directorate") if self._is_of_teams else rows)
        self._by_name: dict[str, list[Any]] = defaultdict(list)
        for row in self.rows:
            self._by_name[_key(row.name)].append(row)
        self._directorates = {_key(each.name): each for each in Directorate.objects.all()} if self._is_of_teams else {}

    def find(self, line: Line) -> tuple[Any, Directorate | None]:
        """The row that the line is about, or None for a new one, with its directorate. Raises ValidationError."""
        directorate = self._directorate(line.directorate) if line.directorate else None
        found = self._by_name.get(_key(line.name), [])
        if directorate:
            found = [row for row in found if row.directorate_id == directorate.pk]
        row = found[0] if len(found) == 1 else None
        if row and row.is_retired:
            raise ValidationError(f"“{row.name}” is retired. Bring it back first, or leave the line out")
        if len(found) > 1:
            where = get_text_list([f"“{each.directorate}”" for each in found], "and")
            raise ValidationError(f"There is a team called “{line.name}” in {where}. Write its directorate as well")
        if row is None and not self._list.is_added_by_file:
            raise ValidationError(self._unknown(self._list.one, line.name, (each.name for each in self.rows)))
        if row is None and self._is_of_teams and directorate is None:
            raise ValidationError(f"“{line.name}” is no team yet. Correct the name, or write its directorate as well")
        return row, directorate or (row and self._is_of_teams and row.directorate) or None

    def namesake(self, line: Line, row: Any) -> str:
        """What to look at twice: a new team may be an old one that has moved."""
        others = self._by_name.get(_key(line.name), []) if row is None else []
        return f"There is one of that name in {others[0].directorate} already" if others else ""

    def _directorate(self, name: str) -> Directorate:
        directorate = self._directorates.get(_key(name))
        if directorate is None:
            names = (each.name for each in self._directorates.values())
            raise ValidationError(self._unknown("directorate", name, names))
        if directorate.is_retired:
            raise ValidationError(f"The directorate “{directorate.name}” is retired. Bring it back, or write another")
        return directorate

    def _unknown(self, what: str, name: str, names: Iterable[str]) -> str:
        # To compare takes time, and nobody reads advice on thousands of lines.
        self._compared += 1
        like = get_close_matches(name, islice(names, COMPARED), n=1) if self._compared <= COMPARED else []
        advice = f"Did you mean “{like[0]}”?" if like else f"Add the {what} first, or correct the name"
        return f"There is no {what} called “{name}”. {advice}"


def _line(own_list: OwnList, number: int, cells: dict[str, str]) -> Line:
    """What the line says. Raises ValidationError with everything that is wrong with it."""
    if TOO_MANY in cells:
        raise ValidationError("There is a cell too many. Put quotation marks around a name with a comma in it")
    wrong: list[str] = []
    said: dict[str, Any] = {}
    fields = {NAME: "name", ALSO: "also_known_as", DIRECTORATE: "name"}
    for column in columns_of(own_list):
        cell = cells.get(column, "").strip()
        try:
            if begins_like_a_formula(cell) and not (column == HEADCOUNT and cell[1:].isdecimal()):
                raise ValidationError(f"“{cell[:40]}” is a formula. Write what it comes to")
            if column == HEADCOUNT:
                said[column] = _people(cell)
            elif column == DIRECTORATE:
                said[column] = " ".join(cell.split())
            else:
                said[column] = own_list.form.base_fields[fields[column]].clean(cell)
        except ValidationError as error:
            wrong += error.messages
    if wrong:
        raise ValidationError(wrong)
    return Line(number, said[NAME], said[HEADCOUNT], said.get(DIRECTORATE, ""), said.get(ALSO, ""))


def _people(cell: str) -> int | None:
    if not cell:
        return None
    if not WHOLE_NUMBER.fullmatch(cell):
        raise ValidationError(f"“{cell[:40]}” is no headcount. Write a whole number, 0 or more")
    digits = re.sub(r"\D", "", cell.partition(".")[0], flags=re.ASCII)
    if len(digits) > 15 or int(digits) > MOST_PEOPLE:
        raise ValidationError(f"The headcount can be at most {MOST_PEOPLE:,}. Correct it")
    return int(digits)


def begins_like_a_formula(text: str) -> bool:
    """Whether a spreadsheet would take it for one. Wide letters count too."""
    return normalize("NFKC", text.lstrip()[:1]).startswith(("=", "+", "-", "@", "\N{MINUS SIGN}"))


def _key(name: str) -> str:
    return " ".join(normalize("NFC", name).casefold().split())


def _records(text: str, columns: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """The lines below the first, each with its number and its cells by their columns. Raises NotReadable."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    skipped = 0
    while skipped < len(lines) and not lines[skipped].strip(f"{SEPARATORS} "):
        skipped += 1
    named = re.fullmatch(r"sep=(.)", lines[skipped].strip()) if skipped < len(lines) else None
    skipped += bool(named)
    if skipped >= len(lines):
        raise NotReadable("The file is empty")
    separator = named[1] if named else max(SEPARATORS, key=lines[skipped].count)
    reader = csv.reader(StringIO("\n".join(lines[skipped:])), delimiter=separator, strict=True)
    begins = count = 0
    headings: list[str] = []
    try:
        for cells in reader:
            number, begins = skipped + begins + 1, reader.line_num
            if not any(cell.strip() for cell in cells):
                continue
            if not headings:
                headings = _headings(cells, columns)
                continue
            count += 1
            if count > MOST_LINES:
                raise NotReadable(f"The file has more than {MOST_LINES:,} lines. Split it")
            yield number, _by_column(cells, headings)
    except csv.Error:
        raise NotReadable(
            f"From line {skipped + begins + 1} on the file cannot be read: a quotation mark there is not closed, or "
            "stands within a cell. Save the file as CSV again"
        ) from None
    if not count:
        raise NotReadable("There is nothing below the first line of the file")


def _headings(cells: list[str], columns: Sequence[str]) -> list[str]:
    names = [" ".join(cell.replace("_", " ").casefold().split()) for cell in cells]
    for column in columns[:2]:
        if column not in names:
            raise NotReadable(f"The first line has to name the columns: {', '.join(columns)}. “{column}” is missing")
    for column in columns:
        if names.count(column) > 1:
            raise NotReadable(f"The first line names the column “{column}” twice. Leave one of them out")
    return names


def _by_column(cells: list[str], headings: list[str]) -> dict[str, str]:
    # What stands to the right of the last heading is a comma too many, which would put words into the wrong column.
    if any(cell.strip() for cell in cells[len(headings) :]):
        return {TOO_MANY: "yes"}
    return dict(zip(headings, cells, strict=False))
