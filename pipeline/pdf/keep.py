"""The heading row of a table stays with its first row, and the lines for signatures with the text they sign.

dxpdf keeps a paragraph with what follows, and no row with the next one, so a heading row can be left alone at the foot
of a page, and a signature alone at the head of the last. That is seen on the drawn pages, and the paper copy of the
document gets a page break before the table; the Word file of the package is not touched, because Word keeps the rows
together by itself.
"""

from __future__ import annotations

import re
from functools import lru_cache

import pypdfium2
from lxml import etree

from pipeline.render.parts import W, parse, read_parts, serialize, write_parts

BODY = "word/document.xml"
# rows of a table that may stand within the end of a document, such as a revision history
SMALL = 4


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


def lonely_end(document: bytes, pdf: bytes) -> int | None:
    """The table with which the document ends, by number, where the page begins amid what is kept with it.

    What is kept with it: the paragraphs before it that are kept with what follows, and small tables between them.
    """
    parts = read_parts(document)
    root = parse(parts[BODY])
    tables = _tables(root)
    block = _end(root, _kept_styles(parse(parts["word/styles.xml"])))
    if len(block) < 2 or block[-1] not in tables or _repeats(block[-1]):
        return None
    head = _squashed(
        "".join(_text(parse(part)) for name, part in sorted(parts.items()) if re.fullmatch(r"word/header\d*\.xml", name))
    )
    last = _pages(pdf)[-1].removeprefix(head)
    lines = [line for element in block for line in (element.findall(f"{W}tr") or [element])]
    beginnings = [_squashed(_text(line))[:40] for line in lines[1:]]
    return tables.index(block[-1]) if any(text and last.startswith(text) for text in beginnings) else None


def _end(root: etree._Element, kept: set[str]) -> list[etree._Element]:
    """The last table of the body with everything before it that belongs on the same page, in the order of the document."""
    body = [element for element in root.findall(f"{W}body/*") if element.tag in (f"{W}p", f"{W}tbl")]
    while body and body[-1].tag == f"{W}p" and not _text(body[-1]):
        body.pop()
    block: list[etree._Element] = []
    for element in reversed(body):
        if block and not (_small(element) if element.tag == f"{W}tbl" else _keeps_next(element, kept)):
            break
        block.insert(0, element)
    return block


def _repeats(table: etree._Element) -> bool:
    """Whether the table is a list with a heading on each page, which may be as long as it likes."""
    return table.find(f"{W}tr/{W}trPr/{W}tblHeader") is not None


def _small(table: etree._Element) -> bool:
    return len(table.findall(f"{W}tr")) <= SMALL


def break_before(document: bytes, table: int) -> bytes:
    """The document with a page break before this table, or before the headings and lines that are kept with it."""
    parts = read_parts(document)
    root = parse(parts[BODY])
    kept = _kept_styles(parse(parts["word/styles.xml"]))
    start = _tables(root)[table]
    block = _end(root, kept)
    if start is block[-1]:
        first = block[0] if block[0].tag == f"{W}p" else None
    else:
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


@lru_cache(maxsize=1)
def _pages(pdf: bytes) -> tuple[str, ...]:
    """Letters and digits of each page; kept, because the headings and the end of a document are looked for one after the other."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return tuple(_squashed(page.get_textpage().get_text_range()) for page in document)
    finally:
        document.close()


def _tables(root: etree._Element) -> list[etree._Element]:
    return root.findall(f"{W}body/{W}tbl")


def _heading(table: etree._Element) -> str:
    rows = table.findall(f"{W}tr")
    if len(rows) < 2 or rows[0].find(f"{W}trPr/{W}tblHeader") is None or not _text(rows[1]):
        return ""  # empty rows, to be filled in by hand, look like nothing on a drawn page
    return _squashed(_text(rows[0]))


def _text(element: etree._Element) -> str:
    return "".join(text.text or "" for text in element.iter(f"{W}t"))


def _squashed(text: str) -> str:
    return re.sub(r"\W+", "", text).lower()


def _kept_styles(styles: etree._Element) -> set[str]:
    return {str(s.get(f"{W}styleId")) for s in styles.iter(f"{W}style") if s.find(f"{W}pPr/{W}keepNext") is not None}


def _keeps_next(paragraph: etree._Element, kept: set[str]) -> bool:
    style = paragraph.find(f"{W}pPr/{W}pStyle")
    return paragraph.find(f"{W}pPr/{W}keepNext") is not None or (style is not None and style.get(f"{W}val") in kept)
