"""What openpyxl would lose of a template, found by comparing the file before and after."""

from __future__ import annotations

import io
import re

from openpyxl import load_workbook

from pipeline.render.parts import read_parts


def lost_on_the_way(template: bytes) -> list[str]:
    """What of a template openpyxl would silently drop: parts, and elements of sheets."""
    before = read_parts(template)
    target = io.BytesIO()
    load_workbook(io.BytesIO(template)).save(target)
    after = read_parts(target.getvalue())
    harmless = re.compile(r"xl/(calcChain|sharedStrings)\.xml|xl/printerSettings/.*|docProps/.*|.*\.rels|xl/persons/.*")
    counts = {name: _elements(part) for name, part in after.items() if name.startswith("xl/worksheets/sheet")}
    lost = [f"the part {name}" for name in before if name not in after and not harmless.fullmatch(name)]
    for name, part in before.items():
        if name.startswith("xl/worksheets/sheet"):
            lost += [f"{tag} in {name}" for tag in sorted(_elements(part) - counts.get(name, set()) - {"extLst", "ext"})]
            lost += ["a drop-down that looks at another sheet" for _ in [0] if b"x14:dataValidation" in part]
            lost += ["a picture in the page header" for _ in [0] if b"legacyDrawingHF" in part]
    return lost


def _elements(part: bytes) -> set[str]:
    found = set(re.findall(rb"<(?:\w+:)?(\w+)[ />]", part))
    return {tag.decode() for tag in found}
