"""The mark of a draft: on each page of a Word file, each printed page of a workbook, each slide. Issued files have none.

It is put on last and taken off first, so that a file is the same text with and without it.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from lxml import etree

from pipeline.render.parts import A, W, parse, read_parts, serialize, write_parts

MARK = "DRAFT, not approved"
RED = "B3261E"
AFTER_NAME = f" · {MARK}"  # in the letterhead, behind the name of the practice
MIDDLE = f'&C&"-,Bold"&K{RED}{MARK}'
NAME = "Mark of a draft"  # of the text box on slides
X = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
SPACE = "{http://www.w3.org/XML/1998/namespace}space"
# what may follow headerFooter in a sheet (ECMA-376 part 1, 18.3.1.99)
AFTER_HEADER = [
    "rowBreaks",
    "colBreaks",
    "customProperties",
    "cellWatches",
    "ignoredErrors",
    "smartTags",
    "drawing",
    "legacyDrawing",
    "legacyDrawingHF",
    "drawingHF",
    "picture",
    "oleObjects",
    "controls",
    "webPublishItems",
    "tableParts",
    "extLst",
]
WORD, SHEETS, MASTERS = r"word/header\d*\.xml", r"xl/worksheets/[^/]+\.xml", r"ppt/slideMasters/[^/]+\.xml"


def mark_draft(data: bytes, path: str) -> bytes:
    """The file with the mark on each page; what is no Word, Excel or PowerPoint file has no pages and stays as it is."""
    match path.rsplit(".", 1)[-1]:
        case "docx":
            return _each(data, WORD, _mark_header)
        case "xlsx":
            return _each(data, SHEETS, _mark_sheet)
        case "pptx":
            return _each(data, MASTERS, _mark_master)
        case _:
            return data


def unmark_draft(data: bytes, path: str) -> bytes:
    """The file without the mark, whatever program saved it since; a file without a mark comes back byte for byte."""
    match path.rsplit(".", 1)[-1]:
        case "docx":
            return _each(data, WORD, _clear_header, MARK.encode())
        case "xlsx":
            return _each(data, SHEETS, _clear_sheet, MARK.encode())
        case "pptx":
            return _each(data, MASTERS, _clear_master, MARK.encode())
        case _:
            return data


def _each(data: bytes, pattern: str, change: Callable[[etree._Element], None], only: bytes = b"") -> bytes:
    parts = read_parts(data)
    wanted = [name for name in parts if re.fullmatch(pattern, name) and only in parts[name]]
    if not wanted:
        return data
    for name in wanted:
        root = parse(parts[name])
        change(root)
        parts[name] = serialize(root)
    return write_parts(parts)


def _mark_header(root: etree._Element) -> None:
    paragraphs = root.findall(f"{W}p")
    if not paragraphs:
        paragraphs = [etree.SubElement(root, f"{W}p")]
    run = etree.SubElement(paragraphs[-1], f"{W}r")
    look = etree.SubElement(run, f"{W}rPr")
    etree.SubElement(look, f"{W}b")
    etree.SubElement(look, f"{W}color", {f"{W}val": RED})
    text = etree.SubElement(run, f"{W}t", {SPACE: "preserve"})
    text.text = AFTER_NAME


def _clear_header(root: etree._Element) -> None:
    for text in list(root.iter(f"{W}t")):
        if text.text and MARK in text.text:
            text.text = text.text.replace(AFTER_NAME, "").replace(MARK, "")
            run = text.getparent()
            if not text.text and run is not None and run.getparent() is not None:
                run.getparent().remove(run)  # type: ignore[union-attr]


def _mark_sheet(root: etree._Element) -> None:
    held = root.find(f"{X}headerFooter")
    if held is None:
        held = etree.Element(f"{X}headerFooter")
        after = next((child for child in root if etree.QName(child).localname in AFTER_HEADER), None)
        root.append(held) if after is None else after.addprevious(held)
    odd = held.find(f"{X}oddHeader")
    if odd is None:
        odd = etree.Element(f"{X}oddHeader")
        held.insert(0, odd)
    left, middle, right = _sections(odd.text or "")
    odd.text = f"{left}{middle + ' ' if middle else ''}{MIDDLE.removeprefix('&C') if middle else MIDDLE}{right}"


def _clear_sheet(root: etree._Element) -> None:
    for odd in list(root.iter(f"{X}oddHeader")):
        if odd.text and MARK in odd.text:
            # LibreOffice writes font and colour in its own way
            left, middle, right = _sections(odd.text)
            before = middle.partition(MARK)[0]
            rest = re.sub(r'(&"[^"]*"|&K[0-9A-Fa-f]{6}|&\d+|&B)+$', "", before).rstrip()
            odd.text = f"{left}{'' if rest == '&C' else rest}{right}"
            holder = odd.getparent()
            if not odd.text and holder is not None:
                holder.remove(odd)
                if not len(holder) and holder.getparent() is not None:
                    holder.getparent().remove(holder)  # type: ignore[union-attr]


def _sections(header: str) -> tuple[str, str, str]:
    """Left, middle and right of a page header of Excel, each with its code."""
    found = {"L": "", "C": "", "R": ""}
    pieces = re.split(r"(?<!&)&([LCR])", header)
    if pieces[0]:
        found["C"] = "&C" + pieces[0]
    for code, text in zip(pieces[1::2], pieces[2::2], strict=True):
        found[code] = f"&{code}{text}"
    return found["L"], found["C"], found["R"]


def _mark_master(root: etree._Element) -> None:
    tree = next(root.iter(f"{P}spTree"))
    shape = etree.fromstring(
        f'<p:sp xmlns:p="{P[1:-1]}" xmlns:a="{A[1:-1]}"><p:nvSpPr><p:cNvPr id="9001" name="{NAME}"/><p:cNvSpPr txBox="1"/><p:nvPr userDrawn="1"/>'
        '</p:nvSpPr><p:spPr><a:xfrm><a:off x="9600000" y="60000"/><a:ext cx="2500000" cy="300000"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:noFill/></p:spPr>'
        '<p:txBody><a:bodyPr wrap="square"/><a:lstStyle/><a:p><a:pPr algn="r"/><a:r><a:rPr lang="en-US" sz="1200" b="1">'
        f'<a:solidFill><a:srgbClr val="{RED}"/></a:solidFill></a:rPr><a:t>{MARK}</a:t></a:r></a:p></p:txBody></p:sp>'
    )
    after = tree.find(f"{P}extLst")
    tree.append(shape) if after is None else after.addprevious(shape)


def _clear_master(root: etree._Element) -> None:
    for shape in list(root.iter(f"{P}sp")):
        told = "".join(text.text or "" for text in shape.iter(f"{A}t")).strip()
        holder = shape.getparent()
        if told == MARK and holder is not None:
            holder.remove(shape)
