"""What openpyxl would lose of a template, found by comparing the file before and after."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping

from openpyxl.workbook import Workbook

from pipeline.render.parts import read_parts

# made anew on saving, or of no account
HARMLESS = re.compile(
    r"xl/(calcChain|sharedStrings|metadata)\.xml|xl/printerSettings/.*|docProps/.*|.*\.rels|xl/persons/.*|customXml/.*",
    re.IGNORECASE,
)
HARMLESS_TAGS = {"extLst", "ext", "worksheet", "sheetData", "x14ac", "phoneticPr", "ignoredErrors", "ignoredError"}
CELLS = re.compile(rb"<(?:\w+:)?sheetData\b.*?</(?:\w+:)?sheetData>", re.DOTALL)
DRAWINGS = re.compile(r"xl/(drawings|media|charts)/(?!.*\.rels).*")


def lost_on_the_way(before: Mapping[str, bytes], read: Workbook) -> list[str]:
    """What of a template would silently disappear: from the workbook, or on its way to paper.

    before: the parts of the template; read: the workbook that openpyxl read from them.
    """
    target = io.BytesIO()
    read.save(target)
    after = read_parts(target.getvalue())
    lost = [f"the part {name}" for name in before if name not in after and not HARMLESS.fullmatch(name)]
    if any(DRAWINGS.fullmatch(name) for name in before):
        lost.append("a picture, chart or shape on a sheet")
    if b"rPr" in before.get("xl/sharedStrings.xml", b""):
        lost.append("a cell in which some words look different from others")
    for name, part in before.items():
        if name.startswith("xl/worksheets/sheet"):
            kept = _elements(after.get(name, b""))
            lost += [f"{tag} in {name}" for tag in sorted(_elements(part) - kept - HARMLESS_TAGS)]
            if b"x14:dataValidation" in part:
                lost.append("a drop-down that looks at another sheet")
            if b"legacyDrawingHF" in part:
                lost.append("a picture in the page header")
    return lost


def _elements(part: bytes) -> set[str]:
    """Tags of a sheet outside its cells, which are compared by what they print."""
    return {tag.decode() for tag in re.findall(rb"<(?:\w+:)?(\w+)[ />]", CELLS.sub(b"", part))}
