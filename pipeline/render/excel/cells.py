"""Every filled cell of a workbook, as text."""

from __future__ import annotations

import io
from collections.abc import Iterator

from openpyxl import load_workbook


def read_cells(data: bytes) -> Iterator[tuple[str, str, str]]:
    """(sheet, address, text) of each cell that holds something, of header and footer, and the choices of each drop-down."""
    for sheet in load_workbook(io.BytesIO(data)).worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value is not None:
                    yield sheet.title, cell.coordinate, str(cell.value)
        for name, margin in (("header", sheet.oddHeader), ("footer", sheet.oddFooter)):
            for part in (margin.left, margin.center, margin.right):
                if part.text:
                    yield sheet.title, name, part.text
        for choice in sheet.data_validations.dataValidation:
            yield sheet.title, str(choice.sqref), f"choices {choice.formula1}" if choice.type == "list" else f"a {choice.type}"
