"""Excel sheets: openpyxl on the consultant's templates.

A template is an ordinary workbook. Cells, sheet headers and footers may hold {{ names }}. A table whose first data row
names {{ row.… }}, or another name of LISTS, is filled with that list; the other rows of the table stay below, empty.
Rows with the field `fold` are grouped: the first data row is the pattern of those with 0, the headings, the second of those
with 1, which fold away under them. A formula in a pattern is carried into each row, as if copied there. A date as YYYY-MM-DD that
is printed into a cell with the format of a date is a date.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from datetime import date
from typing import Any

from lxml import etree
from openpyxl import load_workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.formula.translate import Translator
from openpyxl.styles.numbers import is_date_format
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.workbook import Workbook
from openpyxl.worksheet.cell_range import CellRange, MultiCellRange
from openpyxl.worksheet.table import Table
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.render.excel.cells import set_text
from pipeline.render.excel.chart import REGISTER, add_picture, add_trend
from pipeline.render.excel.guard import cells_of
from pipeline.render.excel.identity import add_identity, identify
from pipeline.render.excel.read import column_width
from pipeline.render.jinja import TemplateError, template_of
from pipeline.render.look import Look
from pipeline.render.parts import (
    DAMAGED,
    UnsafeFile,
    core_properties,
    document_keywords,
    parse,
    read_parts,
    recolour_theme,
    serialize,
    tint_of,
    write_parts,
)

MAX_TEXT = 32_767
ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
FONT_ORDER = [
    "b",
    "i",
    "strike",
    "condense",
    "extend",
    "outline",
    "shadow",
    "u",
    "vertAlign",
    "sz",
    "color",
    "name",
    "family",
    "charset",
    "scheme",
]
LINE = 12.5  # points of a line in a table
# the name of a row in a template → the list that fills the table
LISTS = {"row": "rows", "step": "steps", "own": "owns", "asset": "assets", "kind": "kinds"}
ROW_TAG = re.compile(rf"\{{[{{%][^}}]*\b({'|'.join(LISTS)})\.")


class DoesNotFit(ValueError):
    """A text is longer than Excel can hold in a cell."""


def render_excel(template: bytes, names: Mapping[str, Any], look: Look, day: date) -> bytes:
    """The workbook that the template makes of these names (JSON primitives); raises like render_word, and DoesNotFit."""
    read_parts(template)
    try:
        return _render(template, names, look, day)
    except (TemplateError, UnsafeFile, DoesNotFit):
        raise
    except Exception as error:
        # openpyxl answers a damaged template with whatever goes wrong first
        raise UnsafeFile(DAMAGED) from error


def _render(template: bytes, names: Mapping[str, Any], look: Look, day: date) -> bytes:
    workbook = load_workbook(io.BytesIO(template), rich_text=False)
    for sheet in workbook.worksheets:
        # looked up first: what has been filled in is never read as a template again
        texts = [cell for cell in cells_of(sheet) if cell.data_type == "s" and "{" in str(cell.value)]
        rows = {coordinate for table in sheet.tables.values() for coordinate in _fill_table(sheet, table, names)}
        for cell in texts:
            if cell.coordinate not in rows:
                _fill_cell(cell, str(cell.value), names)
        _fill_margins(sheet, names)
    if any(REGISTER in sheet.tables for sheet in workbook.worksheets):
        add_picture(workbook, names["levels"], look.colour)
        if len(names["trend"]) > 1:
            add_trend(workbook, names["levels"], names["trend"], look.colour)
    return _finish(workbook, names, look, day)


def _fill_cell(cell: Cell | MergedCell, template: str, names: Mapping[str, Any]) -> None:
    if isinstance(cell, MergedCell):
        return
    targets: list[str] = []

    def link(target: Mapping[str, str], text: str = "") -> str:
        targets.append(target["href"])
        return text or f"{target['id']} {target['title']}"

    text = template_of(template).render(names, link=link)
    if len(text) > MAX_TEXT:
        raise DoesNotFit(f"cell {cell.coordinate} of sheet {cell.parent.title} would hold {len(text)} characters")
    cell.value = None
    if is_date_format(cell.number_format) and ISO_DATE.fullmatch(text):
        cell.value = date.fromisoformat(text)
    elif text:
        set_text(cell, text)
    if targets:
        cell.hyperlink = targets[0]


@dataclass(frozen=True)
class _Pattern:
    """A row of a template, as it is put in the place of each entry. cells: what stands there, its type, its look."""

    line: int
    height: float | None
    cells: tuple[tuple[Any, str, Any], ...]

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(str(value) for value, kind, _ in self.cells if kind == "s")

    def put(self, sheet: Worksheet, line: int, left: int, names: Mapping[str, Any]) -> None:
        sheet.row_dimensions[line].height = self.height
        for column, (value, kind, style) in enumerate(self.cells, left):
            cell = sheet.cell(line, column)
            cell._style = copy(style)
            if kind == "f":
                cell.value = Translator(str(value), f"A{self.line}").translate_formula(f"A{line}")
            elif kind == "s":
                _fill_cell(cell, str(value), names)


def _pattern(sheet: Worksheet, line: int, left: int, right: int) -> _Pattern:
    cells = (sheet.cell(line, column) for column in range(left, right + 1))
    return _Pattern(
        line, sheet.row_dimensions[line].height, tuple((cell.value, cell.data_type, copy(cell._style)) for cell in cells)
    )


def _fill_table(sheet: Worksheet, table: Table, names: Mapping[str, Any]) -> list[str]:
    """Fill a table with the rows of the form; the coordinates of its patterns, or none where it has no such row."""
    left, top, right, bottom = range_boundaries(table.ref)
    first = top + (table.headerRowCount or 0)
    patterns = [_pattern(sheet, first, left, right)]
    named = next((found.group(1) for text in patterns[0].texts if (found := ROW_TAG.search(text))), None)
    if named is None:
        return []
    rows = names[LISTS[named]]
    folds = any("fold" in row for row in rows)
    if folds:
        patterns.append(_pattern(sheet, first + 1, left, right))
        sheet.sheet_properties.outlinePr.summaryBelow = False
    blank = bottom + 1 - first - len(patterns)
    last = first + max(len(rows) + blank, 1) - 1
    for line in range(bottom + 1, last + 1):
        copy_row(sheet, bottom, line, left, right)
    own = [sheet.cell(pattern.line, column) for pattern in patterns for column in range(left, right + 1)]
    for cell in own:
        cell.value = None
    for line, row in enumerate(rows, first):
        level = row["fold"] if folds else 0
        patterns[level].put(sheet, line, left, {**names, named: row})
        sheet.row_dimensions[line].outlineLevel = level
        grow_row(sheet, line, left, right)
    stretch(sheet, table, bottom, last)
    return [cell.coordinate for cell in own]


def copy_row(sheet: Worksheet, source: int, target: int, left: int, right: int) -> None:
    sheet.row_dimensions[target].height = sheet.row_dimensions[source].height
    for column in range(left, right + 1):
        sheet.cell(target, column)._style = copy(sheet.cell(source, column)._style)


def grow_row(sheet: Worksheet, line: int, left: int, right: int) -> None:
    """Make a row tall enough for what is printed of it: on paper nothing grows by itself."""
    height = sheet.row_dimensions[line].height or 0
    lines = 1
    if sheet.print_area:
        area = CellRange(sheet.print_area.split("!")[-1].replace("$", ""))
        left, right = max(left, area.min_col), min(right, area.max_col)
    for column in range(left, right + 1):
        text = sheet.cell(line, column).value
        if isinstance(text, str) and sheet.cell(line, column).data_type != "f":
            # widths count digits of 11 points; text set smaller has more letters to a line
            size = sheet.cell(line, column).font.size or 11
            per_line = max(1, int(column_width(sheet, column) * 11 / size) - 1)
            lines = max(lines, sum(-(-len(part) // per_line) for part in text.split("\n")))
    sheet.row_dimensions[line].height = max(height, lines * LINE + 4)


def stretch(sheet: Worksheet, table: Table, old: int, new: int) -> None:
    """Let the table, its drop-downs, colours and the print area end in row `new` instead of `old`."""
    left, top, right, _ = range_boundaries(table.ref)
    table.ref = f"{get_column_letter(left)}{top}:{get_column_letter(right)}{new}"
    if table.autoFilter:
        table.autoFilter.ref = table.ref
    for validation in sheet.data_validations.dataValidation:
        validation.sqref = MultiCellRange([_longer(area, old, new) for area in validation.sqref.ranges])
    for formatting in list(sheet.conditional_formatting):
        moved = MultiCellRange([_longer(area, old, new) for area in formatting.sqref.ranges])
        rules = formatting.rules
        del sheet.conditional_formatting._cf_rules[formatting]
        for rule in rules:
            sheet.conditional_formatting.add(str(moved), rule)
    if sheet.print_area:
        area = CellRange(sheet.print_area.split("!")[-1].replace("$", ""))
        sheet.print_area = _longer(area, old, new).coord


def _longer(area: CellRange, old: int, new: int) -> CellRange:
    """The range, ending in row `new` where it ended in row `old`."""
    return CellRange(
        min_col=area.min_col, min_row=area.min_row, max_col=area.max_col, max_row=new if area.max_row == old else area.max_row
    )


def _fill_margins(sheet: Worksheet, names: Mapping[str, Any]) -> None:
    margins = (sheet.oddHeader, sheet.oddFooter)
    named = [part for m in margins for part in (m.left, m.center, m.right) if part.text and "{" in part.text]
    # Excel reads & as a code; a doubled one prints itself
    doubled = _doubled(names) if named else {}
    for part in named:
        part.text = template_of(part.text).render(doubled)


def _doubled(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _doubled(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_doubled(item) for item in value]
    return value.replace("&", "&&") if isinstance(value, str) else value


def _finish(workbook: Workbook, names: Mapping[str, Any], look: Look, day: date) -> bytes:
    own = names["document"]
    add_identity(workbook, identify(workbook, names["practice"]["slug"], own["id"], own["edition"], day))
    target = io.BytesIO()
    workbook.save(target)
    parts = read_parts(target.getvalue())
    parts["xl/styles.xml"] = in_schema_order(parts["xl/styles.xml"])
    recolour_theme(parts, look.colour, tint_of(look.colour))
    title = f"{own['id']} {own['title']}".strip()
    practice = names["practice"]
    keywords = document_keywords(practice["slug"], own["id"], own["edition"]) if own["id"] else ""
    parts["docProps/core.xml"] = core_properties(title, practice["name"], practice["legal_name"], day, keywords)
    return write_parts(parts)


def in_schema_order(styles: bytes) -> bytes:
    """openpyxl writes the children of a font in an order of its own; strict readers want the schema's."""
    root = parse(styles)
    for font in root.iter(f"{{{SHEET}}}font"):
        font[:] = sorted(font, key=lambda child: FONT_ORDER.index(etree.QName(child).localname))
    return serialize(root)
