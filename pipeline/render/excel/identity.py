"""What a workbook of the package says of itself on a sheet out of sight, so that it can be read when it comes back filled in."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from itertools import islice

from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.workbook import Workbook
from openpyxl.worksheet.table import Table
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.render.excel.cells import set_text
from pipeline.render.excel.guard import cells_of, one_line, rows_of

FORMAT = "binder-form/1"
SHEET = "_binder"
MAX_LINES, MAX_COLUMNS = 20_000, 100
REFERENCE = re.compile(r"(?<![A-Z])(\$?[A-Z]{1,3}\$?)(\d+)(?![\d(])")
TEXT, DATE, CHOICE, FORMULA = "text", "date", "choice", "formula"


@dataclass(frozen=True)
class Column:
    """A column of a table, or a question of a form. kind: text, date, choice, or formula where every line calculates it.

    says: its choices; formulas: those that stand in it, of some lines or of all.
    """

    heading: str
    kind: str
    says: tuple[str, ...] = ()
    formulas: tuple[str, ...] = ()


@dataclass(frozen=True)
class TableMap:
    """A table as it was issued: line and column of its first heading; issued: checksums of the rows that were filled in.

    calculated: (checksum of a row without its columns of formulas, heading) where a column calculates only in some rows.
    """

    sheet: str
    top: int
    left: int
    columns: tuple[Column, ...]
    issued: frozenset[int]
    calculated: frozenset[tuple[int, str]] = frozenset()


@dataclass(frozen=True)
class Asked:
    """A question in column A of a form, and how it is answered in column B."""

    sheet: str
    line: int
    column: Column


@dataclass
class Identity:
    """Whose the workbook is, and what stands where. sheets: all that are printed; formulas: (sheet, cell) → outside the tables."""

    practice: str
    document: str
    edition: str
    as_of: date
    sheets: list[str] = field(default_factory=list)
    tables: list[TableMap] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    formulas: dict[tuple[str, str], str] = field(default_factory=dict)


def identify(book: Workbook, practice: str, document: str, edition: str, as_of: date) -> Identity:
    """The identity of a filled-in template."""
    found = Identity(practice, document, edition, as_of)
    for sheet in book.worksheets:
        if sheet.title == SHEET:
            continue
        found.sheets.append(sheet.title)
        held = [_table(sheet, table) for table in sheet.tables.values()]
        found.tables += held
        found.asked += _questions(sheet) if not held else []
        inside = {place for table in sheet.tables.values() for place in _places(table)}
        for (line, column), cell in sorted(sheet._cells.items()):
            if cell.data_type == "f" and (line, column) not in inside:
                found.formulas[sheet.title, cell.coordinate] = formula_of(cell)
    return found


def add_identity(book: Workbook, identity: Identity) -> None:
    """Write the identity on its sheet: very hidden, so that it is neither seen nor printed."""
    sheet = book.create_sheet(SHEET)
    sheet.sheet_state = "veryHidden"
    for line, values in enumerate(_rows(identity), 1):
        for column, value in enumerate(values, 1):
            if isinstance(value, str):
                set_text(sheet.cell(line, column), value)
            else:
                sheet.cell(line, column, value)


def read_identity(book: Workbook) -> Identity:
    """The identity that a workbook carries; KeyError or ValueError where it carries none that can be read."""
    sheet = book[SHEET]
    if sheet["A1"].value != FORMAT or sheet.max_row > MAX_LINES:
        raise ValueError(FORMAT)
    head = [_said(sheet.cell(1, column).value) for column in range(2, 6)]
    found = Identity(head[0], head[1], head[2], date.fromisoformat(head[3]))
    tables: list[tuple[TableMap, list[Column], set[int], set[tuple[int, str]]]] = []
    for row in islice(rows_of(sheet, MAX_COLUMNS), 1, None):
        what, *values = [_said(value) for value in row]
        match what:
            case "sheet":
                found.sheets.append(values[0])
            case "table":
                tables.append((TableMap(values[0], _number(values[1]), _number(values[2]), (), frozenset()), [], set(), set()))
            case "column":
                tables[-1][1].append(_column(values))
            case "calculates":
                columns = tables[-1][1]
                columns[-1] = replace(columns[-1], formulas=(*columns[-1].formulas, values[0]))
            case "row":
                tables[-1][2].add(int(values[0]))
            case "calculated":
                tables[-1][3].add((int(values[0]), values[1]))
            case "asked":
                found.asked.append(Asked(values[0], _number(values[1]), _column(values[2:])))
            case "formula":
                found.formulas[values[0], values[1]] = values[2]
            case _:
                raise ValueError(FORMAT)
    found.tables = [
        TableMap(t.sheet, t.top, t.left, tuple(columns), frozenset(rows), frozenset(calculated))
        for t, columns, rows, calculated in tables
    ]
    return found


def checksum(texts: Iterable[str]) -> int:
    """Checksum of the texts of a row, by which it is known again wherever it stands."""
    return zlib.crc32("\x1f".join(texts).encode("utf-8", "surrogatepass"))


def shown_text(value: object) -> str:
    """What stands in a cell, as one line of text: days as YYYY-MM-DD, hours as HH:MM, whole numbers without a point."""
    match value:
        case None:
            return ""
        case datetime():
            return value.date().isoformat() if value.time() == time() else f"{value:%Y-%m-%d %H:%M}"
        case date():
            return value.isoformat()
        case time():
            return f"{value:%H:%M}"
        case timedelta():
            minutes = round(value.total_seconds() / 60)
            return f"{minutes // 60:02}:{minutes % 60:02}"
        case float() if value.is_integer():
            return str(int(value))
        case _:
            return one_line(value)


def bare(columns: Iterable[Column], texts: Iterable[str]) -> int:
    """Checksum of a row by the columns in which nothing is ever calculated."""
    return checksum("" if column.formulas else text for column, text in zip(columns, texts, strict=True))


def formula_of(cell: Cell | MergedCell) -> str:
    """The formula of a cell, with its own line as @ and any other as #, because lines that are added or deleted move them."""
    text = re.sub(r"[\s']", "", str(getattr(cell.value, "text", cell.value))).upper()

    def line(found: re.Match[str]) -> str:
        own = found[2] == str(cell.row) and not found[1].endswith("$")
        return found[1] + ("@" if own else "#")

    return REFERENCE.sub(line, text)


