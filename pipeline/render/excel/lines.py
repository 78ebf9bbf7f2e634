"""The printed rows of a workbook as text, with what they stand under."""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import groupby

from openpyxl import load_workbook
from openpyxl.utils import range_boundaries
from openpyxl.worksheet.worksheet import Worksheet

from pipeline.render.excel.guard import cells_of
from pipeline.render.excel.identity import shown_text

CALCULATED = "(calculated)"


def read_rows(data: bytes) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """(where, table, texts) of each row of the visible sheets that holds something, then of each drop-down.

    where: the sheet, and for a row of a table what it names; table: sheet and table, or empty for what stands outside of one.
    """
    for sheet in load_workbook(io.BytesIO(data)).worksheets:
        if sheet.sheet_state == "visible":
            yield from _rows(sheet)
            for choice in sheet.data_validations.dataValidation:
                if choice.type == "list" and str(choice.formula1).startswith('"'):
                    words = str(choice.formula1)[1:-1].replace('""', '"').split(",")
                    yield sheet.title, "", (f"Choices: {', '.join(words)}",)


def _rows(sheet: Worksheet) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    areas = {table.name: range_boundaries(table.ref) for table in sheet.tables.values()}
    for line, row in groupby(cells_of(sheet), lambda cell: cell.row):
        held = {cell.column: CALCULATED if cell.data_type == "f" else shown_text(cell.value) for cell in row}
        for name, (left, top, right, bottom) in areas.items():
            if top <= line <= bottom:
                texts = tuple(held.pop(column, "") for column in range(left, right + 1))
                if any(text not in ("", CALCULATED) for text in texts):
                    key = next(text for text in texts if text not in ("", CALCULATED))
                    yield (sheet.title if line == top else f"{sheet.title}, {key}"), f"{sheet.title} {name}", texts
        texts = tuple(held.values())
        if any(text not in ("", CALCULATED) for text in texts):
            # a question and its answer, or a heading
            yield sheet.title, "", tuple(filter(None, texts))
