"""New relations and types of content in the parts of a Word file."""

from __future__ import annotations

import posixpath

from lxml import etree

from pipeline.merge.word_package import RELATION
from pipeline.render.parts import RELATIONSHIP, parse, serialize

EMPTY = b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"/>'
TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"


def add_relation(parts: dict[str, bytes], part: str, kind: str, target: str, outside: bool = False) -> str:
    """Id of the relation of this part to the target, a part's name or an address; one that is there is used again."""
    folder, file = posixpath.split(part)
    name = f"{folder}/_rels/{file}.rels"
    root = parse(parts[name]) if name in parts else parse(EMPTY)
    written = target if outside else posixpath.relpath(target, folder)
    known = {"Type": RELATION + kind, "Target": written} | ({"TargetMode": "External"} if outside else {})
    for relationship in root.iter(RELATIONSHIP):
        if {key: value for key, value in relationship.attrib.items() if key != "Id"} == known:
            return str(relationship.get("Id"))
    used = {relationship.get("Id") for relationship in root.iter(RELATIONSHIP)}
    id = next(id for number in range(1, len(used) + 2) if (id := f"rIdE{number}") not in used)
    etree.SubElement(root, RELATIONSHIP, {"Id": id, **known})
    parts[name] = serialize(root)
    return id


def declare(parts: dict[str, bytes], part: str, content: str) -> None:
    """Say in [Content_Types].xml what a part is; a picture by the ending of its name, everything else by name."""
    root = parse(parts["[Content_Types].xml"])
    suffix = posixpath.splitext(part)[1][1:].lower()
    if suffix != "xml":
        if suffix not in {str(each.get("Extension")).lower() for each in root.iter(f"{TYPES}Default")}:
            root.insert(0, etree.Element(f"{TYPES}Default", {"Extension": suffix, "ContentType": content}))
    elif f"/{part}" not in {each.get("PartName") for each in root.iter(f"{TYPES}Override")}:
        etree.SubElement(root, f"{TYPES}Override", {"PartName": f"/{part}", "ContentType": content})
    parts["[Content_Types].xml"] = serialize(root)
