"""Small helpers of the tests of merging: the workbooks of an example as they were generated, and as they are a year later."""

from __future__ import annotations

import copy
import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

from openpyxl import load_workbook
from openpyxl.cell.cell import Cell
from openpyxl.formula.translate import Translator
from openpyxl.utils import range_boundaries
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet
from returned import issued, practice

from pipeline.context import Inputs, names_for
from pipeline.inputs import to_inputs
from pipeline.load import Loaded
from pipeline.plan import make_plan
from pipeline.practice import Profile
from pipeline.primitives import primitives
from pipeline.records import structure
from pipeline.render.excel.fill import render_excel

JUNIPER = "example-juniper-ridge"
A_YEAR_LATER = date(2027, 9, 13)


@cache
def next_year() -> tuple[Loaded, Inputs]:
    """The first example a year later: somebody new, a new model under an old tag, a laptop gone, two findings closed."""
    then = practice(JUNIPER)
    raw: dict[str, Any] = copy.deepcopy(dict(then.raw_profile))
    newcomer = {"id": "nadia", "name": "Nadia Okonkwo, LCSW", "email": "nadia@juniperridge.example", "start_date": "2027-03-01"}
    raw["workforce"].append({**raw["workforce"][8], **newcomer})
    laptops = next(entry for entry in raw["devices"] if entry["id"] == "practice-macs")
    laptops["register"][2]["model"] = "MacBook Air M4 13-inch"
    laptops["register"][0]["user"] = "bjorn"
    laptops["register"][3] = {"tag": "JR-18", "model": "MacBook Air M4 13-inch", "user": "linh"}
    findings = then.assessment.findings
    loaded = replace(
        then,
        profile=structure(raw, Profile),
        raw_profile=raw,
        plan=make_plan(then.catalog, raw),
        assessment=replace(then.assessment, findings=findings[:4] + findings[6:]),
        edition="2027.1",
        as_of=A_YEAR_LATER,
    )
    return loaded, to_inputs(loaded)


def then(document: str) -> bytes:
    """A workbook of the first example as it was generated."""
    return issued(JUNIPER, document)


@cache
def now(document: str) -> bytes:
    """The same a year later."""
    loaded, inputs = next_year()
    artifact = loaded.plan.get(document)
    assert artifact
    names = primitives(names_for(inputs, artifact))
    return render_excel(loaded.templates[artifact.template], names, loaded.look, loaded.as_of)


def edited(data: bytes, edit: Callable[[Workbook], object]) -> bytes:
    """The workbook after somebody edited it."""
    book = load_workbook(io.BytesIO(data))
    edit(book)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def sheet_of(data: bytes, name: str | None = None) -> Worksheet:
    book = load_workbook(io.BytesIO(data))
    return book[name] if name else book.worksheets[0]


def area_of(sheet: Worksheet) -> tuple[int, int, int, int]:
    """First column, line of the headings, last column and last line of the table of a sheet."""
    (table,) = sheet.tables.values()
    left, top, right, bottom = range_boundaries(table.ref)
    return left, top, right, bottom


def cell_at(sheet: Worksheet, heading: str, **row: str) -> Cell:
    """The cell under a heading in the only row in which these texts stand: cell_at(sheet, "Date", Tag="JR-02")."""
    (line,) = lines_with(sheet, **row)
    return column_cell(sheet, heading, line)


def lines_with(sheet: Worksheet, **row: str) -> list[int]:
    """The lines of the table in which these texts begin the cells under these headings; _ stands for a space."""
    _, top, _, bottom = area_of(sheet)
    places = {column_of(sheet, heading.replace("_", " ")): text for heading, text in row.items()}
    lines = range(top + 1, bottom + 1)
    return [line for line in lines if all(str(sheet.cell(line, c).value).startswith(text) for c, text in places.items())]


def column_of(sheet: Worksheet, heading: str) -> int:
    left, top, right, _ = area_of(sheet)
    (column,) = (column for column in range(left, right + 1) if sheet.cell(top, column).value == heading)
    return column


def column_cell(sheet: Worksheet, heading: str, line: int) -> Cell:
    cell = sheet.cell(line, column_of(sheet, heading))
    assert isinstance(cell, Cell)
    return cell


def blank_line(sheet: Worksheet) -> int:
    """The first line of a table in which nothing stands."""
    left, top, right, bottom = area_of(sheet)
    return next(
        line
        for line in range(top + 1, bottom + 2)
        if not any(
            sheet.cell(line, column).value is not None and sheet.cell(line, column).data_type != "f"
            for column in range(left, right + 1)
        )
    )


def texts_of(data: bytes) -> Iterator[str]:
    """What stands in all cells that a person sees, and in the notes on them."""
    for sheet in load_workbook(io.BytesIO(data)).worksheets:
        for cell in sheet._cells.values() if sheet.sheet_state == "visible" else ():
            if cell.value is not None:
                yield str(cell.value)
            if getattr(cell, "comment", None):
                yield str(cell.comment.text)


def drop_line(sheet: Worksheet, line: int) -> None:
    """Delete a line of a table as Excel does: what stands below moves up, and calculations with it."""
    left, _, right, bottom = area_of(sheet)
    for number in range(line, bottom + 1):
        for column in range(left, right + 1):
            below = sheet.cell(number + 1, column)
            value = below.value
            if below.data_type == "f":
                value = Translator(str(value), below.coordinate).translate_formula(f"{below.column_letter}{number}")
            sheet.cell(number, column).hyperlink = below.hyperlink.target if below.hyperlink else None
            sheet.cell(number, column).value = value if number < bottom else None
            if isinstance(value, str) and below.data_type != "f":
                sheet.cell(number, column).data_type = "s"
