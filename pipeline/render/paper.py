"""A sheet as it goes on paper: laid out as tables of a Word document, with the letterhead of the house.

Engines that print workbooks directly were measured and lost rows at the foot of a page, links, or the paper's width.
The same engine that prints the policies prints these, and the typography of the binder is one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from pipeline.render.excel.read import CellView, RowView, SheetView
from pipeline.render.parts import RELATIONSHIP, W, parse, read_parts, serialize, write_parts

BODY = "word/document.xml"
RELS = "word/_rels/document.xml.rels"
HYPERLINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"
GREY = "BFC5C4"
SMALLEST = 0.75
PADDING = 30
# a row taller than this may break over two pages, in points
TALL = 180
SPACING = '<w:spacing w:before="0" w:after="0" w:line="240" w:lineRule="auto"/>'
# paragraphs of one point: the one that must follow a table, and the one that begins a page
HAIRLINE = '<w:p><w:pPr><w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/></w:pPr></w:p>'
BREAK = HAIRLINE.replace("<w:spacing", "<w:pageBreakBefore/><w:spacing")
MARGINS = "".join(
    f'<w:{side} w:w="{size}" w:type="dxa"/>'
    for side, size in (("top", PADDING), ("left", 70), ("bottom", PADDING), ("right", 70))
)
BORDERS = "".join(
    f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="{GREY}"/>' for side in ("top", "left", "bottom", "right")
)


def lay_out(letterhead: bytes, sheets: Iterable[SheetView]) -> bytes:
    """The sheets, one after another on new pages, in the body of the rendered letterhead document; to be drawn, not kept."""
    parts = read_parts(letterhead)
    root = parse(parts[BODY])
    body = root.find(f"{W}body")
    assert body is not None
    section = body[-1]
    width = _inner_width(section)
    body[:] = [section]
    links: dict[str, str] = {}
    pages = BREAK.join(_sheet(_shrunk(sheet, width), width, links) for sheet in sheets)
    # written as text: making an element for each property of each cell takes ten times as long
    before, after = serialize(root).split(b"<w:body>", 1)
    parts[BODY] = b"".join([before, b"<w:body>", pages.encode(), HAIRLINE.encode(), after])
    parts[RELS] = _with_links(parts[RELS], links)
    return write_parts(parts, packed=False)


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


def _sheet(sheet: SheetView, width: int, links: dict[str, str]) -> str:
    columns = [round(w * width / sum(sheet.widths)) for w in sheet.widths]
    head = f"{_table(sheet.head, columns, links)}<w:p><w:pPr>{SPACING}</w:pPr></w:p>" if sheet.head else ""
    return head + _table(sheet.body, columns, links, header=sheet.repeats_header)


def _table(rows: Iterable[RowView], columns: list[int], links: dict[str, str], *, header: bool = False) -> str:
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in columns)
    lines = "".join(_row(row, columns, links, header=header and number == 0) for number, row in enumerate(rows))
    return (
        f'<w:tbl><w:tblPr><w:tblStyle w:val="PlainTable"/><w:tblW w:w="{sum(columns)}" w:type="dxa"/>'
        f'<w:tblLayout w:type="fixed"/><w:tblCellMar>{MARGINS}</w:tblCellMar></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{lines}</w:tbl>"
    )


def _row(row: RowView, columns: list[int], links: dict[str, str], *, header: bool) -> str:
    split = "<w:cantSplit/>" if (row.height or 0) < TALL else ""
    # dxpdf adds the padding of the cells to the height, Word counts it in
    least = max(1, round((row.height or 0) * 20) - 2 * PADDING)
    height = f'<w:trHeight w:val="{least}" w:hRule="atLeast"/>' if row.height else ""
    repeated = "<w:tblHeader/>" if header else ""
    cells, start = [], 0
    for cell in row.cells:
        cells.append(_cell(cell, sum(columns[start : start + cell.span]), links))
        start += cell.span
    return f"<w:tr><w:trPr>{split}{height}{repeated}</w:trPr>{''.join(cells)}</w:tr>"


def _cell(cell: CellView, width: int, links: dict[str, str]) -> str:
    span = f'<w:gridSpan w:val="{cell.span}"/>' if cell.span > 1 else ""
    borders = f"<w:tcBorders>{BORDERS}</w:tcBorders>" if cell.boxed else ""
    shade = f'<w:shd w:val="clear" w:color="auto" w:fill={quoteattr(cell.fill)}/>' if cell.fill else ""
    keep = "<w:keepNext/>" if cell.fill is not None and cell.span > 1 else ""
    bold = "<w:b/>" if cell.bold else ""
    colour = f"<w:color w:val={quoteattr(cell.colour)}/>" if cell.colour else ""
    size = round(cell.size * 2)
    # a bare carriage return would be read back as the end of a line
    text = escape(cell.text, {"\r": "&#13;"}).replace("\n", '</w:t><w:br/><w:t xml:space="preserve">')
    run = (
        f'<w:r><w:rPr>{bold}{colour}<w:sz w:val="{size}"/><w:szCs w:val="{size}"/></w:rPr>'
        f'<w:t xml:space="preserve">{text}</w:t></w:r>'
    )
    if cell.link:
        id = links.setdefault(cell.link, f"rIdPaper{len(links) + 1}")
        run = f'<w:hyperlink r:id="{id}">{run}</w:hyperlink>'
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{span}{borders}{shade}</w:tcPr>'
        f"<w:p><w:pPr>{keep}{SPACING}</w:pPr>{run}</w:p></w:tc>"
    )


def _with_links(rels: bytes, links: Mapping[str, str]) -> bytes:
    root = parse(rels)
    for target, id in links.items():
        etree.SubElement(root, RELATIONSHIP, {"Id": id, "Type": HYPERLINK, "Target": target, "TargetMode": "External"})
    return serialize(root)
