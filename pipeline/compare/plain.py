"""A Word document as its redline reads it: without what is no text, and with a clear no to what cannot be tracked. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from urllib.parse import unquote

from lxml import etree

from pipeline.compare.tracked import TEXT_PART, marks, remove, unwrap
from pipeline.errors import BinderError
from pipeline.render.parts import RELATIONSHIP, R, W, parse, read_parts, relationships, serialize, write_parts

# what is nothing to read
NOTHING = (
    "bookmarkStart", "bookmarkEnd", "proofErr", "permStart", "permEnd", "commentRangeStart", "commentRangeEnd",
    "lastRenderedPageBreak", "annotationRef", "commentReference", "noProof", "lang",
)  # fmt: skip
HOLDERS = ("smartTag", "customXml", "sdt")
IN_TEXT = ("p", "tbl", "sectPr")
IN_PARAGRAPH = ("pPr", "r", "hyperlink")
# what a run may hold: text, its looks, breaks, signs and fields
IN_RUN = ("rPr", "t", "tab", "br", "cr", "noBreakHyphen", "softHyphen", "sym", "fldChar", "instrText", "ptab")
SAID = {
    "drawing": "a picture or shape",
    "pict": "a picture or shape",
    "object": "an embedded object",
    "footnoteReference": "a footnote",
    "endnoteReference": "an endnote",
    "oMath": "a formula",
    "oMathPara": "a formula",
    "fldSimple": "a field",
}
COMMENTS = ("comments", "commentsExtended", "commentsIds", "commentsExtensible", "people")


class CannotRedline(BinderError):
    """A document has no redline; the message says why, and its words name no text of the document."""

    exit_code = 2


def plain_parts(data: bytes) -> dict[str, bytes]:
    """The parts of a Word document without comments, bookmarks and proofing marks; content controls are their content.

    Raises UnsafeFile for what cannot be opened; CannotRedline where it holds tracked changes, or something in its text whose
    change cannot be tracked.
    """
    parts = read_parts(data)
    if TEXT_PART not in parts or "word/styles.xml" not in parts or "word/settings.xml" not in parts:
        raise CannotRedline("It is no Word document, or a damaged one.")
    root = parse(parts[TEXT_PART])
    if any(True for _ in marks(root)):
        raise CannotRedline("It holds tracked changes. Accept or reject them in Word.")
    for element in list(root.iter(*(f"{W}{name}" for name in NOTHING))):
        remove(element)
    for element in list(root.iter(*(f"{W}{name}" for name in HOLDERS))):
        unwrap(element)
    for link in list(root.iter(f"{W}hyperlink")):
        # a place in the document itself may be gone on one of the two sides
        if link.get(f"{R}id") is None:
            unwrap(link)
    for element in root.iter():
        for key in [key for key in element.attrib if "rsid" in str(key) or str(key).endswith(("}paraId", "}textId"))]:
            del element.attrib[key]
    for run in list(root.iter(f"{W}r")):
        if not any(child.tag != f"{W}rPr" for child in run):
            remove(run)
        else:
            for look in [child for child in run if child.tag == f"{W}rPr" and not len(child)]:
                run.remove(look)
    if found := next(_untrackable(root[0]), ""):
        raise CannotRedline(f"It holds {SAID.get(found, f'something that cannot be tracked ({found})')}.")
    parts[TEXT_PART] = serialize(root)
    _without_comments(parts)
    return parts


def relinked(data: bytes, section: str, paths: Collection[str]) -> bytes:
    """The document with its links as they lead from a folder beside `section`, in which it lies.

    A link to a file that is not one of `paths` (relative to the package) becomes plain text. Give old and new through here
    before the redline is made: then accepting and rejecting all still give these two, and their texts are unchanged.
    """
    parts = read_parts(data)
    gone: dict[str, set[str]] = {}
    for name in [name for name in parts if name.startswith("word/_rels/")]:
        root = parse(parts[name])
        for relationship in list(root.iter(RELATIONSHIP)):
            target = str(relationship.get("Target"))
            kind = str(relationship.get("Type")).rsplit("/", 1)[-1]
            if relationship.get("TargetMode") != "External" or kind != "hyperlink" or ":" in target:
                continue
            path = target.removeprefix("../") if target.startswith("../") else f"{section}/{target}"
            if unquote(path) in paths:
                relationship.set("Target", f"../{path}")
            else:
                gone.setdefault(name, set()).add(str(relationship.get("Id")))
                root.remove(relationship)
        parts[name] = serialize(root)
    for name, ids in gone.items():
        source = f"word/{name.removeprefix('word/_rels/').removesuffix('.rels')}"
        root = parse(parts[source])
        for link in [link for link in root.iter(f"{W}hyperlink") if link.get(f"{R}id") in ids]:
            for style in list(link.iter(f"{W}rStyle")):
                remove(style)
            for look in [look for look in link.iter(f"{W}rPr") if not len(look)]:
                remove(look)
            unwrap(link)
        parts[source] = serialize(root)
    return write_parts(parts)


def _untrackable(holder: etree._Element) -> Iterator[str]:
    """Names of elements whose change is not tracked here."""
    for element in holder.iter():
        allowed: tuple[str, ...] | None = {
            f"{W}body": IN_TEXT, f"{W}p": IN_PARAGRAPH, f"{W}hyperlink": ("r",), f"{W}r": IN_RUN, f"{W}tbl": ("tblPr", "tblGrid", "tr"),
            f"{W}tr": ("trPr", "tblPrEx", "tc"), f"{W}tc": ("tcPr", "p", "tbl"),
        }.get(str(element.tag))  # fmt: skip
        if allowed is not None:
            for child in element:
                name = etree.QName(child).localname if isinstance(child.tag, str) else "comment"
                if name not in allowed or not str(child.tag).startswith(W):
                    yield name


def _without_comments(parts: dict[str, bytes]) -> None:
    names = {f"word/{name}.xml" for name in COMMENTS} & parts.keys()
    if not names:
        return
    for rels, relationship in list(relationships(parts)):
        target = str(relationship.get("Target")).removeprefix("/word/")
        if rels == "word/_rels/document.xml.rels" and f"word/{target}" in names:
            root = parse(parts[rels])
            for held in [r for r in root if r.get("Id") == relationship.get("Id")]:
                root.remove(held)
            parts[rels] = serialize(root)
    types = parse(parts["[Content_Types].xml"])
    for entry in [entry for entry in types if str(entry.get("PartName")).lstrip("/") in names]:
        types.remove(entry)
    parts["[Content_Types].xml"] = serialize(types)
    for name in names:
        del parts[name]
