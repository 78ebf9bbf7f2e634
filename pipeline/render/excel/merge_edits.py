"""What a person changed in a generated workbook. Sorting, filtering, hiding, widths and looks are no changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from openpyxl.cell.cell import Cell
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.merge.model import Edit
from pipeline.render.excel.merge_match import key_of, pair_edited, pair_labels, pair_sheets
from pipeline.render.excel.merge_read import (
    Grid,
    Line,
    Row,
    cell_name,
    grid_like,
    grids_of,
    lines_of,
    noted,
    own_sheets,
    said,
    shown_row,
    told,
)
from pipeline.render.excel.merge_safe import drawn_over

LONG = 2_000


class What(StrEnum):
    """What was changed. BELOW: a line under all others; WHOLE: something that only the whole file can keep."""

    CELL = "cell"
    NOTE = "note"
    BESIDE = "beside"
    COLUMN = "column"
    HEADING = "heading"
    ROW = "row"
    ROW_GONE = "row gone"
    BELOW = "below"
    SHEET = "sheet"
    SHEET_GONE = "sheet gone"
    NAME = "name"
    WHOLE = "whole"


@dataclass(frozen=True)
class Change:
    """An edit, and what is needed to make it again elsewhere.

    sheet, table: as generated; line: as generated, or how many below the last (BELOW); column: place of the heading in a
    table, else the column; cell, row, edited: as they stand in the edited file; keep: why it can only be kept with its file.
    """

    edit: Edit
    what: What
    sheet: str = ""
    table: str = ""
    line: int = 0
    column: int = 0
    cell: Cell | None = None
    row: Row | None = None
    edited: Worksheet | None = None
    keep: str = ""


def differences(then: Workbook, edited: Workbook, parts: Mapping[str, bytes], edited_parts: Mapping[str, bytes]) -> list[Change]:
    """The changes, sheet by sheet in the order of the generated workbook; new sheets last."""
    sheets = own_sheets(then)
    found = pair_sheets(sheets, own_sheets(edited))
    changes = [change for sheet in sheets for change in _sheet(sheet, found.get(sheet.title))]
    known = {sheet.title for sheet in found.values()}
    for sheet in own_sheets(edited):
        texts = [told(cell) for _, cell in sorted(sheet._cells.items()) if said(cell) or noted(cell)]
        if sheet.title not in known and texts:
            changes.append(Change(Edit(f"sheet {sheet.title}", "added", "", _short(" | ".join(texts))), What.SHEET, edited=sheet))
    if strange := [name for name in edited.defined_names if name not in then.defined_names]:
        keep = "It names cells of its own (Formulas, Name Manager), which cannot be carried over."
        changes.append(Change(Edit("the workbook", "added", "", f"names: {', '.join(strange)}"), What.WHOLE, keep=keep))
    if drawn := drawn_over(parts, edited_parts):
        changes.append(
            Change(Edit("the workbook", "added", "", drawn), What.WHOLE, keep=f"It holds {drawn}, which cannot be carried over.")
        )
    return changes


def _sheet(sheet: Worksheet, edited: Worksheet | None) -> Iterator[Change]:
    where = f"sheet {sheet.title}"
    if edited is None:
        yield Change(Edit(where, "removed", sheet.title, ""), What.SHEET_GONE, sheet.title)
        return
    if edited.title != sheet.title:
        yield Change(Edit(where, "changed", sheet.title, edited.title), What.NAME, sheet.title, edited=edited)
    grids, found = grids_of(sheet), []
    for grid in grids:
        formulas = [{said(c) for row in (*grid.rows, *grid.blank) if (c := row.cells[i]) is not None and c.data_type == "f"}
                    for i in range(len(grid.headings))]  # fmt: skip
        other = grid_like(edited, grid, formulas)
        if other is None:
            keep = f"The headings of the table on sheet {sheet.title} are gone."
            yield Change(Edit(where, "removed", ", ".join(grid.headings), ""), What.WHOLE, sheet.title, keep=keep)
        else:
            found.append(other)
            yield from _table(grid, other)
    if len(found) == len(grids):
        yield from _lines(edited, lines_of(sheet, grids), lines_of(edited, found), bool(grids), sheet.title)


def _table(then: Grid, edited: Grid) -> Iterator[Change]:
    title = then.sheet.title
    where = f"sheet {title}"
    for index, (heading, place) in enumerate(zip(then.headings, edited.places, strict=True)):
        if not place:
            keep = f'The column "{heading}" of sheet {title} was taken out.'
            yield Change(Edit(f"{where}, column {heading}", "removed", heading, ""), What.WHOLE, title, keep=keep)
            continue
        cell = edited.sheet.cell(edited.top, place)
        if said(cell) != heading:
            edit = Edit(f"{where}, cell {cell_name(cell)}", "changed", heading, told(cell))
            yield Change(edit, What.HEADING, title, then.name, then.top, index, cell)
        if noted(cell):
            edit = Edit(f"{where}, cell {cell_name(cell)}", "commented", "", noted(cell))
            yield Change(edit, What.NOTE, title, then.name, then.top, index, cell)
    for column, heading in edited.more.items():
        if heading:
            cell = edited.sheet.cell(edited.top, column)
            yield Change(
                Edit(f"{where}, column {heading}", "added", "", told(cell)), What.COLUMN, title, then.name, 0, column, cell
            )
    key = key_of([row.texts for row in then.rows], [row.texts for row in then.rows])
    pairs = pair_edited(then.rows, edited.rows, key)
    for index, row in enumerate(then.rows):
        if index in pairs:
            yield from _row(then, edited, row, edited.rows[pairs[index]], f"{where}, row {shown_row(row, key.shown(row.texts))}")
        else:
            edit = Edit(f"{where}, row {shown_row(row, key.shown(row.texts))}", "removed", row_text(then, row), "")
            yield Change(edit, What.ROW_GONE, title, then.name, row.line, row=row)
    taken = set(pairs.values())
    for index, row in enumerate(edited.rows):
        if index not in taken:
            edit = Edit(f"{where}, row {shown_row(row, key.shown(row.texts))}", "added", "", row_text(edited, row))
            yield Change(edit, What.ROW, title, then.name, row.line, row=row)


def _row(then: Grid, edited: Grid, row: Row, other: Row, where: str) -> Iterator[Change]:
    title = then.sheet.title
    for index, (before, after) in enumerate(zip(row.cells, other.cells, strict=True)):
        place = f"{where}, {then.headings[index]}"
        if edited.places[index]:
            yield from _cell(
                place, before, after, Change(Edit(place, "", "", ""), What.CELL, title, then.name, row.line, index, row=other)
            )
    for column, cell in other.beside.items():
        place = f"{where}, {edited.more[column] or 'beside the table'}"
        edit = Edit(place, "added", "", "; ".join(filter(None, (told(cell), noted(cell)))))
        yield Change(edit, What.BESIDE, title, then.name, row.line, column, cell, other)


def _cell(where: str, before: Cell | None, after: Cell | None, like: Change) -> Iterator[Change]:
    """The change of a cell, and the note that was put on it. like: where it stands."""
    if said(before) != said(after):
        keep = ""
        if after is not None and after.data_type == "f":
            keep = f"A formula was typed into a generated part of sheet {like.sheet}, cell {cell_name(after)}."
        edit = Edit(where, "changed" if said(after) else "removed", told(before), told(after))
        yield Change(edit, What.CELL, like.sheet, like.table, like.line, like.column, after, like.row, keep=keep)
    if noted(after) != noted(before):
        edit = Edit(where, "commented", noted(before), noted(after))
        yield Change(edit, What.NOTE, like.sheet, like.table, like.line, like.column, after, like.row)


def _lines(sheet: Worksheet, then: list[Line], edited: list[Line], over_table: bool, title: str) -> Iterator[Change]:
    pairs = pair_labels([line.label for line in then], [line.label for line in edited])
    for index, line in enumerate(then):
        other = edited[pairs[index]] if index in pairs else None
        for column in sorted(line.cells.keys() | (other.cells.keys() if other else set())):
            before, after = line.cells.get(column), other.cells.get(column) if other else None
            place = after if after is not None else before
            assert place is not None
            like = Change(Edit("", "", "", ""), What.CELL, title, "", line.number, column)
            yield from _cell(f"sheet {title}, cell {cell_name(place)}", before, after, like)
    taken = set(pairs.values())
    end = max(taken, default=-1)
    for index, fresh in enumerate(edited):
        for column, cell in sorted(fresh.cells.items()) if index not in taken else ():
            if said(cell) or noted(cell):
                where = f"sheet {title}, cell {cell_name(cell)}"
                text = "; ".join(filter(None, (told(cell), noted(cell))))
                keep = f"A line was put between the others: {where}." if index < end or over_table else ""
                yield Change(Edit(where, "added", "", text), What.BELOW, title, "", index - end, column, cell, keep=keep)


def row_text(grid: Grid, row: Row) -> str:
    """A line of a table in words."""
    parts = [f"{heading}: {told(cell)}" for heading, cell in zip(grid.headings, row.cells, strict=True) if said(cell)]
    parts += [f"{grid.more[column] or 'beside'}: {told(cell)}" for column, cell in row.beside.items() if said(cell)]
    parts += [f"note: {text}" for cell in (*row.cells, *row.beside.values()) if (text := noted(cell))]
    return _short("; ".join(parts))


def _short(text: str) -> str:
    return text if len(text) <= LONG else text[: LONG - 1] + "…"
