"""The text of a Word or Excel file, a line a paragraph or row: what `git diff` shows of a template."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lxml import etree

from pipeline.render.excel.cells import read_cells
from pipeline.render.parts import DAMAGED, UnsafeFile, W, parse, read_parts


def office_text(data: bytes) -> str:
    """Lines of text: of a Word file with the style of each paragraph, of a workbook with the address of each cell.

    Raises UnsafeFile for what is neither.
    """
    parts = read_parts(data)
    try:
        return "\n".join(_lines(parts, data)) + "\n"
    except Exception as error:
        # lxml and openpyxl answer a damaged part with whatever goes wrong first
        raise UnsafeFile(DAMAGED) from error


def _lines(parts: Mapping[str, bytes], data: bytes) -> Iterator[str]:
    if "word/document.xml" in parts:
        names = sorted(name for name in parts if name.startswith(("word/header", "word/footer")) and name.endswith(".xml"))
        for name in ("word/document.xml", *names):
            yield from _paragraphs(name, parse(parts[name]))
    else:
        yield from (f"{sheet}!{cell}: {text}" for sheet, cell, text in read_cells(data))


def _paragraphs(name: str, root: etree._Element) -> Iterator[str]:
    yield f"--- {name}"
    for paragraph in root.iter(f"{W}p"):
        text = "".join(element.text or "" if element.tag == f"{W}t" else " " for element in paragraph.iter(f"{W}t", f"{W}tab"))
        style = paragraph.find(f"{W}pPr/{W}pStyle")
        if text:
            cell = "| " if any(ancestor.tag == f"{W}tc" for ancestor in paragraph.iterancestors()) else ""
            yield f"{cell}{'' if style is None else str(style.get(f'{W}val')) + ': '}{text}"
