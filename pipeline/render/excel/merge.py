"""The three-way merge of workbooks: what was generated, what people made of it, what is generated now."""

from __future__ import annotations

from datetime import date

from openpyxl.utils.exceptions import IllegalCharacterError
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.merge.model import Conflict, Edit, Merged
from pipeline.render.excel.guard import one_line, open_guarded
from pipeline.render.excel.identity import FORMAT
from pipeline.render.excel.identity import SHEET as IDENTITY
from pipeline.render.excel.merge_edits import Change, What, differences
from pipeline.render.excel.merge_match import pair_sheets
from pipeline.render.excel.merge_read import grids_of, lines_of, own_sheets, said, told
from pipeline.render.excel.merge_safe import CannotMerge, refuse_reaching_out, same_document
from pipeline.render.excel.merge_sheets import add_sheet
from pipeline.render.excel.merge_tables import Sink, join_lines, join_table
from pipeline.render.excel.merge_write import finished, formulas_of
from pipeline.render.parts import read_parts

THEN, EDITED, NOW = "the workbook as it was generated", "the edited workbook", "the workbook as it is generated now"


def excel_edits(generated: bytes, edited: bytes) -> tuple[Edit, ...]:
    """What a person changed in a generated workbook: entries, rows, columns, sheets, notes; not its order, widths and colours.

    ProblemsFound where the edited file must not be opened, is none, or was made from another document or edition.
    """
    return () if generated == edited else tuple(change.edit for change in _changes(generated, edited)[1])


def merge_excel(generated: bytes, edited: bytes, now: bytes, day: date) -> Merged:
    """What is generated `now`, with what a person made of the file that was generated then; day: of the merge.

    A cell that only one side changed is taken; where both did, the person's entry stands, and a note on the cell says what
    the program writes. Rows are known by their key, whatever their order; added rows follow the others. Without edits the
    file of now as it is; with nothing new the edited file as it is; what cannot be carried over keeps the edited file, and
    `kept` says why. Raises like excel_edits.
    """
    if generated == edited:
        return Merged(now)
    then, changes = _changes(generated, edited)
    edits = tuple(change.edit for change in changes)
    if not edits:
        return Merged(now)
    keep = next((change.keep for change in changes if change.keep), "")
    if keep or generated == now:
        return Merged(edited, edits, (), keep)
    book = open_guarded(now, NOW)
    sink = Sink(f"{day:%B} {day.day}, {day.year}")
    try:
        _join(then, book, changes, sink)
        for change in changes:
            if change.what == What.SHEET and change.edited is not None:
                add_sheet(book, change.edited, read_parts(edited))
        return Merged(finished(book, now), edits, tuple(sink.conflicts))
    except CannotMerge as reason:
        return Merged(edited, edits, (), str(reason))
    except (IllegalCharacterError, ValueError):
        # a sign or a number that stands in the file, and that nothing can write
        return Merged(edited, edits, (), "It holds something that Excel itself does not write.")


def _changes(generated: bytes, edited: bytes) -> tuple[Workbook, list[Change]]:
    then, theirs = open_guarded(generated, THEN), open_guarded(edited, EDITED, linked=False)
    same_document(_whose(then), _whose(theirs))
    refuse_reaching_out(theirs, EDITED)
    return then, differences(then, theirs, read_parts(generated), read_parts(edited))


def _whose(book: Workbook) -> tuple[str, str, str] | None:
    """Practice, document, edition that a workbook names, or None: the sheet that says it may have been deleted."""
    sheet = book[IDENTITY] if IDENTITY in book.sheetnames else None
    if not isinstance(sheet, Worksheet) or sheet["A1"].value != FORMAT:
        return None
    return one_line(sheet["B1"].value), one_line(sheet["C1"].value), one_line(sheet["D1"].value)


def _join(then: Workbook, book: Workbook, changes: list[Change], sink: Sink) -> None:
    """Make the changes again in the workbook of now."""
    sheets = own_sheets(then)
    found = pair_sheets(sheets, own_sheets(book))
    for sheet in sheets:
        own = [change for change in changes if change.sheet == sheet.title]
        target = found.get(sheet.title)
        if target is None and own and own[0].what != What.SHEET_GONE:
            raise CannotMerge(f"The package has no sheet {sheet.title} any more.")
        if target is None or not own:
            continue
        grids, others = grids_of(sheet), {grid.name: grid for grid in grids_of(target)}
        join_lines(
            lines_of(sheet, grids), lines_of(target, list(others.values())), target,
            [change for change in own if not change.table and change.what not in (What.NAME, What.SHEET_GONE)], sink,
        )  # fmt: skip
        for grid in grids:
            in_table = [change for change in own if change.table == grid.name]
            if in_table and grid.name not in others:
                raise CannotMerge(f"The table on sheet {sheet.title} is not generated any more.")
            if in_table:
                join_table(grid, others[grid.name], in_table, sink)
        for change in own:
            if change.what == What.NAME:
                _rename(book, target, change, sink)
            elif change.what == What.SHEET_GONE:
                _remove(book, sheet, target, change, sink)


def _rename(book: Workbook, sheet: Worksheet, change: Change, sink: Sink) -> None:
    name = change.edit.after
    if sheet.title == name:
        return
    if _depended_on(book, sheet) or name.casefold() in {title.casefold() for title in book.sheetnames}:
        raise CannotMerge(f"Sheet {sheet.title} was renamed, and something depends on its name.")
    if sheet.title != change.edit.before:
        sink.conflicts.append(Conflict(change.edit.where, change.edit.before, name, sheet.title))
    sheet.title = name


def _remove(book: Workbook, then: Worksheet, sheet: Worksheet, change: Change, sink: Sink) -> None:
    shown = [other for other in book.worksheets if other.sheet_state == "visible" and other is not sheet]
    if _depended_on(book, sheet) or not shown:
        raise CannotMerge(f"Sheet {sheet.title} was deleted, and something depends on it.")
    if _contents(then) != _contents(sheet):
        text = " | ".join(told(cell) for _, cell in sorted(sheet._cells.items()) if said(cell))
        sink.conflicts.append(Conflict(change.edit.where, change.edit.before, "", text[:2_000]))
    book.remove(sheet)


def _depended_on(book: Workbook, sheet: Worksheet) -> bool:
    """Whether a formula or a chart names the sheet, or one of its tables."""
    names = (f"{sheet.title}!", f"{sheet.title}'!", *(f"{name}[" for name in sheet.tables))
    return bool(sheet._charts) or any(name in formula for formula in formulas_of(book) for name in names)


def _contents(sheet: Worksheet) -> set[tuple[tuple[int, int], str]]:
    return {(place, said(cell)) for place, cell in sheet._cells.items() if said(cell)}
