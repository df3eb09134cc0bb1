"""Exports: nothing that people typed is run by a spreadsheet, and all of it is there. LibreOffice opens them, too."""

import csv
import xml.etree.ElementTree as ET
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO, StringIO
from itertools import product
from pathlib import Path
from unicodedata import normalize

import openpyxl
import pytest

from bookings import exports
from bookings.exports import Sheet, as_csv, as_spreadsheet

COLUMNS = ("Name", "=Team", "Question", "Next step", "Adjustments")
BEGINNINGS = (
    *("=", "+", "-", "@", "\t=", "\r=", "\n=", "\r\n=", " =", "   +", "\n\n@", "\t", "\r", "x\n=", "x\r\n+", "x\t-"),
    *("\u00a0=", "\u3000@", "\u2003-", "\ufeff=", "\u200b=", "\u202e=", "\x00=", "\x0b=", "\ud800="),
    *("＝", "＋", "－", "＠", " ＝", "−", "﹦", "'=", "''=", "' =", '"=', '""=', '";=', '",=', ";=", ",="),
)
PAYLOADS = (
    *("1+1", "cmd|' /C calc'!A0", 'HYPERLINK("https://example.org/"&A1,"Click")', "SUM(A1:A9)", "2+3", "A1"),
    *('IMPORTXML(CONCAT("https://example.org/?",A1),"//a")', 'WEBSERVICE("https://example.org/")', "", "10%"),
    *('DDE("cmd";"/C calc";"!A0")', "#REF!", "1;=1+1", '1","=1+1', "1\n=1+1", "Zażółć gęślą jaźń 🫖"),
)
POSITIONS = ("{}", "{} ", "{}\nand more", "{}\n=1+1", '{}"')
STRINGS = sorted({place.format(start + rest) for place, start, rest in product(POSITIONS, BEGINNINGS, PAYLOADS)})[::3]
TABLE = Sheet("Strings", COLUMNS, [[text, text, text, text, text] for text in STRINGS])

TEN_IN_SUMMER = datetime(2026, 6, 2, 9, 0, tzinfo=UTC)
TYPED = Sheet(
    "Register: a/b?", ("When", "People", "Name"), [(TEN_IN_SUMMER, 12, "Zoë 🫖"), (None, -3, None), (None, 0, "007")]
)
EVERY_CSV = "Text - txt - csv (StarCalc):44,34,76,1,,2057,false,true,false,false,false,-1,true"


def in_csv(sheet: Sheet) -> list[list[str]]:
    content = as_csv(sheet, filename="a.csv").content
    return list(csv.reader(StringIO(content.decode("utf-8-sig"), newline="")))


def in_spreadsheet(sheet: Sheet) -> list[tuple]:
    content = as_spreadsheet(sheet, filename="a.xlsx").content
    return list(openpyxl.load_workbook(BytesIO(content)).worksheets[0].iter_rows())


def would_be_run(text: str) -> bool:
    """What OWASP warns of, and the same after anything that nobody sees."""
    seen = "".join(letter for letter in text if letter.isprintable() and not letter.isspace())
    return text.startswith(("\t", "\r", "\n")) or normalize("NFKC", seen[:1]) in {"=", "+", "-", "@", "−"}


def typed(text: str) -> str:
    """The text as files can hold it: with one kind of line ending, and without what is no text."""
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(dict.fromkeys((0, 0x0B, 0xD800)))


def test_there_are_a_thousand_of_all_kinds():
    assert len(STRINGS) > 1000
    assert sum(map(would_be_run, STRINGS)) > 700


def test_no_text_in_a_csv_begins_like_a_formula_and_all_can_be_read_again():
    headings, *rows = in_csv(TABLE)
    assert headings == ["Name", "'=Team", "Question", "Next step", "Adjustments"]
    assert [text for row in rows for text in row if would_be_run(text)] == []
    for text, row in zip(STRINGS, rows, strict=True):
        kept = row[0].removeprefix("'") if would_be_run(row[0].lstrip("'")) else row[0]
        assert (kept, len(set(row))) == (typed(text), 1)


def test_every_text_in_a_spreadsheet_is_text_and_the_same():
    headings, *rows = in_spreadsheet(TABLE)
    assert [cell.value for cell in headings] == list(COLUMNS)
    assert {cell.data_type for row in (headings, *rows) for cell in row if cell.value is not None} == {"s"}
    for text, row in zip(STRINGS, rows, strict=True):
        assert {cell.value or "" for cell in row} == {typed(text)}


def test_what_looks_like_a_formula_stays_text_when_somebody_edits_it():
    _, row = in_spreadsheet(Sheet("Register", ["Name", "Team"], [["=1+1", "Flood"]]))
    assert [cell.quotePrefix for cell in row] == [True, False]


