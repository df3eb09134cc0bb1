"""Tables as files that open well in Excel and LibreOffice, and in which nothing that people typed is ever run.

A spreadsheet takes text that begins like a formula for one: in a CSV always, elsewhere if we let it.
"""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO, StringIO
from typing import Any
from unicodedata import category, normalize

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header

Cell = str | int | datetime | None

SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DATE_AND_TIME = "d mmm yyyy hh:mm"
NARROWEST, WIDEST = 8, 60
LONGEST_TITLE = 31  # in Excel
# What no XML may contain, not even escaped. Nobody sees it either.
NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# The last is a minus as well, of which Unicode does not say so.
BEGINS_A_FORMULA = frozenset("=+-@\N{MINUS SIGN}")


@dataclass(frozen=True)
class Sheet:
    """A table: what it is called, the headings of its columns, and its rows, each with a cell for every column."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]


def as_csv(sheet: Sheet, *, filename: str) -> HttpResponse:
    """The table as CSV. Text that a spreadsheet would run has an apostrophe before it, which everybody sees.

    Text is always in quotation marks, so that it stays in its cell where semicolons separate them.
    """
    file = StringIO(newline="")
    writer = csv.writer(file, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    writer.writerows([_plain(cell) for cell in row] for row in (sheet.columns, *sheet.rows))
    # Without the mark at the beginning, Excel takes UTF-8 for something else.
    return _file(file.getvalue().encode("utf-8-sig"), "text/csv; charset=utf-8", filename)


def as_spreadsheet(sheet: Sheet, *, filename: str) -> HttpResponse:
    """The table as a spreadsheet (.xlsx): text is text, numbers are numbers, and times are local times."""
    # Few pages need it, and it would take memory from every process.
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    page: Any = book.create_sheet(_title(sheet.title))
    page.freeze_panes = "A2"
    for place, width in enumerate(_widths(sheet), start=1):
        page.column_dimensions[get_column_letter(place)].width = width

    def styled(**style: Any) -> list[Any]:
        cells: list[Any] = [WriteOnlyCell(page) for _ in sheet.columns]
        for cell in cells:
            cell.alignment = Alignment(vertical="top", wrap_text=True)
            for name, value in style.items():
                setattr(cell, name, value)
        return cells

    # To style a cell is slow. A row is written as soon as it is appended, so these do for all rows.
    headings, others, times = styled(font=Font(bold=True)), styled(), styled(number_format=DATE_AND_TIME)
    like_formulas = styled(quotePrefix=True)  # they stay text when somebody edits them

    def cell_of(place: int, content: Cell, *, is_heading: bool = False) -> Any:
        if isinstance(content, datetime):
            return _filled(times[place], _local(content))
        if not isinstance(content, str):
            return _filled(others[place], content)
        text = _printable(content)
        words = headings if is_heading else like_formulas if _looks_like_a_formula(text) else others
        return _filled(words[place], text)

    page.append([cell_of(place, heading, is_heading=True) for place, heading in enumerate(sheet.columns)])
    for row in sheet.rows:
        page.append([cell_of(place, content) for place, content in enumerate(row)])
    file = BytesIO()
    book.save(file)
    return _file(file.getvalue(), SPREADSHEET, filename)


def _file(content: bytes, kind: str, filename: str) -> HttpResponse:
    disposition = content_disposition_header(as_attachment=True, filename=filename)
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": disposition})


def _plain(cell: Cell) -> str | int | None:
    """How the cell stands in a CSV."""
    if isinstance(cell, datetime):
        return f"{_local(cell):%Y-%m-%d %H:%M}"
    if not isinstance(cell, str):
        return cell
    text = _printable(cell)
    # Text with an apostrophe of its own gets another, so that one can always be taken away again.
    return f"'{text}" if _looks_like_a_formula(text.lstrip("'")) else text


def _filled(cell: Any, content: Cell) -> Any:
    """The cell of a spreadsheet with this in it: text is said to be text, whatever it looks like."""
    cell.value = content
    if isinstance(content, str):
        cell.data_type = "s"
    return cell


def _looks_like_a_formula(text: str) -> bool:
    """Whether a spreadsheet may run it, which none does to plain words. Wide letters and what is unseen count too."""
    begins = next((letter for letter in text if category(letter)[0] not in "ZC"), "")
    return text.startswith(("\t", "\n")) or normalize("NFKC", begins) in BEGINS_A_FORMULA


def _printable(text: str) -> str:
    """Without what no file can hold, and with one kind of line ending, which is that of cells."""
    return NOT_IN_XML.sub("", text).replace("\r\n", "\n").replace("\r", "\n")


def _local(moment: datetime) -> datetime:
    """As clocks in the programme's time zone show it. Spreadsheets know of no zones."""
    return timezone.make_naive(moment, settings.ZONE)


def _title(title: str) -> str:
    """As the tab of a spreadsheet may be called."""
    return re.sub(r"[\[\]:*?/\\]", " ", _printable(title))[:LONGEST_TITLE].strip(" '\n\t") or "Sheet"


def _widths(sheet: Sheet) -> list[int]:
    """In letters: as wide as the longest line in each column, within reason."""
    columns = zip(*(map(_longest_line, row) for row in (sheet.columns, *sheet.rows)), strict=True)
    return [min(max(NARROWEST, *lines) + 2, WIDEST) for lines in columns]


def _longest_line(cell: Cell) -> int:
    if isinstance(cell, datetime):
        return len(DATE_AND_TIME)
    return max(map(len, str("" if cell is None else cell).splitlines()), default=0)
