"""A Word file as paragraphs and tables: what is seen of it, as if every tracked change in it were accepted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from lxml import etree

from pipeline.merge.word_comments import read_comments
from pipeline.merge.word_model import Block, Cell, Comment, Document, Paragraph, Row, Table
from pipeline.merge.word_package import Package, root_of
from pipeline.merge.word_spans import read_spans, strange_span
from pipeline.merge.word_styles import ON, Styles, own_look, paragraph_look, read_styles, value, whole
from pipeline.render.parts import R, UnsafeFile, W

MAX_DEPTH = 40
MAX_BLOCKS = 5_000
MAX_PARAGRAPHS = 60_000
KINDS = {"headerReference": "header", "footerReference": "footer"}
TRACKED = ("ins", "del", "moveFrom", "moveTo")
TOO_LONG = "It is longer than a document ever is. Do not use it."
WRAPPED = "a content control"


@dataclass
class Reading:
    """One part being read. started: ids of comments whose place was found."""

    package: Package
    part: str
    styles: Styles
    comments: dict[str, Comment]
    started: set[str] = field(default_factory=set)
    count: int = 0


def read_document(package: Package) -> Document:
    """UnsafeFile where tables stand in tables without end, or there is more than a document ever has."""
    reading = Reading(package, package.main, package_styles(package), read_comments(package))
    body = package.root.find(f"{W}body")
    assert body is not None
    blocks = tuple(_blocks(body, reading, 0))
    sections = [element for element in body.iter(f"{W}sectPr") if element.getparent() is not None]
    margins: dict[str, tuple[Block, ...]] = {}
    settings = package.first("settings")
    even = settings is not None and settings[1].find(f"{W}evenAndOddHeaders") is not None
    for number, section in enumerate(sections):
        for name, part in _margin_parts(package, section, even):
            inner = replace(reading, part=part, comments={})
            margins[f"{name}, section {number + 1}" if number else name] = tuple(_blocks(root_of(package.parts[part]), inner, 0))
    tracked = any(element.tag in {f"{W}{name}" for name in TRACKED} for element in body.iter())
    return Document(blocks, margins, tuple(_page(section) for section in sections), tracked)


def package_styles(package: Package) -> Styles:
    styles, numbering = (package.first(kind) for kind in ("styles", "numbering"))
    return read_styles(styles[1] if styles else None, numbering[1] if numbering else None)


def margin_parts(package: Package) -> dict[str, str]:
    """ "header, default" and the like → the part that holds it."""
    settings = package.first("settings")
    even = settings is not None and settings[1].find(f"{W}evenAndOddHeaders") is not None
    found: dict[str, str] = {}
    for number, section in enumerate(package.root.iter(f"{W}sectPr")):
        for name, part in _margin_parts(package, section, even):
            found[f"{name}, section {number + 1}" if number else name] = part
    return found


def _margin_parts(package: Package, section: etree._Element, even: bool) -> Iterator[tuple[str, str]]:
    relations = package.relations(package.main)
    title = section.find(f"{W}titlePg")
    shown = {"default", *(["even"] if even else [])}
    if title is not None and title.get(f"{W}val", "1") in ON:
        shown.add("first")
    for child in section:
        kind, which = KINDS.get(etree.QName(child).localname), child.get(f"{W}type", "default")
        relation = relations.get(str(child.get(f"{R}id")))
        if kind and which in shown and relation and relation.target in package.parts:
            yield f"{kind}, {which}", relation.target


def _page(section: etree._Element) -> tuple[int, int]:
    size = section.find(f"{W}pgSz")
    return (0, 0) if size is None else (round(whole(size.get(f"{W}w")) / 40), round(whole(size.get(f"{W}h")) / 40))


def _blocks(holder: etree._Element, reading: Reading, depth: int, wrapped: bool = False) -> Iterator[Block]:
    """Paragraphs and tables of a body, a cell or a header.

    A paragraph whose end was deleted goes on in the next one. A break to a new page at the end of one paragraph or at the
    beginning of the next is what LibreOffice makes of a new page before a paragraph: all three are read as that.
    """
    if depth > MAX_DEPTH:
        raise UnsafeFile("Tables stand in tables, more than forty deep. Do not use it.")
    open_end: Paragraph | None = None
    broken = False
    units = list(_unwrapped(holder, wrapped))
    if len(units) > MAX_BLOCKS:
        raise UnsafeFile(TOO_LONG)
    for place, (element, inside) in enumerate(units):
        if element.tag == f"{W}tbl":
            if open_end is not None:
                yield open_end
                open_end = None
            table = _table(element, reading, depth + 1, inside)
            if table.rows:
                yield table
            continue
        paragraph = _paragraph(element, reading, inside, broken)
        broken = False
        if open_end is not None:
            paragraph = replace(
                paragraph, spans=open_end.spans + paragraph.spans, comments=open_end.comments + paragraph.comments
            )
            open_end = None
        if element.find(f"{W}pPr/{W}rPr/{W}del") is not None or element.find(f"{W}pPr/{W}rPr/{W}moveFrom") is not None:
            open_end = paragraph
            continue
        goes_on = place + 1 < len(units) and units[place + 1][0].tag == f"{W}p"
        if goes_on and paragraph.text.rstrip("\f") and paragraph.spans[-1].text.endswith("\f"):
            last = replace(paragraph.spans[-1], text=paragraph.spans[-1].text[:-1])
            paragraph = replace(paragraph, spans=(*paragraph.spans[:-1], *([last] if last.text else [])))
            broken = True
        yield paragraph
    if open_end is not None and (open_end.spans or holder.tag == f"{W}tc"):
        yield open_end


def _unwrapped(holder: etree._Element, wrapped: bool) -> Iterator[tuple[etree._Element, bool]]:
    for child in holder:
        if child.tag in (f"{W}p", f"{W}tbl"):
            yield child, wrapped
        elif child.tag == f"{W}sdt":
            for content in child.findall(f"{W}sdtContent"):
                yield from _unwrapped(content, True)
        elif child.tag in (f"{W}customXml", f"{W}ins", f"{W}moveTo"):
            yield from _unwrapped(child, wrapped)


def _paragraph(element: etree._Element, reading: Reading, wrapped: bool, broken: bool) -> Paragraph:
    reading.count += 1
    if reading.count > MAX_PARAGRAPHS:
        raise UnsafeFile(TOO_LONG)
    styles, properties = reading.styles, element.find(f"{W}pPr")
    style = value(properties, "pStyle") if properties is not None else ""
    style = style if style in styles.styles else styles.normal
    direct = paragraph_look(properties)
    spans = list(read_spans(element, styles, style, reading.package, reading.part))
    if broken:
        direct["page"] = "on"
    elif spans and len(paragraph_text := "".join(span.text for span in spans)) > 1 and paragraph_text.startswith("\f"):
        spans[0] = replace(spans[0], text=spans[0].text[1:])
        direct["page"] = "on"
        spans = [span for span in spans if span.text or span.atom]
    look, number = own_look(styles, style, direct)
    strange = WRAPPED if wrapped else ""
    if properties is not None and properties.find(f"{W}sectPr") is not None:
        strange = "a section of its own"
    if strange:
        spans.append(strange_span(strange))
    base = frozenset(styles.of_runs(style).items())
    name = styles.styles[style].name if style in styles.styles else "normal"
    return Paragraph(name, look, tuple(spans), base, number, tuple(_comments(element, reading)), element)


def _comments(element: etree._Element, reading: Reading) -> Iterator[Comment]:
    for mark in element.iter(f"{W}commentRangeStart", f"{W}commentReference"):
        id = mark.get(f"{W}id", "")
        if id in reading.comments and id not in reading.started:
            reading.started.add(id)
            yield reading.comments[id]


def _table(element: etree._Element, reading: Reading, depth: int, wrapped: bool) -> Table:
    properties = element.find(f"{W}tblPr")
    style = value(properties, "tblStyle") if properties is not None else ""
    name = reading.styles.styles[style].name if style in reading.styles.styles else ""
    framed = name == "table grid" or (properties is not None and properties.find(f"{W}tblBorders") is not None)
    widths = [column.get(f"{W}w", "0") for column in element.findall(f"{W}tblGrid/{W}gridCol")]
    rows = []
    for row in _children(element, "tr"):
        told = row.find(f"{W}trPr")
        if told is not None and told.find(f"{W}del") is not None:
            continue
        heading = told is not None and (mark := told.find(f"{W}tblHeader")) is not None and mark.get(f"{W}val", "1") in ON
        cells = tuple(_cell(cell, reading, depth, wrapped) for cell in _children(row, "tc"))
        if cells:
            rows.append(Row(cells, heading, row))
    caption = value(properties, "tblCaption") if properties is not None else ""
    return Table(name, tuple(rows), caption, tuple(whole(width) for width in widths), framed, element)


def _children(holder: etree._Element, name: str) -> Iterator[etree._Element]:
    """Rows or cells, out of what may be wrapped around them."""
    for child in holder:
        if child.tag == f"{W}{name}":
            yield child
        elif child.tag == f"{W}sdt":
            for content in child.findall(f"{W}sdtContent"):
                yield from _children(content, name)
        elif child.tag in (f"{W}customXml", f"{W}ins", f"{W}moveTo"):
            yield from _children(child, name)


def _cell(element: etree._Element, reading: Reading, depth: int, wrapped: bool) -> Cell:
    properties = element.find(f"{W}tcPr")
    span, joined, fill, width = "1", "", "", "0"
    changed = False
    if properties is not None:
        span = value(properties, "gridSpan") or "1"
        merge = properties.find(f"{W}vMerge")
        joined = "" if merge is None else merge.get(f"{W}val", "continue")
        shade, wide = properties.find(f"{W}shd"), properties.find(f"{W}tcW")
        fill = "" if shade is None else shade.get(f"{W}fill", "")
        width = "0" if wide is None else wide.get(f"{W}w", "0")
        changed = any(properties.find(f"{W}{name}") is not None for name in ("cellIns", "cellDel", "cellMerge"))
    blocks = tuple(_blocks(element, reading, depth, wrapped))
    if changed:
        blocks = (*blocks, Paragraph("normal", frozenset(), (strange_span("a tracked change of cells"),)))
    return Cell(
        blocks,
        max(1, whole(span, 63)),
        joined,
        "" if fill == "auto" else fill,
        whole(width),
        element,
    )
