"""What a workbook of the package says of itself on a sheet out of sight, so that it can be read when it comes back filled in."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.workbook import Workbook
from openpyxl.worksheet.table import Table
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.render.excel.cells import set_text
from pipeline.render.excel.guard import one_line

FORMAT = "binder-form/1"
SHEET = "_binder"
MAX_LINES, MAX_COLUMNS = 20_000, 100
TEXT, DATE, CHOICE, FORMULA = "text", "date", "choice", "formula"


@dataclass(frozen=True)
class Column:
    """A column of a table, or a question of a form. kind: text, date, choice, formula; says: its choices, or its formula."""

    heading: str
    kind: str
    says: tuple[str, ...] = ()


@dataclass(frozen=True)
class TableMap:
    """A table as it was issued: line and column of its first heading; issued: checksums of the rows that were filled in."""

    sheet: str
    top: int
    left: int
    columns: tuple[Column, ...]
    issued: frozenset[int]


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
    tables: list[tuple[TableMap, list[Column], set[int]]] = []
    for row in sheet.iter_rows(min_row=2, max_col=MAX_COLUMNS, values_only=True):
        what, *values = [_said(value) for value in row]
        match what:
            case "sheet":
                found.sheets.append(values[0])
            case "table":
                tables.append((TableMap(values[0], _number(values[1]), _number(values[2]), (), frozenset()), [], set()))
            case "column":
                tables[-1][1].append(_column(values))
            case "row":
                tables[-1][2].add(int(values[0]))
            case "asked":
                found.asked.append(Asked(values[0], _number(values[1]), _column(values[2:])))
            case "formula":
                found.formulas[values[0], values[1]] = values[2]
            case _:
                raise ValueError(FORMAT)
    found.tables = [TableMap(t.sheet, t.top, t.left, tuple(columns), frozenset(rows)) for t, columns, rows in tables]
    return found


def checksum(texts: Iterable[str]) -> int:
    """Checksum of the texts of a row, by which it is known again wherever it stands."""
    return zlib.crc32("\x1f".join(texts).encode())


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


def formula_of(cell: Cell | MergedCell) -> str:
    """The formula of a cell, with its own line as {}, so that a column has one formula."""
    value = cell.value
    text = str(getattr(value, "text", value))
    return re.sub(rf"(?<=[A-Z]){cell.row}(?!\d)", "{}", re.sub(r"\s", "", text).upper())


def _rows(identity: Identity) -> Iterator[tuple[str | int, ...]]:
    yield FORMAT, identity.practice, identity.document, identity.edition, identity.as_of.isoformat()
    for sheet in identity.sheets:
        yield "sheet", sheet
    for table in identity.tables:
        yield "table", table.sheet, table.top, table.left
        for column in table.columns:
            yield "column", column.heading, column.kind, *column.says
        for row in sorted(table.issued):
            yield "row", row
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
    issued = set()
    for line in lines:
        texts = [
            "" if shape.kind == FORMULA else shown_text(sheet.cell(line, column).value)
            for column, shape in enumerate(columns, left)
        ]
        if any(texts):
            issued.add(checksum(texts))
    return TableMap(sheet.title, top, left, columns, frozenset(issued))


def _questions(sheet: Worksheet) -> Iterator[Asked]:
    """Column A asks and column B is empty; what goes over both columns is a heading."""
    joined = {(area.min_row, area.min_col) for area in sheet.merged_cells.ranges if area.max_col > area.min_col}
    for line in range(1, sheet.max_row + 1):
        text = sheet.cell(line, 1).value
        if isinstance(text, str) and text.strip() and (line, 1) not in joined and sheet.cell(line, 2).value is None:
            # the second line of a question repeats its choices for paper
            yield Asked(sheet.title, line, _shape(sheet, question(text), 2, range(line, line + 1)))


def question(text: str) -> str:
    """A question without its choices, which stand in a second line."""
    return one_line(text.split("\n", 1)[0])


def _shape(sheet: Worksheet, heading: str, column: int, lines: range) -> Column:
    formulas = {formula_of(cell) for line in lines if (cell := sheet.cell(line, column)).data_type == "f"}
    if formulas:
        return Column(heading, FORMULA, tuple(sorted(formulas)))
    letter = get_column_letter(column)
    for rule in sheet.data_validations.dataValidation:
        if any(f"{letter}{line}" in rule.sqref for line in lines):
            if rule.type == "list" and str(rule.formula1).startswith('"'):
                return Column(
                    heading, CHOICE, tuple(one_line(word) for word in str(rule.formula1)[1:-1].replace('""', '"').split(","))
                )
            if rule.type == "date":
                return Column(heading, DATE)
    return Column(heading, TEXT)
