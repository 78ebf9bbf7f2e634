"""Excel templates: what would vanish on the way, names that do not exist, sheets that would print badly."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator, Mapping

from openpyxl import load_workbook
from openpyxl.utils import range_boundaries
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.errors import Problem
from pipeline.lint.names import KnownNames, check_text
from pipeline.lint.returned import Columns, columns_of
from pipeline.pdf.fonts import house_characters
from pipeline.render.excel.guard import bound_areas, cells_of
from pipeline.render.excel.survive import lost_on_the_way
from pipeline.render.parts import UnsafeFile, parse, read_parts, relationships

# Excel's own name of the cell style with which an author says that the result of a formula is for the screen
BLANK_ON_PAPER = "Calculation"


def check_excel_template(data: bytes, shown: str, known: KnownNames) -> tuple[list[Problem], Mapping[str, Columns]]:
    """Every defect of one template file, and the columns of one that has none; the file is opened once."""
    try:
        parts = read_parts(data)
        for name, part in parts.items():
            if name.endswith(".xml"):
                parse(part)
        bound_areas(parts)
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            workbook = load_workbook(io.BytesIO(data))
            lost = lost_on_the_way(parts, workbook)
    except UnsafeFile as error:
        return [Problem(shown, "The template cannot be used.", str(error))], {}
    except Exception:
        # openpyxl answers a damaged file with whatever goes wrong first
        return [Problem(shown, "The template is damaged.", "Open it in Excel and save it anew.")], {}
    problems = [
        Problem(
            shown,
            f"It holds {what}, which would be lost.",
            "Take it out, or use a plain cell, a drop-down with its entries, or a border instead.",
        )
        for what in (*(str(warning.message) for warning in warned), *lost)
    ]
    for name, relationship in relationships(parts):
        if relationship.get("TargetMode") == "External" and not str(relationship.get("Type")).endswith("/hyperlink"):
            problems.append(Problem(f"{shown}, {name}", "It refers to another file.", "Copy the values in."))
    for sheet in workbook.worksheets:
        problems += _cells(sheet, shown, known)
        problems += _print_set_up(sheet, shown)
    return problems, {} if problems else columns_of(workbook)


def texts_of_workbook(data: bytes) -> Iterator[str]:
    """The texts of a template, with their tags: of each cell, then of headers and footers."""
    for sheet in load_workbook(io.BytesIO(data)).worksheets:
        yield from (cell.value for cell in cells_of(sheet) if isinstance(cell.value, str))
        margins = (sheet.oddHeader, sheet.oddFooter)
        yield from (part.text for margin in margins for part in (margin.left, margin.center, margin.right) if part.text)


def _cells(sheet: Worksheet, shown: str, known: KnownNames) -> Iterator[Problem]:
    for cell in cells_of(sheet):
        where = f"{shown}, sheet {sheet.title}, cell {cell.coordinate}"
        if cell.data_type == "f":
            if cell.style != BLANK_ON_PAPER:
                mend = f"Write a value, or give the cell the style {BLANK_ON_PAPER} if it may be empty on paper."
                yield Problem(where, "A formula stands in a template; its printed value would be missing.", mend)
            continue
        if not isinstance(cell.value, str):
            whole = type(cell.value) is int and cell.number_format == "General"
            if cell.value is not None and not whole:
                yield Problem(
                    where,
                    "A number or date stands in a template; paper would show it without its format.",
                    "Write it as text.",
                )
            continue
        for defect in check_text(cell.value, known):
            yield Problem(where, defect.what, defect.mend)
        if missing := {char for char in cell.value if ord(char) not in house_characters() and char != "\n"}:
            yield Problem(
                where, f"The font cannot draw {', '.join(f'U+{ord(c):04X}' for c in sorted(missing))}.", "Write it in words."
            )
    for margin in (sheet.oddHeader, sheet.oddFooter):
        for part in (margin.left, margin.center, margin.right):
            for defect in check_text(part.text or "", known):
                yield Problem(f"{shown}, sheet {sheet.title}, header or footer", defect.what, defect.mend)


def _print_set_up(sheet: Worksheet, shown: str) -> Iterator[Problem]:
    where = f"{shown}, sheet {sheet.title}"
    if not sheet.print_area:
        yield Problem(where, "No print area is set.", "Set it: Page Layout, Print Area.")
    if not (
        sheet.sheet_properties.pageSetUpPr and sheet.sheet_properties.pageSetUpPr.fitToPage and sheet.page_setup.fitToWidth == 1
    ):
        yield Problem(where, "The sheet is not fitted to one page's width.", "Set it: Page Layout, Width, 1 page.")
    for table in sheet.tables.values():
        left, top, right, bottom = range_boundaries(table.ref)
        if any(cell.row > bottom and cell.value is not None for cell in cells_of(sheet)):
            yield Problem(
                f"{where}, table {table.name}",
                "Something stands below the table, into which its rows would grow.",
                "Move it above the table.",
            )
        if not sheet.print_title_rows:
            yield Problem(
                f"{where}, table {table.name}",
                "Its heading is not repeated on each page.",
                "Set it: Page Layout, Print Titles, rows to repeat.",
            )
        headings = [sheet.cell(top, column).value for column in range(left, right + 1)]
        if not all(isinstance(heading, str) for heading in headings):
            yield Problem(f"{where}, table {table.name}", "A column has no heading.", "Write one.")
        if any("{" in str(heading) for heading in headings):
            yield Problem(f"{where}, table {table.name}", "A heading holds a name in braces.", "Write plain words there.")
