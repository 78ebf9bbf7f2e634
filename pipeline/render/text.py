"""The text of an Office file, a line a paragraph or row: what `git diff` shows of a template."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping

from lxml import etree

from pipeline.render.excel.cells import read_cells
from pipeline.render.parts import DAMAGED, RELATIONSHIP, A, R, UnsafeFile, W, parse, read_parts

PRESENTATION = "ppt/presentation.xml"


def office_text(data: bytes) -> str:
    """Lines of text: of a Word file with the style of each paragraph, of a workbook with the address of each cell,
    of slides with the number of each slide and its notes.

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
    elif PRESENTATION in parts:
        for number, (texts, notes) in enumerate(slides_of(parts), 1):
            yield f"--- slide {number}"
            yield from texts
            yield from (f"notes: {line}" for line in notes)
    else:
        yield from (f"{sheet}!{cell}: {text}" for sheet, cell, text in read_cells(data))


def slides_of(parts: Mapping[str, bytes]) -> Iterator[tuple[list[str], list[str]]]:
    """The paragraphs of each slide of a presentation, and those of its notes."""
    for name in _targets(parts, PRESENTATION, "slide"):
        notes = [line for held in _targets(parts, name, "notesSlide") for line in _slide_lines(parts[held])]
        yield list(_slide_lines(parts[name])), notes


def _targets(parts: Mapping[str, bytes], source: str, kind: str) -> list[str]:
    """Parts that a part relates to, in the order in which it names them."""
    folder, file = posixpath.split(source)
    rels = parse(parts[f"{folder}/_rels/{file}.rels"]).iter(RELATIONSHIP)
    found = {str(r.get("Id")): str(r.get("Target")) for r in rels if str(r.get("Type")).endswith(f"/{kind}")}
    named = [str(element.get(f"{R}id")) for element in parse(parts[source]).iter() if element.get(f"{R}id") in found]
    return [posixpath.normpath(posixpath.join(folder, found[id])) for id in named or found]


def _slide_lines(part: bytes) -> Iterator[str]:
    for paragraph in parse(part).iter(f"{A}p"):
        if text := "".join(element.text or "" for element in paragraph.iter(f"{A}t")):
            yield text


def _paragraphs(name: str, root: etree._Element) -> Iterator[str]:
    yield f"--- {name}"
    for paragraph in root.iter(f"{W}p"):
        text = "".join(element.text or "" if element.tag == f"{W}t" else " " for element in paragraph.iter(f"{W}t", f"{W}tab"))
        style = paragraph.find(f"{W}pPr/{W}pStyle")
        if text:
            cell = "| " if any(ancestor.tag == f"{W}tc" for ancestor in paragraph.iterancestors()) else ""
            yield f"{cell}{'' if style is None else str(style.get(f'{W}val')) + ': '}{text}"
