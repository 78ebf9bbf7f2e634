"""A finished sheet as it should look on paper: what stands in the print area, with its look."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeAlias

from lxml import etree
from openpyxl import load_workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.styles.colors import Color
from openpyxl.utils import range_boundaries
from openpyxl.worksheet.cell_range import MultiCellRange
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.render.parts import A, parse

AnyCell: TypeAlias = Cell | MergedCell
# text of a formula → ranges in which a cell that is equal to it is filled, and with which colour
Rules: TypeAlias = Mapping[str, Sequence[tuple[MultiCellRange, str | None]]]
DEFAULT_WIDTH = 8.43
THEME_ORDER = ("lt1", "dk1", "lt2", "dk2", "accent1", "accent2", "accent3", "accent4", "accent5", "accent6")


@dataclass(frozen=True)
class CellView:
    """One printed cell. span: columns; size: points; colours as RRGGBB or None."""

    text: str
    span: int
    bold: bool
    size: float
    colour: str | None
    fill: str | None
    boxed: bool
    link: str | None


@dataclass(frozen=True)
class RowView:
    """height: points or None where the row grows with its text."""

    cells: tuple[CellView, ...]
    height: float | None


@dataclass(frozen=True)
class SheetView:
    """widths: of the columns in characters; head: rows above the repeated header, which is the first of body."""

    title: str
    landscape: bool
    widths: tuple[float, ...]
    head: tuple[RowView, ...]
    body: tuple[RowView, ...]
    repeats_header: bool


def read_sheets(data: bytes) -> tuple[SheetView, ...]:
    """The visible sheets of a workbook of ours, in order. A chart is for the screen: of its sheet only a table is on paper."""
    workbook = load_workbook(io.BytesIO(data))
    theme = _theme(workbook.loaded_theme)
    shown = [sheet for sheet in workbook.worksheets if sheet.sheet_state == "visible" and (sheet.tables or not sheet._charts)]
    return tuple(_view(sheet, theme) for sheet in shown)


def column_width(sheet: Worksheet, column: int) -> float:
    """Width of a column in characters. Excel saves neighbours of one width as one entry, and asking openpyxl for the
    others by letter would make entries of the default width."""
    for dimension in sheet.column_dimensions.values():
        if (dimension.min or 0) <= column <= (dimension.max or 0):
            return float(dimension.width)
    return float(sheet.sheet_format.defaultColWidth or DEFAULT_WIDTH)


def _theme(part: bytes | None) -> tuple[str, ...]:
    if part is None:
        return ()
    root = parse(part)
    colours: list[str] = []
    for name in THEME_ORDER:
        slot: etree._Element = next(root.iter(f"{A}{name}"))
        colours.append(str(slot[0].get("val") if slot[0].tag == f"{A}srgbClr" else slot[0].get("lastClr")))
    return tuple(colours)


def _view(sheet: Worksheet, theme: tuple[str, ...]) -> SheetView:
    area = sheet.print_area.split("!")[-1] if sheet.print_area else sheet.dimensions
    left, top, right, bottom = range_boundaries(area.replace("$", ""))
    repeated = re.match(r"\$?(\d+)", sheet.print_title_rows or "")
    split = int(repeated.group(1)) if repeated else top
    look_of, rules = _looks(theme), _rules(sheet, theme)
    rows = [_row(sheet, line, left, right, look_of, rules) for line in range(top, bottom + 1)]
    return SheetView(
        title=sheet.title,
        landscape=sheet.page_setup.orientation == "landscape",
        widths=tuple(column_width(sheet, column) for column in range(left, right + 1)),
        head=tuple(rows[: split - top]),
        body=tuple(rows[split - top :]),
        repeats_header=bool(repeated),
    )


def _row(sheet: Worksheet, line: int, left: int, right: int, look_of: Callable[[AnyCell], CellView], rules: Rules) -> RowView:
    joined = [area for area in sheet.merged_cells.ranges if area.min_row <= line <= area.max_row]
    spans = {area.min_col: area.max_col - area.min_col + 1 for area in joined}
    covered = {column for area in joined for column in range(area.min_col + 1, area.max_col + 1)}
    cells = []
    for column in range(left, right + 1):
        if column in covered:
            continue
        # of a cell joined over several rows the lower ones stay, empty, so that their neighbours keep their columns
        cell = sheet.cell(line, column)
        text, look = _printed(cell), look_of(cell)
        fill = next((fill for ranges, fill in rules.get(f'"{text}"', ()) if cell.coordinate in ranges), None) if text else None
        link = cell.hyperlink.target if getattr(cell, "hyperlink", None) else None
        cells.append(replace(look, text=text, span=spans.get(column, 1), fill=fill or look.fill, link=link))
    return RowView(tuple(cells), sheet.row_dimensions[line].height)


def _looks(theme: tuple[str, ...]) -> Callable[[AnyCell], CellView]:
    """Tells the look of a cell, without its text. A workbook has few looks, and openpyxl takes long to tell one."""
    known: dict[int, CellView] = {}

    def look_of(cell: AnyCell) -> CellView:
        style = cell.style_id
        if style not in known:
            font = cell.font
            known[style] = CellView(
                text="",
                span=1,
                bold=bool(font.b),
                size=float(font.sz or 10),
                colour=_rgb(font.color, theme),
                fill=_rgb(cell.fill.fgColor, theme) if cell.fill.fill_type == "solid" else None,
                boxed=bool(cell.border.bottom and cell.border.bottom.style),
                link=None,
            )
        return known[style]

    return look_of


def _rules(sheet: Worksheet, theme: tuple[str, ...]) -> Rules:
    found: dict[str, list[tuple[MultiCellRange, str | None]]] = {}
    for ranges in sheet.conditional_formatting:
        for rule in ranges.rules:
            equal = rule.type == "cellIs" and rule.operator == "equal" and len(rule.formula) == 1
            if equal and rule.dxf and rule.dxf.fill:
                found.setdefault(rule.formula[0], []).append((ranges.cells, _rgb(rule.dxf.fill.bgColor, theme)))
    return found


def _printed(cell: AnyCell) -> str:
    """What a cell shows on paper. A formula shows nothing: no program has worked it out, and a pen can fill the cell."""
    if cell.value is None or cell.data_type == "f":
        return ""
    return f"{cell.value:%m/%d/%Y}" if isinstance(cell.value, date) else str(cell.value)


def _rgb(colour: Color | None, theme: tuple[str, ...]) -> str | None:
    if colour is None:
        return None
    if colour.type == "theme" and theme:
        return theme[int(colour.theme)]
    return str(colour.rgb)[-6:] if colour.type == "rgb" else None
