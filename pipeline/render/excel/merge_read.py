"""A workbook as it is merged: its tables by heading and line, and the lines around them.

A generated workbook says itself where its tables are. In an edited one a table is found by its headings, wherever it
stands now, and reaches to the end of the sheet: LibreOffice lets nobody see that a line below a table is not part of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from openpyxl.cell.cell import Cell
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.render.excel.guard import unescaped
from pipeline.render.excel.identity import MAX_LINES, SHEET, formula_of, question, shown_text

FORMULA = "\x02"  # stands before a formula; no cell can hold it
AUTHOR = "Binder"
OWN_NOTE = f"\n\n{AUTHOR}: "


@dataclass(frozen=True)
class Row:
    """A line of a table. cells: by heading; beside: what stands in columns that the table did not have, by column."""

    line: int
    cells: tuple[Cell | None, ...]
    beside: Mapping[int, Cell]

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """What was written: nothing for what is calculated."""
        return tuple("" if cell is None or cell.data_type == "f" else said(cell) for cell in self.cells)


@dataclass(frozen=True)
class Grid:
    """A table. top: line of its headings; places: their columns (0 where one is gone); more: further columns → heading, or none.

    rows: lines in which something was written; blank: the others down to `last`.
    """

    sheet: Worksheet
    name: str
    top: int
    last: int
    headings: tuple[str, ...]
    places: tuple[int, ...]
    more: Mapping[int, str]
    rows: tuple[Row, ...]
    blank: tuple[Row, ...]


@dataclass(frozen=True)
class Line:
    """A line that belongs to no table. label: what stands in column A."""

    number: int
    label: str
    cells: Mapping[int, Cell]


def said(cell: Cell | None) -> str:
    """What a cell holds, as it is compared: the text of a value, or its formula in the way the program keeps formulas."""
    if cell is None or _empty(cell):
        return ""
    return FORMULA + formula_of(cell) if cell.data_type == "f" else shown_text(cell.value)


def told(cell: Cell | None) -> str:
    """What a cell holds, as a person reads it."""
    if cell is None or _empty(cell):
        return ""
    if cell.data_type == "f":
        return str(getattr(cell.value, "text", cell.value))
    return unescaped(cell.value) if isinstance(cell.value, str) else shown_text(cell.value)


def noted(cell: Cell | None) -> str:
    """The note that a person put on a cell; those of the program are no part of its text."""
    comment = getattr(cell, "comment", None)
    if comment is None or comment.author == AUTHOR:
        return ""
    text = str(comment.text).strip()
    # LibreOffice forgets who wrote a note, so those of the program say it themselves
    text = f"\n\n{text}".split(OWN_NOTE, 1)[0].strip()
    # of a conversation Excel keeps the words in a note too, behind lines on the program one should buy
    return text.split("Comment:\n", 1)[-1].strip() if text.startswith("[Threaded comment]") else text


def own_sheets(book: Workbook) -> list[Worksheet]:
    """All sheets but the one on which the program keeps whose the workbook is."""
    return [sheet for sheet in book.worksheets if sheet.title != SHEET]


def grids_of(sheet: Worksheet) -> list[Grid]:
    """The tables of a generated sheet."""
    found = []
    for table in sheet.tables.values():
        left, top, right, bottom = range_boundaries(table.ref)
        places = tuple(range(left, right + 1))
        headings = tuple(shown_text(sheet.cell(top, column).value) for column in places)
        rows = _rows(sheet, top + 1, bottom, places, {})
        full = tuple(row for row in rows if any(row.texts))
        blank = tuple(row for row in rows if not any(row.texts))
        found.append(Grid(sheet, table.name, top, bottom, headings, places, {}, full, blank))
    return sorted(found, key=lambda grid: grid.top)


def grid_like(sheet: Worksheet, known: Grid, formulas: list[set[str]]) -> Grid | None:
    """The table `known` on an edited sheet; None where its headings are gone. formulas: of each column, as issued."""
    top = _head(sheet, known)
    if top is None:
        return None
    held = {column: said(cell) for (line, column), cell in sorted(sheet._cells.items()) if line == top and said(cell)}
    places = [next((column for column, text in held.items() if text == heading), 0) for heading in known.headings]
    strange = {column: text for column, text in held.items() if column not in places}
    for index, place in enumerate(places):
        # another heading between the same neighbours is the old one, worded anew
        before = places[index - 1] if index else known.places[0] - 1
        if not place and before and before + 1 in strange:
            places[index] = before + 1
            del strange[before + 1]
    last = min(max((line for line, _ in sheet._cells), default=top), MAX_LINES)
    used = [column for (line, column), cell in sheet._cells.items() if top < line <= last and said(cell)]
    more = {column: strange.get(column, "") for column in sorted({*strange, *used} - set(places))}
    rows = _rows(sheet, top + 1, last, tuple(places), more)
    full = tuple(row for row in rows if _filled(row, formulas))
    blank = tuple(row for row in rows if not _filled(row, formulas))
    return Grid(sheet, known.name, top, last, known.headings, tuple(places), more, full, blank)


def lines_of(sheet: Worksheet, grids: list[Grid]) -> list[Line]:
    """The lines outside the tables: all, or those above the first table."""
    end = min((grid.top for grid in grids), default=MAX_LINES + 1)
    held: dict[int, dict[int, Cell]] = {}
    for (line, column), cell in sorted(sheet._cells.items()):
        if line < end and isinstance(cell, Cell):
            held.setdefault(line, {})[column] = cell
    last = max((line for line, cells in held.items() if any(said(c) or noted(c) for c in cells.values())), default=0)
    return [Line(number, _label(held.get(number, {}).get(1)), held.get(number, {})) for number in range(1, last + 1)]


def shown_row(row: Row, key: Sequence[str]) -> str:
    """A line of a table as a person finds it: by its key, else by what is written in it first."""
    text = ", ".join(key or [text for text in row.texts if text][:2])
    return (text if len(text) <= 80 else text[:79] + "…") or f"{row.line}"


def cell_name(cell: Cell) -> str:
    return f"{get_column_letter(cell.column)}{cell.row}"


def _empty(cell: Cell) -> bool:
    """Also a cell with nothing but a link into the package, of which openpyxl makes a text."""
    link = cell.hyperlink
    return cell.value is None or (link is not None and cell.value == link.target and str(link.target).startswith("../"))


def _label(cell: Cell | None) -> str:
    return question(cell.value) if cell is not None and isinstance(cell.value, str) and cell.data_type != "f" else said(cell)


def _head(sheet: Worksheet, known: Grid) -> int | None:
    wanted = {heading for heading in known.headings if heading}
    best: dict[int, set[str]] = {}
    for (line, _), cell in sheet._cells.items():
        if (text := said(cell)) in wanted:
            best.setdefault(line, set()).add(text)
    line = max(best, key=lambda line: (len(best[line]), -abs(line - known.top)), default=0)
    return line if len(best.get(line, ())) * 2 > len(wanted) else None


def _rows(sheet: Worksheet, first: int, last: int, places: tuple[int, ...], more: Mapping[int, str]) -> list[Row]:
    held: dict[int, dict[int, Cell]] = {}
    for (line, column), cell in sheet._cells.items():
        if first <= line <= last and isinstance(cell, Cell):
            held.setdefault(line, {})[column] = cell
    made = []
    for line in range(first, last + 1):
        cells = held.get(line, {})
        beside = {column: cells[column] for column in more if column in cells and (said(cells[column]) or noted(cells[column]))}
        made.append(Row(line, tuple(cells.get(place) for place in places), beside))
    return made


def _filled(row: Row, formulas: list[set[str]]) -> bool:
    """Whether somebody wrote in a line: a text, a note, or a formula that its column does not have."""
    if any(row.texts) or row.beside:
        return True
    strange = (said(cell) not in known for cell, known in zip(row.cells, formulas, strict=True) if said(cell))
    return any(strange) or any(noted(cell) for cell in row.cells)
