"""Tracked changes of a Word text: whether there are any, what it is with all of them accepted or rejected. Pure.

Marks as in ECMA-376 part 1, 17.13.5: of runs, of a paragraph's end, of table rows, of properties.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from docx_trackdiff import verify
from lxml import etree

from pipeline.render.parts import RELATIONSHIP, R, W, parse, read_parts

TEXT_PART = "word/document.xml"
RELS = "word/_rels/document.xml.rels"
# marks that a text may hold before there is a redline of it
ANY_MARK = ("ins", "del", "moveFrom", "moveTo", "cellIns", "cellDel", "cellMerge", "numberingChange", "sectPrChange",
            "tblGridChange", "tblPrExChange", "rPrChange", "pPrChange", "tblPrChange", "tcPrChange", "trPrChange")  # fmt: skip
CHANGED_PROPERTIES = {f"{W}{kind}Change": f"{W}{kind}" for kind in ("pPr", "rPr", "tblPr", "tcPr", "trPr")}


def marks(root: etree._Element) -> Iterator[etree._Element]:
    """Every mark of a tracked change."""
    yield from root.iter(*(f"{W}{kind}" for kind in ANY_MARK))


def settled(root: etree._Element, *, accept: bool) -> etree._Element:
    """A copy of the text with all changes accepted, or all rejected."""
    done = copy.deepcopy(root)
    keep, drop = (f"{W}ins", f"{W}del") if accept else (f"{W}del", f"{W}ins")
    for row in list(done.iter(f"{W}tr")):
        if row.find(f"{W}trPr/{drop}") is not None:
            remove(row)
    for table in list(done.iter(f"{W}tbl")):
        if table.find(f"{W}tr") is None:
            remove(table)
    for paragraph in list(done.iter(f"{W}p")):
        if paragraph.find(f"{W}pPr/{W}rPr/{drop}") is not None:
            remove(paragraph)
    for element in list(done.iter(drop)):
        remove(element)
    for element in list(done.iter(keep)):
        unwrap(element)
    for element in list(done.iter(*CHANGED_PROPERTIES)):
        held = element.getparent()
        if accept:
            remove(element)
        elif held is not None:
            _restore(held, element)
    for name in ("Text", "InstrText"):
        for element in done.iter(f"{W}del{name}"):
            element.tag = f"{W}{'t' if name == 'Text' else 'instrText'}"
    for element in list(done.iter(f"{W}hyperlink")):
        if not len(element):
            remove(element)
    return done


def remove(element: etree._Element) -> None:
    """Take an element out of what holds it."""
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def unwrap(element: etree._Element) -> None:
    """Put what an element holds in its place; of a content control, its content."""
    parent = element.getparent()
    if parent is not None:
        held = element.find(f"{W}sdtContent") if element.tag == f"{W}sdt" else element
        inner = [] if held is None else [child for child in held if child.tag not in (f"{W}smartTagPr", f"{W}customXmlPr")]
        at = parent.index(element)
        parent[at : at + 1] = inner


def _restore(now: etree._Element, change: etree._Element) -> None:
    """Put the properties that a change kept in the place of those it changed to; the mark of a paragraph's end stays."""
    end = now.find(f"{W}rPr") if now.tag == f"{W}pPr" else None
    now[:] = [*change[0], *([end] if end is not None else [])]


def canonical(root: etree._Element, links: dict[str, str]) -> list[Any]:
    """The text as nested lists: paragraphs with properties, pieces of equal look, and link targets; tables with theirs."""
    return [_canonical(block, links) for block in root if block.tag in (f"{W}p", f"{W}tbl")]


def properties(element: etree._Element | None) -> str:
    """Properties as text: equal for equal ones; without marks, and empty where there are none."""
    if element is None:
        return ""
    held = [child for child in element if child.tag not in (*CHANGED_PROPERTIES, f"{W}ins", f"{W}del")]
    texts = []
    for child in held:
        # the look of a paragraph's end is not seen
        if element.tag != f"{W}pPr" or child.tag not in (f"{W}rPr", f"{W}sectPr"):
            texts.append(spelled(child))
    return "".join(sorted(texts))


