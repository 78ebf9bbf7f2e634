"""Rows and tables of the model written into a generated Word file."""

from __future__ import annotations

import copy
from collections.abc import Sequence

from lxml import etree

from pipeline.merge.word_model import Block, Cell, Row, Table
from pipeline.merge.word_write import Target, write_paragraph
from pipeline.render.parts import W

LINE = {"val": "single", "sz": "4", "space": "0", "color": "BFC5C4"}
PAGE = 9_792


def write_block(target: Target, block: Block) -> etree._Element:
    """A new element. Unmergeable where it holds what the model cannot carry."""
    return write_table(target, block) if isinstance(block, Table) else write_paragraph(target, block)


def write_row(target: Target, row: Row, like: Row | None) -> etree._Element:
    """A new row; widths, borders and shades as in `like`, a row of the same shape that is generated now."""
    if like is None or like.element is None or like.shape != row.shape:
        return _plain_row(target, row)
    element = copy.deepcopy(like.element)
    if like.heading and not row.heading:
        for mark in list(element.iter(f"{W}tblHeader")):
            mark.getparent().remove(mark)  # type: ignore[union-attr]
    holders = [cell for cell in element.iter(f"{W}tc") if next(cell.iterancestors(f"{W}tc"), None) is None]
    for holder, cell in zip(holders, row.cells, strict=True):
        fill_cell(holder, [write_block(target, block) for block in cell.blocks])
    return element


def write_table(target: Target, table: Table) -> etree._Element:
    """A new table in the style of the same name, or with plain lines where the generated file has no such style."""
    element = etree.Element(f"{W}tbl", nsmap={"w": W[1:-1]})
    properties = etree.SubElement(element, f"{W}tblPr")
    id = target.styles.ids.get(("table", table.style), "")
    if id:
        _add(properties, "tblStyle", val=id)
    widths = _widths(table)
    _add(properties, "tblW", w=str(sum(widths)), type="dxa")
    if not id and table.framed:
        borders = _add(properties, "tblBorders")
        for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
            _add(borders, side, **LINE)
    _add(properties, "tblLayout", type="fixed")
    if table.caption:
        _add(properties, "tblCaption", val=table.caption)
    grid = _add(element, "tblGrid")
    for width in widths:
        _add(grid, "gridCol", w=str(width))
    for row in table.rows:
        element.append(_plain_row(target, row, widths))
    return element


def _plain_row(target: Target, row: Row, widths: Sequence[int] = ()) -> etree._Element:
    element = etree.Element(f"{W}tr", nsmap={"w": W[1:-1]})
    properties = _add(element, "trPr")
    _add(properties, "cantSplit")
    if row.heading:
        _add(properties, "tblHeader")
    column = 0
    for cell in row.cells:
        holder = _add(element, "tc")
        _cell_properties(holder, cell, sum(widths[column : column + cell.span]) or cell.width)
        column += cell.span
        fill_cell(holder, [write_block(target, block) for block in cell.blocks])
    return element


def _cell_properties(holder: etree._Element, cell: Cell, width: int) -> None:
    properties = _add(holder, "tcPr")
    _add(properties, "tcW", w=str(width), type="dxa")
    if cell.span > 1:
        _add(properties, "gridSpan", val=str(cell.span))
    if cell.joined in ("restart", "continue"):
        _add(properties, "vMerge", val=cell.joined)
    if len(cell.fill) == 6 and all(letter in "0123456789ABCDEFabcdef" for letter in cell.fill):
        _add(properties, "shd", val="clear", color="auto", fill=cell.fill)


def fill_cell(holder: etree._Element, content: Sequence[etree._Element]) -> None:
    """Put this in place of what stands in a cell; a cell ends with a paragraph, as the format wants it."""
    for child in list(holder):
        if child.tag != f"{W}tcPr":
            holder.remove(child)
    holder.extend(content)
    if not len(content) or content[-1].tag != f"{W}p":
        etree.SubElement(holder, f"{W}p")


def _widths(table: Table) -> list[int]:
    """Of the columns as the edited file has them, made to fit the page."""
    columns = max((sum(cell.span for cell in row.cells) for row in table.rows), default=1)
    told = list(table.widths) if len(table.widths) == columns and all(table.widths) else [PAGE // columns] * columns
    whole = sum(told)
    return told if whole <= PAGE * 1.5 else [max(1, width * PAGE // whole) for width in told]


def _add(holder: etree._Element, name: str, **told: str) -> etree._Element:
    return etree.SubElement(holder, f"{W}{name}", {f"{W}{key}": value for key, value in told.items()})


def last_paragraph(element: etree._Element) -> etree._Element | None:
    return element if element.tag == f"{W}p" else next(reversed(list(element.iter(f"{W}p"))), None)


def first_paragraph(element: etree._Element) -> etree._Element | None:
    return element if element.tag == f"{W}p" else next(element.iter(f"{W}p"), None)
