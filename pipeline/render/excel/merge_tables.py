"""The tables and lines of an edited sheet, joined with those that are generated now."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from datetime import date, datetime

from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.worksheet.cell_range import CellRange
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.merge.model import Conflict
from pipeline.render.excel.merge_edits import Change, What, row_text
from pipeline.render.excel.merge_match import key_of, pair_headings, pair_labels, pair_rows
from pipeline.render.excel.merge_read import Grid, Line, Row, said, told
from pipeline.render.excel.merge_safe import CannotMerge
from pipeline.render.excel.merge_write import Relaid, annotate, carry_note, edited_width, lay_out, put, put_entry, retitle, widen

DAY = re.compile(
    r"20\d\d-\d\d-\d\d|(?=.*\b20\d\d\b).*\b(Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)[a-z]*\b.*|\d\d?/\d\d?/\d{2,4}"
)


@dataclass
class Sink:
    """Where conflicts are gathered, and the words of the note that shows one in its cell. shown: the day of the merge."""

    shown: str
    conflicts: list[Conflict] = field(default_factory=list)

    def cell(self, where: str, before: Cell | None, edited: Cell | None, now: Cell | MergedCell) -> None:
        """Let the entry stand in the cell; where the program would write something else there, show that."""
        entry, wanted = said(edited), said(now if isinstance(now, Cell) else None)
        if entry == wanted:
            return
        instead = told(now) if isinstance(now, Cell) else ""
        put(now, edited)
        if wanted != said(before):
            self.conflicts.append(Conflict(where, told(before), told(edited), instead))
            annotate(now, f"On {self.shown} the program writes here: {instead or '(nothing)'}")


def join_table(then: Grid, now: Grid, changes: Sequence[Change], sink: Sink) -> None:
    """Make the changes of a table again in the table of now.

    A row in which a day was entered, and whose own days have moved since (due again next year), is an entry of the round
    before: it stays what it was, on a line of its own, and the row of now stays empty. CannotMerge as merge_excel.
    """
    columns = pair_headings(then.headings, now.headings)
    shared = sorted(columns)
    before = [tuple(row.texts[index] for index in shared) for row in then.rows]
    after = [tuple(row.texts[columns[index]] for index in shared) for row in now.rows]
    key = key_of(before, after)
    found = pair_rows(before, after, key)
    joined = _Joined(then, now, columns, {then.rows[one].line: now.rows[other] for one, other in found.items()}, sink)
    plan = joined.plan
    by_row: dict[int, list[Change]] = {}
    for change in changes:
        match change.what:
            case What.HEADING:
                joined.heading(change)
            case What.COLUMN:
                joined.column(change)
            case What.ROW_GONE:
                joined.gone(change)
            case What.CELL | What.NOTE | What.BESIDE:
                by_row.setdefault(change.line, []).append(change)
    lines = {row.line: row for row in then.rows}
    fresh: list[Row] = []
    for line, group in by_row.items():
        if line == then.top:
            for change in group:
                carry_note(joined.place(change.column, now.top), change.cell)
            continue
        target, edited = joined.targets.get(line), group[0].row
        assert edited is not None
        if target is not None and not joined.earlier_round(lines[line], target, group):
            joined.cells(lines[line], target, group)
        elif target is not None or any(said(cell) for cell in edited.cells):
            fresh.append(edited)
            if target is None and not _dated(group):
                text = "; ".join(f"{change.edit.where.rsplit(', ', 1)[-1]}: {change.edit.after}" for change in group)
                sink.conflicts.append(Conflict(group[0].edit.where.rsplit(", ", 1)[0], row_text(then, lines[line]), text, ""))
    taken = set(found.values())
    new = {key.of(texts): row for index, (row, texts) in enumerate(zip(now.rows, after, strict=True)) if index not in taken}
    for change in changes:
        if change.what == What.ROW and change.row is not None:
            known = key.of(tuple(change.row.texts[index] for index in shared))
            same = new.pop(known, None) if known else None
            if same is None:
                fresh.append(change.row)
            else:
                joined.same(change, change.row, same)
    plan.fresh += [joined.line(row) for row in sorted(fresh, key=lambda row: row.line)]
    if plan.gone or plan.fresh:
        lay_out(plan)


@dataclass
class _Joined:
    """Two states of a table. columns: heading then → heading now; targets: line then → row now; wide: column of the edited
    file that the table did not have → column now."""

    then: Grid
    now: Grid
    columns: Mapping[int, int]
    targets: Mapping[int, Row]
    sink: Sink
    wide: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.plan = Relaid(self.now)

    def place(self, column: int, line: int) -> Cell | MergedCell:
        if column not in self.columns:
            raise CannotMerge(
                f'Something was entered in the column "{self.then.headings[column]}", which is not printed any more.'
            )
        return self.now.sheet.cell(line, self.now.places[self.columns[column]])

    def heading(self, change: Change) -> None:
        """A heading that a person worded anew."""
        self.place(change.column, self.now.top)
        index = self.columns[change.column]
        if said(change.cell) == self.now.headings[index]:
            return
        if change.edit.before != self.now.headings[index]:
            now = self.now.headings[index]
            self.sink.conflicts.append(Conflict(change.edit.where, change.edit.before, change.edit.after, now))
        retitle(self.now, index, _cell(change))

    def column(self, change: Change) -> None:
        """A column that a person added: that of the same heading, else a new one at the end."""
        cell = _cell(change)
        heading = said(cell)
        if heading in self.now.headings:
            self.wide[change.column] = self.now.places[self.now.headings.index(heading)]
        else:
            self.wide[change.column] = widen(self.now, cell, edited_width(cell.parent, change.column))
        carry = self.now.sheet.cell(self.now.top, self.wide[change.column])
        if cell.comment is not None:
            carry_note(carry, cell)

    def beside(self, column: int) -> int:
        """Where a column without a heading stands now: behind all others."""
        if column not in self.wide:
            self.wide[column] = max((*self.now.places, *self.wide.values())) + 1
        return self.wide[column]

    def gone(self, change: Change) -> None:
        target = self.targets.get(change.line)
        if target is None or change.row is None:
            return
        self.plan.gone.add(target.line)
        if any(change.row.texts[one] != target.texts[other] for one, other in self.columns.items()):
            self.sink.conflicts.append(Conflict(change.edit.where, change.edit.before, "", row_text(self.now, target)))

    def cells(self, row: Row, target: Row, group: Sequence[Change]) -> None:
        for change in group:
            if change.what == What.BESIDE:
                self.sink.cell(change.edit.where, None, change.cell, self.now.sheet.cell(target.line, self.beside(change.column)))
                if change.cell is not None and change.cell.comment is not None:
                    carry_note(self.now.sheet.cell(target.line, self.beside(change.column)), change.cell)
            elif change.what == What.NOTE:
                carry_note(self.place(change.column, target.line), change.cell)
            else:
                cell = self.place(change.column, target.line)
                self.sink.cell(change.edit.where, row.cells[change.column], change.cell, cell)

    def same(self, change: Change, edited: Row, target: Row) -> None:
        """A row that was added by hand and is generated now: what it says stands in the row of now."""
        for index, cell in enumerate(edited.cells):
            if cell is not None and (said(cell) or cell.comment is not None):
                place = self.place(index, target.line)
                if said(cell):
                    self.sink.cell(f"{change.edit.where}, {self.then.headings[index]}", None, cell, place)
                if cell.comment is not None:
                    carry_note(place, cell)
        for column, cell in edited.beside.items():
            put_entry(self.now.sheet.cell(target.line, self.beside(column)), cell)

    def line(self, row: Row) -> dict[int, Cell]:
        """The cells of a row of the edited file, by their column now."""
        cells = {}
        for index, cell in enumerate(row.cells):
            if cell is not None and (said(cell) or cell.comment is not None):
                if index not in self.columns and cell.data_type == "f":
                    continue
                cells[self.place(index, self.now.top).column] = cell
        return cells | {self.beside(column): cell for column, cell in row.beside.items()}

    def earlier_round(self, row: Row, target: Row, group: Sequence[Change]) -> bool:
        """Whether a day was entered in a row whose own days are others now."""
        pairs = ((row.texts[one], target.texts[other]) for one, other in self.columns.items())
        return _dated(group) and any(a != b and DAY.fullmatch(a) and DAY.fullmatch(b) for a, b in pairs)


def join_lines(then: Sequence[Line], now: Sequence[Line], sheet: Worksheet, changes: Sequence[Change], sink: Sink) -> None:
    """Make the changes outside the tables again: an answer beside its question, a cell beside its label."""
    pairs = pair_labels([line.label for line in then], [line.label for line in now])
    targets = {then[one].number: now[other] for one, other in pairs.items()}
    labels = {line.number: line for line in then}
    for change in changes:
        if change.what == What.BELOW:
            _below(sheet, (now[-1].number if now else 0) + change.line, change)
            continue
        line, target = labels[change.line], targets.get(change.line)
        lost = target is None or (change.column > 1 and target.label != line.label)
        if lost and not said(change.cell) and change.what == What.CELL:
            continue  # what was emptied is not there any more
        if target is None or lost:
            raise CannotMerge(f"What was entered on sheet {change.sheet} has no place any more.")
        cell = sheet.cell(target.number, change.column)
        if change.what == What.NOTE:
            carry_note(cell, change.cell)
        else:
            sink.cell(change.edit.where, line.cells.get(change.column), change.cell, cell)


def _below(sheet: Worksheet, number: int, change: Change) -> None:
    """A line under all others, with its look and on paper."""
    source = _cell(change)
    cell = sheet.cell(number, change.column)
    if isinstance(cell, MergedCell) or said(cell):
        raise CannotMerge(f"What was entered on sheet {change.sheet} has no place any more.")
    if said(source):
        put(cell, source)
        cell.font, cell.alignment = copy(source.font), copy(source.alignment)
    if source.comment is not None:
        carry_note(cell, source)
    if sheet.print_area:
        area = CellRange(sheet.print_area.split("!")[-1].replace("$", ""))
        if area.max_row < number:
            sheet.print_area = CellRange(
                min_col=area.min_col, min_row=area.min_row, max_col=area.max_col, max_row=number
            ).coord  # fmt: skip


def _dated(group: Sequence[Change]) -> bool:
    """Whether a day was entered in a cell that was empty."""
    filled = [change.cell for change in group if change.what == What.CELL and change.cell is not None and not change.edit.before]
    return any(isinstance(cell.value, (date, datetime)) or DAY.fullmatch(said(cell)) for cell in filled)


def _cell(change: Change) -> Cell:
    assert change.cell is not None
    return change.cell