def _canonical(block: etree._Element, links: dict[str, str]) -> Any:
    if block.tag == f"{W}p":
        return ["p", properties(block.find(f"{W}pPr")), pieces(block, links)]
    rows = []
    for row in block.iterfind(f"{W}tr"):
        cells = [["cell", properties(cell.find(f"{W}tcPr")), canonical(cell, links)] for cell in row.iterfind(f"{W}tc")]
        rows.append(["row", properties(row.find(f"{W}trPr")), cells])
    grid = [str(column.get(f"{W}w")) for column in block.iterfind(f"{W}tblGrid/{W}gridCol")]
    return ["table", properties(block.find(f"{W}tblPr")), grid, rows]


def pieces(holder: etree._Element, links: dict[str, str], link: str = "") -> list[list[str]]:
    """[text, look, link target] of what stands in a paragraph, one for all that looks alike."""
    found: list[list[str]] = []
    for child in holder:
        if child.tag == f"{W}hyperlink":
            held = pieces(child, links, links.get(str(child.get(f"{R}id")), "?"))
        elif child.tag == f"{W}r":
            look = properties(child.find(f"{W}rPr"))
            held = [[_content(part), look, link] for part in child if part.tag != f"{W}rPr"]
        else:
            continue
        for piece in held:
            if found and found[-1][1:] == piece[1:]:
                found[-1][0] += piece[0]
            elif piece[0]:
                found.append(list(piece))
    return found


def _content(part: etree._Element) -> str:
    if part.tag == f"{W}t":
        return part.text or ""
    return spelled(part)


def _read_by_library(root: etree._Element, view: str) -> list[str]:
    """The texts of the paragraphs as docx-trackdiff reads them. view: accept, reject, or none for a text without changes."""
    library: Any = verify
    texts = library.view_paras(root, view) if view else library.plain_paras(root)
    return [library.normalize(text) for text in texts]


def spelled(element: etree._Element) -> str:
    """An element as text, whatever its prefixes and the order of its attributes."""
    said = "".join(f" {key}={value!r}" for key, value in sorted((str(k), str(v)) for k, v in element.attrib.items()))
    inner = "".join(spelled(child) for child in element if isinstance(child.tag, str))
    return f"<{element.tag}{said}>{(element.text or '') if not len(element) else ''}{inner}</>"


def link_targets(parts: dict[str, bytes]) -> dict[str, str]:
    """Relationship id → where it leads, of the text of a Word document."""
    if RELS not in parts:
        return {}
    return {str(r.get("Id")): str(r.get("Target")) for r in parse(parts[RELS]).iter(RELATIONSHIP)}


def differences(redline: bytes, old: bytes, new: bytes) -> list[str]:
    """What is wrong with a redline: its texts with all changes accepted and rejected against the two documents.

    Compared are paragraphs, tables, rows and cells with their properties, the look of every piece of text, and links; and
    again, by the rules of docx-trackdiff 1.0, the texts of the paragraphs.
    """
    found: list[str] = []
    held = {name: read_parts(data) for name, data in (("redline", redline), ("old", old), ("new", new))}
    roots = {name: parse(parts[TEXT_PART]) for name, parts in held.items()}
    bodies = {name: root[0] for name, root in roots.items()}
    links = {name: link_targets(parts) for name, parts in held.items()}
    for name, accept, word in (("new", True, "accepted"), ("old", False, "rejected")):
        shown = canonical(settled(bodies["redline"], accept=accept), links["redline"])
        asked = canonical(bodies[name], links[name])
        if shown != asked:
            place = next((i for i, (a, b) in enumerate(zip(shown, asked, strict=False)) if a != b), min(len(shown), len(asked)))
            found.append(f"With all changes {word} it is not the {name} document, from paragraph or table {place + 1} on.")
        if _read_by_library(roots["redline"], "accept" if accept else "reject") != _read_by_library(roots[name], ""):
            found.append(f"With all changes {word} its paragraphs are not those of the {name} document.")
    given = list(marks(roots["redline"]))
    ids = [mark.get(f"{W}id") for mark in given]
    if len(ids) != len(set(ids)) or None in ids:
        found.append("Two changes have the same number, or one has none.")
    if any(not mark.get(f"{W}author") or not mark.get(f"{W}date") for mark in given):
        found.append("A change has no author or no date.")
    if any(True for mark in roots["redline"].iter(f"{W}del") for _ in mark.iter(f"{W}t")):
        found.append("A removed text is not marked as removed.")
    used = {str(value) for e in roots["redline"].iter() for key, value in e.attrib.items() if str(key).startswith(R)}
    if used - links["redline"].keys():
        found.append("A link or picture leads nowhere.")
    return found