def _rows(identity: Identity) -> Iterator[tuple[str | int, ...]]:
    yield FORMAT, identity.practice, identity.document, identity.edition, identity.as_of.isoformat()
    for sheet in identity.sheets:
        yield "sheet", sheet
    for table in identity.tables:
        yield "table", table.sheet, table.top, table.left
        for column in table.columns:
            yield "column", column.heading, column.kind, *column.says
            for formula in column.formulas:
                yield "calculates", formula
        for row in sorted(table.issued):
            yield "row", row
        for row, heading in sorted(table.calculated):
            yield "calculated", row, heading
    for asked in identity.asked:
        yield "asked", asked.sheet, asked.line, asked.column.heading, asked.column.kind, *asked.column.says
    for (sheet, place), formula in identity.formulas.items():
        yield "formula", sheet, place, formula


def _said(value: object) -> str:
    return "" if value is None else one_line(value)


def _number(text: str) -> int:
    number = int(text)
    if not 1 <= number <= MAX_LINES:
        raise ValueError(FORMAT)
    return number


def _column(values: list[str]) -> Column:
    kind = values[1]
    if kind not in (TEXT, DATE, CHOICE, FORMULA):
        raise ValueError(FORMAT)
    return Column(values[0], kind, tuple(filter(None, values[2:])))


def _places(table: Table) -> Iterator[tuple[int, int]]:
    left, top, right, bottom = range_boundaries(table.ref)
    return ((line, column) for line in range(top, bottom + 1) for column in range(left, right + 1))


def _table(sheet: Worksheet, table: Table) -> TableMap:
    left, top, right, bottom = range_boundaries(table.ref)
    lines = range(top + 1, bottom + 1)
    columns = tuple(_shape(sheet, shown_text(sheet.cell(top, column).value), column, lines) for column in range(left, right + 1))
    issued, calculated = set(), set()
    for line in lines:
        cells = [sheet.cell(line, column) for column in range(left, right + 1)]
        texts = ["" if cell.data_type == "f" else shown_text(cell.value) for cell in cells]
        if any(texts):
            issued.add(checksum(texts))
            rest = bare(columns, texts)
            calculated |= {
                (rest, column.heading)
                for column, cell in zip(columns, cells, strict=True)
                if cell.data_type == "f" and column.kind != FORMULA
            }
    return TableMap(sheet.title, top, left, columns, frozenset(issued), frozenset(calculated))


def _questions(sheet: Worksheet) -> Iterator[Asked]:
    """Column A asks and column B is empty; what goes over both columns is a heading."""
    joined = {(area.min_row, area.min_col) for area in sheet.merged_cells.ranges if area.max_col > area.min_col}
    held = {(cell.row, cell.column): cell.value for cell in cells_of(sheet)}
    for (line, column), text in held.items():
        if column != 1 or (line, 1) in joined or held.get((line, 2)) is not None:
            continue
        if isinstance(text, str) and text.strip():
            # the second line of a question repeats its choices for paper
            yield Asked(sheet.title, line, _shape(sheet, question(text), 2, range(line, line + 1)))


def question(text: str) -> str:
    """A question without its choices, which stand in a second line."""
    return one_line(text.split("\n", 1)[0])


def _shape(sheet: Worksheet, heading: str, column: int, lines: range) -> Column:
    cells = [sheet.cell(line, column) for line in lines]
    formulas = tuple(sorted({formula_of(cell) for cell in cells if cell.data_type == "f"}))
    if formulas and all(cell.data_type == "f" or cell.value is None for cell in cells):
        return Column(heading, FORMULA, (), formulas)
    letter = get_column_letter(column)
    for rule in sheet.data_validations.dataValidation:
        if any(f"{letter}{line}" in rule.sqref for line in lines):
            if rule.type == "list" and str(rule.formula1).startswith('"'):
                words = str(rule.formula1)[1:-1].replace('""', '"').split(",")
                return Column(heading, CHOICE, tuple(map(one_line, words)), formulas)
            if rule.type == "date":
                return Column(heading, DATE, (), formulas)
    return Column(heading, TEXT, (), formulas)
