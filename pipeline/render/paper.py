"""A sheet as it goes on paper: laid out as tables of a Word document, with the letterhead of the house.

Engines that print workbooks directly were measured and lost rows at the foot of a page, links, or the paper's width.
The same engine that prints the policies prints these, and the typography of the binder is one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from lxml import etree

from pipeline.render.excel.read import CellView, RowView, SheetView
from pipeline.render.parts import RELATIONSHIP, R, W, parse, read_parts, serialize, write_parts

RELS = "word/_rels/document.xml.rels"
HYPERLINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"
GREY = "BFC5C4"
SMALLEST = 0.75
PADDING = 30
# a row taller than this may break over two pages, in points
TALL = 180


def lay_out(letterhead: bytes, sheets: Iterable[SheetView]) -> bytes:
    """The sheets, one after another on new pages, in the body of the rendered letterhead document."""
    parts = read_parts(letterhead)
    root = parse(parts["word/document.xml"])
    body = root.find(f"{W}body")
    assert body is not None
    section = body[-1]
    width = _inner_width(section)
    body[:] = []
    links: dict[str, str] = {}
    for number, sheet in enumerate(sheets):
        if number:
            _add(body, "p", _hairline("pageBreakBefore"))
        columns = [round(w * width / sum(sheet.widths)) for w in sheet.widths]
        sheet = _shrunk(sheet, width)
        if sheet.head:
            body.append(_table(sheet.head, columns, links, header=False))
            _add(body, "p", _spacing(0))
        body.append(_table(sheet.body, columns, links, header=sheet.repeats_header))
    _add(body, "p", _hairline())
    body.append(section)
    parts["word/document.xml"] = serialize(root)
    parts[RELS] = _with_links(parts[RELS], links)
    return write_parts(parts)


def _shrunk(sheet: SheetView, width: int) -> SheetView:
    """The sheet as "fit to one page wide" prints it: text and rows smaller where the columns need more than `width`."""
    natural = sum((chars * 7 + 5) * 15 for chars in sheet.widths)
    factor = max(min(1.0, width / natural), SMALLEST)
    if factor == 1.0:
        return sheet

    def shrink(row: RowView) -> RowView:
        cells = tuple(replace(cell, size=cell.size * factor) for cell in row.cells)
        return RowView(cells, row.height and row.height * factor)

    return replace(sheet, head=tuple(map(shrink, sheet.head)), body=tuple(map(shrink, sheet.body)))


def _inner_width(section: etree._Element) -> int:
    size, margin = section.find(f"{W}pgSz"), section.find(f"{W}pgMar")
    assert size is not None
    assert margin is not None
    return int(str(size.get(f"{W}w"))) - int(str(margin.get(f"{W}left"))) - int(str(margin.get(f"{W}right")))


def _table(rows: Iterable[RowView], columns: list[int], links: dict[str, str], *, header: bool) -> etree._Element:
    table = _element("tbl")
    properties = _add(table, "tblPr")
    _add(properties, "tblStyle", val="PlainTable")
    _add(properties, "tblW", w=str(sum(columns)), type="dxa")
    _add(properties, "tblLayout", type="fixed")
    margins = _add(properties, "tblCellMar")
    for side, size in (("top", PADDING), ("left", 70), ("bottom", PADDING), ("right", 70)):
        _add(margins, side, w=str(size), type="dxa")
    grid = _add(table, "tblGrid")
    for width in columns:
        _add(grid, "gridCol", w=str(width))
    for number, row in enumerate(rows):
        table.append(_row(row, columns, links, header=header and number == 0))
    return table


def _row(row: RowView, columns: list[int], links: dict[str, str], *, header: bool) -> etree._Element:
    element = _element("tr")
    properties = _add(element, "trPr")
    if (row.height or 0) < TALL:
        _add(properties, "cantSplit")
    if row.height:
        # dxpdf adds the padding of the cells to the height, Word counts it in
        _add(properties, "trHeight", val=str(max(1, round(row.height * 20) - 2 * PADDING)), hRule="atLeast")
    if header:
        _add(properties, "tblHeader")
    start = 0
    for cell in row.cells:
        element.append(_cell(cell, sum(columns[start : start + cell.span]), links))
        start += cell.span
    return element


def _cell(cell: CellView, width: int, links: dict[str, str]) -> etree._Element:
    element = _element("tc")
    properties = _add(element, "tcPr")
    _add(properties, "tcW", w=str(width), type="dxa")
    if cell.span > 1:
        _add(properties, "gridSpan", val=str(cell.span))
    if cell.boxed:
        borders = _add(properties, "tcBorders")
        for side in ("top", "left", "bottom", "right"):
            _add(borders, side, val="single", sz="4", space="0", color=GREY)
    if cell.fill:
        _add(properties, "shd", val="clear", color="auto", fill=cell.fill)
    paragraph = _add(element, "p", _spacing(0, keep=cell.fill is not None and cell.span > 1))
    holder = paragraph
    if cell.link:
        id = links.setdefault(cell.link, f"rIdPaper{len(links) + 1}")
        holder = _add(paragraph, "hyperlink")
        holder.set(f"{R}id", id)
    run = _add(holder, "r")
    look = _add(run, "rPr")
    if cell.bold:
        _add(look, "b")
    if cell.colour:
        _add(look, "color", val=cell.colour)
    for tag in ("sz", "szCs"):
        _add(look, tag, val=str(round(cell.size * 2)))
    for number, line in enumerate(cell.text.split("\n")):
        if number:
            _add(run, "br")
        text = _add(run, "t")
        text.text = line
        text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    return element


def _with_links(rels: bytes, links: Mapping[str, str]) -> bytes:
    root = parse(rels)
    for target, id in links.items():
        etree.SubElement(root, RELATIONSHIP, {"Id": id, "Type": HYPERLINK, "Target": target, "TargetMode": "External"})
    return serialize(root)


def _spacing(after: int, *, keep: bool = False) -> etree._Element:
    properties = _element("pPr")
    if keep:
        _add(properties, "keepNext")
    _add(properties, "spacing", before="0", after=str(after), line="240", lineRule="auto")
    return properties


def _hairline(*properties: str) -> etree._Element:
    """A paragraph of one point: the one that must follow a table, or the one that begins a page."""
    element = _element("pPr")
    for name in properties:
        _add(element, name)
    _add(element, "spacing", before="0", after="0", line="20", lineRule="exact")
    return element


def _element(tag: str, **attributes: str) -> etree._Element:
    return etree.Element(f"{W}{tag}", {f"{W}{name}": value for name, value in attributes.items()})


def _add(parent: etree._Element, tag: str, *children: etree._Element, **attributes: str) -> etree._Element:
    element = _element(tag, **attributes)
    element.extend(children)
    parent.append(element)
    return element
