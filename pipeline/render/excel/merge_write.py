"""Entries put into a generated workbook: cells, notes, lines and columns of a table, and the file in the program's own way."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.formula.translate import Translator
from openpyxl.styles.numbers import is_date_format
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.workbook import Workbook
from openpyxl.worksheet.cell_range import CellRange
from openpyxl.worksheet.table import TableColumn
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.render.excel.fill import copy_row, grow_row, in_schema_order, stretch
from pipeline.render.excel.merge_read import AUTHOR, OWN_NOTE, Grid, noted, said, told
from pipeline.render.excel.merge_safe import CannotMerge, carried_link
from pipeline.render.excel.read import column_width
from pipeline.render.parts import read_parts, write_parts

# openpyxl writes the same parts anew, with the clock or with less in them
AS_WRITTEN = re.compile(r"docProps/.*|xl/(theme|charts)/.*|xl/drawings/drawing\d+\.xml")


@dataclass
class Relaid:
    """What becomes of the lines of a table. gone: lines; fresh: cells of each new line by column, in the order they follow."""

    grid: Grid
    gone: set[int] = field(default_factory=set)
    fresh: list[dict[int, Cell]] = field(default_factory=list)


def put(target: Cell | MergedCell, source: Cell | None) -> None:
    """Let a cell say what another one does, as an entry: with its kind of number and its link, not with its looks."""
    if isinstance(target, MergedCell):
        raise CannotMerge(
            f"What stood in a cell of sheet {target.parent.title} has no place any more: its cell is joined to others now."
        )
    if source is None or not said(source):
        target.value = None
        target.hyperlink = None
        return
    value, look = source.value, source.number_format
    if source.data_type == "f":
        if said(source) != said(target):
            raise CannotMerge(f"A formula was typed into sheet {source.parent.title}, cell {source.coordinate}.")
        return
    if isinstance(value, str):
        # as it stands in the file: what was an escape there is one here
        target.value = value
        target.data_type = "s"
        target.quotePrefix = value[:1] in ("=", "+", "-", "@")
    else:
        target.value = value
        special = isinstance(value, (date, datetime, time, timedelta))
        if (special and not is_date_format(target.number_format)) or (not special and look not in ("General", "@")):
            target.number_format = look
    if source.hyperlink is not None:
        target.hyperlink = carried_link(source) or None


def annotate(cell: Cell | MergedCell, text: str) -> None:
    """Put a note of the program on a cell, under what a person noted there."""
    if isinstance(cell, MergedCell):
        raise CannotMerge(f"Cell {cell.coordinate} of sheet {cell.parent.title} is joined to others now.")
    own = noted(cell)
    author = cell.comment.author if own and cell.comment else AUTHOR
    _note(cell, f"{own}{OWN_NOTE}{text}".strip(), author)


def carry_note(target: Cell | MergedCell, source: Cell | None) -> None:
    """The note that a person put on a cell of the edited file, or that it was taken away."""
    if isinstance(target, MergedCell):
        raise CannotMerge(f"Cell {target.coordinate} of sheet {target.parent.title} is joined to others now.")
    if source is None or not noted(source):
        target.comment = None
    else:
        _note(target, noted(source), str(source.comment.author or "") if source.comment else "")


def lay_out(plan: Relaid) -> None:
    """Take lines out of a table and put new ones behind the others; blank lines follow, as many as there were if there is room."""
    grid = plan.grid
    sheet, table = grid.sheet, grid.sheet.tables[grid.name]
    left, top, right, bottom = range_boundaries(table.ref)
    first = top + 1
    kept = [row.line for row in grid.rows if row.line not in plan.gone]
    blank = [row.line for row in grid.blank]
    used = len(kept) + len(plan.fresh)
    length = max(used, min(bottom - top, used + len(blank)), 1)
    end = top + length
    if any(line > bottom and said(cell) for (line, _), cell in sheet._cells.items() if line <= end):
        raise CannotMerge(f"The table on sheet {sheet.title} has no room for the lines that were added.")
    for line in range(bottom + 1, max(end, bottom + 1) + 1):
        copy_row(sheet, blank[-1] if blank else grid.rows[-1].line, line, left, right)
    pattern = _formulas(sheet, blank[-1] if blank else 0, left, right)
    order = [*kept, *blank, *range(bottom + 1, end + 1)][:length]
    # lines that are not needed are emptied and stay behind the table without a look
    for line in {row.line for row in (*grid.rows, *grid.blank)} - set(order):
        for column in range(left, right + 1):
            sheet._cells.pop((line, column), None)
    if order != list(range(first, end + 1)):
        _move(sheet, order, first, end, max(end, bottom))
    stretch(sheet, table, bottom, end)
    for line, cells in enumerate(plan.fresh, first + len(kept)):
        for column, formula in pattern.items():
            sheet.cell(line, column).value = Translator(formula, f"A{blank[-1]}").translate_formula(f"A{line}")
        for column, source in cells.items():
            put_entry(sheet.cell(line, column), source)
        grow_row(sheet, line, left, right)


def put_entry(target: Cell | MergedCell, source: Cell) -> None:
    """An entry with the note on it; an empty cell leaves a calculation as it is."""
    if said(source):
        put(target, source)
    if noted(source):
        carry_note(target, source)


def widen(grid: Grid, heading: Cell, width: float) -> int:
    """Add a column behind the last one of a table, with its look; the number of the column."""
    sheet, table = grid.sheet, grid.sheet.tables[grid.name]
    left, top, right, bottom = range_boundaries(table.ref)
    column = int(right) + 1
    if any(said(cell) for (line, place), cell in sheet._cells.items() if place == column and line >= top):
        raise CannotMerge(f"Beside the table on sheet {sheet.title} is no room for the columns that were added.")
    for line in range(top, bottom + 1):
        sheet.cell(line, column)._style = copy(sheet.cell(line, right)._style)
    put(sheet.cell(top, column), heading)
    entry = TableColumn(id=max(c.id for c in table.tableColumns) + 1, name=_unique(told(heading), table.column_names))
    sheet.cell(top, column).value = entry.name
    table.tableColumns.append(entry)
    table.ref = f"{get_column_letter(left)}{top}:{get_column_letter(column)}{bottom}"
    if table.autoFilter:
        table.autoFilter.ref = table.ref
    sheet.column_dimensions[get_column_letter(column)].width = width
    if sheet.print_area:
        area = CellRange(sheet.print_area.split("!")[-1].replace("$", ""))
        if area.max_col == right:
            area.expand(right=1)
            sheet.print_area = area.coord
    return column


def retitle(grid: Grid, index: int, heading: Cell) -> None:
    """Write the heading of a column anew."""
    sheet, table = grid.sheet, grid.sheet.tables[grid.name]
    text = told(heading)
    if not text or text in table.column_names or any("[" in formula for formula in formulas_of(sheet.parent)):
        raise CannotMerge(
            f'The heading "{grid.headings[index]}" of sheet {sheet.title} was changed, and something depends on it.'
        )
    put(sheet.cell(grid.top, grid.places[index]), heading)
    sheet.cell(grid.top, grid.places[index]).value = text
    table.tableColumns[index].name = text


def formulas_of(book: Workbook) -> list[str]:
    return [told(cell) for sheet in book.worksheets for cell in sheet._cells.values() if cell.data_type == "f"]


def finished(book: Workbook, now: bytes) -> bytes:
    """The file, written as the program writes workbooks; what was not touched is as in `now`."""
    target = io.BytesIO()
    book.save(target)
    parts, before = read_parts(target.getvalue()), read_parts(now)
    parts["xl/styles.xml"] = in_schema_order(parts["xl/styles.xml"])
    parts |= {name: part for name, part in before.items() if name in parts and AS_WRITTEN.fullmatch(name)}
    return write_parts(parts)


def edited_width(sheet: Worksheet, column: int) -> float:
    return min(max(column_width(sheet, column), 8), 60)


def _note(cell: Cell, text: str, author: str) -> None:
    comment = Comment(text, author)
    comment.width, comment.height = 320, 40 + 18 * sum(1 + len(part) // 48 for part in text.split("\n"))
    cell.comment = comment


def _formulas(sheet: Worksheet, line: int, left: int, right: int) -> Mapping[int, str]:
    cells = (sheet.cell(line, column) for column in range(left, right + 1)) if line else ()
    return {cell.column: str(cell.value) for cell in cells if cell.data_type == "f"}


def _move(sheet: Worksheet, order: list[int], first: int, end: int, last: int) -> None:
    """Let the lines `order` stand from `first` on, with heights and folds."""
    held: dict[int, list[Cell | MergedCell]] = {line: [] for line in range(first, last + 1)}
    for line, column in list(sheet._cells):
        if first <= line <= last:
            held[line].append(sheet._cells.pop((line, column)))
    looks = {line: (sheet.row_dimensions[line].height, sheet.row_dimensions[line].outlineLevel) for line in held}
    for target, source in enumerate(order, first):
        sheet.row_dimensions[target].height, sheet.row_dimensions[target].outlineLevel = looks[source]
        for cell in held[source]:
            if cell.data_type == "f":
                cell.value = Translator(str(cell.value), f"A{source}").translate_formula(f"A{target}")
            cell.row = target
            sheet._cells[target, cell.column] = cell
            if isinstance(cell, Cell) and cell.hyperlink is not None:
                cell.hyperlink.ref = cell.coordinate
    for line in range(end + 1, last + 1):
        sheet.row_dimensions.pop(line, None)


def _unique(name: str, known: list[str]) -> str:
    folded = {entry.casefold() for entry in known}
    return next(text for text in (name, *(f"{name} ({n})" for n in range(2, 1000))) if text.casefold() not in folded)
