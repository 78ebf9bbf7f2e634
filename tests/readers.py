"""Small helpers of several tests: pages of a PDF as text, a workbook with one change."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import pypdfium2
from lxml import etree
from openpyxl import load_workbook
from openpyxl.utils import range_boundaries
from openpyxl.worksheet.worksheet import Worksheet


def page_texts(pdf: bytes | Path) -> list[str]:
    """The text of each page, read by another library than the one that binds."""
    return list(_page_texts(pdf if isinstance(pdf, bytes) else pdf.read_bytes()))


@lru_cache(maxsize=4)
def _page_texts(pdf: bytes) -> tuple[str, ...]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return tuple(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


def office_texts(file: Path) -> list[str]:
    """The text of each paragraph or cell of an Office file, from all its parts."""
    return list(_office_texts(file.read_bytes()))


@lru_cache(maxsize=512)
def _office_texts(data: bytes) -> tuple[str, ...]:
    texts = []
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            if name.endswith(".xml"):
                for element in etree.fromstring(archive.read(name)).iter():
                    if isinstance(element.tag, str) and element.tag.rsplit("}", 1)[-1] in ("p", "si", "is"):
                        texts.append("".join(map(str, element.itertext())))
    return tuple(texts)


def changed(template: bytes, change: Callable[[Worksheet], object]) -> bytes:
    """The workbook with a change of its first sheet."""
    workbook = load_workbook(io.BytesIO(template))
    change(workbook.worksheets[0])
    target = io.BytesIO()
    workbook.save(target)
    return target.getvalue()


def with_cell(template: bytes, cell: str, value: object) -> bytes:
    """The workbook with this value in a cell of its first sheet."""
    return changed(template, lambda sheet: sheet.__setitem__(cell, value))


def table_area(template: bytes) -> tuple[int, int, int, int]:
    """First column, row of the headings, last column and last row of the table of the first sheet."""
    (table,) = load_workbook(io.BytesIO(template)).worksheets[0].tables.values()
    left, top, right, bottom = range_boundaries(table.ref)
    return left, top, right, bottom


def table_cell(template: bytes, heading: str, line: int) -> str:
    """The cell of the first sheet in the column under this heading; line 1 is the first below it, 0 the heading itself."""
    sheet = load_workbook(io.BytesIO(template)).worksheets[0]
    left, top, right, _ = table_area(template)
    (column,) = (column for column in range(left, right + 1) if sheet.cell(top, column).value == heading)
    return sheet.cell(top + line, column).coordinate
