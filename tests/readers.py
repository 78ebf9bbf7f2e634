"""Small helpers of several tests: pages of a PDF as text, a workbook with one change."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pypdfium2
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet


def page_texts(pdf: bytes | Path) -> list[str]:
    """The text of each page, read by another library than the one that binds."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [page.get_textpage().get_text_range() for page in document]
    finally:
        document.close()


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
