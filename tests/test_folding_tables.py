"""Tables that fold, dates that are dates, and formulas that a sheet carries into each row."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from openxml_audit import OpenXmlValidator
from readers import changed, table_area

from pipeline.load import Loaded
from pipeline.render.excel.fill import render_excel
from pipeline.render.excel.read import read_sheets
from pipeline.render.look import Look

CSV = "csv:Text - txt - csv (StarCalc):44,34,76"  # comma, quotation mark, UTF-8
DAY, LOOK = date(2026, 9, 14), Look("7A1F3D")
GROUPS = [
    {"fold": 0, "what": "Ana", "tag": ""},
    {"fold": 1, "what": "", "tag": "2026-10-31"},
    {"fold": 1, "what": "2026-10-31", "tag": "soon"},
    {"fold": 0, "what": "Ben", "tag": ""},
    {"fold": 1, "what": "", "tag": "2027-01-11"},
]


@pytest.fixture(scope="module")
def template(loaded: Loaded) -> bytes:
    """The device audit log with two patterns: a heading with a formula in its third column, and a row with a date in its second."""

    def put(sheet: Worksheet) -> None:
        left, top, right, _ = table_area(loaded.templates["L-03.xlsx"])
        for line in (top + 1, top + 2):
            for column in range(left, right + 1):
                sheet.cell(line, column).value = None
            sheet.cell(line, left).value = "{{ row.what }}"
        sheet.cell(top + 1, left + 2).value = f'="entries "&COUNTA(B{top + 2}:B{top + 3})'
        sheet.cell(top + 1, left + 2).style = "Calculation"
        sheet.cell(top + 2, left + 1).value = "{{ row.tag }}"
        sheet.cell(top + 2, left + 1).number_format = "mm/dd/yyyy"

    return changed(loaded.templates["L-03.xlsx"], put)


@pytest.fixture
def filled(template: bytes, names_of: Callable[[str], dict[str, Any]]) -> tuple[bytes, int]:
    """The sheet with five rows in two groups, and the line of the first of them."""
    data = render_excel(template, names_of("L-03") | {"rows": GROUPS}, LOOK, DAY)
    return data, table_area(data)[1] + 1


def test_rows_of_a_group_fold_under_their_heading(filled: tuple[bytes, int]) -> None:
    """The button stands beside the heading, above its rows; empty rows below belong to no group."""
    data, first = filled
    sheet = load_workbook(io.BytesIO(data)).worksheets[0]
    assert [sheet.row_dimensions[first + n].outlineLevel for n in range(6)] == [0, 1, 1, 0, 1, 0]
    assert sheet.sheet_properties.outlinePr.summaryBelow is False


def test_a_date_is_a_date_only_where_the_cell_has_the_format_of_one(filled: tuple[bytes, int]) -> None:
    """Elsewhere the same ten characters stay text, and a word in a date cell stays a word."""
    data, first = filled
    sheet = load_workbook(io.BytesIO(data)).worksheets[0]
    assert sheet.cell(first + 1, 2).is_date
    assert sheet.cell(first + 1, 2).value.date() == date(2026, 10, 31)
    assert (sheet.cell(first + 2, 1).value, sheet.cell(first + 2, 2).value) == ("2026-10-31", "soon")


def test_a_formula_speaks_of_its_own_row(filled: tuple[bytes, int], outside: Callable[..., str], tmp_path: Path) -> None:
    """LibreOffice works it out: two entries under Ana, one under Ben and the empty line."""
    data, first = filled
    sheet = load_workbook(io.BytesIO(data)).worksheets[0]
    assert sheet.cell(first, 3).value == f'="entries "&COUNTA(B{first + 1}:B{first + 2})'
    assert sheet.cell(first + 3, 3).value == f'="entries "&COUNTA(B{first + 4}:B{first + 5})'
    (tmp_path / "log.xlsx").write_bytes(data)
    outside(
        "soffice",
        "--headless",
        f"-env:UserInstallation=file://{tmp_path}/lo",
        "--convert-to",
        CSV,
        "--outdir",
        tmp_path,
        tmp_path / "log.xlsx",
    )
    lines = list(csv.reader((tmp_path / "log.csv").read_text("utf-8").splitlines()))
    assert [lines[first - 1][2], lines[first + 2][2]] == ["entries 2", "entries 1"]


def test_paper_shows_dates_as_americans_write_them_and_no_formula(filled: tuple[bytes, int]) -> None:
    """A formula that nobody has worked out is a space to write in."""
    (sheet, *_) = read_sheets(filled[0])
    texts = [[cell.text for cell in row.cells] for row in sheet.body]
    assert texts[1][:3] == ["Ana", "", ""]
    assert texts[2][1] == "10/31/2026"
    assert not [text for row in texts for text in row if text.startswith("=")]


def test_a_folding_table_is_a_sound_workbook(filled: tuple[bytes, int], tmp_path: Path) -> None:
    """Microsoft's own rules, ported, find nothing."""
    (tmp_path / "log.xlsx").write_bytes(filled[0])
    assert OpenXmlValidator().validate(tmp_path / "log.xlsx").is_valid