def test_times_are_local_and_numbers_are_numbers():
    assert in_csv(TYPED) == [
        ["When", "People", "Name"], ["2026-06-02 10:00", "12", "Zoë 🫖"], ["", "-3", ""], ["", "0", "007"],
    ]  # fmt: skip
    _, *rows = in_spreadsheet(TYPED)
    assert [[cell.value for cell in row] for row in rows] == [
        [datetime.fromisoformat("2026-06-02 10:00"), 12, "Zoë 🫖"], [None, -3, None], [None, 0, "007"],
    ]  # fmt: skip


def test_a_csv_is_for_excel():
    response = as_csv(TYPED, filename="register.csv")
    assert response.content.startswith(b"\xef\xbb\xbf" + b'"When","People","Name"\r\n')
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="register.csv"'


def test_a_spreadsheet_has_headings_that_stay_and_columns_that_fit():
    response = as_spreadsheet(TYPED, filename="register.xlsx")
    page = openpyxl.load_workbook(BytesIO(response.content)).worksheets[0]
    assert response["Content-Type"] == exports.SPREADSHEET
    assert (page.title, page.freeze_panes) == ("Register  a b", "A2")
    assert [cell.font.bold for cell in page[1]] == [True] * 3
    assert not any(cell.font.bold for cell in page[2])
    assert page.column_dimensions["A"].width > page.column_dimensions["B"].width
    assert max(page.column_dimensions[letter].width for letter in "ABC") <= 60


@pytest.mark.parametrize("write", [as_csv, as_spreadsheet])
def test_a_table_without_rows_has_its_headings(write: Callable):
    assert write(Sheet("'" * 40, ["Name"], []), filename="a").content


# ── Opened by LibreOffice ─────────────────────────────────────────────────────────────────────────────────────

OFFICE, TABLE_OF = (f"{{urn:oasis:names:tc:opendocument:xmlns:{name}:1.0}}" for name in ("office", "table"))


@pytest.fixture(scope="module")
def opened(libreoffice: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[ET.Element]]:
    """The cells that LibreOffice finds in each file, which it opens all at once: a start of it takes seconds."""
    folder = tmp_path_factory.mktemp("exports")
    with pytest.MonkeyPatch.context() as unprotected:
        written = {"protected": TABLE, "typed": TYPED}
        for name, sheet in written.items():
            (folder / f"{name}.csv").write_bytes(as_csv(sheet, filename="a").content)
            (folder / f"{name}-sheet.xlsx").write_bytes(as_spreadsheet(sheet, filename="a").content)
        bare = Sheet("Bare", ["Name"], [["=1+1"], ["=HYPERLINK(A1)"]])
        unprotected.setattr(exports, "_looks_like_a_formula", lambda text: False)
        unprotected.setattr(exports, "_filled", lambda cell, content: content)
        (folder / "bare.csv").write_bytes(as_csv(bare, filename="a").content)
        (folder / "bare-sheet.xlsx").write_bytes(as_spreadsheet(bare, filename="a").content)
    # How a CSV is to be read has to be said, as one does in the dialogue, and cannot be said of other files.
    found = [*libreoffice(*folder.glob("*.csv"), reading=EVERY_CSV).iterdir()]
    found += libreoffice(*folder.glob("*.xlsx")).iterdir()
    return {path.stem: [*ET.parse(path).iter(f"{TABLE_OF}table-cell")] for path in found}


def formulas(cells: list[ET.Element]) -> list[str]:
    return [formula for cell in cells if (formula := cell.get(f"{TABLE_OF}formula"))]


def values(cells: list[ET.Element]) -> list[tuple[str, str]]:
    """Of each cell that is not empty, its kind and its value; of text, only its kind."""
    kinds = [(cell, kind) for cell in cells if (kind := cell.get(f"{OFFICE}value-type"))]
    return [(kind, cell.get(f"{OFFICE}date-value") or cell.get(f"{OFFICE}value") or "") for cell, kind in kinds]


@pytest.mark.parametrize("name", ["protected", "protected-sheet"])
def test_libreoffice_finds_no_formula_and_nothing_but_text(opened: dict, name: str):
    assert formulas(opened[name]) == []
    assert {kind for kind, _ in values(opened[name])} == {"string"}
    assert len(values(opened[name])) >= len(STRINGS)


@pytest.mark.parametrize("name", ["bare", "bare-sheet"])
def test_control_without_the_protection_it_finds_them(opened: dict, name: str):
    assert len(formulas(opened[name])) == 2


def test_libreoffice_finds_times_and_numbers(opened: dict):
    text, when = ("string", ""), ("date", "2026-06-02T10:00:00")
    sheet = [text, text, text, when, ("float", "12"), text, ("float", "-3"), ("float", "0"), text]
    assert values(opened["typed-sheet"]) == sheet
    assert values(opened["typed"]) == [*sheet[:-1], ("float", "7")]  # a CSV cannot say what is text
