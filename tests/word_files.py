"""Word files for tests of the merge: a document as it was generated then and is now, and what a consultant does to it."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from docx import Document
from docx.document import Document as Word
from docx.oxml.ns import qn
from docx.table import Table
from docx.text.paragraph import Paragraph

from pipeline.load import Loaded
from pipeline.render.parts import read_parts, write_parts
from pipeline.render.word import render_word


def rendered(loaded: Loaded, names: dict[str, Any], **changes: Any) -> bytes:
    """The document of these names; changes: "number__report_hours"=3 sets names["number"]["report_hours"]."""
    for path, value in changes.items():
        *steps, last = path.split("__")
        holder = names
        for step in steps:
            holder = holder[step]
        assert last in holder
        holder[last] = value
    artifact = loaded.plan.get(names["document"]["id"])
    assert artifact
    return render_word(loaded.templates[artifact.template], names, loaded.look, loaded.as_of)


def edited(data: bytes, *changes: Callable[[Word], object]) -> bytes:
    """The file after these changes, saved by python-docx."""
    document = Document(io.BytesIO(data))
    for change in changes:
        change(document)
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def with_part(data: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """The file with one part changed as bytes."""
    parts = read_parts(data)
    parts[name] = change(parts[name])
    return write_parts(parts)


def paragraph(document: Word, start: str) -> Paragraph:
    """The paragraph that begins with this text, in tables too."""
    element = next(p for p in document.element.body.iter(qn("w:p")) if Paragraph(p, document).text.startswith(start))
    return Paragraph(element, document)


def rewrite(start: str, text: str) -> Callable[[Word], None]:
    """Put this text in place of the paragraph that begins so."""

    def change(document: Word) -> None:
        set_text(paragraph(document, start), text)

    return change


def remove(start: str) -> Callable[[Word], None]:
    def change(document: Word) -> None:
        element = paragraph(document, start)._p
        element.getparent().remove(element)

    return change


def insert_before(start: str, text: str, style: str) -> Callable[[Word], None]:
    return lambda document: paragraph(document, start).insert_paragraph_before(text, style)


def set_text(where: Paragraph, text: str) -> None:
    for child in list(where._p):
        if child.tag != qn("w:pPr"):
            where._p.remove(child)
    where.add_run(text)


def table(document: Word, heading: str) -> Table:
    """The table whose heading row or first row has a cell that begins so."""
    return next(t for t in document.tables if any(cell.text.startswith(heading) for cell in t.rows[0].cells))


def texts(data: bytes) -> list[str]:
    """Every paragraph of the body in its order, rows as cells between bars; blank ones left out."""
    found: list[str] = []
    for block in Document(io.BytesIO(data)).iter_inner_content():
        if isinstance(block, Table):
            found += [" | ".join(cell.text for cell in row.cells) for row in block.rows]
        else:
            found.append(block.text)
    return [text for text in found if text.strip(" |")]


def comments(data: bytes) -> list[tuple[str, str]]:
    """(author, text) of each comment."""
    return [(comment.author, comment.text) for comment in Document(io.BytesIO(data)).comments]


def commented(data: bytes) -> list[str]:
    """The text of each paragraph that a comment is anchored on."""
    document = Document(io.BytesIO(data))
    marks = document.element.body.iter(qn("w:commentReference"))
    return [Paragraph(next(mark.iterancestors(qn("w:p"))), document).text for mark in marks]


def through_libreoffice(files: Iterable[Path], kind: str, folder: Path) -> dict[str, Path]:
    """File name without ending → the same file saved by LibreOffice as docx or pdf, all in one call."""
    out = folder / kind
    profile = f"-env:UserInstallation=file://{folder / 'profile'}"
    call = ["soffice", profile, "--headless", "--convert-to", kind, "--outdir", str(out), *map(str, files)]
    subprocess.run(call, capture_output=True, check=True, timeout=300)
    return {path.stem: path for path in out.iterdir()}
