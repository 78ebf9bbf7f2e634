"""The parts of a Word file found by what they are, not by what they are called: programs name them as they like."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field

from lxml import etree

from pipeline.render.outside import refers_outside
from pipeline.render.parts import DAMAGED, RELATIONSHIP, UnsafeFile, W, parse, read_parts

RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
STRICT = "{http://purl.oclc.org/ooxml/wordprocessingml/main}document"


@dataclass(frozen=True)
class Relation:
    """kind: the last step of its type; target: the name of a part, or an address where `outside`."""

    id: str
    kind: str
    target: str
    outside: bool


@dataclass(frozen=True)
class Package:
    """A Word file: its parts, and the name and root of the one that holds the text. known: relations read before."""

    parts: Mapping[str, bytes]
    main: str
    root: etree._Element
    known: dict[str, dict[str, Relation]] = field(default_factory=dict, compare=False)

    def relations(self, part: str) -> dict[str, Relation]:
        """Id → relation of this part."""
        if part not in self.known:
            folder, file = posixpath.split(part)
            data = self.parts.get(f"{folder}/_rels/{file}.rels" if folder else f"_rels/{file}.rels")
            self.known[part] = {} if data is None else _relations(data, folder)
        return self.known[part]

    def first(self, kind: str) -> tuple[str, etree._Element] | None:
        """(name, root) of the part that the text refers to as this kind: "styles", "numbering", "comments", "settings"."""
        for relation in self.relations(self.main).values():
            if relation.kind == kind and relation.target in self.parts:
                return relation.target, root_of(self.parts[relation.target])
        return None


def open_word(data: bytes) -> Package:
    """UnsafeFile where it is no Word file, is damaged, carries active content or loads something from elsewhere."""
    parts = read_parts(data)
    if refers_outside(parts):
        raise UnsafeFile("It loads a picture, a template or other content from elsewhere. Put it into the file, or take it out.")
    if "_rels/.rels" not in parts:
        raise UnsafeFile("It is not a Word file (.docx). Save it anew from Word.")
    for relation in _relations(parts["_rels/.rels"], "").values():
        if relation.kind == "officeDocument" and relation.target in parts:
            root = root_of(parts[relation.target])
            if root.tag == STRICT:
                raise UnsafeFile("It was saved as Strict Open XML. Save it as Word Document (.docx).")
            if root.tag == f"{W}document" and root.find(f"{W}body") is not None:
                return Package(parts, relation.target, root)
    raise UnsafeFile("It is not a Word file (.docx). Save it anew from Word.")


def root_of(part: bytes) -> etree._Element:
    try:
        return parse(part)
    except etree.XMLSyntaxError as error:
        raise UnsafeFile(DAMAGED) from error


def _relations(data: bytes, folder: str) -> dict[str, Relation]:
    found: dict[str, Relation] = {}
    for element in root_of(data).iter(RELATIONSHIP):
        id, target = str(element.get("Id")), str(element.get("Target"))
        outside = element.get("TargetMode") == "External"
        if not outside:
            target = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
        found[id] = Relation(id, str(element.get("Type")).rsplit("/", 1)[-1], target, outside)
    return found
