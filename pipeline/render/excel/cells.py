"""The cells of a workbook as text: read, and written so that they stay text."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

from openpyxl import load_workbook
from openpyxl.cell.cell import Cell

ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


def read_cells(data: bytes) -> Iterator[tuple[str, str, str]]:
    """(sheet, address, text) of each cell that holds something, of header and footer, and the choices of each drop-down."""
    for sheet in load_workbook(io.BytesIO(data)).worksheets:
        for _, cell in sorted(sheet._cells.items()):
            if cell.value is not None:
                yield sheet.title, cell.coordinate, str(cell.value)
        for name, margin in (("header", sheet.oddHeader), ("footer", sheet.oddFooter)):
            for part in (margin.left, margin.center, margin.right):
                if part.text:
                    yield sheet.title, name, part.text
        for choice in sheet.data_validations.dataValidation:
            yield sheet.title, str(choice.sqref), f"choices {choice.formula1}" if choice.type == "list" else f"a {choice.type}"


def set_text(cell: Cell, text: str) -> None:
    """Put a text into a cell as text: never a formula, and never read as an escape (ECMA-376 part 1, 22.9.2.19)."""
    cell.value = ESCAPE.sub("_x005F_", text)
    cell.data_type = "s"
    if text[:1] in ("=", "+", "-", "@"):
        cell.quotePrefix = True
