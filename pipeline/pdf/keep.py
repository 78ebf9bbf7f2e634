"""The heading row of a table stays with its first row.

dxpdf keeps a paragraph with what follows, and no row with the next one, so a heading row can be left alone at the foot
of a page. That is seen on the drawn pages, and the paper copy of the document gets a page break before the table; the
Word file of the package is not touched, because Word keeps the rows together by itself.
"""

from __future__ import annotations

import re

import pypdfium2
from lxml import etree

from pipeline.render.parts import W, parse, read_parts, serialize, write_parts

BODY = "word/document.xml"


def lonely_headings(document: bytes, pdf: bytes) -> list[int]:
    """Tables of the body, by number from 0, whose heading row is the last thing above the footer of a page.

    Only tables with a heading that no other table has can be told apart; the others are left as they are.
    """
    parts = read_parts(document)
    headings = [_heading(table) for table in _tables(parse(parts[BODY]))]
    unique = {text: number for number, text in enumerate(headings) if text and headings.count(text) == 1}
    if not unique:
        return []
    foot = _squashed(
        "".join(_text(parse(part)) for name, part in sorted(parts.items()) if re.fullmatch(r"word/footer\d*\.xml", name))
    )
    found: list[int] = []
    for page in _pages(pdf):
        for text, number in unique.items():
            _, there, rest = page.rpartition(text)
            # the numbers of the pages in the footer differ from those in the file
            if there and (not rest or rest.startswith(foot[: max(8, len(foot) // 2)])):
                found.append(number)
    return sorted(set(found))


def break_before(document: bytes, table: int) -> bytes:
    """The document with a page break before this table, or before the headings and lines that are kept with it."""
    parts = read_parts(document)
    root = parse(parts[BODY])
    kept = _kept_styles(parse(parts["word/styles.xml"]))
    start = _tables(root)[table]
    paragraph = start.getprevious()
    first = None
    while paragraph is not None and paragraph.tag == f"{W}p" and _keeps_next(paragraph, kept):
        first, paragraph = paragraph, paragraph.getprevious()
    if first is None:
        first = etree.Element(f"{W}p")
        start.addprevious(first)
    properties = first.find(f"{W}pPr")
    if properties is None:
        properties = etree.Element(f"{W}pPr")
        first.insert(0, properties)
    # after the style and what keeps lines together, as the schema orders it
    ahead = [child for child in properties if child.tag in (f"{W}pStyle", f"{W}keepNext", f"{W}keepLines")]
    properties.insert(len(ahead), etree.Element(f"{W}pageBreakBefore"))
    parts[BODY] = serialize(root)
    return write_parts(parts)


def _pages(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [_squashed(page.get_textpage().get_text_range()) for page in document]
    finally:
        document.close()


def _tables(root: etree._Element) -> list[etree._Element]:
    return root.findall(f"{W}body/{W}tbl")


def _heading(table: etree._Element) -> str:
    row = table.find(f"{W}tr")
    if row is None or row.find(f"{W}trPr/{W}tblHeader") is None or len(table.findall(f"{W}tr")) < 2:
        return ""
    return _squashed(_text(row))


def _text(element: etree._Element) -> str:
    return "".join(text.text or "" for text in element.iter(f"{W}t"))


def _squashed(text: str) -> str:
    return re.sub(r"\W+", "", text).lower()


def _kept_styles(styles: etree._Element) -> set[str]:
    return {str(s.get(f"{W}styleId")) for s in styles.iter(f"{W}style") if s.find(f"{W}pPr/{W}keepNext") is not None}


def _keeps_next(paragraph: etree._Element, kept: set[str]) -> bool:
    style = paragraph.find(f"{W}pPr/{W}pStyle")
    return paragraph.find(f"{W}pPr/{W}keepNext") is not None or (style is not None and style.get(f"{W}val") in kept)
