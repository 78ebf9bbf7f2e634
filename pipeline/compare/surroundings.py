"""What a redline needs around its text: links and styles of removed text, settings, properties. Pure."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from datetime import date

from lxml import etree

from pipeline.compare.tracked import RELS
from pipeline.render.parts import CORE, RELATIONSHIP, W, parse, serialize

LINK_TYPE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"
DC = "{http://purl.org/dc/terms/}"


def add_links(parts: dict[str, bytes], added: Mapping[str, str]) -> None:
    """added: target → id, of links that only removed text has."""
    if added:
        root = parse(parts[RELS])
        for target, id in added.items():
            etree.SubElement(root, RELATIONSHIP, {"Id": id, "Type": LINK_TYPE, "Target": target, "TargetMode": "External"})
        parts[RELS] = serialize(root)


def add_styles(parts: dict[str, bytes], before: dict[str, bytes], root: etree._Element) -> None:
    """Styles that only removed text uses, and those they are based on."""
    styles = parse(parts["word/styles.xml"])
    known = {str(style.get(f"{W}styleId")) for style in styles.iter(f"{W}style")}
    then = {str(style.get(f"{W}styleId")): style for style in parse(before["word/styles.xml"]).iter(f"{W}style")}
    wanted = [str(e.get(f"{W}val")) for e in root.iter(f"{W}pStyle", f"{W}rStyle", f"{W}tblStyle")]
    missing = list(dict.fromkeys(name for name in wanted if name not in known and name in then))
    for name in missing:
        style = copy.deepcopy(then[name])
        for numbering in list(style.iter(f"{W}numPr")):
            _drop(numbering)
        styles.append(style)
        missing += [
            str(e.get(f"{W}val"))
            for e in style.iter(f"{W}basedOn", f"{W}next", f"{W}link")
            if e.get(f"{W}val") not in known | set(missing) and e.get(f"{W}val") in then
        ]
    if missing:
        parts["word/styles.xml"] = serialize(styles)


def _drop(element: etree._Element) -> None:
    parent = element.getparent()
    assert parent is not None
    parent.remove(element)


def stop_recording(parts: dict[str, bytes]) -> None:
    """Changes are there, and none are recorded on opening: LibreOffice would record its own while it reads the file."""
    root = parse(parts["word/settings.xml"])
    for element in list(root.iter(f"{W}trackRevisions")):
        _drop(element)
        parts["word/settings.xml"] = serialize(root)


def set_day(parts: dict[str, bytes], day: date) -> None:
    """The day of the redline; not the keywords by which the document itself is known when it comes back signed."""
    if "docProps/core.xml" in parts:
        root = parse(parts["docProps/core.xml"])
        for element in list(root):
            if element.tag == f"{{{CORE}}}keywords":
                root.remove(element)
            elif element.tag in (f"{DC}created", f"{DC}modified"):
                element.text = f"{day.isoformat()}T00:00:00Z"
        parts["docProps/core.xml"] = serialize(root)
