"""A sheet that a person added, copied into a generated workbook."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy

from openpyxl.cell.cell import Cell
from openpyxl.comments import Comment
from openpyxl.utils import range_boundaries
from openpyxl.workbook import Workbook
from openpyxl.worksheet.table import Table, TableStyleInfo
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.render.excel.identity import MAX_LINES, SHEET, shown_text
from pipeline.render.excel.merge_read import noted
from pipeline.render.excel.merge_safe import CannotMerge, carried_link, is_plain, lost_with, typed_formula

MAX_COLUMNS = 200


def add_sheet(book: Workbook, source: Worksheet, parts: Mapping[str, bytes]) -> None:
    """Copy a sheet of the edited file (its parts) behind the others: values, looks, widths, joined cells, rules, tables.

    CannotMerge where something of it would be lost, or a formula does more than calculate.
    """
    if lost_with(parts, source.title):
        raise CannotMerge("A sheet that was added holds a picture, a chart or a rule that cannot be copied.")
    if source.max_row > MAX_LINES or source.max_column > MAX_COLUMNS:
        raise CannotMerge("A sheet that was added is too large to be copied.")
    if source.title.casefold() in {name.casefold() for name in book.sheetnames}:
        raise CannotMerge(f"The package has a sheet {source.title} of its own now.")
    at = book.sheetnames.index(SHEET) if SHEET in book.sheetnames else len(book.sheetnames)
    sheet = book.create_sheet(source.title, at)
    for _, cell in sorted(source._cells.items()):
        if isinstance(cell, Cell):
            _copy(cell, sheet.cell(cell.row, cell.column), book)
    for area in source.merged_cells.ranges:
        sheet.merge_cells(area.coord)
    for letter, width in source.column_dimensions.items():
        copied = sheet.column_dimensions[letter]
        copied.width, copied.hidden, copied.min, copied.max = width.width, width.hidden, width.min, width.max
    for line, height in source.row_dimensions.items():
        if height.height is not None or height.hidden:
            sheet.row_dimensions[line].height, sheet.row_dimensions[line].hidden = height.height, height.hidden
    _rules(book, source, sheet)
    for table in source.tables.values():
        _table(book, table, sheet)
    sheet.sheet_state = source.sheet_state
    sheet.freeze_panes = source.freeze_panes
    sheet.sheet_view.showGridLines = source.sheet_view.showGridLines
    sheet.page_setup.orientation = source.page_setup.orientation
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = source.page_setup.fitToWidth, source.page_setup.fitToHeight
    sheet.sheet_properties.pageSetUpPr = copy(source.sheet_properties.pageSetUpPr)
    if source.print_area:
        sheet.print_area = source.print_area.split("!")[-1]
    for name in ("left", "right", "top", "bottom", "header", "footer"):
        setattr(sheet.page_margins, name, getattr(source.page_margins, name))


def _copy(cell: Cell, target: Cell, book: Workbook) -> None:
    if cell.data_type == "f":
        if not typed_formula(cell, book.sheetnames):
            raise CannotMerge(f"A formula on a sheet that was added does more than calculate: cell {cell.coordinate}.")
        target.value = cell.value
    elif isinstance(cell.value, str):
        target.value = cell.value
        target.data_type = "s"
    else:
        target.value = cell.value
    if cell.has_style:
        target.font, target.fill, target.border = copy(cell.font), copy(cell.fill), copy(cell.border)
        target.alignment, target.protection = copy(cell.alignment), copy(cell.protection)
        target.number_format = cell.number_format
    if isinstance(cell.value, str) and cell.data_type != "f":
        target.quotePrefix = cell.value[:1] in ("=", "+", "-", "@")
    if cell.hyperlink is not None and (link := carried_link(cell)):
        look = copy(target._style)
        target.hyperlink = link
        target._style = look
    if noted(cell):
        target.comment = Comment(noted(cell), str(cell.comment.author or "") if cell.comment else "")


def _rules(book: Workbook, source: Worksheet, sheet: Worksheet) -> None:
    """Drop-downs, dates and colours; a rule may calculate like a formula."""
    for rule in source.data_validations.dataValidation:
        _check(book, source, [rule.formula1, rule.formula2])
        sheet.add_data_validation(copy(rule))
    for area in source.conditional_formatting:
        for colour in area.rules:
            _check(book, source, colour.formula)
            sheet.conditional_formatting.add(str(area.sqref), copy(colour))


def _check(book: Workbook, source: Worksheet, formulas: list[str | None]) -> None:
    for formula in filter(None, formulas):
        if not is_plain(f"={formula}", book.sheetnames):
            raise CannotMerge("A rule on a sheet that was added does more than calculate.")


def _table(book: Workbook, table: Table, sheet: Worksheet) -> None:
    names = {name.casefold() for other in book.worksheets for name in other.tables}
    name = next(n for n in (table.name, *(f"{table.name}_{k}" for k in range(2, 1000))) if n.casefold() not in names)
    copied = Table(displayName=name, name=name, ref=table.ref, headerRowCount=table.headerRowCount)
    copied.tableStyleInfo = copy(table.tableStyleInfo) or TableStyleInfo(name="TableStyleLight1")
    left, top, right, _ = range_boundaries(table.ref)
    heads = [sheet.cell(top, column) for column in range(left, right + 1)]
    if table.headerRowCount == 0 or any(not isinstance(cell.value, str) for cell in heads):
        return  # the cells are there; a table with such headings would be one that Excel repairs
    if len({shown_text(cell.value).casefold() for cell in heads}) == len(heads):
        sheet.add_table(copied)
