"""The heading row of a table stays with its first row, and the lines for signatures with the text they sign.

dxpdf keeps a paragraph with what follows, and no row with the next one, so a heading row can be left alone at the foot
of a page, and a signature alone at the head of the last. That is seen on the drawn pages, and the paper copy of the
document gets a page break before the table; the Word file of the package is not touched, because Word keeps the rows
together by itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pypdfium2
from lxml import etree

from pipeline.render.parts import W, parse, read_parts, serialize, write_parts

BODY = "word/document.xml"
# rows of a table that may stand within the end of a document, such as a revision history
SMALL = 4
MOST_BREAKS = 12


@dataclass(frozen=True)
class Paper:
    """A Word document on its way to paper, taken apart once; breaks are put into its root.

    headings: text → table, by number from 0, of the tables whose heading no other table has: the others cannot be told
    apart. head, foot: texts of the margins.
    """

    parts: Mapping[str, bytes]
    root: etree._Element
    kept_styles: frozenset[str]
    headings: Mapping[str, int]
    head: str
    foot: str


def draw_together(document: bytes, convert: Callable[[bytes], bytes]) -> bytes:
    """PDF of the document as `convert` draws it, with the breaks that keep together what belongs together."""
    pdf = convert(document)
    paper = take_apart(document)
    pages: list[str] = []
    first, broken = 0, set[int]()
    # headings are looked for on every page, the end on the last one
    while len(broken) < MOST_BREAKS and (paper.headings or _signed_end(paper)):
        pages[first:] = page_texts(pdf, first if paper.headings else -1)
        table = lonely_heading(paper, pages)
        if table is None:
            table = lonely_end(paper, pages)
        if table is None or table in broken:
            break  # a second break would not mend what is longer than a page
        text = break_before(paper, table)
        # each break moves what follows it, and nothing ahead of it
        first = next((number for number, page in enumerate(pages) if text in page), 0)
        broken.add(table)
        pdf = convert(put_together(paper))
    return pdf


def take_apart(document: bytes) -> Paper:
    """The document with what is looked for on its pages; UnsafeFile where it is no Word file."""
    parts = read_parts(document)
    root = parse(parts[BODY])
    headings = [_heading(table) for table in _tables(root)]
    unique = {text: number for number, text in enumerate(headings) if text and headings.count(text) == 1}
    head, foot = (
        _squashed("".join(_text(parse(part)) for name, part in sorted(parts.items()) if re.fullmatch(pattern, name)))
        for pattern in (r"word/header\d*\.xml", r"word/footer\d*\.xml")
    )
    return Paper(parts, root, _kept_styles(parse(parts["word/styles.xml"])), unique, head, foot)


def put_together(paper: Paper) -> bytes:
    """The document with its breaks, to be drawn and thrown away."""
    return write_parts({**paper.parts, BODY: serialize(paper.root)}, packed=False)


def page_texts(pdf: bytes, first: int = 0) -> list[str]:
    """Letters and digits of each page from this one on."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [_squashed(document[number].get_textpage().get_text_range()) for number in range(len(document))[first:]]
    finally:
        document.close()


def lonely_heading(paper: Paper, pages: Sequence[str]) -> int | None:
    """The first table of the body, by number, whose heading row is the last thing above the footer of a page."""
    # the numbers of the pages in the footer differ from those in the file
    foot = paper.foot[: max(8, len(paper.foot) // 2)]
    found: list[int] = []
    for page in pages:
        for text, number in paper.headings.items():
            _, there, rest = page.rpartition(text)
            if there and (not rest or rest.startswith(foot)):
                found.append(number)
    return min(found, default=None)


def lonely_end(paper: Paper, pages: Sequence[str]) -> int | None:
    """The table with which the document ends, by number, where the last page begins amid what is kept with it."""
    block = _signed_end(paper)
    lines = [line for element in block for line in (element.findall(f"{W}tr") or [element])]
    beginnings = [_squashed(_text(line))[:40] for line in lines[1:]]
    last = pages[-1].removeprefix(paper.head)
    return len(_tables(paper.root)) - 1 if any(text and last.startswith(text) for text in beginnings) else None


def _signed_end(paper: Paper) -> list[etree._Element]:
    """The end of a document that ends with a table and what is kept with it, or nothing.

    A list with a heading on each page may be as long as it likes.
    """
    block = _end(paper)
    signed = len(block) > 1 and block[-1].tag == f"{W}tbl" and block[-1].find(f"{W}tr/{W}trPr/{W}tblHeader") is None
    return block if signed else []


def _end(paper: Paper) -> list[etree._Element]:
    """The last table of the body with everything before it that belongs on the same page, in the order of the document:
    the paragraphs that are kept with what follows, and small tables between them."""
    body = [element for element in paper.root.findall(f"{W}body/*") if element.tag in (f"{W}p", f"{W}tbl")]
    while body and body[-1].tag == f"{W}p" and not _text(body[-1]):
        body.pop()
    block: list[etree._Element] = []
    for element in reversed(body):
        if block and not (_small(element) if element.tag == f"{W}tbl" else _keeps_next(element, paper.kept_styles)):
            break
        block.insert(0, element)
    return block


def _small(table: etree._Element) -> bool:
    return len(table.findall(f"{W}tr")) <= SMALL


def break_before(paper: Paper, table: int) -> str:
    """Put a page break before this table, or before the headings and lines that are kept with it. The text that it stands before."""
    start = _tables(paper.root)[table]
    block = _end(paper)
    if start is block[-1]:
        first = block[0] if block[0].tag == f"{W}p" else None
    else:
        paragraph = start.getprevious()
        first = None
        while paragraph is not None and paragraph.tag == f"{W}p" and _keeps_next(paragraph, paper.kept_styles):
            first, paragraph = paragraph, paragraph.getprevious()
    text = _squashed(_text(next(start.iter(f"{W}tr"), start) if first is None else first))
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
    return text


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


def _kept_styles(styles: etree._Element) -> frozenset[str]:
    return frozenset(str(s.get(f"{W}styleId")) for s in styles.iter(f"{W}style") if s.find(f"{W}pPr/{W}keepNext") is not None)


def _keeps_next(paragraph: etree._Element, kept: frozenset[str]) -> bool:
    style = paragraph.find(f"{W}pPr/{W}pStyle")
    return paragraph.find(f"{W}pPr/{W}keepNext") is not None or (style is not None and style.get(f"{W}val") in kept)
